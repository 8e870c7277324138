#include "prompts.h"

#include "operation_tools.h"
#include "protocol.h"

#include <string.h>

static const struct prompt {
	const char *name;
	const char *title;
	const char *argument; /* that it has */
	const char *about;    /* that argument */
	const char *before;   /* the text, up to the argument's value */
	const char *behind;
	const char *without; /* the text without one */
} prompts[] = {
        {"test_project", "Run this project's tests in a sandbox", "command", "What runs the tests, such as make test",
	 "Run this project's tests in a sandbox. Find out which files they need, write them into one sandbox with the "
	 "tool "
	 "write_file, beneath /data, and run this command there: ",
	 ". If it takes long, use start_command and command_output. Tell which tests have failed and why, with the "
	 "lines "
	 "that show it, and delete the sandbox at the end.",
	 "Run this project's tests in a sandbox. Find out which files they need and which command runs them, write the "
	 "files "
	 "into one sandbox with the tool write_file, beneath /data, and run the command there. If it takes long, use "
	 "start_command and command_output. Tell which tests have failed and why, with the lines that show it, and "
	 "delete "
	 "the sandbox at the end."},
        {"explore_api", "Explore the sandbox API", "operation", "One operation, such as execute_sandboxes",
	 "Explain what the operation ",
	 " of the sandbox API does, with each argument and what it answers, by its schema and the documentation, and "
	 "show it "
	 "in a sandbox that you delete at the end.",
	 "Give an overview of the sandbox API: what there is to do with sandboxes and with volumes, and how they "
	 "belong "
	 "together. Look into the documentation, and show the most important operations in a sandbox that you delete "
	 "at the "
	 "end."},
};

void prompts_list(struct job *job)
{
	struct text text = {0};

	if (!job_wants_first_page(job))
		return;
	text_add(&text, "\"prompts\":[");
	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++)
		text_format(&text,
		            "%s{\"name\":\"%s\",\"title\":\"%s\",\"description\":\"%s\",\"arguments\":[{\"name\":\"%"
		            "s\",\"description\":\"%s\","
		            "\"required\":false}]}",
		            i > 0 ? "," : "", prompts[i].name, prompts[i].title, prompts[i].title, prompts[i].argument,
		            prompts[i].about);
	text_add(&text, job->modern ? "]" CACHED : "]");
	job_succeed_members(job, &text);
}

static const struct prompt *find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(prompts) / sizeof(prompts[0]); i++)
		if (strcmp(prompts[i].name, name) == 0)
			return &prompts[i];
	return NULL;
}

void prompts_get(struct job *job)
{
	const struct prompt *prompt = find(member_string(job->message.params, "name"));
	struct text text = {0}, words = {0};

	if (!prompt) {
		job_fail_with(job, RPC_INVALID_PARAMS, "there is no such prompt; prompts/list names them");
		return;
	}
	const char *value = member_string(sbx_json_get(job->message.params, "arguments"), prompt->argument);
	if (value && *value)
		text_format(&words, "%s`%s`%s", prompt->before, value, prompt->behind);
	else
		text_add(&words, prompt->without);
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

/* Of the operations' names; nothing else has values to choose from. */
void completion_complete(struct job *job)
{
	const sbx_json *argument = member_object(job->message.params, "argument");
	const sbx_json *reference = member_object(job->message.params, "ref");
	const char *name = member_string(argument, "name"), *value = member_string(argument, "value");
	const char *prompt = member_string(reference, "name");
	struct text text = {0};
	size_t found = 0;

	if (!name || !value || !reference) {
		job_fail_with(job, RPC_INVALID_PARAMS, "ref, argument.name and argument.value are needed");
		return;
	}
	bool is_operation = prompt && strcmp(prompt, "explore_api") == 0 && strcmp(name, "operation") == 0;
	text_add(&text, "\"completion\":{\"values\":[");
	for (size_t i = 0; is_operation && i < operation_tools_count; i++)
		if (strncmp(operation_tools[i].name, value, strlen(value)) == 0)
			text_format(&text, "%s\"%s\"", found++ > 0 ? "," : "", operation_tools[i].name);
	text_format(&text, "],\"total\":%zu,\"hasMore\":false}", found);
	job_succeed_members(job, &text);
}
