/* A child that is forked in a callback, and goes on: its calls end with an error that says so, and the parent's, whose
 * sockets and loop it has too, do not notice. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "loopback.h"
#include "support.h"

#define LIST "{\"data\": [], \"pagination\": {\"page\": 1}}"
#define LARGE (4 << 20)

static char large[LARGE + 256];

/* Where a callback forks, and what comes of it. */
typedef struct forking {
	sbx_client *client;
	pid_t child; /* -1: it has not forked yet; 0: this is the child */
	size_t bytes;
	int calls;
	/* what they were then */
	size_t bytes_before;
	int calls_before;
} forking;

static void fork_once(forking *own)
{
	if (own->child >= 0)
		return;
	fflush(NULL);
	own->bytes_before = own->bytes;
	own->calls_before = own->calls;
	own->child = fork();
	/* The parent is ahead, or the child is: each of both has to do without the other. */
	if (own->child == 0)
		usleep(20000);
}

static sbx_client *client_of(const loopback *server, sbx_client_options *options)
{
	sbx_client *client = NULL;
	options->api_key = "key";
	options->base_url = loopback_url(server);
	options->max_retries = 0;
	options->timeout = 5;
	assert_int_equal(sbx_client_new(&client, options, NULL), SBX_OK);
	return client;
}

static int make_large(void **state)
{
	int head = snprintf(large, sizeof large, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LARGE);
	memset(large + head, 'x', LARGE);
	return test_environment(state);
}

static bool says_forked(sbx_status status, const sbx_error *error)
{
	return status == SBX_ERROR_CONNECTION && strstr(sbx_error_message(error), "forked");
}

/* In the child: ends it, with 0 where all is as it should be. In the parent: waits for that. */
static void end_child(const forking *own, sbx_status status, const sbx_error *error)
{
	if (own->child == 0) {
		bool ok = says_forked(status, error);
		if (!ok)
			fprintf(stderr, "in the child: %d %s\n", status, sbx_error_message(error));
		/* None of the caller's functions is called any more. */
		ok = ok && own->bytes == own->bytes_before && own->calls == own->calls_before;
		sbx_error *again = NULL;
		status = sbx_sandboxes_list(own->client, NULL, NULL, NULL, &again);
		ok = ok && says_forked(status, again);
		sbx_client_free(own->client);
		_exit(ok ? 0 : 1);
	}
	int ended = 0;
	assert_true(own->child > 0);
	assert_int_equal(waitpid(own->child, &ended, 0), own->child);
	assert_true(WIFEXITED(ended));
	assert_int_equal(WEXITSTATUS(ended), 0);
}

static int write_and_fork(void *user_data, const void *data, size_t length)
{
	forking *own = user_data;
	(void)data;
	own->bytes += length;
	if (own->bytes > LARGE / 8)
		fork_once(own);
	return 0;
}

static void progress_and_fork(void *user_data, int64_t done, int64_t total)
{
	(void)total;
	if (done > LARGE / 8)
		fork_once(user_data);
}

static int interrupt_and_fork(void *user_data)
{
	fork_once(user_data);
	return 0;
}

static void attempt_and_fork(void *user_data, void *of_call, const sbx_attempt *attempt)
{
	(void)of_call, (void)attempt;
	fork_once(user_data);
}

static void log_and_fork(void *user_data, sbx_log_level level, const char *message)
{
	(void)level, (void)message;
	fork_once(user_data);
}

static sbx_status download(sbx_client *client, const sbx_request_options *options, sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.method = "GET";
	request.url = "/file";
	return sbx_client_send(client, &request, options, NULL, error);
}

static sbx_sink sink_of(forking *own)
{
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = write_and_fork;
	sink.user_data = own;
	return sink;
}

static void end_download(forking *own, loopback *server, const sbx_request_options *options)
{
	sbx_error *error = NULL;
	sbx_status status = download(own->client, options, &error);
	end_child(own, status, error);
	assert_int_equal(status, SBX_OK);
	/* The connection is still good. */
	assert_int_equal(download(own->client, options, NULL), SBX_OK);
	assert_int_equal(loopback_connections(server), 1);
	sbx_client_free(own->client);
	loopback_stop(server);
}

static void in_the_sink_of_a_blocking_call(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_sink sink = sink_of(&own);
	each.sink = &sink;
	end_download(&own, server, &each);
	assert_int_equal(own.bytes, 2 * LARGE);
}

static void in_the_progress_of_a_download_to_a_path(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	loopback *server = loopback_start(large);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_PATH;
	sink.path = folder_file(&folder, "file");
	each.sink = &sink;
	each.progress = progress_and_fork;
	each.progress_user_data = &own;
	end_download(&own, server, &each);
	size_t length = 0;
	free(file_read(sink.path, &length));
	assert_int_equal(length, LARGE);
	folder_remove(&folder);
}

static void in_the_question_whether_to_go_on(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	each.interrupt = interrupt_and_fork;
	each.interrupt_user_data = &own;
	end_download(&own, server, &each);
}

static void in_the_log(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {NULL, -1, 0, 0, 0, 0};
	options.log = log_and_fork;
	options.log_level = SBX_LOG_DEBUG;
	options.log_user_data = &own;
	own.client = client_of(server, &options);
	const sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	end_download(&own, server, &each);
}

static int64_t read_and_fork(void *user_data, void *buffer, size_t capacity)
{
	forking *own = user_data;
	size_t left = LARGE - own->bytes;
	size_t length = capacity < left ? capacity : left;
	memset(buffer, 'y', length);
	own->bytes += length;
	if (own->bytes > LARGE / 8)
		fork_once(own);
	return (int64_t)length;
}

static sbx_source source_of(forking *own)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = read_and_fork;
	source.user_data = own;
	source.length = LARGE;
	return source;
}

/* How many of the source's bytes were in the last request, whose body comes in chunks. */
static size_t body_bytes(loopback *server)
{
	char *last = loopback_last(server);
	size_t count = 0;
	for (const char *at = strstr(last, "\r\n\r\n"); *at; at++)
		count += *at == 'y';
	free(last);
	return count;
}

static void in_the_source_of_a_blocking_call(void **state)
{
	(void)state;
	loopback *server = loopback_start_json("{}");
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_source source = source_of(&own);
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *error = NULL;
	request.method = "PUT";
	request.url = "/file";
	each.source = &source;
	sbx_status status = sbx_client_send(own.client, &request, &each, NULL, &error);
	end_child(&own, status, error);
	assert_int_equal(status, SBX_OK);
	assert_int_equal(body_bytes(server), LARGE);
	sbx_client_free(own.client);
	loopback_stop(server);
}

static void in_the_hook_between_two_attempts(void **state)
{
	(void)state;
	loopback *server = loopback_start("HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {NULL, -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *error = NULL;
	options.on_attempt = attempt_and_fork;
	options.on_attempt_user_data = &own;
	own.client = client_of(server, &options);
	each.max_retries = 2;
	sbx_status status = download(own.client, &each, &error);
	end_child(&own, status, error);
	assert_true(status < 0 && !says_forked(status, error));
	assert_int_equal(loopback_requests(server), 3);
	sbx_error_free(error);
	sbx_client_free(own.client);
	loopback_stop(server);
}

static int interrupt_and_fork_later(void *user_data)
{
	forking *own = user_data;
	if (own->calls)
		fork_once(own);
	return 0;
}

static void while_a_stream_is_saved_to_a_path(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	loopback *server = loopback_start(large);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	sink.kind = SBX_SINK_PATH;
	sink.path = folder_file(&folder, "file");
	request.method = "GET";
	request.url = "/file";
	each.interrupt = interrupt_and_fork_later;
	each.interrupt_user_data = &own;
	assert_int_equal(sbx_client_open(own.client, &request, &each, &stream, NULL), SBX_OK);
	own.calls = 1;
	sbx_status status = sbx_stream_save(stream, &sink, &error);
	end_child(&own, status, error);
	assert_int_equal(status, SBX_OK);
	size_t length = 0;
	free(file_read(sink.path, &length));
	assert_int_equal(length, LARGE);
	sbx_stream_free(stream);
	sbx_client_free(own.client);
	loopback_stop(server);
	folder_remove(&folder);
}

/* ---- the loop ---- */

#define CALLS 6

static void done_and_fork(void *user_data, sbx_call *call)
{
	forking *own = user_data;
	(void)call;
	own->calls++;
	fork_once(own);
}

/* A call whose time runs out, and a time that nothing but the loop's timer tells. */
static sbx_call *start_silent(forking *own, const loopback *silent, sbx_call_callback on_done)
{
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_call *call = NULL;
	request.method = "GET";
	request.url = loopback_url(silent);
	each.deadline = 0.3;
	assert_int_equal(sbx_client_start(own->client, &request, &each, on_done, own, &call, NULL), SBX_OK);
	return call;
}

static sbx_call *start_download(forking *own, const sbx_request_options *each, sbx_call_callback on_done)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_call *call = NULL;
	request.method = "GET";
	request.url = "/file";
	assert_int_equal(sbx_client_start(own->client, &request, each, on_done, own, &call, NULL), SBX_OK);
	return call;
}

/* Drives to the end, in the parent. */
static void end_loop(forking *own)
{
	sbx_error *error = NULL;
	sbx_status status;
	while ((status = sbx_client_poll(own->client, 10, &error)) == SBX_OK)
		;
	if (own->child == 0)
		end_child(own, status, error);
	assert_int_equal(status, SBX_DONE);
	end_child(own, status, error);
}

static void loop_case(sbx_call_callback on_done, bool with_sink)
{
	/* Small answers come at once, and their calls are told in one turn. */
	loopback *server = with_sink ? loopback_start(large) : loopback_start_json(LIST);
	loopback *silent = loopback_start(NULL);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_sink sink = sink_of(&own);
	sbx_call *calls[CALLS];
	/* Kept connections, some of which are in the poller while nobody asks for anything. */
	for (int index = 0; index < 3; index++)
		sbx_call_free(start_download(&own, NULL, NULL));
	sbx_call *timed = start_silent(&own, silent, on_done);
	each.sink = with_sink ? &sink : NULL;
	for (int index = 0; index < CALLS; index++)
		calls[index] = start_download(&own, &each, on_done);
	end_loop(&own);
	for (int index = 0; index < CALLS; index++) {
		assert_int_equal(sbx_call_result(calls[index], NULL, NULL), SBX_OK);
		sbx_call_free(calls[index]);
	}
	assert_int_equal(sbx_call_result(timed, NULL, NULL), SBX_ERROR_TIMEOUT);
	sbx_call_free(timed);
	if (on_done)
		assert_int_equal(own.calls, CALLS + 1);
	if (with_sink)
		assert_int_equal(own.bytes, (size_t)CALLS * LARGE);
	/* The loop goes on being one. */
	sbx_call *more = start_download(&own, NULL, NULL);
	assert_int_equal(sbx_call_wait(more, 20, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(more, NULL, NULL), SBX_OK);
	sbx_call_free(more);
	sbx_client_free(own.client);
	loopback_stop(server);
	loopback_stop(silent);
}

static void in_the_callback_of_a_started_call(void **state)
{
	(void)state;
	loop_case(done_and_fork, false);
}

static void in_the_sink_of_a_started_call(void **state)
{
	(void)state;
	loop_case(NULL, true);
}

static void while_one_call_is_waited_for(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	loopback *silent = loopback_start(NULL);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_error *error = NULL;
	sbx_call *first = start_download(&own, NULL, done_and_fork);
	sbx_call *timed = start_silent(&own, silent, NULL);
	sbx_status status = sbx_call_wait(timed, 20, &error);
	end_child(&own, status, error);
	assert_int_equal(status, SBX_OK);
	assert_int_equal(sbx_call_result(timed, NULL, NULL), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_call_result(first, NULL, NULL), SBX_OK);
	sbx_call_free(first);
	sbx_call_free(timed);
	sbx_client_free(own.client);
	loopback_stop(server);
	loopback_stop(silent);
}

static void in_the_source_of_a_started_call(void **state)
{
	(void)state;
	loopback *server = loopback_start_json("{}");
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	forking own = {client_of(server, &options), -1, 0, 0, 0, 0};
	sbx_source source = source_of(&own);
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options each = SBX_REQUEST_OPTIONS_INIT;
	sbx_call *call = NULL;
	request.method = "PUT";
	request.url = "/file";
	each.source = &source;
	assert_int_equal(sbx_client_start(own.client, &request, &each, NULL, NULL, &call, NULL), SBX_OK);
	end_loop(&own);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	assert_int_equal(body_bytes(server), LARGE);
	sbx_call_free(call);
	sbx_client_free(own.client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(in_the_sink_of_a_blocking_call),
	        cmocka_unit_test(in_the_progress_of_a_download_to_a_path),
	        cmocka_unit_test(in_the_question_whether_to_go_on),
	        cmocka_unit_test(in_the_log),
	        cmocka_unit_test(in_the_source_of_a_blocking_call),
	        cmocka_unit_test(in_the_hook_between_two_attempts),
	        cmocka_unit_test(while_a_stream_is_saved_to_a_path),
	        cmocka_unit_test(in_the_callback_of_a_started_call),
	        cmocka_unit_test(in_the_sink_of_a_started_call),
	        cmocka_unit_test(in_the_source_of_a_started_call),
	        cmocka_unit_test(while_one_call_is_waited_for),
	};
	return cmocka_run_group_tests(tests, make_large, NULL);
}
