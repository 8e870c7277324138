/*
 * What is particular to the forms of a session's functions that are started: cancelling, freeing, closing, and that
 * nothing waits. What they do otherwise is tested with the forms that wait: test_session.c, test_directories.c.
 */
#include <fcntl.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "loopback.h"
#include "support.h"
#include "tar.h"

#define MOST_SANDBOXES 64

/* A server with any number of sandboxes. Its thread and the test take turns, but for the numbers that are waited for.
 */
typedef struct world {
	char names[MOST_SANDBOXES][64];
	atomic_int created;
	atomic_int deleted;
	int ready_after; /* so many lists; -1: never */
	atomic_int lists;
	bool lose_create;    /* no answer comes to a creation, and that late */
	atomic_int removals; /* of archives */
	sbx__buffer archive;
} world;

static void describe(const world *served, int index, sbx__buffer *body)
{
	bool ready = served->ready_after >= 0 && served->lists >= served->ready_after;
	sbx__buffer_format(body, "%s{\"id\":\"sbx-%d\",\"name\":\"%s\",\"status\":\"%s\"}", body->length ? "," : "",
	                   index, served->names[index], ready ? "running" : "pending");
}

static void create(world *served, const char *request, sbx__buffer *answer)
{
	sbx__buffer body = {0};
	const char *name = strstr(request, "\"name\":\"") + 8;
	int index = served->created++;
	snprintf(served->names[index], sizeof served->names[index], "%.*s", (int)strcspn(name, "\""), name);
	describe(served, index, &body);
	if (served->lose_create)
		usleep(300000);
	else
		loopback_json(answer, 200, body.data);
	sbx__buffer_free(&body);
}

static void list(world *served, sbx__buffer *answer)
{
	sbx__buffer items = {0}, body = {0};
	served->lists++;
	for (int index = 0; index < served->created; index++)
		describe(served, index, &items);
	sbx__buffer_format(&body, "{\"data\":[%s],\"pagination\":{\"page\":1,\"page_size\":100}}",
	                   items.data ? items.data : "");
	loopback_json(answer, 200, body.data);
	sbx__buffer_free(&items);
	sbx__buffer_free(&body);
}

static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	world *served = user_data;
	(void)length;
	if (strstr(request, "/create")) {
		create(served, request, answer);
	} else if (strstr(request, "/list")) {
		list(served, answer);
	} else if (strstr(request, "/delete")) {
		served->deleted++;
		loopback_json(answer, 200, "{\"id\":\"sbx\",\"message\":\"\"}");
	} else if (strstr(request, "/download?")) {
		sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", served->archive.length);
		sbx__buffer_append(answer, served->archive.data, served->archive.length);
	} else {
		served->removals += strstr(request, "\"command\":\"rm -f ") != NULL;
		loopback_json(answer, 200, "{\"exit_code\":0,\"status\":\"completed\",\"stdout\":\"out\"}");
	}
}

typedef struct fixture {
	world served;
	loopback *server;
	sbx_client *client;
	sbx_call *call;
	int told;
	sbx_client_options options;
	sbx_http_options http;
} fixture;

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	const sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	const sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	made->server = loopback_start_with(serve, &made->served);
	made->http = http;
	made->http.max_connections = 1;
	made->options = options;
	made->options.http = &made->http;
	made->options.api_key = "key";
	made->options.base_url = loopback_url(made->server);
	made->options.max_retries = 0;
	assert_int_equal(sbx_client_new(&made->client, &made->options, NULL), SBX_OK);
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	sbx_call_free(made->call);
	sbx_client_free(made->client);
	loopback_stop(made->server);
	sbx__buffer_free(&made->served.archive);
	free(made);
	return 0;
}

static void count(void *user_data, sbx_call *call)
{
	assert_true(sbx_call_is_done(call));
	++*(int *)user_data;
}

static void start_session(fixture *test, const sbx_request_options *options)
{
	assert_int_equal(sbx_session_create_start(test->client, NULL, options, count, &test->told, &test->call, NULL),
	                 SBX_OK);
	assert_int_equal(sbx_client_in_flight(test->client), 1);
}

static void drive(fixture *test)
{
	while (sbx_client_poll(test->client, 10, NULL) == SBX_OK)
		;
	assert_int_equal(sbx_client_in_flight(test->client), 0);
}

/* Drives until so many lists were asked for. */
static void drive_to_lists(fixture *test, int lists)
{
	while (test->served.lists < lists)
		assert_int_equal(sbx_client_poll(test->client, 10, NULL), SBX_OK);
}

static sbx_session *take(const sbx_call *call)
{
	sbx_session *session = NULL;
	assert_int_equal(sbx_call_result_session(call, &session, NULL), SBX_OK);
	return session;
}

static void assert_ended_with(const fixture *test, sbx_status code)
{
	sbx_error *error = NULL;
	sbx_session *session = NULL;
	assert_int_equal(test->told, 1);
	assert_int_equal(sbx_call_result_session(test->call, &session, &error), code);
	assert_int_equal(sbx_error_code(error), code);
	assert_null(session);
	sbx_error_free(error);
}

static void who_asks_first_has_the_session(void **state)
{
	fixture *test = *state;
	sbx_error *error = NULL;
	sbx_session *none = NULL;
	sbx_response *response = (sbx_response *)test;
	start_session(test, NULL);
	assert_int_equal(sbx_call_result_session(test->call, &none, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(loopback_requests(test->server), 0);
	drive(test);
	assert_int_equal(test->told, 1);
	assert_int_equal(sbx_call_result(test->call, &response, NULL), SBX_OK);
	assert_null(response);
	assert_int_equal(sbx_call_result_session(test->call, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_session *session = take(test->call);
	assert_string_equal(sbx_session_id(session), "sbx-0");
	assert_int_equal(sbx_call_result_session(test->call, &none, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "call");
	assert_null(none);
	sbx_error_free(error);
	sbx_execution *execution = NULL;
	assert_int_equal(sbx_call_result_execution(test->call, &execution, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_session_free(session);
	assert_int_equal(test->served.deleted, 1);
}

static void what_nobody_takes_is_deleted(void **state)
{
	fixture *test = *state;
	start_session(test, NULL);
	drive(test);
	sbx_call_free(test->call);
	test->call = NULL;
	assert_int_equal(test->served.deleted, 0);
	drive(test);
	assert_int_equal(test->served.deleted, 1);
	/* Unless it is kept. */
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	options.keep = SBX_FLAG_YES;
	assert_int_equal(sbx_session_create_start(test->client, &options, NULL, count, &test->told, &test->call, NULL),
	                 SBX_OK);
	drive(test);
	sbx_call_free(test->call);
	test->call = NULL;
	assert_int_equal(sbx_client_poll(test->client, 10, NULL), SBX_DONE);
	assert_int_equal(test->served.deleted, 1);
}

static void a_cancelled_creation_leaves_nothing(void **state)
{
	fixture *test = *state;
	sbx_cancel *cancel = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	test->served.ready_after = -1;
	for (int way = 0; way < 2; way++) {
		assert_int_equal(sbx_cancel_new(&cancel, NULL), SBX_OK);
		options.cancel = cancel;
		test->told = 0;
		start_session(test, &options);
		drive_to_lists(test, way + 1);
		if (way)
			sbx_cancel_fire(cancel);
		else
			sbx_call_cancel(test->call);
		/* The sandbox is deleted first, and a second cancel does not keep that. */
		assert_false(sbx_call_is_done(test->call));
		sbx_call_cancel(test->call);
		drive(test);
		assert_ended_with(test, SBX_ERROR_CANCELLED);
		assert_int_equal(test->served.deleted, way + 1);
		sbx_call_free(test->call);
		test->call = NULL;
		sbx_cancel_free(cancel);
	}
}

static void a_creation_that_is_given_up_leaves_nothing(void **state)
{
	fixture *test = *state;
	test->served.ready_after = -1;
	start_session(test, NULL);
	drive_to_lists(test, 2);
	sbx_call_free(test->call);
	test->call = NULL;
	drive(test);
	assert_int_equal(test->served.deleted, 1);
	assert_int_equal(test->told, 0);
}

static void one_that_may_have_been_made_is_looked_for_and_deleted(void **state)
{
	fixture *test = *state;
	test->served.lose_create = true;
	start_session(test, NULL);
	while (!test->served.created)
		assert_int_equal(sbx_client_poll(test->client, 0.01, NULL), SBX_OK);
	sbx_call_cancel(test->call);
	drive(test);
	assert_ended_with(test, SBX_ERROR_CANCELLED);
	assert_int_equal(test->served.lists, 1);
	assert_int_equal(test->served.deleted, 1);
}

static void nothing_is_sent_for_what_never_left(void **state)
{
	fixture *test = *state;
	start_session(test, NULL);
	sbx_call_cancel(test->call);
	drive(test);
	assert_ended_with(test, SBX_ERROR_CANCELLED);
	assert_int_equal(loopback_requests(test->server), 0);
}

static void a_closed_client_ends_it_at_once(void **state)
{
	fixture *test = *state;
	test->served.ready_after = -1;
	start_session(test, NULL);
	drive_to_lists(test, 1);
	sbx_client_close(test->client);
	assert_true(sbx_call_is_done(test->call));
	drive(test);
	assert_ended_with(test, SBX_ERROR_CLOSED);
}

static void the_deadline_ends_a_rest(void **state)
{
	fixture *test = *state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 0.2;
	test->served.ready_after = -1;
	start_session(test, &options);
	drive(test);
	assert_ended_with(test, SBX_ERROR_TIMEOUT);
	assert_int_equal(test->served.deleted, 1);
}

/* All wait for their sandboxes at a time, with one connection among them. */
static void a_rest_holds_no_connection(void **state)
{
	enum { COUNT = 40 };
	fixture *test = *state;
	sbx_call *calls[COUNT];
	sbx_call *next = NULL;
	test->served.ready_after = 2 * COUNT;
	for (int index = 0; index < COUNT; index++)
		assert_int_equal(sbx_session_create_start(test->client, NULL, NULL, NULL, NULL, &calls[index], NULL),
		                 SBX_OK);
	assert_int_equal(sbx_client_in_flight(test->client), COUNT);
	drive(test);
	assert_int_equal(test->served.created, COUNT);
	/* One by one they would have asked for 0.1 s + 0.15 s and so on each, and after each other. */
	assert_true(test->served.lists < 4 * COUNT);
	for (int index = 0; index < COUNT; index++) {
		assert_int_equal(sbx_client_next(test->client, &next), SBX_OK);
		sbx_session_free(take(next));
		sbx_call_free(next);
	}
	assert_int_equal(sbx_client_next(test->client, &next), SBX_DONE);
	assert_int_equal(test->served.deleted, COUNT);
	assert_int_equal(loopback_most_open(test->server), 1);
}

static char *text_to_lose(const char *text)
{
	char *copy = strdup(text);
	assert_non_null(copy);
	return copy;
}

static void lose(char *text)
{
	memset(text, '#', strlen(text));
	free(text);
}

static void what_was_passed_may_go_away(void **state)
{
	fixture *test = *state;
	char *name = text_to_lose("X-Own"), *value = text_to_lose("mine"), *prefix = text_to_lose("of-mine-");
	sbx_json *query = json_of("{\"own\": \"1\"}");
	sbx_pair headers[] = {{name, value}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_session_options session_options = SBX_SESSION_OPTIONS_INIT;
	options.headers = headers;
	options.headers_count = 1;
	options.query = query;
	session_options.name_prefix = prefix;
	test->served.ready_after = 2;
	assert_int_equal(sbx_session_create_start(test->client, &session_options, &options, count, &test->told,
	                                          &test->call, NULL),
	                 SBX_OK);
	lose(name);
	lose(value);
	lose(prefix);
	memset(headers, 0, sizeof headers);
	sbx_json_free(query);
	drive(test);
	char *last = loopback_last(test->server);
	assert_non_null(strstr(last, "X-Own: mine\r\n"));
	assert_non_null(strstr(last, "own=1"));
	assert_int_equal(strncmp(test->served.names[0], "of-mine-", 8), 0);
	free(last);
	sbx_session_free(take(test->call));
}

static void a_session_may_be_freed_before_its_calls(void **state)
{
	fixture *test = *state;
	sbx_session *session = NULL;
	sbx_execution *execution = NULL;
	assert_int_equal(sbx_session_adopt(test->client, "sbx-7", NULL, &session, NULL), SBX_OK);
	assert_int_equal(sbx_session_run_start(session, "true", NULL, NULL, count, &test->told, &test->call, NULL),
	                 SBX_OK);
	sbx_session_free(session);
	drive(test);
	assert_int_equal(test->told, 1);
	assert_int_equal(sbx_call_result_execution(test->call, &execution, NULL), SBX_OK);
	assert_string_equal(sbx_execution_stdout(execution), "out");
	sbx_execution_free(execution);
}

/* What is started on a session, or makes one, is a call of somebody's until it is given up. */
static void calls_go_on_without_client_and_session(void **state)
{
	fixture *test = *state;
	const sbx_sink memory = SBX_SINK_INIT;
	sbx_session *session = NULL;
	sbx_execution_stream *stream = NULL;
	size_t before = folder_count("/proc/self/fd");
	for (int way = 0; way < 4; way++) {
		sbx_client *client = NULL;
		test->told = 0;
		assert_int_equal(sbx_client_new(&client, &test->options, NULL), SBX_OK);
		if (way) {
			assert_int_equal(sbx_session_adopt(client, "sbx-7", NULL, &session, NULL), SBX_OK);
			sbx_client_free(client);
		}
		if (way == 0) {
			assert_int_equal(
			        sbx_session_create_start(client, NULL, NULL, count, &test->told, &test->call, NULL),
			        SBX_OK);
			sbx_client_free(client);
		} else if (way == 1) {
			assert_int_equal(sbx_session_run_start(session, "true", NULL, NULL, count, &test->told,
			                                       &test->call, NULL),
			                 SBX_OK);
		} else if (way == 2) {
			assert_int_equal(sbx_session_read_into_start(session, "/x", &memory, NULL, count, &test->told,
			                                             &test->call, NULL),
			                 SBX_OK);
		} else {
			assert_int_equal(
			        sbx_session_stream_start(session, "true", NULL, NULL, NULL, NULL, &stream, NULL),
			        SBX_OK);
		}
		if (way)
			sbx_session_free(session);
		if (way == 3) {
			sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
			assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_WOULD_BLOCK);
			sbx_execution_stream_free(stream);
		} else {
			assert_int_equal(sbx_call_wait(test->call, 10, NULL), SBX_OK);
			assert_int_equal(sbx_call_result(test->call, NULL, NULL), SBX_OK);
			assert_int_equal(test->told, 1);
			if (way == 0)
				sbx_session_free(take(test->call));
			sbx_call_free(test->call);
			test->call = NULL;
		}
		assert_int_equal(test->served.deleted, 1);
		while (loopback_open(test->server))
			usleep(1000);
		assert_int_equal(folder_count("/proc/self/fd"), before);
	}
}

/* Nobody can drive them any more. */
static void calls_end_with_the_last_who_has_any(void **state)
{
	fixture *test = *state;
	sbx_session *session = NULL;
	sbx_client *client = NULL;
	sbx_call *call = NULL;
	size_t before = folder_count("/proc/self/fd");
	for (int way = 0; way < 3; way++) {
		test->told = 0;
		assert_int_equal(sbx_client_new(&client, &test->options, NULL), SBX_OK);
		if (way == 0) {
			assert_int_equal(sbx_session_create_start(client, NULL, NULL, count, &test->told, &call, NULL),
			                 SBX_OK);
		} else {
			assert_int_equal(sbx_session_adopt(client, "sbx-7", NULL, &session, NULL), SBX_OK);
			assert_int_equal(
			        sbx_session_run_start(session, "true", NULL, NULL, count, &test->told, &call, NULL),
			        SBX_OK);
		}
		if (way == 1)
			sbx_session_free(session);
		sbx_client_free(client);
		assert_false(sbx_call_is_done(call));
		sbx_call_free(call);
		if (way == 2)
			sbx_session_free(session);
		assert_int_equal(test->told, 0);
		assert_int_equal(folder_count("/proc/self/fd"), before);
	}
}

/* What deletes a sandbox that nobody wants is nobody's call. */
static void deletions_that_are_left_end_with_the_client(void **state)
{
	fixture *test = *state;
	sbx_session_options adopting = SBX_SESSION_OPTIONS_INIT;
	size_t before = folder_count("/proc/self/fd");
	adopting.keep = SBX_FLAG_NO;
	for (int way = 0; way < 4; way++) {
		sbx_session *session = NULL;
		sbx_client *client = NULL;
		sbx_call *call = NULL;
		assert_int_equal(sbx_client_new(&client, &test->options, NULL), SBX_OK);
		if (way < 2) {
			assert_int_equal(sbx_session_create_start(client, NULL, NULL, count, &test->told, &call, NULL),
			                 SBX_OK);
			while (sbx_client_poll(client, 10, NULL) == SBX_OK)
				;
			sbx_call_free(call);
		} else {
			assert_int_equal(sbx_session_adopt(client, "sbx-7", &adopting, &session, NULL), SBX_OK);
			assert_int_equal(sbx_session_close_start(session, NULL, NULL, NULL, NULL, NULL), SBX_OK);
			sbx_session_keep(session, 1);
			sbx_session_free(session);
		}
		while (way % 2 && sbx_client_poll(client, 10, NULL) == SBX_OK)
			;
		sbx_client_free(client);
		assert_int_equal(test->served.deleted, (way + 1) / 2);
		while (loopback_open(test->server))
			usleep(1000);
		assert_int_equal(folder_count("/proc/self/fd"), before);
	}
}

/* The child has no use for the descriptors, and lets go of what it was given. */
static void a_forked_child_closes_its_descriptors(void **state)
{
	fixture *test = *state;
	for (int way = 0; way < 2; way++) {
		sbx_session *session = NULL;
		sbx_execution_stream *stream = NULL;
		int status;
		assert_int_equal(sbx_session_adopt(test->client, "sbx-7", NULL, &session, NULL), SBX_OK);
		if (way)
			assert_int_equal(
			        sbx_session_stream_start(session, "true", NULL, NULL, NULL, NULL, &stream, NULL),
			        SBX_OK);
		else
			assert_int_equal(sbx_session_run_start(session, "true", NULL, NULL, count, &test->told,
			                                       &test->call, NULL),
			                 SBX_OK);
		pid_t child = fork();
		if (child == 0) {
			size_t before = folder_count("/proc/self/fd");
			sbx_client_free(test->client);
			sbx_session_free(session);
			sbx_call_free(test->call);
			sbx_execution_stream_free(stream);
			_exit(before - folder_count("/proc/self/fd") < 3);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		drive(test);
		sbx_execution_stream_free(stream);
		sbx_call_free(test->call);
		test->call = NULL;
		sbx_session_free(session);
	}
}

static void a_session_that_is_taken_keeps_the_connections(void **state)
{
	fixture *test = *state;
	start_session(test, NULL);
	drive(test);
	sbx_session *session = take(test->call);
	sbx_client_free(test->client);
	test->client = NULL;
	assert_int_equal(sbx_session_write(session, "/x", "x", 1, NULL, NULL), SBX_OK);
	sbx_session_free(session);
	assert_int_equal(test->served.deleted, 1);
}

static void a_kept_one_is_closed_without_a_request(void **state)
{
	fixture *test = *state;
	sbx_session *session = NULL;
	assert_int_equal(sbx_session_adopt(test->client, "sbx-7", NULL, &session, NULL), SBX_OK);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(sbx_session_close_start(session, NULL, count, &test->told, &test->call, NULL), SBX_OK);
		assert_int_equal(test->told, again);
		drive(test);
		assert_int_equal(test->told, again + 1);
		assert_int_equal(sbx_call_result(test->call, NULL, NULL), SBX_OK);
		sbx_call_free(test->call);
	}
	test->call = NULL;
	assert_int_equal(sbx_session_run_start(session, "true", NULL, NULL, count, &test->told, &test->call, NULL),
	                 SBX_ERROR_CLOSED);
	assert_null(test->call);
	assert_int_equal(loopback_requests(test->server), 0);
	sbx_session_free(session);
}

static void read_all(void *user_data, sbx_execution_stream *stream)
{
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	while (sbx_execution_stream_next(stream, &event, NULL) == SBX_OK)
		if (event.kind == SBX_EXECUTION_RESULT)
			++*(int *)user_data;
}

static void a_stream_is_started(void **state)
{
	fixture *test = *state;
	sbx_session *session = NULL;
	sbx_execution_stream *stream = NULL;
	assert_int_equal(sbx_session_adopt(test->client, "sbx-7", NULL, &session, NULL), SBX_OK);
	assert_int_equal(sbx_session_stream_start(session, "true", NULL, NULL, read_all, &test->told, &stream, NULL),
	                 SBX_OK);
	drive(test);
	assert_int_equal(test->told, 1);
	sbx_execution_stream_free(stream);
	sbx_session_free(session);
}

/* A file of many megabytes among others: the loop has its turn while it is unpacked. */
static void unpacking_does_not_hold_the_loop(void **state)
{
	fixture *test = *state;
	test_folder folder;
	sbx_session *session = NULL;
	char *large = calloc(1, (32 << 20) + 1);
	memset(large, 'x', 32 << 20);
	tar_add(&test->served.archive, '0', "large", NULL, 0644, large);
	tar_add(&test->served.archive, '0', "small", NULL, 0644, "small");
	tar_end(&test->served.archive);
	free(large);
	folder_make(&folder);
	assert_int_equal(sbx_session_adopt(test->client, "sbx-7", NULL, &session, NULL), SBX_OK);
	/* First it is cancelled while it is unpacked; nothing of it stays. Then it is let to its end. */
	for (int whole = 0; whole < 2; whole++) {
		sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
		transfer.directory = SBX_FLAG_YES;
		int turns = 0;
		assert_int_equal(sbx_session_download_start(session, "/d", folder_file(&folder, "new"), &transfer, NULL,
		                                            count, &test->told, &test->call, NULL),
		                 SBX_OK);
		while (sbx_client_poll(test->client, 10, NULL) == SBX_OK) {
			/* The directory under its hidden name. */
			turns += folder_count(folder.path) == 1 && !test->told;
			if (!whole && turns == 1)
				sbx_call_cancel(test->call);
		}
		assert_true(turns > whole);
		assert_int_equal(sbx_call_result(test->call, NULL, NULL), whole ? SBX_OK : SBX_ERROR_CANCELLED);
		assert_int_equal(folder_count(folder.path), whole);
		assert_int_equal(test->served.removals, whole + 1);
		sbx_call_free(test->call);
		test->call = NULL;
		test->told = 0;
	}
	assert_int_equal(folder_count(folder_file(&folder, "new")), 2);
	sbx_session_free(session);
	sbx__folder_remove(AT_FDCWD, folder.path);
}

static void wrong_arguments(void **state)
{
	fixture *test = *state;
	sbx_session *session = NULL;
	sbx_client *client = test->client;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_sandboxes_create_params params = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_call *call = NULL;
	assert_int_equal(sbx_session_create_start(client, NULL, NULL, NULL, NULL, NULL, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_create_start(NULL, NULL, NULL, NULL, NULL, &call, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	params.name = "\xff";
	options.create = &params;
	assert_int_equal(sbx_session_create_start(client, &options, NULL, NULL, NULL, &call, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_adopt(client, "sbx-7", NULL, &session, NULL), SBX_OK);
	assert_int_equal(sbx_session_run_start(session, NULL, NULL, NULL, NULL, NULL, &call, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_run_start(session, "true", NULL, NULL, NULL, NULL, NULL, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_close_start(NULL, NULL, NULL, NULL, &call, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_session_upload_start(session, "/nowhere", "/d", NULL, NULL, NULL, NULL, &call, NULL),
	                 SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_session_download_start(session, "", "/d", NULL, NULL, NULL, NULL, &call, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_null(call);
	assert_int_equal(sbx_client_in_flight(client), 0);
	sbx_session_free(session);
	assert_int_equal(loopback_requests(test->server), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(who_asks_first_has_the_session),
	        TEST(what_nobody_takes_is_deleted),
	        TEST(a_cancelled_creation_leaves_nothing),
	        TEST(a_creation_that_is_given_up_leaves_nothing),
	        TEST(one_that_may_have_been_made_is_looked_for_and_deleted),
	        TEST(nothing_is_sent_for_what_never_left),
	        TEST(a_closed_client_ends_it_at_once),
	        TEST(the_deadline_ends_a_rest),
	        TEST(a_rest_holds_no_connection),
	        TEST(what_was_passed_may_go_away),
	        TEST(a_session_may_be_freed_before_its_calls),
	        TEST(calls_go_on_without_client_and_session),
	        TEST(calls_end_with_the_last_who_has_any),
	        TEST(a_forked_child_closes_its_descriptors),
	        TEST(a_session_that_is_taken_keeps_the_connections),
	        TEST(deletions_that_are_left_end_with_the_client),
	        TEST(a_kept_one_is_closed_without_a_request),
	        TEST(a_stream_is_started),
	        TEST(unpacking_does_not_hold_the_loop),
	        TEST(wrong_arguments),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
