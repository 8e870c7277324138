/* Sessions, against a server of the test's own that has one sandbox. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loopback.h"
#include "session_calls.h"
#include "support.h"

/* What the server has and how it behaves. The server's thread and the test take turns: no lock is needed. */
typedef struct world {
	char name[160]; /* of the sandbox, as it was created */
	bool exists;
	int lists;             /* how often the list was asked for */
	int deletes;           /* and a deletion */
	int ready_after;       /* so many lists, the sandbox is ready; -1: never */
	const char *failed_as; /* the state that it is in instead */
	bool hidden;           /* the list does not show it */
	bool lose_create;      /* no answer comes to a creation */
	bool garble_create;    /* a page of HTML comes */
	bool nameless_create;  /* the answer has no identifier */
	int fail_deletes;      /* so many are answered with 403 */
	const char *execution; /* the answer to each command */
	char *content;         /* of the last file that was written: the whole request */
	size_t content_length;
} world;

static void describe(const world *served, sbx__buffer *body)
{
	const char *status = served->ready_after >= 0 && served->lists >= served->ready_after ? "running" : "pending";
	sbx__buffer_format(body, "{\"id\":\"sbx-1\",\"name\":\"%s\",\"status\":\"%s\"}", served->name,
	                   served->failed_as ? served->failed_as : status);
}

static void create(world *served, const char *request, sbx__buffer *answer)
{
	sbx__buffer body = {0};
	const char *name = strstr(request, "\"name\":\"");
	assert_non_null(name);
	snprintf(served->name, sizeof served->name, "%.*s", (int)strcspn(name + 8, "\""), name + 8);
	served->exists = true;
	describe(served, &body);
	if (served->garble_create)
		loopback_json(answer, 200, "<html>");
	else if (served->nameless_create)
		loopback_json(answer, 200, "{}");
	else if (!served->lose_create)
		loopback_json(answer, 200, body.data);
	sbx__buffer_free(&body);
}

static void list(world *served, sbx__buffer *answer)
{
	sbx__buffer body = {0};
	served->lists++;
	sbx__buffer_text(&body, "{\"data\":[");
	if (served->exists && !served->hidden)
		describe(served, &body);
	sbx__buffer_text(&body, "],\"pagination\":{\"page\":1,\"page_size\":20,\"total_items\":1,\"total_pages\":1}}");
	loopback_json(answer, 200, body.data);
	sbx__buffer_free(&body);
}

static void delete(world *served, sbx__buffer *answer)
{
	served->deletes++;
	if (served->fail_deletes-- > 0) {
		loopback_json(answer, 403, "{}");
		return;
	}
	loopback_json(answer, served->exists ? 200 : 404, "{\"id\":\"sbx-1\",\"message\":\"\"}");
	served->exists = false;
}

static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	world *served = user_data;
	if (strstr(request, "/create "))
		create(served, request, answer);
	else if (strstr(request, "/list"))
		list(served, answer);
	else if (strstr(request, "/delete "))
		delete(served, answer);
	else if (strstr(request, "/execute "))
		loopback_json(answer, 200, served->execution);
	else if (strstr(request, "/download?"))
		sbx__buffer_append(answer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab\0cd", 43);
	if (!strstr(request, "/upload "))
		return;
	free(served->content);
	served->content = malloc(length);
	memcpy(served->content, request, length);
	served->content_length = length;
	loopback_json(answer, 200, "{\"message\":\"\",\"path\":\"/x\",\"size\":5}");
}

/* What each test has. */
typedef struct fixture {
	world served;
	loopback *server;
	sbx_client *client;
	sbx_session *session;
	sbx_error *error;
} fixture;

/* The name of the sandbox that was made last. */
static const char *name_of(fixture *test)
{
	loopback_requests(test->server);
	return test->served.name;
}

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	made->served.execution = "{\"exit_code\":0,\"status\":\"completed\",\"stdout\":\"out\",\"stderr\":\"\"}";
	made->server = loopback_start_with(serve, &made->served);
	options.api_key = "key";
	options.base_url = loopback_url(made->server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&made->client, &options, NULL), SBX_OK);
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	sbx_session_free(made->session);
	sbx_error_free(made->error);
	sbx_client_free(made->client);
	loopback_stop(made->server);
	free(made->served.content);
	free(made);
	return 0;
}

static void open_session(fixture *test)
{
	assert_int_equal(session_create(test->client, NULL, NULL, &test->session, NULL), SBX_OK);
}

static void a_session_begins_and_ends(void **state)
{
	fixture *test = *state;
	open_session(test);
	assert_string_equal(sbx_session_id(test->session), "sbx-1");
	assert_string_equal(sbx_sandbox_status(sbx_session_sandbox(test->session)), "running");
	assert_int_equal(strncmp(name_of(test), "session-", 8), 0);
	assert_int_equal(strlen(name_of(test)), 20);
	assert_int_equal(test->served.lists, 0);
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_OK);
	assert_false(test->served.exists);
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_OK);
	assert_int_equal(test->served.deletes, 1);
	sbx_execution *execution = NULL;
	char *data = NULL;
	size_t length;
	assert_int_equal(session_run(test->session, "true", NULL, NULL, &execution, &test->error), SBX_ERROR_CLOSED);
	assert_string_equal(sbx_error_message(test->error), "The session was closed");
	assert_int_equal(session_read(test->session, "/x", NULL, &data, &length, NULL), SBX_ERROR_CLOSED);
	assert_int_equal(session_write(test->session, "/x", "", 0, NULL, NULL), SBX_ERROR_CLOSED);
	assert_null(execution);
	assert_null(data);
}

static void names(void **state)
{
	fixture *test = *state;
	char first[160];
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	options.name_prefix = "mine-";
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_OK);
	assert_int_equal(strncmp(name_of(test), "mine-", 5), 0);
	strcpy(first, name_of(test));
	sbx_session_free(test->session);
	test->session = NULL;
	assert_false(test->served.exists);
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_OK);
	assert_string_not_equal(first, name_of(test));
	sbx_session_free(test->session);
	test->session = NULL;
	create.name = "exact";
	options.create = &create;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_OK);
	assert_string_equal(name_of(test), "exact");
}

static void the_arguments_of_the_creation_may_be_one_object(void **state)
{
	fixture *test = *state;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_json *arguments = json_of("{\"image\": \"small\", \"resources\": {\"cpus\": 2}}");
	sbx_json *named = json_of("{\"name\": \"exact\"}");
	sbx_json *text = json_of("\"text\"");
	options.name_prefix = "mine-";
	options.arguments = arguments;
	/* A name of the session's own: one that gets no answer is found. */
	test->served.lose_create = true;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_OK);
	assert_int_equal(strncmp(name_of(test), "mine-", 5), 0);
	assert_int_equal(strlen(name_of(test)), 17);
	sbx_session_free(test->session);
	test->session = NULL;
	options.arguments = named;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_ERROR_CONNECTION);
	assert_string_equal(name_of(test), "exact");
	options.arguments = text;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, &test->error),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(test->error), "arguments");
	sbx_json_free(arguments);
	sbx_json_free(named);
	sbx_json_free(text);
}

static void a_sandbox_is_waited_for(void **state)
{
	fixture *test = *state;
	test->served.ready_after = 2;
	open_session(test);
	assert_int_equal(test->served.lists, 2);
	assert_string_equal(sbx_sandbox_status(sbx_session_sandbox(test->session)), "running");
}

static void a_sandbox_that_is_never_ready_is_deleted(void **state)
{
	fixture *test = *state;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	options.ready_timeout = 0.3;
	test->served.ready_after = -1;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, &test->error), SBX_ERROR_TIMEOUT);
	assert_string_equal(sbx_error_message(test->error),
	                    "The sandbox sbx-1 was not ready within 0.3 s: it is pending");
	assert_int_equal(sbx_error_retryable(test->error), 1);
	assert_null(test->session);
	assert_true(test->served.lists >= 2);
	assert_false(test->served.exists);
	assert_int_equal(test->served.deletes, 1);
}

static void a_sandbox_that_failed_is_deleted(void **state)
{
	fixture *test = *state;
	test->served.failed_as = "Failed";
	assert_int_equal(session_create(test->client, NULL, NULL, &test->session, &test->error),
	                 SBX_ERROR_SANDBOX_FAILED);
	assert_null(test->session);
	assert_int_equal(test->served.deletes, 1);
}

static int after_three(void *user_data)
{
	int *asked = user_data;
	return ++*asked > 3;
}

static void the_wait_ends_early(void **state)
{
	fixture *test = *state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	test->served.ready_after = -1;
	options.deadline = 0.2;
	assert_int_equal(session_create(test->client, NULL, &options, &test->session, &test->error), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_error_retryable(test->error), 1);
	assert_false(test->served.exists);
	/* A started call is not interrupted but cancelled: test_session_start.c. */
	if (session_calls_started)
		return;
	int asked = 0;
	options.deadline = SBX_DEFAULT;
	options.interrupt = after_three;
	options.interrupt_user_data = &asked;
	assert_int_equal(session_create(test->client, NULL, &options, &test->session, NULL), SBX_ERROR_CANCELLED);
	assert_null(test->session);
}

static void a_sandbox_without_an_answer_is_found(void **state)
{
	fixture *test = *state;
	for (int round = 0; round < 3; round++) {
		test->served.lose_create = round == 0;
		test->served.garble_create = round == 1;
		test->served.nameless_create = round == 2;
		open_session(test);
		assert_string_equal(sbx_session_id(test->session), "sbx-1");
		sbx_session_free(test->session);
		test->session = NULL;
	}
	/* Not there: the error is the one of the creation. */
	test->served.nameless_create = false;
	test->served.lose_create = true;
	test->served.hidden = true;
	assert_int_equal(session_create(test->client, NULL, NULL, &test->session, &test->error), SBX_ERROR_CONNECTION);
	assert_int_equal(sbx_error_outcome_unknown(test->error), 1);
	/* A name that somebody else may have given is not trusted. */
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	create.name = "shared";
	options.create = &create;
	test->served.hidden = false;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_ERROR_CONNECTION);
	assert_null(test->session);
}

static void an_identifier_is_not_cut(void **state)
{
	fixture *test = *state;
	sbx_memory_transport *memory = NULL;
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	assert_int_equal(sbx_memory_transport_new(&memory, NULL), SBX_OK);
	options.transport = sbx_memory_transport_transport(memory);
	assert_int_equal(sbx_client_with_options(test->client, &options, &client, NULL), SBX_OK);
	answer.body = "{\"id\":\"other\\u0000s\",\"status\":\"running\"}";
	assert_int_equal(sbx_memory_transport_add(memory, &answer, NULL), SBX_OK);
	assert_int_equal(session_create(client, NULL, NULL, &test->session, NULL), SBX_ERROR_RESPONSE_VALIDATION);
	/* It was looked for by its name; nothing was deleted. */
	assert_int_equal(sbx_memory_transport_requests(memory, NULL), 2);
	sbx_client_free(client);
	sbx_memory_transport_free(memory);
}

static void commands(void **state)
{
	static const struct {
		const char *answer;
		bool succeeds;
		const char *message;
		const char *detail;
	} cases[] = {
	        {"{\"exit_code\":0,\"status\":\"completed\",\"stdout\":\"out\"}", true, NULL, NULL},
	        {"{\"exit_code\":0,\"stdout\":\"out\"}", true, NULL, NULL},
	        {"{\"exit_code\":2,\"status\":\"completed\",\"stdout\":\"out\",\"stderr\":\"no such file\\n\"}", false,
		 "The command ended with exit code 2", "no such file\n"},
	        {"{\"exit_code\":124,\"status\":\"timeout\",\"stdout\":\"out\"}", false,
		 "The command was ended by its timeout", ""},
	        {"{\"exit_code\":0,\"status\":\"timeout\",\"stdout\":\"out\"}", false,
		 "The command was ended by its timeout", ""},
	        {"{\"exit_code\":0,\"status\":\"error\",\"stdout\":\"out\"}", false,
		 "The command ended with the status error", ""},
	        {"{\"stdout\":\"out\"}", false, "The server does not say how the command ended", ""},
	        {"{\"exit_code\":\"0\",\"stdout\":\"out\"}", false, "The server does not say how the command ended",
		 ""},
	        {"{\"exit_code\":0.5,\"stdout\":\"out\"}", false, "The server does not say how the command ended", ""},
	        {"{\"exit_code\":100000000000000000000,\"stdout\":\"out\"}", false,
		 "The command ended with exit code 100000000000000000000", ""},
	        {"{\"exit_code\":-100000000000000000000,\"stdout\":\"out\"}", false,
		 "The command ended with exit code -100000000000000000000", ""},
	        {"{\"exit_code\":18446744073709551615,\"stdout\":\"out\"}", false,
		 "The command ended with exit code 18446744073709551615", ""},
	        {"{\"exit_code\":1e20,\"stdout\":\"out\"}", false, "The server does not say how the command ended", ""},
	};
	fixture *test = *state;
	open_session(test);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_execution *execution = NULL;
		sbx_error *error = NULL;
		sbx_run_options run = SBX_RUN_OPTIONS_INIT;
		test->served.execution = cases[index].answer;
		assert_int_equal(session_run(test->session, "make", NULL, NULL, &execution, NULL), SBX_OK);
		assert_string_equal(sbx_execution_stdout(execution), "out");
		sbx_execution_free(execution);
		execution = NULL;
		run.check = SBX_FLAG_YES;
		sbx_status status = session_run(test->session, "make", &run, NULL, &execution, &error);
		assert_int_equal(status, cases[index].succeeds ? SBX_OK : SBX_ERROR_COMMAND_FAILED);
		assert_int_equal(execution != NULL, cases[index].succeeds);
		if (!cases[index].succeeds) {
			assert_string_equal(sbx_error_message(error), cases[index].message);
			assert_string_equal(sbx_error_detail(error), cases[index].detail);
			assert_string_equal(sbx_execution_stdout(sbx_error_execution(error)), "out");
			assert_int_equal(sbx_error_retryable(error), 0);
		}
		sbx_error_free(error);
		sbx_execution_free(execution);
	}
	assert_null(sbx_error_execution(NULL));
}

static void a_long_last_word_is_cut_between_characters(void **state)
{
	fixture *test = *state;
	sbx__buffer answer = {0};
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	open_session(test);
	sbx__buffer_text(&answer, "{\"exit_code\":1,\"stderr\":\"x");
	for (int index = 0; index < 600; index++)
		sbx__buffer_text(&answer, "ä");
	sbx__buffer_text(&answer, "\"}");
	test->served.execution = answer.data;
	run.check = SBX_FLAG_YES;
	assert_int_equal(session_run(test->session, "make", &run, NULL, NULL, &test->error), SBX_ERROR_COMMAND_FAILED);
	assert_int_equal(strlen(sbx_error_detail(test->error)), 1000);
	assert_int_equal(strncmp(sbx_error_detail(test->error), "ä", 2), 0);
	sbx__buffer_free(&answer);
}

static void how_a_command_is_run(void **state)
{
	fixture *test = *state;
	const sbx_pair env[] = {{"A", "1"}};
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	open_session(test);
	run.env = env;
	run.env_count = 1;
	run.timeout = 7;
	run.working_dir = "/data";
	assert_int_equal(session_run(test->session, "make \"x\"", &run, NULL, NULL, NULL), SBX_OK);
	char *last = loopback_last(test->server);
	const char *body = strstr(last, "\r\n\r\n");
	assert_string_equal(body + 4, "{\"command\":\"make \\\"x\\\"\",\"env\":{\"A\":\"1\"},\"timeout\":7,"
	                              "\"working_dir\":\"/data\"}");
	free(last);
}

static void files_in_memory(void **state)
{
	fixture *test = *state;
	char *data = NULL;
	size_t length = 0;
	open_session(test);
	assert_int_equal(session_read(test->session, "/x", NULL, &data, &length, NULL), SBX_OK);
	assert_int_equal(length, 5);
	assert_memory_equal(data, "ab\0cd", 6);
	sbx_string_free(data);
	/* A sink in the options is for other calls. */
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_PATH;
	sink.path = "/nowhere/at/all";
	options.sink = &sink;
	assert_int_equal(session_read(test->session, "/x", &options, &data, &length, NULL), SBX_OK);
	assert_int_equal(length, 5);
	sbx_string_free(data);
	assert_int_equal(session_write(test->session, "/x", "ef\0gh", 5, NULL, NULL), SBX_OK);
	assert_non_null(memmem(test->served.content, test->served.content_length, "ef\0gh", 5));
	assert_int_equal(session_write(test->session, "/x", NULL, 0, NULL, NULL), SBX_OK);
	assert_int_equal(session_write(test->session, "/x", NULL, 1, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_write(test->session, NULL, "", 0, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_read(test->session, NULL, NULL, &data, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_read(test->session, "/x", NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

static int64_t give_three(void *user_data, void *buffer, size_t capacity)
{
	int *given = user_data;
	assert_true(capacity >= 3);
	if ((*given)++)
		return 0;
	memcpy(buffer, "x\0y", 3);
	return 3;
}

static int keep_bytes(void *user_data, const void *data, size_t length)
{
	sbx__buffer_append(user_data, data, length);
	return 0;
}

static void files_of_anything(void **state)
{
	fixture *test = *state;
	int given = 0;
	sbx__buffer got = {0};
	sbx_source source = SBX_SOURCE_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	open_session(test);
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give_three;
	source.user_data = &given;
	assert_int_equal(session_write_from(test->session, "/x", &source, NULL, NULL), SBX_OK);
	assert_non_null(memmem(test->served.content, test->served.content_length, "x\0y", 3));
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = keep_bytes;
	sink.user_data = &got;
	assert_int_equal(session_read_into(test->session, "/x", &sink, NULL, NULL), SBX_OK);
	assert_int_equal(got.length, 5);
	assert_memory_equal(got.data, "ab\0cd", 5);
	assert_int_equal(session_write_from(test->session, "/x", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_read_into(test->session, "/x", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx__buffer_free(&got);
}

static void what_is_gone_is_closed(void **state)
{
	fixture *test = *state;
	open_session(test);
	test->served.exists = false;
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_OK);
	assert_int_equal(test->served.deletes, 1);
}

static void a_close_that_failed_is_tried_again(void **state)
{
	fixture *test = *state;
	open_session(test);
	test->served.fail_deletes = 1;
	assert_int_equal(session_close(test->session, NULL, &test->error), SBX_ERROR_PERMISSION_DENIED);
	assert_int_equal(session_run(test->session, "true", NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_OK);
	assert_false(test->served.exists);
}

static void what_is_kept_stays(void **state)
{
	fixture *test = *state;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_request_options wrong = SBX_REQUEST_OPTIONS_INIT;
	wrong.size = 3;
	options.keep = SBX_FLAG_YES;
	assert_int_equal(session_create(test->client, &options, NULL, &test->session, NULL), SBX_OK);
	assert_int_equal(session_close(test->session, &wrong, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_OK);
	assert_int_equal(session_run(test->session, "true", NULL, NULL, NULL, NULL), SBX_ERROR_CLOSED);
	sbx_session_free(test->session);
	test->session = NULL;
	assert_true(test->served.exists);
	/* Adopted ones stay unless they are not to; the client may go first. */
	assert_int_equal(sbx_session_adopt(test->client, "sbx-1", NULL, &test->session, NULL), SBX_OK);
	assert_string_equal(sbx_session_id(test->session), "sbx-1");
	assert_null(sbx_session_sandbox(test->session));
	sbx_session_free(test->session);
	assert_true(test->served.exists);
	assert_int_equal(sbx_session_adopt(test->client, "sbx-1", NULL, &test->session, NULL), SBX_OK);
	sbx_session_keep(test->session, 0);
	sbx_client_free(test->client);
	test->client = NULL;
	sbx_session_free(test->session);
	test->session = NULL;
	assert_false(test->served.exists);
}

static void wrong_arguments(void **state)
{
	fixture *test = *state;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	sbx_session **session = &test->session;
	assert_int_equal(session_create(NULL, NULL, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_create(test->client, NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	options.ready_timeout = -7;
	assert_int_equal(session_create(test->client, &options, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	options.ready_timeout = SBX_DEFAULT;
	options.keep = (sbx_flag)3;
	assert_int_equal(session_create(test->client, &options, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	options.keep = SBX_FLAG_DEFAULT;
	options.size = 3;
	assert_int_equal(session_create(test->client, &options, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	options.size = sizeof options;
	create.size = 1;
	options.create = &create;
	assert_int_equal(session_create(test->client, &options, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_adopt(test->client, "", NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_adopt(test->client, NULL, NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_adopt(NULL, "a", NULL, session, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_null(test->session);
	assert_int_equal(session_run(NULL, "true", NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_close(NULL, NULL, NULL), SBX_OK);
	assert_string_equal(sbx_session_id(NULL), "");
	assert_null(sbx_session_sandbox(NULL));
	sbx_session_keep(NULL, 1);
	sbx_session_free(NULL);
	assert_int_equal(loopback_requests(test->server), 0);
	open_session(test);
	run.check = (sbx_flag)9;
	assert_int_equal(session_run(test->session, "true", &run, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	run.size = 5;
	assert_int_equal(session_run(test->session, "true", &run, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_run(test->session, NULL, NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

static void a_closed_client_ends_the_session(void **state)
{
	fixture *test = *state;
	open_session(test);
	sbx_client_close(test->client);
	assert_int_equal(session_run(test->session, "true", NULL, NULL, NULL, NULL), SBX_ERROR_CLOSED);
	assert_int_equal(session_close(test->session, NULL, NULL), SBX_ERROR_CLOSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_session_begins_and_ends),
	        TEST(names),
	        TEST(the_arguments_of_the_creation_may_be_one_object),
	        TEST(a_sandbox_is_waited_for),
	        TEST(a_sandbox_that_is_never_ready_is_deleted),
	        TEST(a_sandbox_that_failed_is_deleted),
	        TEST(the_wait_ends_early),
	        TEST(a_sandbox_without_an_answer_is_found),
	        TEST(an_identifier_is_not_cut),
	        TEST(commands),
	        TEST(a_long_last_word_is_cut_between_characters),
	        TEST(how_a_command_is_run),
	        TEST(files_in_memory),
	        TEST(files_of_anything),
	        TEST(what_is_gone_is_closed),
	        TEST(a_close_that_failed_is_tried_again),
	        TEST(what_is_kept_stays),
	        TEST(wrong_arguments),
	        TEST(a_closed_client_ends_the_session),
	};
	int failed = 0;
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, test_environment, NULL);
	}
	return failed;
}
