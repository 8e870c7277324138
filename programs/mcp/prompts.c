#include "prompts.h"

#include "file_uri.h"
#include "operation_tools.h"
#include "protocol.h"
#include "resources.h"
#include "tools.h"

#include <string.h>

struct prompt {
	const char *name;
	const char *title;
	const char *argument; /* that it has */
	const char *about;    /* that argument */
	bool (*is_offered)(const struct mcp *mcp);
	void (*write)(struct text *words, const struct mcp *mcp, const char *value); /* NULL: without the argument */
};

/* ---- what they say ---- */

static bool has_test_project(const struct mcp *mcp)
{
	return tools_offer(mcp, "run") && tools_offer(mcp, "write_file");
}

static void write_test_project(struct text *words, const struct mcp *mcp, const char *command)
{
	text_add(words, "Run this project's tests in a sandbox. Find out which files they need");
	if (command)
		text_format(words,
		            ", write them into one sandbox with the tool write_file, beneath /data, and run this "
		            "command there: `%s`. ",
		            command);
	else
		text_add(words, " and which command runs them, write the files into one sandbox with the tool "
		                "write_file, beneath /data, and run the command there. ");
	if (tools_offer(mcp, "start_command") && tools_offer(mcp, "command_output"))
		text_add(words, "If it takes long, use start_command and command_output. ");
	text_add(words, "Tell which tests have failed and why, with the lines that show it");
	text_add(words, tools_reach(mcp, "delete_sandboxes") ? ", and delete the sandbox at the end." : ".");
}

static bool has_explore_api(const struct mcp *mcp)
{
	for (size_t i = 0; i < operation_tools_count; i++)
		if (tools_reach(mcp, operation_tools[i].name))
			return true;
	return false;
}

static void write_explore_api(struct text *words, const struct mcp *mcp, const char *operation)
{
	if (operation)
		text_format(words,
		            "Explain what the operation `%s` of the sandbox API does, with each argument and what it "
		            "answers, by its schema and the documentation",
		            operation);
	else
		text_add(words, "Give an overview of the sandbox API: what there is to do with sandboxes and with "
		                "volumes, and how they belong together. Look into the documentation");
	if (tools_reach(mcp, "create_sandboxes") && tools_reach(mcp, "delete_sandboxes"))
		text_format(words, ", and show %s in a sandbox that you delete at the end",
		            operation ? "it" : "the most important operations");
	text_add(words, ".");
}

static const struct prompt prompts[] = {
        {"test_project", "Run this project's tests in a sandbox", "command", "What runs the tests, such as make test",
	 has_test_project, write_test_project},
        {"explore_api", "Explore the sandbox API", "operation", "One operation, such as execute_sandboxes",
	 has_explore_api, write_explore_api},
};

#define PROMPTS (sizeof(prompts) / sizeof(prompts[0]))

/* ---- prompts/list, prompts/get ---- */

void prompts_list(struct job *job)
{
	struct text text = {0};
	const char *between = "";

	if (!job_wants_first_page(job))
		return;
	text_add(&text, "\"prompts\":[");
	for (const struct prompt *prompt = prompts; prompt < prompts + PROMPTS; prompt++) {
		if (!prompt->is_offered(job->mcp))
			continue;
		text_format(&text,
		            "%s{\"name\":\"%s\",\"title\":\"%s\",\"description\":\"%s\",\"arguments\":[{"
		            "\"name\":\"%s\",\"description\":\"%s\",\"required\":false}]}",
		            between, prompt->name, prompt->title, prompt->title, prompt->argument, prompt->about);
		between = ",";
	}
	text_add(&text, job->modern ? "]" CACHED : "]");
	job_succeed_members(job, &text);
}

void prompts_add_names(struct text *text, const struct mcp *mcp)
{
	const char *between = "";

	text_add(text, ",\"prompts\":[");
	for (const struct prompt *prompt = prompts; prompt < prompts + PROMPTS; prompt++) {
		if (!prompt->is_offered(mcp))
			continue;
		text_format(text, "%s\"%s\"", between, prompt->name);
		between = ",";
	}
	text_add(text, "]");
}

static const struct prompt *find(const struct mcp *mcp, const char *name)
{
	for (const struct prompt *prompt = prompts; name && prompt < prompts + PROMPTS; prompt++)
		if (strcmp(prompt->name, name) == 0 && prompt->is_offered(mcp))
			return prompt;
	return NULL;
}

static int check_given(const struct prompt *prompt, const sbx_json *given, struct rpc_error *error)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;

	if (given && sbx_json_type_of(given) != SBX_JSON_OBJECT)
		return rpc_error_set(error, RPC_INVALID_PARAMS, "arguments: it is an object");
	while (given && sbx_json_next(given, &cursor, &name, &value)) {
		if (strcmp(name, prompt->argument) != 0)
			return rpc_error_set(error, RPC_INVALID_PARAMS, "%.60s: there is no such argument; there is %s",
			                     name, prompt->argument);
		if (!member_string(given, name))
			return rpc_error_set(error, RPC_INVALID_PARAMS, "%s: it is a string without NULs", name);
	}
	return 0;
}

void prompts_get(struct job *job)
{
	const struct prompt *prompt = find(job->mcp, member_string(job->message.params, "name"));
	const sbx_json *given = sbx_json_get(job->message.params, "arguments");
	struct text text = {0}, words = {0};
	struct rpc_error error = {0};

	if (!prompt)
		rpc_error_set(&error, RPC_INVALID_PARAMS, "there is no such prompt; prompts/list names them");
	if (!prompt || check_given(prompt, given, &error) < 0) {
		job_fail(job, &error);
		return;
	}
	const char *value = member_string(given, prompt->argument);
	prompt->write(&words, job->mcp, value && *value ? value : NULL);
	text_format(&text,
	            "\"description\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":",
	            prompt->title);
	text_string(&text, words.failed ? "" : words.data, words.failed ? 0 : words.length);
	text_add(&text, "}}]");
	text.failed |= words.failed;
	text_free(&words);
	job_succeed_members(job, &text);
}

/* ---- completion ---- */

static int find_prompt_argument(const struct mcp *mcp, const sbx_json *reference, const char *name,
                                const struct prompt **prompt, struct rpc_error *error)
{
	*prompt = find(mcp, member_string(reference, "name"));
	if (!*prompt)
		return rpc_error_set(error, RPC_INVALID_PARAMS,
		                     "ref: there is no such prompt; prompts/list names them");
	if (strcmp((*prompt)->argument, name) != 0)
		return rpc_error_set(error, RPC_INVALID_PARAMS, "argument.name: the prompt has %s",
		                     (*prompt)->argument);
	return 0;
}

static int find_template_argument(const sbx_json *reference, const char *name, struct rpc_error *error)
{
	const char *uri = member_string(reference, "uri");

	if (!uri || strcmp(uri, FILE_TEMPLATE) != 0)
		return rpc_error_set(error, RPC_INVALID_PARAMS, "ref: there is the template " FILE_TEMPLATE);
	if (strcmp(name, "id") != 0 && strcmp(name, "path") != 0)
		return rpc_error_set(error, RPC_INVALID_PARAMS, "argument.name: the template has id and path");
	return 0;
}

/* Looks for the argument of what is referred to: a prompt, or the template of files, which is none. */
static int find_argument(const struct mcp *mcp, const sbx_json *reference, const char *name,
                         const struct prompt **prompt, struct rpc_error *error)
{
	const char *type = member_string(reference, "type");

	*prompt = NULL;
	if (type && strcmp(type, "ref/prompt") == 0)
		return find_prompt_argument(mcp, reference, name, prompt, error);
	if (type && strcmp(type, "ref/resource") == 0)
		return find_template_argument(reference, name, error);
	return rpc_error_set(error, RPC_INVALID_PARAMS, "ref: its type is ref/prompt or ref/resource");
}

/* With the operations' names; nothing else that is known here has values to choose from. */
static void complete(struct job *job, const struct prompt *prompt, const char *value)
{
	struct text text = {0};
	size_t found = 0;

	text_add(&text, "\"completion\":{\"values\":[");
	for (size_t i = 0; prompt && strcmp(prompt->argument, "operation") == 0 && i < operation_tools_count; i++)
		if (strncmp(operation_tools[i].name, value, strlen(value)) == 0 &&
		    tools_reach(job->mcp, operation_tools[i].name))
			text_format(&text, "%s\"%s\"", found++ > 0 ? "," : "", operation_tools[i].name);
	text_format(&text, "],\"total\":%zu,\"hasMore\":false}", found);
	job_succeed_members(job, &text);
}

void completion_complete(struct job *job)
{
	const sbx_json *argument = member_object(job->message.params, "argument");
	const sbx_json *reference = member_object(job->message.params, "ref");
	const char *name = member_string(argument, "name"), *value = member_string(argument, "value");
	const struct prompt *prompt;
	struct rpc_error error = {0};

	if (!name || !value || !reference)
		job_fail_with(job, RPC_INVALID_PARAMS, "ref, argument.name and argument.value are needed");
	else if (find_argument(job->mcp, reference, name, &prompt, &error) < 0)
		job_fail(job, &error);
	else if (!prompt && strcmp(name, "id") == 0)
		resources_complete_id(job, value);
	else
		complete(job, prompt, value);
}
