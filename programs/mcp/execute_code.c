#include "execute_code.h"

#include "mcp.h"
#include "result.h"
#include "script.h"

#include <string.h>

#define SECONDS_DEFAULT 60

#define SCRIPT(calls, example, hints) \
	"{\"name\":\"execute_code\",\"title\":\"Run a script\",\"description\":\"Runs a Lua 5.4 script that calls " \
	"the operations of the sandbox API" calls ": an " \
	"id comes first, other arguments are in a table, answers are tables. An error of the API is raised, with " \
	"code " \
	"and message. parallel(list, f) calls f(item) for all items side by side and returns the list of what they " \
	"return. describe() lists the operations, describe('sandboxes." example "') the arguments of one. print(), " \
	"json.encode(), json.decode(); no files, network, modules or clock\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\",\"description\":\"What " \
	"it " \
	"prints and returns is the answer\"},\"timeout\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":600," \
	"\"description\":\"Seconds; 60 if left out\"}},\"required\":[\"code\"],\"additionalProperties\":false}," \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"output\":{\"type\":\"string\"},\"result\":{}," \
	"\"calls\":{\"type\":\"integer\"},\"truncated\":{\"type\":\"boolean\"}},\"required\":[\"output\",\"calls\"," \
	"\"truncated\"]}," hints "}"

#define DEFINITION \
	SCRIPT(": for loops, filters and many calls at once. client.sandboxes:create{name='x'}, " \
	       "client.sandboxes:execute(id, {command='ls'}), client.volumes:list{}", \
	       "execute", TOOL_HINTS("false", "true", "false", "true"))
#define READING \
	SCRIPT(" that change nothing: for loops, filters and many calls at once. client.sandboxes:list{}, " \
	       "client.sandboxes:download(id, {path='/data/x'})", \
	       "list", TOOL_HINTS("true", "false", "true", "false"))

/* What went wrong, and what it had printed until then. */
static sbx_json *failure_result(const struct script_end *end)
{
	struct text text = {0};

	text_add(&text, end->failure);
	if (end->printed->length > 0) {
		text_add(&text, "\n\nIt had printed:\n");
		text_append(&text, end->printed->data, end->printed->length);
	}
	sbx_json *words = text.failed ? NULL : text_words(&text);
	size_t length = 0;
	const char *shown = sbx_json_string(words, &length);
	sbx_json *result = words ? result_lines(shown, length, true, "Print less") : NULL;
	sbx_json_free(words);
	text_free(&text);
	return result;
}

static sbx_json *success_result(const struct script_end *end)
{
	sbx_json *value = sbx_json_new_object();

	sbx_json_set(value, "output", text_words(end->printed));
	if (end->result && sbx_json_type_of(end->result) != SBX_JSON_NULL)
		sbx_json_set(value, "result", sbx_json_copy(end->result));
	sbx_json_set(value, "calls", sbx_json_new_integer(end->calls));
	sbx_json_set(value, "truncated", sbx_json_new_boolean(end->truncated));
	return result_cut(value, "result", "Return less, or leave it in a file of a sandbox and read parts of that");
}

static void on_end(struct job *job, struct script_end *end)
{
	sbx_json *result = end->failure ? failure_result(end) : success_result(end);

	job_succeed(job, result);
}

static void start(struct job *job, const sbx_json *arguments)
{
	const sbx_json *timeout = sbx_json_get(arguments, "timeout");
	int64_t seconds = timeout ? sbx_json_integer(timeout) : SECONDS_DEFAULT;
	size_t length = 0;
	const char *code = sbx_json_string(sbx_json_get(arguments, "code"), &length);
	const char *complaint = script_start(job, code, length, seconds, on_end);
	if (complaint)
		job_succeed(job, result_refusal(complaint));
}

const struct simple_tool code_tools[] = {
        {"execute_code", false, DEFINITION, start},
};

const struct simple_tool code_reading_tools[] = {
        {"execute_code", true, READING, start},
};

const size_t code_tools_count = sizeof(code_tools) / sizeof(code_tools[0]);
