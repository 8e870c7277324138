#include "scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server.h"

int server_port;
const char *directory;
const char *lie;

static sbx_client *client; /* of the scenario that runs */

/* A fact that must hold of a success. */
#define HOLDS(condition) \
	do { \
		if (!(condition)) \
			lie = #condition; \
	} while (0)

/* Ends a scenario that has failed: the error says the same as the status. Making JSON has no error of its own. */
static sbx_status failed(sbx_status status, sbx_error *error)
{
	bool without = status == SBX_ERROR_OUT_OF_MEMORY && !error;
	if (!without && (sbx_error_code(error) != status || !*sbx_error_message(error)))
		lie = "the error is not that of the status";
	sbx_error_free(error);
	return status;
}

static void note_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	(void)user_data, (void)call_user_data;
	HOLDS(attempt->method && attempt->url);
}

static sbx_status open_client(const char *script, sbx_client **made)
{
	char url[64];
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_error *error = NULL;
	http.compression = SBX_COMPRESSION_ALL;
	if (strcmp(script, "packed") == 0)
		options.http = &http;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", server_port, script);
	options.api_key = "key";
	options.base_url = url;
	/* A failure that looks like a lost connection would be waited for. */
	options.max_retries = strcmp(script, "retry") == 0;
	options.on_attempt = note_attempt;
	sbx_status status = sbx_client_new(made, &options, &error);
	return status < 0 ? failed(status, error) : status;
}

/* Runs what needs a client, over a server that follows a script. */
static sbx_status with_client(const char *script, sbx_status (*run)(sbx_error **error))
{
	sbx_error *error = NULL;
	sbx_status status = open_client(script, &client);
	if (status < 0)
		return status;
	status = run(&error);
	sbx_client_free(client);
	client = NULL;
	return status < 0 ? failed(status, error) : SBX_OK;
}

#define SCENARIO(name, script) \
	static sbx_status do_##name(sbx_error **error); \
	static sbx_status name(void) \
	{ \
		return with_client(script, do_##name); \
	} \
	static sbx_status do_##name(sbx_error **error)

static void path_in(char path[256], const char *name)
{
	snprintf(path, 256, "%s/%s", directory, name);
}

/* ---- clients ---- */

static sbx_status construct(void)
{
	const sbx_pair headers[] = {{"X-One", "1"}, {"Accept", NULL}};
	const char *names[] = {"example.test:80:127.0.0.1"};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *made = NULL;
	sbx_client *copy = NULL;
	sbx_error *error = NULL;
	http.proxy = "http://user:password@127.0.0.1:9";
	http.no_proxy = "localhost,10.0.0.0/8";
	http.name_overrides = names;
	http.name_overrides_count = 1;
	options.api_key = "key";
	options.base_url = "https://server.test/base";
	options.default_headers = headers;
	options.default_headers_count = 2;
	options.http = &http;
	sbx_status status = sbx_client_new(&made, &options, &error);
	sbx_client_options changes = SBX_CLIENT_OPTIONS_INIT;
	changes.max_retries = 7;
	changes.default_headers = headers;
	changes.default_headers_count = 1;
	if (status == SBX_OK)
		status = sbx_client_with_options(made, &changes, &copy, &error);
	if (status == SBX_OK)
		HOLDS(sbx_client_max_retries(copy) == 7 && sbx_client_max_retries(made) == 2);
	sbx_client_free(made);
	sbx_client_free(copy);
	return status < 0 ? failed(status, error) : status;
}

SCENARIO(close_with_calls_under_way, "hang")
{
	sbx_call *call = NULL;
	sbx_status status = sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, error);
	if (status < 0)
		return status;
	sbx_client_poll(client, 0.01, NULL);
	sbx_client_close(client);
	while (sbx_client_poll(client, 0, NULL) == SBX_OK)
		;
	status = sbx_call_result(call, NULL, error);
	sbx_call_free(call);
	return status;
}

/* ---- synchronous calls ---- */

static sbx_status list(sbx_error **error)
{
	sbx_sandbox_list *answer = NULL;
	sbx_sandboxes_list_params params = SBX_SANDBOXES_LIST_PARAMS_INIT;
	params.page = 1;
	sbx_status status = sbx_sandboxes_list(client, &params, NULL, &answer, error);
	if (status == SBX_OK) {
		HOLDS(sbx_sandbox_list_data_count(answer) == 2);
		HOLDS(strcmp(sbx_sandbox_id(sbx_sandbox_list_data_at(answer, 1)), "sb-2") == 0);
		HOLDS(sbx_pagination_total_items(sbx_sandbox_list_pagination(answer)) == 2);
	}
	sbx_sandbox_list_free(answer);
	return status;
}

SCENARIO(a_list, "ok")
{
	return list(error);
}

SCENARIO(a_retry, "retry")
{
	return list(error);
}

SCENARIO(a_redirect, "redirect")
{
	return list(error);
}

SCENARIO(a_status_error, "missing")
{
	return list(error);
}

SCENARIO(an_answer_that_is_none, "html")
{
	return list(error);
}

SCENARIO(an_answer_that_is_cut, "cut")
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	return sbx_sandboxes_list(client, NULL, &options, NULL, error);
}

SCENARIO(a_deadline, "hang")
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 0.01;
	return sbx_sandboxes_list(client, NULL, &options, NULL, error);
}

SCENARIO(a_create, "ok")
{
	const sbx_pair env_vars[] = {{"A", "1"}, {"B", "2"}};
	sbx_sandboxes_create_params params = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox_resources resources = SBX_SANDBOX_RESOURCES_INIT;
	sbx_sandbox *answer = NULL;
	resources.cpus = 2;
	params.resources = &resources;
	params.env_vars = env_vars;
	params.env_vars_count = 2;
	params.image = "image";
	sbx_status status = sbx_sandboxes_create(client, &params, NULL, &answer, error);
	if (status == SBX_OK)
		HOLDS(strcmp(sbx_sandbox_status(answer), "running") == 0);
	sbx_sandbox_free(answer);
	return status;
}

SCENARIO(an_execute, "ok")
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *answer = NULL;
	sbx_response *response = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.response = &response;
	params.command = "echo said";
	sbx_status status = sbx_sandboxes_execute(client, "sb-1", &params, &options, &answer, error);
	if (status == SBX_OK) {
		HOLDS(strcmp(sbx_execution_stdout(answer), SERVER_OUTPUT) == 0);
		HOLDS(sbx_response_status(response) == 200);
	}
	sbx_execution_free(answer);
	sbx_response_free(response);
	return status;
}

SCENARIO(an_error_as_json, "missing")
{
	sbx_error *own = NULL;
	sbx_json *json = NULL;
	sbx_status status = sbx_sandboxes_list(client, NULL, NULL, NULL, &own);
	if (status == SBX_ERROR_NOT_FOUND) {
		status = sbx_error_to_json(own, &json);
		if (status == SBX_OK)
			HOLDS(sbx_json_integer(sbx_json_get(json, "http_status")) == 404);
		sbx_json_free(json);
		sbx_error_free(own);
		return status;
	}
	*error = own;
	return status;
}

static sbx_status upload(const sbx_source *source, sbx_error **error)
{
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_uploaded_file *answer = NULL;
	params.path = "/data/x";
	params.file = source;
	sbx_status status = sbx_sandboxes_upload(client, "sb-1", &params, NULL, &answer, error);
	if (status == SBX_OK)
		HOLDS(sbx_uploaded_file_size(answer) == 5);
	sbx_uploaded_file_free(answer);
	return status;
}

SCENARIO(an_upload_from_memory, "ok")
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "bytes";
	source.length = 5;
	return upload(&source, error);
}

SCENARIO(an_upload_from_a_path_again, "retry")
{
	char path[256];
	sbx_source source = SBX_SOURCE_INIT;
	path_in(path, "file");
	source.kind = SBX_SOURCE_PATH;
	source.path = path;
	return upload(&source, error);
}

static int64_t give_once(void *user_data, void *buffer, size_t capacity)
{
	bool *given = user_data;
	if (*given || capacity < 5)
		return 0;
	*given = true;
	memcpy(buffer, "bytes", 5);
	return 5;
}

SCENARIO(an_upload_of_unknown_length, "ok")
{
	bool given = false;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give_once;
	source.user_data = &given;
	return upload(&source, error);
}

static sbx_status download(const sbx_sink *sink, sbx_response **response, sbx_error **error)
{
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	params.path = "/data/x";
	params.into = sink;
	return sbx_sandboxes_download(client, "sb-1", &params, NULL, response, error);
}

SCENARIO(a_download_into_memory, "ok")
{
	sbx_response *response = NULL;
	sbx_status status = download(NULL, &response, error);
	if (status == SBX_OK)
		HOLDS(strcmp(sbx_response_body(response, NULL), SERVER_FILE) == 0);
	sbx_response_free(response);
	return status;
}

static sbx_status download_to_a_file(sbx_error **error)
{
	char path[256];
	struct stat there;
	sbx_sink sink = SBX_SINK_INIT;
	path_in(path, "downloaded");
	unlink(path);
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	sbx_status status = download(&sink, NULL, error);
	if (status == SBX_OK)
		HOLDS(stat(path, &there) == 0 && there.st_size == (off_t)strlen(SERVER_FILE));
	else
		HOLDS(stat(path, &there) != 0 || there.st_size == (off_t)strlen(SERVER_FILE));
	return status;
}

SCENARIO(a_download_to_a_file, "ok")
{
	return download_to_a_file(error);
}

SCENARIO(a_compressed_download_to_a_file, "packed")
{
	return download_to_a_file(error);
}

/* ---- custom requests ---- */

static sbx_status send_custom(const sbx_request *request, sbx_error **error)
{
	sbx_response *response = NULL;
	sbx_status status = sbx_client_send(client, request, NULL, &response, error);
	if (status == SBX_OK)
		HOLDS(sbx_json_count(sbx_json_get(sbx_response_json(response), "custom")) == 3);
	sbx_response_free(response);
	return status;
}

SCENARIO(a_custom_request_with_json, "ok")
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_json *json = sbx_json_new_object();
	sbx_status status = json ? sbx_json_set(json, "a", sbx_json_new_integer(1)) : SBX_ERROR_OUT_OF_MEMORY;
	request.method = "PUT";
	request.url = "v1/any?x=1";
	request.json = json;
	if (status == SBX_OK)
		status = send_custom(&request, error);
	sbx_json_free(json);
	return status;
}

SCENARIO(a_custom_request_with_a_form, "ok")
{
	const sbx_pair form[] = {{"a b", "c&d"}, {"e", ""}};
	sbx_request request = SBX_REQUEST_INIT;
	request.method = "POST";
	request.url = "/v1/any";
	request.form = form;
	request.form_count = 2;
	return send_custom(&request, error);
}

SCENARIO(a_custom_request_with_parts, "ok")
{
	sbx_source source = SBX_SOURCE_INIT;
	sbx_part parts[] = {SBX_PART_INIT, SBX_PART_INIT};
	sbx_request request = SBX_REQUEST_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "bytes";
	source.length = 5;
	parts[0].name = "text";
	parts[0].text = "value";
	parts[1].name = "file";
	parts[1].source = &source;
	request.method = "POST";
	request.url = "/v1/any";
	request.parts = parts;
	request.parts_count = 2;
	return send_custom(&request, error);
}

/* ---- started calls ---- */

static void count_done(void *user_data, sbx_call *call)
{
	(void)call;
	++*(int *)user_data;
}

static void poll_all(void)
{
	while (sbx_client_poll(client, 5, NULL) == SBX_OK)
		;
	HOLDS(sbx_client_in_flight(client) == 0);
}

static sbx_status start_and_poll(sbx_error **error)
{
	int done = 0;
	sbx_call *call = NULL;
	sbx_sandbox_list *answer = NULL;
	sbx_status status = sbx_sandboxes_list_start(client, NULL, NULL, count_done, &done, &call, error);
	if (status < 0)
		return status;
	poll_all();
	HOLDS(done == 1 && sbx_call_is_done(call));
	status = sbx_call_result_sandbox_list(call, &answer, error);
	if (status == SBX_OK)
		HOLDS(sbx_sandbox_list_data_count(answer) == 2);
	sbx_sandbox_list_free(answer);
	sbx_call_free(call);
	return status;
}

SCENARIO(a_started_call, "ok")
{
	return start_and_poll(error);
}

SCENARIO(a_started_call_that_is_retried, "retry")
{
	return start_and_poll(error);
}

SCENARIO(started_calls_in_a_queue, "ok")
{
	sbx_call *calls[3] = {NULL};
	sbx_call *next = NULL;
	sbx_status status = SBX_OK;
	int finished = 0;
	int started = 0;
	for (; started < 3 && status == SBX_OK; started++)
		status = sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &calls[started], error);
	if (status < 0)
		started--;
	poll_all();
	while (sbx_client_next(client, &next) == SBX_OK) {
		if (status == SBX_OK)
			status = sbx_call_result(next, NULL, error);
		finished++;
	}
	HOLDS(finished == started);
	for (int index = 0; index < started; index++)
		sbx_call_free(calls[index]);
	return status;
}

SCENARIO(a_started_upload_that_waits_for_its_thread, "ok")
{
	bool given = false;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_call *call = NULL;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give_once;
	source.user_data = &given;
	params.path = "/data/x";
	params.file = &source;
	sbx_status status = sbx_sandboxes_upload_start(client, "sb-1", &params, NULL, NULL, NULL, &call, error);
	if (status < 0)
		return status;
	status = sbx_call_wait(call, SBX_FOREVER, error);
	if (status == SBX_OK)
		status = sbx_call_result(call, NULL, error);
	sbx_call_free(call);
	return status;
}

SCENARIO(a_cancelled_call, "hang")
{
	sbx_call *call = NULL;
	sbx_status status = sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, error);
	if (status < 0)
		return status;
	sbx_client_poll(client, 0.01, NULL);
	sbx_call_cancel(call);
	poll_all();
	status = sbx_call_result(call, NULL, error);
	sbx_call_free(call);
	return status;
}

SCENARIO(a_cancel_of_many, "hang")
{
	sbx_cancel *cancel = NULL;
	sbx_call *calls[2] = {NULL};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_status status = sbx_cancel_new(&cancel, error);
	options.cancel = cancel;
	for (int index = 0; index < 2 && status == SBX_OK; index++)
		status = sbx_sandboxes_list_start(client, NULL, &options, NULL, NULL, &calls[index], error);
	sbx_cancel_fire(cancel);
	poll_all();
	if (status == SBX_OK)
		status = sbx_sandboxes_list(client, NULL, &options, NULL, error);
	sbx_call_free(calls[0]);
	sbx_call_free(calls[1]);
	sbx_cancel_free(cancel);
	return status;
}

/* ---- streams ---- */

static sbx_status open_download(sbx_stream **stream, sbx_error **error)
{
	static const char text[] = "{\"id\": \"sb-1\", \"path\": \"/x\"}";
	sbx_json *arguments = NULL;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_status status = sbx_json_parse(text, strlen(text), &arguments, error);
	request.operation = sbx_operation_find("sandboxes.download");
	request.arguments = arguments;
	if (status == SBX_OK)
		status = sbx_client_open(client, &request, NULL, stream, error);
	sbx_json_free(arguments);
	return status;
}

static sbx_status read_stream(sbx_error **error)
{
	char bytes[100];
	size_t sum = 0;
	size_t got;
	sbx_stream *stream = NULL;
	sbx_status status = open_download(&stream, error);
	while (status == SBX_OK) {
		status = sbx_stream_read(stream, bytes + sum, sizeof bytes - sum, &got, error);
		sum += status == SBX_OK ? got : 0;
	}
	if (status == SBX_DONE)
		HOLDS(sum == strlen(SERVER_FILE) && memcmp(bytes, SERVER_FILE, sum) == 0);
	sbx_stream_free(stream);
	return status;
}

SCENARIO(a_stream, "retry")
{
	return read_stream(error);
}

SCENARIO(a_compressed_stream, "packed")
{
	return read_stream(error);
}

SCENARIO(a_stream_by_lines, "ok")
{
	const char *line = NULL;
	sbx_stream *stream = NULL;
	sbx_status status = open_download(&stream, error);
	if (status == SBX_OK)
		status = sbx_stream_line(stream, &line, NULL, error);
	if (status == SBX_OK) {
		HOLDS(strcmp(line, SERVER_FILE) == 0);
		status = sbx_stream_line(stream, &line, NULL, error);
	}
	sbx_stream_free(stream);
	return status;
}

SCENARIO(a_stream_to_a_file, "ok")
{
	char path[256];
	sbx_sink sink = SBX_SINK_INIT;
	sbx_stream *stream = NULL;
	path_in(path, "saved");
	unlink(path);
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	sbx_status status = open_download(&stream, error);
	if (status == SBX_OK)
		status = sbx_stream_save(stream, &sink, error);
	sbx_stream_free(stream);
	return status;
}

SCENARIO(a_stream_that_is_left, "ok")
{
	sbx_stream *stream = NULL;
	sbx_status status = open_download(&stream, error);
	sbx_stream_free(stream);
	return status;
}

typedef struct reading {
	char output[32];
	int results;
	sbx_status status;
	sbx_error *error;
} reading;

static void read_events(void *user_data, sbx_execution_stream *stream)
{
	reading *own = user_data;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	while (own->status >= 0 && own->status != SBX_DONE) {
		own->status = sbx_execution_stream_next(stream, &event, &own->error);
		if (own->status != SBX_OK)
			break;
		if (event.kind == SBX_EXECUTION_STDOUT)
			strncat(own->output, event.data, event.length);
		own->results += event.kind == SBX_EXECUTION_RESULT;
	}
}

static sbx_status check_events(reading *own, sbx_error **error)
{
	if (own->status == SBX_DONE)
		HOLDS(own->results == 1 && strcmp(own->output, SERVER_OUTPUT) == 0);
	*error = own->error;
	return own->status;
}

SCENARIO(an_execution_as_it_happens, "ok")
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution_stream *stream = NULL;
	reading own = {.status = SBX_OK};
	params.command = "echo said";
	sbx_status status = sbx_sandboxes_execute_stream(client, "sb-1", &params, NULL, &stream, error);
	if (status < 0)
		return status;
	read_events(&own, stream);
	sbx_execution_stream_free(stream);
	return check_events(&own, error);
}

SCENARIO(a_started_execution_as_it_happens, "ok")
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution_stream *stream = NULL;
	reading own = {.status = SBX_OK};
	params.command = "echo said";
	sbx_status status =
	        sbx_sandboxes_execute_stream_start(client, "sb-1", &params, NULL, read_events, &own, &stream, error);
	if (status < 0)
		return status;
	poll_all();
	sbx_execution_stream_free(stream);
	return check_events(&own, error);
}

/* ---- the comfortable layer ---- */

SCENARIO(a_session, "ok")
{
	sbx_session *session = NULL;
	sbx_execution *execution = NULL;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	char *data = NULL;
	size_t length = 0;
	run.check = SBX_FLAG_YES;
	sbx_status status = sbx_session_create(client, NULL, NULL, &session, error);
	if (status == SBX_OK)
		status = sbx_session_run(session, "echo said", &run, NULL, &execution, error);
	if (status == SBX_OK)
		status = sbx_session_write(session, "/data/x", "bytes", 5, NULL, error);
	if (status == SBX_OK)
		status = sbx_session_read(session, "/data/x", NULL, &data, &length, error);
	if (status == SBX_OK) {
		HOLDS(strcmp(sbx_execution_stdout(execution), SERVER_OUTPUT) == 0);
		HOLDS(length == strlen(SERVER_FILE));
		status = sbx_session_close(session, NULL, error);
	}
	sbx_string_free(data);
	sbx_execution_free(execution);
	sbx_session_free(session);
	return status;
}

static sbx_status move_directory(bool up, sbx_error **error)
{
	char path[256];
	sbx_session *session = NULL;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	transfer.directory = SBX_FLAG_YES;
	path_in(path, "tree");
	sbx_status status = sbx_session_adopt(client, "sb-1", NULL, &session, error);
	if (status == SBX_OK)
		status = up ? sbx_session_upload(session, path, "/data/tree", &transfer, NULL, error)
		            : sbx_session_download(session, "/data/tree", path, &transfer, NULL, error);
	sbx_session_free(session);
	return status;
}

SCENARIO(a_directory_up, "ok")
{
	return move_directory(true, error);
}

SCENARIO(a_directory_down, "ok")
{
	return move_directory(false, error);
}

SCENARIO(a_directory_up_by_the_server, "tarless")
{
	return move_directory(true, error);
}

SCENARIO(a_directory_down_by_the_server, "tarless")
{
	return move_directory(false, error);
}

SCENARIO(all_pages, "ok")
{
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	int items = 0;
	sbx_status status = sbx_sandboxes_each(client, NULL, NULL, &pages, error);
	while (status == SBX_OK && (status = sbx_sandboxes_next(pages, &sandbox, error)) == SBX_OK)
		items++;
	if (status == SBX_DONE)
		HOLDS(items == 2);
	sbx_pages_free(pages);
	return status;
}

SCENARIO(leftovers, "ok")
{
	sbx_leftovers *found = NULL;
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	params.name_prefix = "session-";
	sbx_status status = sbx_leftovers_delete(client, &params, NULL, &found, error);
	if (status == SBX_OK)
		HOLDS(sbx_leftovers_count(found) == 1);
	sbx_leftovers_free(found);
	return status;
}

SCENARIO(started_leftovers, "ok")
{
	sbx_call *call = NULL;
	sbx_leftovers *found = NULL;
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	params.name_prefix = "session-";
	sbx_status status = sbx_leftovers_delete_start(client, &params, NULL, NULL, NULL, &call, error);
	if (status == SBX_OK)
		status = sbx_call_wait(call, SBX_FOREVER, error);
	if (status == SBX_OK)
		status = sbx_call_result_leftovers(call, &found, error);
	sbx_call_free(call);
	if (status == SBX_OK)
		HOLDS(sbx_leftovers_count(found) == 1);
	sbx_leftovers_free(found);
	return status;
}

static void check_results(sbx_run_results *results)
{
	HOLDS(sbx_run_results_count(results) == 3);
	for (size_t index = 0; index < 3; index++) {
		const sbx_run_result *one = sbx_run_results_at(results, index);
		HOLDS((one->status == SBX_OK) == (one->error == NULL));
		if (one->status == SBX_OK)
			HOLDS(strcmp(sbx_execution_stdout(one->execution), SERVER_OUTPUT) == 0);
		else
			HOLDS(sbx_error_code(one->error) == one->status);
	}
	sbx_run_results_free(results);
}

static const char *const many_ids[] = {"sb-1", "sb-2", "sb-3"};

SCENARIO(a_command_in_many, "ok")
{
	sbx_run_many_options many = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_run_results *results = NULL;
	many.concurrency = 2;
	sbx_status status = sbx_run_many(client, many_ids, 3, "echo said", &many, NULL, &results, error);
	if (status == SBX_OK)
		check_results(results);
	return status;
}

static sbx_status start_many(sbx_call **call, sbx_error **error)
{
	sbx_run_many_options many = SBX_RUN_MANY_OPTIONS_INIT;
	many.concurrency = 2;
	return sbx_run_many_start(client, many_ids, 3, "echo said", &many, NULL, NULL, NULL, call, error);
}

SCENARIO(a_started_command_in_many, "ok")
{
	sbx_call *call = NULL;
	sbx_run_results *results = NULL;
	sbx_status status = start_many(&call, error);
	if (status == SBX_OK)
		status = sbx_call_wait(call, SBX_FOREVER, error);
	if (status == SBX_OK)
		status = sbx_call_result_run_results(call, &results, error);
	sbx_call_free(call);
	if (status == SBX_OK)
		check_results(results);
	return status;
}

SCENARIO(a_command_in_many_that_is_cancelled, "hang")
{
	sbx_call *call = NULL;
	sbx_run_results *results = NULL;
	sbx_status status = start_many(&call, error);
	if (status < 0)
		return status;
	sbx_client_process(client, NULL);
	sbx_call_cancel(call);
	HOLDS(sbx_call_is_done(call));
	status = sbx_call_result_run_results(call, &results, error);
	sbx_call_free(call);
	if (status == SBX_OK)
		HOLDS(sbx_run_results_failed(results) == 3);
	sbx_run_results_free(results);
	return status;
}

/* ---- JSON ---- */

static sbx_status json_edges(void)
{
	static const char text[] =
	        "{\"a\": [1, -2.5e3, \"\\ud83d\\ude00\\u0000\", null, true, {\"a\": {}, \"a\": []}], "
	        "\"big\": 18446744073709551616, \"\": {}}";
	sbx_json *json = NULL;
	sbx_json *copy = NULL;
	char *printed = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_json_parse(text, strlen(text), &json, &error);
	if (status < 0)
		return failed(status, error);
	HOLDS(sbx_json_count(sbx_json_get(json, "a")) == 6);
	copy = sbx_json_copy(json);
	status = copy ? sbx_json_print(copy, 2, &printed, NULL) : SBX_ERROR_OUT_OF_MEMORY;
	if (status == SBX_OK)
		HOLDS(strstr(printed, "\\u0000") != NULL);
	sbx_string_free(printed);
	sbx_json_free(copy);
	sbx_json_free(json);
	return status;
}

const scenario scenarios[] = {
        {"construct", construct, SBX_OK, false},
        {"close with calls under way", close_with_calls_under_way, SBX_ERROR_CLOSED, false},
        {"a list", a_list, SBX_OK, false},
        {"a retry", a_retry, SBX_OK, false},
        {"a redirect", a_redirect, SBX_OK, false},
        {"a status error", a_status_error, SBX_ERROR_NOT_FOUND, false},
        {"an answer that is none", an_answer_that_is_none, SBX_ERROR_RESPONSE_VALIDATION, false},
        {"an answer that is cut", an_answer_that_is_cut, SBX_ERROR_CONNECTION, false},
        {"a deadline", a_deadline, SBX_ERROR_TIMEOUT, false},
        {"a create", a_create, SBX_OK, false},
        {"an execute", an_execute, SBX_OK, false},
        {"an error as JSON", an_error_as_json, SBX_OK, false},
        {"an upload from memory", an_upload_from_memory, SBX_OK, false},
        {"an upload from a path, again", an_upload_from_a_path_again, SBX_OK, false},
        {"an upload of unknown length", an_upload_of_unknown_length, SBX_OK, false},
        {"a download into memory", a_download_into_memory, SBX_OK, false},
        {"a download to a file", a_download_to_a_file, SBX_OK, false},
        {"a compressed download to a file", a_compressed_download_to_a_file, SBX_OK, false},
        {"a custom request with JSON", a_custom_request_with_json, SBX_OK, false},
        {"a custom request with a form", a_custom_request_with_a_form, SBX_OK, false},
        {"a custom request with parts", a_custom_request_with_parts, SBX_OK, false},
        {"a started call", a_started_call, SBX_OK, false},
        {"a started call that is retried", a_started_call_that_is_retried, SBX_OK, false},
        {"started calls in a queue", started_calls_in_a_queue, SBX_OK, false},
        {"a started upload that is waited for", a_started_upload_that_waits_for_its_thread, SBX_OK, false},
        {"a cancelled call", a_cancelled_call, SBX_ERROR_CANCELLED, false},
        {"a cancel of many", a_cancel_of_many, SBX_ERROR_CANCELLED, false},
        {"a stream", a_stream, SBX_OK, false},
        {"a compressed stream", a_compressed_stream, SBX_OK, false},
        {"a stream by lines", a_stream_by_lines, SBX_OK, false},
        {"a stream to a file", a_stream_to_a_file, SBX_OK, false},
        {"a stream that is left", a_stream_that_is_left, SBX_OK, false},
        {"an execution as it happens", an_execution_as_it_happens, SBX_OK, false},
        {"a started execution as it happens", a_started_execution_as_it_happens, SBX_OK, false},
        {"a session", a_session, SBX_OK, false},
        {"a directory up", a_directory_up, SBX_OK, true},
        {"a directory down", a_directory_down, SBX_OK, true},
        {"a directory up by the server", a_directory_up_by_the_server, SBX_OK, true},
        {"a directory down by the server", a_directory_down_by_the_server, SBX_OK, true},
        {"all pages", all_pages, SBX_OK, false},
        {"leftovers", leftovers, SBX_OK, false},
        {"started leftovers", started_leftovers, SBX_OK, false},
        {"a command in many", a_command_in_many, SBX_OK, false},
        {"a started command in many", a_started_command_in_many, SBX_OK, false},
        {"a command in many that is cancelled", a_command_in_many_that_is_cancelled, SBX_OK, false},
        {"JSON edges", json_edges, SBX_OK, false},
};

const size_t scenarios_count = sizeof scenarios / sizeof scenarios[0];
