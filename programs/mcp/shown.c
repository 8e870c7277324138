#include "shown.h"

#include "arguments.h"
#include "known.h"
#include "mcp.h"
#include "schema.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NAME_LENGTH 128
#define HASH_LENGTH 7 /* with the _ before it */

/* ---- names ---- */

static size_t name_length(const struct options *options)
{
	if (options->tool_name_length)
		return options->tool_name_length;
	return options->client ? options->client->name_length : NAME_LENGTH;
}

/* FNV-1a (draft-eastlake-fnv): the same name is always shortened in the same way. */
static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261u;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619u;
	return value;
}

/* One that is too long loses its end, and has in its place what tells it from others that begin alike. */
static void shorten(const struct options *options, const char *name, char shown[NAME_LENGTH + 1])
{
	size_t most = name_length(options);

	if (strlen(name) <= most)
		snprintf(shown, NAME_LENGTH + 1, "%s", name);
	else
		snprintf(shown, NAME_LENGTH + 1, "%.*s_%06x", (int)(most - HASH_LENGTH), name, hash(name) & 0xffffff);
}

/* ---- definitions ---- */

static sbx_json *with_words(sbx_json *tool, const char *before, const struct text *words)
{
	const char *description = member_string(tool, "description");
	struct text all = {0};

	text_format(&all, "%s. %s%s", description ? description : "", before, words->data ? words->data : "");
	tool = member_put(tool, "description",
	                  all.failed || words->failed ? NULL : sbx_json_new_string(all.data, all.length));
	text_free(&all);
	return tool;
}

/* An answer that the client cannot have described as a schema is described in words. */
static sbx_json *show_member(const struct client *client, sbx_json *made, const char *name, const sbx_json *value)
{
	if (strcmp(name, "inputSchema") == 0)
		return member_put(made, name, schema_narrow(client, value));
	if (strcmp(name, "outputSchema") != 0 || schema_is_plain(client, value))
		return member_put(made, name, sbx_json_copy(value));
	struct text words = {0};
	schema_describe(&words, value);
	made = with_words(made, "It gives ", &words);
	text_free(&words);
	return made;
}

static sbx_json *show(const struct options *options, const sbx_json *tool)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;
	char shown[NAME_LENGTH + 1];

	shorten(options, member_string(tool, "name"), shown);
	while (sbx_json_next(tool, &cursor, &name, &value)) {
		if (strcmp(name, "name") == 0)
			made = member_put(made, name, sbx_json_new_string(shown, strlen(shown)));
		else if (options->client)
			made = show_member(options->client, made, name, value);
		else
			made = member_put(made, name, sbx_json_copy(value));
	}
	return made;
}

void shown_add(struct text *text, const struct options *options, const char *definition)
{
	sbx_json *tool = NULL, *made = NULL;

	if (!options->client && !options->tool_name_length) {
		text_add(text, definition);
		return;
	}
	if (sbx_json_parse(definition, strlen(definition), &tool, NULL) == SBX_OK)
		made = show(options, tool);
	if (made)
		text_json(text, made);
	else
		text->failed = true;
	sbx_json_free(made);
	sbx_json_free(tool);
}

/* ---- calls ---- */

/* The tool's own name and its definition, of the name that it is shown by; NULL: it is none of another one. */
static const char *find_meant(const struct options *options, const char *name, const char **definition)
{
	char shown[NAME_LENGTH + 1];
	const char *each;

	for (size_t i = 0; (each = known_tool_at(i, definition)); i++) {
		shorten(options, each, shown);
		if (strcmp(name, shown) == 0 || strcmp(name, each) == 0)
			return each;
	}
	return NULL;
}

static bool read_arguments(struct job *job, const char *definition)
{
	const sbx_json *arguments = sbx_json_get(job->message.params, "arguments");
	const struct client *client = job->mcp->options->client;

	if (!client || !arguments)
		return true;
	const sbx_json *schema = arguments_schema(job->mcp, definition);
	return schema && message_set_arguments(&job->message, schema_widen(client, schema, arguments));
}

const char *shown_read_call(struct job *job, const char *name)
{
	const struct options *options = job->mcp->options;
	const char *definition;

	if (!options->client && !options->tool_name_length)
		return name;
	const char *meant = find_meant(options, name, &definition);
	/* What is no tool is told where tools are looked for. */
	if (!meant)
		return name;
	if (read_arguments(job, definition))
		return meant;
	job_fail_with(job, RPC_INTERNAL, "out of memory");
	return NULL;
}
