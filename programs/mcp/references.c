#include "references.h"

#include "message.h"
#include "text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Parts that are put in the place of a reference: in all, and within one another. */
#define PARTS_MAX 64
#define DEPTH_MAX 16

struct resolving {
	const sbx_json *root;
	int parts;
};

/* The parts that what is looked at is within. */
struct within {
	const struct within *outer;
	const sbx_json *part;
	int depth;
};

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Their members have names of their own, and are schemas. */
static bool has_names(const char *keyword)
{
	static const char *const keywords[] = {"properties", "patternProperties", "dependentSchemas", NULL};
	return is_one_of(keyword, keywords);
}

/* They hold values, in which nothing is a keyword. */
static bool has_values(const char *keyword)
{
	static const char *const keywords[] = {"enum", "const", "default", "examples", NULL};
	return is_one_of(keyword, keywords);
}

/* They are only there to be referred to. */
static bool has_definitions(const char *keyword)
{
	static const char *const keywords[] = {"$defs", "definitions", NULL};
	return is_one_of(keyword, keywords);
}

/* They bound no value. */
static bool is_note(const char *keyword)
{
	static const char *const keywords[] = {"description", "title",    "default",  "examples",
	                                       "deprecated",  "$comment", "readOnly", "writeOnly",
	                                       "$schema",     "$id",      NULL};
	return is_one_of(keyword, keywords);
}

/* ---- what is referred to ---- */

static int digit(char character)
{
	return isdigit((unsigned char)character) ? character - '0' : (tolower((unsigned char)character) - 'a') + 10;
}

/* One name of a pointer within a fragment (RFC 6901, section 6). Returns what follows it. */
static const char *read_name(struct text *name, const char *at)
{
	for (; *at && *at != '/'; at++) {
		char byte = *at;
		if (byte == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) {
			byte = (char)(digit(at[1]) * 16 + digit(at[2]));
			at += 2;
		}
		if (byte == '~' && (at[1] == '0' || at[1] == '1'))
			byte = *++at == '0' ? '~' : '/';
		text_append(name, &byte, 1);
	}
	return at;
}

static const sbx_json *member_of(const sbx_json *value, const char *name)
{
	char *end;

	if (sbx_json_type_of(value) == SBX_JSON_OBJECT)
		return sbx_json_get(value, name);
	unsigned long index = strtoul(name, &end, 10);
	bool is_index = sbx_json_type_of(value) == SBX_JSON_ARRAY && isdigit((unsigned char)*name) && !*end;
	return is_index && index < sbx_json_count(value) ? sbx_json_at(value, index) : NULL;
}

/* NULL: it is no pointer within the schema, or there is nothing. */
static const sbx_json *find(const sbx_json *root, const char *reference)
{
	const sbx_json *value = root;

	if (*reference++ != '#')
		return NULL;
	while (value && *reference == '/') {
		struct text name = {0};
		text_add(&name, "");
		reference = read_name(&name, reference + 1);
		value = name.failed ? NULL : member_of(value, name.data);
		text_free(&name);
	}
	return *reference ? NULL : value;
}

/* NULL: the reference stays. */
static const sbx_json *part_of(const struct resolving *resolving, const struct within *within, const char *reference)
{
	const sbx_json *part = find(resolving->root, reference);

	if (resolving->parts == PARTS_MAX || within->depth == DEPTH_MAX)
		return NULL;
	for (; within; within = within->outer)
		if (within->part == part)
			return NULL;
	return part;
}

/* ---- in its place ---- */

/* What stands beside a reference bounds the same value as what is referred to. */
static sbx_json *join_bounds(sbx_json *part, sbx_json *notes, sbx_json *bounds)
{
	sbx_json *both = sbx_json_new_array();
	bool has_part = sbx_json_append(both, part) == SBX_OK;
	bool has_bounds = sbx_json_append(both, bounds) == SBX_OK;

	if (has_part && has_bounds)
		return member_put(notes, "allOf", both);
	sbx_json_free(both);
	sbx_json_free(notes);
	return NULL;
}

static sbx_json *join_notes(sbx_json *part, const sbx_json *notes)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;
	struct text words = {0};

	while (part && sbx_json_next(notes, &cursor, &name, &value)) {
		const char *own = member_string(part, name), *given = member_string(notes, name);
		if (own && given && strcmp(own, given) != 0) {
			text_format(&words, "%s. %s", given, own);
			part = member_put(part, name,
			                  words.failed ? NULL : sbx_json_new_string(words.data, words.length));
			text_free(&words);
		} else {
			part = member_put(part, name, sbx_json_copy(value));
		}
	}
	return part;
}

static bool can_have_notes(const sbx_json *part, const sbx_json *notes)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	if (sbx_json_type_of(part) != SBX_JSON_OBJECT)
		return sbx_json_count(notes) == 0;
	while (sbx_json_next(notes, &cursor, &name, &value))
		if (strcmp(name, "description") != 0 && sbx_json_get(part, name))
			return false;
	return true;
}

/* Takes all of them. */
static sbx_json *join(sbx_json *part, sbx_json *notes, sbx_json *bounds)
{
	if (!part || !notes || !bounds) {
		sbx_json_free(part);
		sbx_json_free(notes);
		sbx_json_free(bounds);
		return NULL;
	}
	if (sbx_json_count(bounds) > 0 || !can_have_notes(part, notes))
		return join_bounds(part, notes, bounds);
	part = join_notes(part, notes);
	sbx_json_free(notes);
	sbx_json_free(bounds);
	return part;
}

/* ---- all of it ---- */

static sbx_json *resolve(struct resolving *resolving, const struct within *within, const sbx_json *value,
                         bool is_schema);

static sbx_json *resolve_member(struct resolving *resolving, const struct within *within, const char *name,
                                const sbx_json *value, bool of_schema)
{
	if (of_schema && has_values(name))
		return sbx_json_copy(value);
	return resolve(resolving, within, value, !of_schema || !has_names(name));
}

/* What stays of a reference names definitions: without them it would say nothing. */
static sbx_json *keep_reference(const struct resolving *resolving, sbx_json *made, const char *reference)
{
	static const char *const names[] = {"$defs", "definitions"};

	if (*reference != '#')
		return made;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const sbx_json *definitions = sbx_json_get(resolving->root, names[i]);
		size_t length = strlen(names[i]);
		bool is_about = reference[1] != '/'
		                        ? reference[1] != '\0'
		                        : strncmp(reference + 2, names[i], length) == 0 && reference[2 + length] == '/';
		if (definitions && is_about)
			made = member_put(made, names[i], sbx_json_copy(definitions));
	}
	return made;
}

static sbx_json *resolve_reference(struct resolving *resolving, const struct within *within, const sbx_json *part,
                                   const sbx_json *schema)
{
	const struct within inner = {within, part, within->depth + 1};
	sbx_json *notes = sbx_json_new_object(), *bounds = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	resolving->parts++;
	sbx_json *made = resolve(resolving, &inner, part, true);
	while (sbx_json_next(schema, &cursor, &name, &value)) {
		if (strcmp(name, "$ref") == 0 || has_definitions(name))
			continue;
		sbx_json *member = resolve_member(resolving, within, name, value, true);
		if (is_note(name))
			notes = member_put(notes, name, member);
		else if (sbx_json_get(made, name) && sbx_json_equal(sbx_json_get(made, name), member))
			sbx_json_free(member);
		else
			bounds = member_put(bounds, name, member);
	}
	return join(made, notes, bounds);
}

static sbx_json *resolve_object(struct resolving *resolving, const struct within *within, const sbx_json *object,
                                bool is_schema)
{
	const char *reference = is_schema ? member_string(object, "$ref") : NULL, *name;
	const sbx_json *part = reference ? part_of(resolving, within, reference) : NULL, *value;
	sbx_json_cursor cursor = {NULL};

	if (part)
		return resolve_reference(resolving, within, part, object);
	sbx_json *made = sbx_json_new_object();
	while (made && sbx_json_next(object, &cursor, &name, &value))
		if (!is_schema || !has_definitions(name))
			made = member_put(made, name, resolve_member(resolving, within, name, value, is_schema));
	return reference ? keep_reference(resolving, made, reference) : made;
}

static sbx_json *resolve_array(struct resolving *resolving, const struct within *within, const sbx_json *array)
{
	sbx_json *made = sbx_json_new_array();

	for (size_t i = 0; made && i < sbx_json_count(array); i++) {
		if (sbx_json_append(made, resolve(resolving, within, sbx_json_at(array, i), true)) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

static sbx_json *resolve(struct resolving *resolving, const struct within *within, const sbx_json *value,
                         bool is_schema)
{
	switch (sbx_json_type_of(value)) {
	case SBX_JSON_OBJECT:
		return resolve_object(resolving, within, value, is_schema);
	case SBX_JSON_ARRAY:
		return resolve_array(resolving, within, value);
	default:
		return sbx_json_copy(value);
	}
}

sbx_json *references_resolve(const sbx_json *schema)
{
	const struct within outermost = {NULL, schema, 0};
	struct resolving resolving = {schema, 0};

	return resolve(&resolving, &outermost, schema, true);
}
