#include "comfortable.h"

#include "command.h"
#include "content.h"
#include "download.h"
#include "place.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

#define PATH(what) "\"path\":{\"type\":\"string\",\"description\":\"" what "\"}"
#define RUN_DEFINITION \
	"{\"name\":\"run\",\"title\":\"Run a command\",\"description\":\"Runs a shell command in a sandbox, and " \
	"gives its output and exit code\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" COMMAND_PROPERTIES "," PLACE_PROPERTY "}," \
	"\"required\":[\"command\"],\"additionalProperties\":false}," \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"stdout\":{\"type\":\"string\"}," \
	"\"stderr\":{\"type\":\"string\"},\"exit_code\":{\"type\":[\"integer\",\"null\"]}," \
	"\"status\":{\"type\":[\"string\",\"null\"]},\"sandbox_id\":{\"type\":\"string\"}," \
	"\"truncated\":{\"type\":\"boolean\"}},\"required\":[\"stdout\",\"stderr\"]}," TOOL_HINTS("false", "true", \
	                                                                                          "false", "true") "}"

#define READ_DEFINITION \
	"{\"name\":\"read_file\",\"title\":\"Read a file\",\"description\":\"Reads a file of a sandbox: text as " \
	"text, other bytes in base64\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" PATH( \
	        "Such as /data/notes.txt") "," READ_PLACE_PROPERTY "}," \
	                                   "\"required\":[\"path\"],\"additionalProperties\":false}," TOOL_HINTS( \
	                                           "true", "false", "true", "false") "}"

#define WRITE_DEFINITION \
	"{\"name\":\"write_file\",\"title\":\"Write a file\",\"description\":\"Writes a file of a sandbox, in place " \
	"of what is there\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" PATH( \
	        "Such as /data/notes.txt") "," \
	                                   "\"content\":{\"type\":\"string\"}," \
	                                   "\"encoding\":{\"type\":\"string\",\"enum\":[\"text\",\"base64\"]," \
	                                   "\"description\":\"Of content; text if left " \
	                                   "out\"}," PLACE_PROPERTY \
	                                   "},\"required\":[\"path\",\"content\"],\"additionalProperties\":false}" \
	                                   "," TOOL_HINTS("false", "true", "true", "false") "}"

#define LIST_DEFINITION \
	"{\"name\":\"list_files\",\"title\":\"List files\",\"description\":\"Lists a directory of a sandbox, as ls " \
	"-lA does\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" PATH( \
	        "A directory; /data if left out") "," READ_PLACE_PROPERTY "}," \
	                                          "\"additionalProperties\":false}," TOOL_HINTS("true", "false", \
						                                                "true", "false") "}"

struct comfortable_work {
	char *id;                 /* of the sandbox */
	struct content content;   /* that is written */
	struct download download; /* that is read */
	struct command *command;
	place_then *then; /* what is done in the sandbox */
};

static void cancel_work(void *given)
{
	const struct comfortable_work *work = given;

	if (work->command)
		command_cancel(work->command);
}

static void free_work(void *given)
{
	struct comfortable_work *work = given;

	command_free(work->command);
	free(work->id);
	content_free(&work->content);
	download_free(&work->download);
	free(work);
}

static const sbx_json *arguments_of(const struct job *job)
{
	return sbx_json_get(job->message.params, "arguments");
}

static const char *text_argument(const struct job *job, const char *name)
{
	return member_string(arguments_of(job), name);
}

/* ---- where ---- */

/* Whether there is memory for the work; else the job is done. */
static bool prepare(struct job *job, place_then *then)
{
	struct comfortable_work *work = job->work = calloc(1, sizeof(*work));

	if (!work) {
		job_fail_with(job, RPC_INTERNAL, "out of memory");
		return false;
	}
	work->then = then;
	job->free_work = free_work;
	job->cancel_work = cancel_work;
	return true;
}

/* Finds the sandbox that the arguments name. */
static void begin(struct job *job, place_then *then)
{
	if (prepare(job, then))
		place_find(job, text_argument(job, "sandbox"), then);
}

/* Whether there is a sandbox to go on in; else the job is done. */
static bool is_there(struct job *job, const char *id, sbx_json *refusal)
{
	struct comfortable_work *work = job->work;

	if (id && !job->cancelled && (work->id = strdup(id)))
		return true;
	job_succeed(job, refusal);
	return false;
}

static void call(struct job *job, const char *operation, sbx_json *arguments, const sbx_request_options *options,
                 sbx_call_callback on_done)
{
	struct comfortable_work *work = job->work;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_error *error = NULL;

	sbx_json_set(arguments, "id", sbx_json_new_string(work->id, strlen(work->id)));
	request.operation = sbx_operation_find(operation);
	request.arguments = arguments;
	sbx_status status = job_call(job, &request, options, on_done, &error);
	sbx_json_free(arguments);
	if (status < 0)
		job_succeed(job, result_of_error(error));
}

/* What is left of the attempt is dropped: there may be another. */
static void fail(struct job *job, sbx_error *error)
{
	struct comfortable_work *work = job->work;
	char *id = work->id;

	command_free(work->command);
	download_free(&work->download);
	work->command = NULL;
	work->id = NULL;
	place_fail(job, text_argument(job, "sandbox"), id, error, work->then);
	free(id);
}

/* Gives out the response, or answers with the error. */
static bool finish(struct job *job, sbx_response **response)
{
	sbx_error *error = NULL;

	if (job_call_result(job, response, &error) >= 0)
		return true;
	fail(job, error);
	return false;
}

static void pass_on(const struct job *job, sbx_json *arguments, const char *name, const char *as)
{
	const sbx_json *value = sbx_json_get(arguments_of(job), name);

	if (value)
		sbx_json_set(arguments, as, sbx_json_copy(value));
}

/* ---- run ---- */

static void add_output(sbx_json *result, const char *name, const sbx_json *answer)
{
	size_t length = 0;
	const char *output = sbx_json_string(sbx_json_get(answer, name), &length);

	sbx_json_set(result, name, sbx_json_new_string(output ? output : "", length));
}

static sbx_json *run_result(const struct job *job, const sbx_json *answer)
{
	const struct comfortable_work *work = job->work;
	sbx_json *result = sbx_json_new_object();

	add_output(result, "stdout", answer);
	add_output(result, "stderr", answer);
	if (sbx_json_get(answer, "exit_code"))
		sbx_json_set(result, "exit_code", sbx_json_copy(sbx_json_get(answer, "exit_code")));
	if (sbx_json_get(answer, "status"))
		sbx_json_set(result, "status", sbx_json_copy(sbx_json_get(answer, "status")));
	sbx_json_set(result, "sandbox_id", sbx_json_new_string(work->id, strlen(work->id)));
	bool truncated = sbx_json_boolean(sbx_json_get(answer, "stdout_truncated"));
	truncated |= sbx_json_boolean(sbx_json_get(answer, "stderr_truncated"));
	sbx_json_set(result, "truncated", sbx_json_new_boolean(truncated));
	return result_cut(result, NULL, RESULT_OUTPUT_WAY);
}

static void on_run(void *context, const sbx_json *execution, sbx_error *error)
{
	struct job *job = context;

	if (execution)
		job_succeed(job, run_result(job, execution));
	else
		fail(job, error);
}

static void run_in(struct job *job, const char *id, sbx_json *refusal)
{
	static const struct command_events events = {NULL, job_output, on_run};
	struct comfortable_work *work = job->work;
	sbx_error *error = NULL;

	if (!is_there(job, id, refusal))
		return;
	work->command = command_new(job->mcp, id, arguments_of(job), &events, job, &error);
	if (!work->command)
		fail(job, error);
}

static void run(struct job *job, const sbx_json *arguments)
{
	(void)arguments;
	begin(job, run_in);
}

/* ---- files ---- */

static void on_read(void *user_data, sbx_call *done)
{
	struct job *job = user_data;
	const struct comfortable_work *work = job->work;
	const struct download *download = &work->download;
	sbx_error *error = NULL;

	(void)done;
	if (job_call_result(job, NULL, &error) >= 0) {
		job_succeed(job, result_file(work->id, text_argument(job, "path"), download_bytes(download),
		                             download->bytes.length, job->has_links));
	} else if (download->is_too_large) {
		sbx_error_free(error);
		job_succeed(job, result_refusal(DOWNLOAD_TOO_LARGE));
	} else {
		fail(job, error);
	}
}

static void read_in(struct job *job, const char *id, sbx_json *refusal)
{
	struct comfortable_work *work = job->work;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;

	if (!is_there(job, id, refusal))
		return;
	download_begin(&work->download);
	options.sink = &work->download.sink;
	sbx_json *arguments = sbx_json_new_object();
	pass_on(job, arguments, "path", "path");
	call(job, "sandboxes.download", arguments, &options, on_read);
}

static void read_file(struct job *job, const sbx_json *arguments)
{
	(void)arguments;
	begin(job, read_in);
}

static void on_written(void *user_data, sbx_call *done)
{
	struct job *job = user_data;
	sbx_response *response = NULL;

	(void)done;
	if (finish(job, &response))
		job_succeed(job, result_text("written", 7, false));
	sbx_response_free(response);
}

static void write_in(struct job *job, const char *id, sbx_json *refusal)
{
	const struct comfortable_work *work = job->work;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;

	if (!is_there(job, id, refusal))
		return;
	options.source = &work->content.source;
	sbx_json *arguments = sbx_json_new_object();
	pass_on(job, arguments, "path", "path");
	call(job, "sandboxes.upload", arguments, &options, on_written);
}

static void write_file(struct job *job, const sbx_json *arguments)
{
	if (!prepare(job, write_in))
		return;
	struct comfortable_work *work = job->work;
	const char *complaint = content_read(&work->content, arguments, "content");
	if (complaint)
		job_succeed(job, result_refusal(complaint));
	else
		place_find(job, text_argument(job, "sandbox"), write_in);
}

static void on_listed(void *user_data, sbx_call *done)
{
	struct job *job = user_data;
	sbx_response *response = NULL;
	size_t length = 0;

	(void)done;
	if (finish(job, &response)) {
		const sbx_json *answer = sbx_response_json(response);
		bool failed = sbx_json_integer(sbx_json_get(answer, "exit_code")) != 0;
		const char *words = sbx_json_string(sbx_json_get(answer, failed ? "stderr" : "stdout"), &length);
		job_succeed(job, result_lines(words ? words : "", length, failed,
		                              "A command such as ls -lA | tail -n +1000 gives the rest"));
	}
	sbx_response_free(response);
}

static void list_in(struct job *job, const char *id, sbx_json *refusal)
{
	static const char command[] = "ls -lA -- \"$SANDBOX_SDK_PATH\"";
	const char *path = text_argument(job, "path");

	if (!is_there(job, id, refusal))
		return;
	if (!path)
		path = "/data";
	sbx_json *arguments = sbx_json_new_object();
	sbx_json *variables = sbx_json_new_object();
	sbx_json_set(variables, "SANDBOX_SDK_PATH", sbx_json_new_string(path, strlen(path)));
	sbx_json_set(arguments, "command", sbx_json_new_string(command, sizeof(command) - 1));
	sbx_json_set(arguments, "env", variables);
	call(job, "sandboxes.execute", arguments, NULL, on_listed);
}

static void list_files(struct job *job, const sbx_json *arguments)
{
	(void)arguments;
	begin(job, list_in);
}

const struct simple_tool comfortable_tools[] = {
        {"run", false, RUN_DEFINITION, run},
        {"read_file", true, READ_DEFINITION, read_file},
        {"write_file", false, WRITE_DEFINITION, write_file},
        {"list_files", true, LIST_DEFINITION, list_files},
};

const size_t comfortable_tools_count = sizeof(comfortable_tools) / sizeof(comfortable_tools[0]);
