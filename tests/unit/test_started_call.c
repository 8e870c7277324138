#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "loopback.h"
#include "support.h"

#define LIST "{\"data\": [], \"pagination\": {\"page\": 1}}"

typedef struct fixture {
	loopback *server;
	sbx_client *client;
} fixture;

static sbx_client *client_of(const loopback *server, const sbx_http_options *http)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	options.http = http;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static fixture fixture_of(loopback *server)
{
	return (fixture){server, client_of(server, NULL)};
}

static void end(fixture *own)
{
	sbx_client_free(own->client);
	loopback_stop(own->server);
}

static sbx_call *start(sbx_client *client, const sbx_request_options *options, sbx_call_callback on_done, void *data)
{
	sbx_call *call = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	assert_int_equal(sbx_client_start(client, &request, options, on_done, data, &call, NULL), SBX_OK);
	return call;
}

static void poll_all(sbx_client *client)
{
	while (sbx_client_poll(client, 10, NULL) == SBX_OK)
		;
	assert_int_equal(sbx_client_in_flight(client), 0);
}

static void count_done(void *user_data, sbx_call *call)
{
	assert_true(sbx_call_is_done(call));
	assert_ptr_equal(sbx_call_user_data(call), user_data);
	++*(int *)user_data;
}

static void assert_fails(const sbx_call *call, sbx_status code)
{
	sbx_error *error = NULL;
	sbx_response *response = NULL;
	assert_int_equal(sbx_call_result(call, &response, &error), code);
	assert_int_equal(sbx_error_code(error), code);
	assert_null(response);
	sbx_error_free(error);
}

static void a_call_is_driven_to_its_callback(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	int done = 0;
	sbx_call *call = start(own.client, NULL, count_done, &done);
	assert_false(sbx_call_is_done(call));
	assert_fails(call, SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_in_flight(own.client), 1);
	poll_all(own.client);
	assert_int_equal(done, 1);
	sbx_response *response = NULL;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(sbx_call_result(call, &response, NULL), SBX_OK);
		assert_int_equal(sbx_response_status(response), 200);
		assert_non_null(sbx_response_json(response));
		sbx_response_free(response);
	}
	sbx_call_free(call);
	end(&own);
}

static void what_was_passed_may_go_away(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json("{\"id\": \"x\"}"));
	char *name = strdup("X-Own");
	char *value = strdup("mine");
	sbx_json *arguments = json_of("{\"name\": \"n\"}");
	sbx_pair headers[] = {{name, value}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers = headers;
	options.headers_count = 1;
	sbx_call *call = NULL;
	sbx_request request = request_of("sandboxes.create", arguments);
	assert_int_equal(sbx_client_start(own.client, &request, &options, NULL, NULL, &call, NULL), SBX_OK);
	memset(name, '#', strlen(name));
	memset(value, '#', strlen(value));
	free(name);
	free(value);
	sbx_json_free(arguments);
	memset(headers, 0, sizeof headers);
	poll_all(own.client);
	char *last = loopback_last(own.server);
	assert_non_null(strstr(last, "X-Own: mine\r\n"));
	assert_non_null(strstr(last, "{\"name\":\"n\"}"));
	free(last);
	sbx_call_free(call);
	end(&own);
}

static char *text_to_lose(const char *text)
{
	char *copy = strdup(text);
	assert_non_null(copy);
	return copy;
}

static void lose_text(char *text)
{
	memset(text, '#', strlen(text));
	free(text);
}

static void what_a_custom_request_was_made_of_may_go_away(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	fixture own = fixture_of(loopback_start_json("{\"id\": \"x\"}"));
	char *path = text_to_lose(folder_file(&folder, "in"));
	file_write(path, "bytes", 5);
	char *texts[] = {text_to_lose("REPORT"),
	                 text_to_lose("a/b"),
	                 text_to_lose("part"),
	                 text_to_lose("text"),
	                 text_to_lose("a/b+c"),
	                 text_to_lose("file"),
	                 path};
	sbx_source source = SBX_SOURCE_INIT;
	sbx_part parts[] = {SBX_PART_INIT, SBX_PART_INIT};
	sbx_request request = SBX_REQUEST_INIT;
	sbx_call *call = NULL;
	source.kind = SBX_SOURCE_PATH;
	source.path = path;
	source.filename = texts[5];
	source.content_type = texts[4];
	parts[0].name = parts[1].name = texts[2];
	parts[0].text = texts[3];
	parts[0].content_type = texts[4];
	parts[1].source = &source;
	request.method = texts[0];
	request.url = texts[1];
	request.parts = parts;
	request.parts_count = 2;
	assert_int_equal(sbx_client_start(own.client, &request, NULL, NULL, NULL, &call, NULL), SBX_OK);
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		lose_text(texts[index]);
	memset(parts, 0xff, sizeof parts);
	memset(&source, 0xff, sizeof source);
	memset(&request, 0xff, sizeof request);
	poll_all(own.client);
	sbx_response *response = NULL;
	assert_int_equal(sbx_call_result(call, &response, NULL), SBX_OK);
	assert_string_equal(sbx_response_method(response), "REPORT");
	char *last = loopback_last(own.server);
	assert_memory_equal(last, "REPORT /a/b HTTP/1.1\r\n", 22);
	assert_non_null(strstr(last, "name=\"part\"\r\nContent-Type: a/b+c\r\n\r\ntext\r\n"));
	assert_non_null(strstr(last, "filename=\"file\"\r\nContent-Type: a/b+c\r\n\r\nbytes\r\n"));
	free(last);
	sbx_response_free(response);
	sbx_call_free(call);
	end(&own);
	folder_remove(&folder);
}

static void without_a_callback_calls_are_queued_in_the_order_of_their_ends(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	sbx_call *calls[20];
	sbx_call *next = NULL;
	assert_int_equal(sbx_client_next(own.client, &next), SBX_DONE);
	for (int index = 0; index < 20; index++)
		calls[index] = start(own.client, NULL, NULL, NULL);
	/* A call that is given up leaves the queue, or never enters it. */
	sbx_call_free(calls[7]);
	poll_all(own.client);
	sbx_call_free(calls[3]);
	int count = 0;
	while (sbx_client_next(own.client, &next) == SBX_OK) {
		assert_int_equal(sbx_call_result(next, NULL, NULL), SBX_OK);
		sbx_call_free(next);
		count++;
	}
	assert_int_equal(count, 18);
	end(&own);
}

static void many_share_few_connections(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.max_connections = 3;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server, &http);
	sbx_call *calls[50];
	int done = 0;
	for (int index = 0; index < 50; index++)
		calls[index] = start(client, NULL, count_done, &done);
	poll_all(client);
	assert_int_equal(done, 50);
	assert_true(loopback_connections(server) <= 3);
	for (int index = 0; index < 50; index++) {
		assert_int_equal(sbx_call_result(calls[index], NULL, NULL), SBX_OK);
		sbx_call_free(calls[index]);
	}
	sbx_client_free(client);
	loopback_stop(server);
}

static void the_wait_for_a_connection_ends(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.max_connections = 1;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, &http);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.pool_timeout = 0.05;
	sbx_call *first = start(client, NULL, NULL, NULL);
	sbx_call *second = start(client, &options, NULL, NULL);
	assert_int_equal(sbx_call_wait(second, 10, NULL), SBX_OK);
	assert_fails(second, SBX_ERROR_TIMEOUT);
	assert_false(sbx_call_is_done(first));
	/* The limit holds over synchronous calls too. */
	options.pool_timeout = 0;
	sbx_status status = sbx_sandboxes_list(client, NULL, &options, NULL, NULL);
	assert_int_equal(status, SBX_ERROR_TIMEOUT);
	sbx_call_free(first);
	sbx_call_free(second);
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_deadline_ends_a_call(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 0.05;
	sbx_call *call = start(own.client, &options, NULL, NULL);
	assert_int_equal(sbx_call_wait(call, SBX_FOREVER, NULL), SBX_OK);
	assert_fails(call, SBX_ERROR_TIMEOUT);
	sbx_call_free(call);
	/* One that is over at the start is not for want of a connection. */
	sbx_error *error = NULL;
	options.deadline = 0;
	call = start(own.client, &options, NULL, NULL);
	assert_int_equal(sbx_call_wait(call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(call, NULL, &error), SBX_ERROR_TIMEOUT);
	assert_string_equal(sbx_error_message(error),
	                    "Request timed out: the call's deadline was over before it had a connection");
	assert_int_equal(sbx_error_outcome_unknown(error), 0);
	sbx_error_free(error);
	sbx_call_free(call);
	end(&own);
}

static void a_wait_may_end_before_the_call(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	sbx_call *call = start(own.client, NULL, NULL, NULL);
	assert_int_equal(sbx_call_wait(call, 0.02, NULL), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_call_wait(call, 0, NULL), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_call_wait(call, -5, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_false(sbx_call_is_done(call));
	sbx_call_free(call);
	end(&own);
}

static void a_cancelled_call_is_told_and_its_connection_freed(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	int done = 0;
	sbx_call *call = start(own.client, NULL, count_done, &done);
	while (loopback_requests(own.server) == 0)
		sbx_client_poll(own.client, 0.01, NULL);
	sbx_call_cancel(call);
	/* At once, and told by the loop. */
	assert_true(sbx_call_is_done(call));
	assert_int_equal(done, 0);
	sbx_call_cancel(call);
	poll_all(own.client);
	assert_int_equal(done, 1);
	assert_fails(call, SBX_ERROR_CANCELLED);
	sbx_call_free(call);
	end(&own);
}

static void a_freed_call_is_not_told(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	int done = 0;
	sbx_call_free(start(own.client, NULL, count_done, &done));
	sbx_call *call = start(own.client, NULL, count_done, &done);
	sbx_client_poll(own.client, 0.01, NULL);
	sbx_call_free(call);
	sbx_call_free(NULL);
	poll_all(own.client);
	assert_int_equal(done, 0);
	end(&own);
}

static void one_cancel_ends_many(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	sbx_cancel *cancel = NULL;
	assert_int_equal(sbx_cancel_new(&cancel, NULL), SBX_OK);
	assert_false(sbx_cancel_is_fired(cancel));
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.cancel = cancel;
	sbx_call *calls[5];
	for (int index = 0; index < 5; index++)
		calls[index] = start(own.client, &options, NULL, NULL);
	sbx_client_poll(own.client, 0.01, NULL);
	sbx_cancel_fire(cancel);
	assert_true(sbx_cancel_is_fired(cancel));
	poll_all(own.client);
	for (int index = 0; index < 5; index++) {
		assert_fails(calls[index], SBX_ERROR_CANCELLED);
		sbx_call_free(calls[index]);
	}
	/* One that is fired ends what is made later, however it is made. */
	sbx_call *late = start(own.client, &options, NULL, NULL);
	poll_all(own.client);
	assert_fails(late, SBX_ERROR_CANCELLED);
	sbx_call_free(late);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, &options, NULL, NULL), SBX_ERROR_CANCELLED);
	sbx_cancel_free(cancel);
	end(&own);
}

typedef struct firing {
	sbx_cancel *cancel;
	loopback *server;
} firing;

static void *fire_when_asked(void *argument)
{
	firing *own = argument;
	loopback_wait(own->server, 1);
	sbx_cancel_fire(own->cancel);
	return NULL;
}

static void a_cancel_ends_a_call_that_waits_on_another_thread(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	firing fire = {NULL, own.server};
	assert_int_equal(sbx_cancel_new(&fire.cancel, NULL), SBX_OK);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.cancel = fire.cancel;
	pthread_t thread;
	pthread_create(&thread, NULL, fire_when_asked, &fire);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, &options, NULL, NULL), SBX_ERROR_CANCELLED);
	pthread_join(thread, NULL);
	sbx_cancel_free(fire.cancel);
	end(&own);
}

static void closing_ends_all_and_tells(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	int done = 0;
	sbx_call *calls[3];
	for (int index = 0; index < 3; index++)
		calls[index] = start(own.client, NULL, count_done, &done);
	sbx_client_poll(own.client, 0.01, NULL);
	sbx_client_close(own.client);
	poll_all(own.client);
	assert_int_equal(done, 3);
	for (int index = 0; index < 3; index++) {
		assert_fails(calls[index], SBX_ERROR_CLOSED);
		sbx_call_free(calls[index]);
	}
	sbx_call *call = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	sbx_error *error = NULL;
	assert_int_equal(sbx_client_start(own.client, &request, NULL, NULL, NULL, &call, &error), SBX_ERROR_CLOSED);
	assert_string_equal(sbx_error_method(error), "GET");
	assert_non_null(strstr(sbx_error_url(error), "/v1/sandboxes/list"));
	assert_int_equal(sbx_error_attempts(error), 0);
	sbx_error_free(error);
	end(&own);
}

static void a_call_outlives_its_client(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start(NULL));
	int done = 0;
	sbx_call *call = start(own.client, NULL, count_done, &done);
	sbx_client_poll(own.client, 0.01, NULL);
	sbx_client_free(own.client);
	assert_int_equal(done, 0);
	assert_fails(call, SBX_ERROR_CLOSED);
	assert_int_equal(sbx_call_wait(call, 1, NULL), SBX_OK);
	sbx_call_cancel(call);
	sbx_call_free(call);
	loopback_stop(own.server);
}

typedef struct inside {
	sbx_client *client;
	int left;
	int done;
	int never;
	bool close;
} inside;

static void everything_is_done_inside(void *user_data, sbx_call *call)
{
	inside *own = user_data;
	own->done++;
	assert_int_equal(sbx_client_process(own->client, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_poll(own->client, 0, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_call *other = start(own->client, NULL, count_done, &own->never);
	assert_int_equal(sbx_call_wait(other, 1, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_call_free(other);
	sbx_call_free(call);
	if (own->left-- > 0)
		start(own->client, NULL, everything_is_done_inside, own);
	else if (own->close)
		sbx_client_free(own->client);
}

static void a_callback_may_start_free_and_close(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	inside data = {own.client, 30, 0, 0, false};
	start(own.client, NULL, everything_is_done_inside, &data);
	poll_all(own.client);
	assert_int_equal(data.done, 31);
	data.left = 0;
	data.close = true;
	start(own.client, NULL, everything_is_done_inside, &data);
	while (data.done < 32)
		sbx_client_poll(own.client, 1, NULL);
	assert_int_equal(data.never, 0);
	loopback_stop(own.server);
}

static void the_descriptor_is_one_and_tells_of_work(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	sbx_client *copy = NULL;
	int descriptor = -1;
	int other = -1;
	assert_int_equal(sbx_client_with_options(own.client, NULL, &copy, NULL), SBX_OK);
	assert_int_equal(sbx_client_fd(own.client, &descriptor, NULL), SBX_OK);
	assert_int_equal(sbx_client_fd(copy, &other, NULL), SBX_OK);
	assert_int_equal(descriptor, other);
	sbx_call *call = start(copy, NULL, NULL, NULL);
	while (!sbx_call_is_done(call)) {
		struct pollfd polled = {.fd = descriptor, .events = POLLIN};
		assert_int_equal(poll(&polled, 1, 10000), 1);
		assert_int_equal(sbx_client_process(own.client, NULL), SBX_OK);
	}
	sbx_call_free(call);
	sbx_client_free(copy);
	end(&own);
}

static void *wait_for_own(void *argument)
{
	sbx_client *client = argument;
	for (int index = 0; index < 40; index++) {
		sbx_call *call = start(client, NULL, NULL, NULL);
		assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
		assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
		sbx_call_free(call);
		assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	}
	return NULL;
}

static void threads_wait_for_their_calls_and_one_drives(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	pthread_t threads[6];
	for (int index = 0; index < 6; index++)
		pthread_create(&threads[index], NULL, wait_for_own, own.client);
	for (int index = 0; index < 6; index++)
		pthread_join(threads[index], NULL);
	assert_int_equal(loopback_requests(own.server), 480);
	end(&own);
}

static int use_in_child(sbx_client *client, sbx_call *call)
{
	int descriptor;
	sbx_call *other = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	bool refused = sbx_client_fd(client, &descriptor, NULL) == SBX_ERROR_CONNECTION &&
	               sbx_client_process(client, NULL) == SBX_ERROR_CONNECTION &&
	               sbx_client_start(client, &request, NULL, NULL, NULL, &other, NULL) == SBX_ERROR_CONNECTION &&
	               sbx_call_wait(call, 1, NULL) == SBX_ERROR_CONNECTION;
	sbx_call_cancel(call);
	sbx_call_free(call);
	sbx_client_free(client);
	return refused ? 0 : 1;
}

static void a_child_leaves_its_parents_calls_alone(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	sbx_call *call = start(own.client, NULL, NULL, NULL);
	pid_t child = fork();
	if (child == 0)
		_exit(use_in_child(own.client, call));
	int status = -1;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	poll_all(own.client);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	sbx_call_free(call);
	end(&own);
}

static void an_unused_client_works_in_a_child(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	pid_t child = fork();
	if (child == 0) {
		sbx_call *call = start(own.client, NULL, NULL, NULL);
		sbx_call_wait(call, 10, NULL);
		int failed = sbx_call_result(call, NULL, NULL) != SBX_OK ||
		             sbx_sandboxes_list(own.client, NULL, NULL, NULL, NULL) != SBX_OK;
		sbx_call_free(call);
		sbx_client_free(own.client);
		_exit(failed);
	}
	int status = -1;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, NULL), SBX_OK);
	end(&own);
}

typedef struct slow_source {
	sbx_call *call;
	int asked;
} slow_source;

static int64_t give_later(void *user_data, void *buffer, size_t capacity)
{
	slow_source *own = user_data;
	assert_true(capacity >= 4);
	switch (own->asked++) {
	case 0:
	case 2:
		return SBX_SOURCE_LATER;
	case 1:
		memcpy(buffer, "some", 4);
		return 4;
	default:
		return 0;
	}
}

static void a_source_may_have_nothing_yet(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json("{\"size\": 4}"));
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	slow_source slow = {0};
	sbx_call *call = NULL;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give_later;
	source.user_data = &slow;
	params.path = "/x";
	params.file = &source;
	assert_int_equal(sbx_sandboxes_upload_start(own.client, "a", &params, NULL, NULL, NULL, &call, NULL), SBX_OK);
	for (int pause = 1; pause <= 2; pause++) {
		while (slow.asked < 2 * pause - 1)
			sbx_client_poll(own.client, 1, NULL);
		/* It is not asked again by itself. */
		for (int turn = 0; turn < 5; turn++)
			sbx_client_poll(own.client, 0.005, NULL);
		assert_int_equal(slow.asked, 2 * pause - 1);
		sbx_call_resume(call);
	}
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	char *last = loopback_last(own.server);
	assert_non_null(strstr(last, "some"));
	free(last);
	sbx_call_free(call);
	/* So is one whose answer is a stream. */
	sbx_request request = request_of("sandboxes.upload", NULL);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *arguments = json_of("{\"id\": \"a\", \"path\": \"/x\"}");
	sbx_stream *stream = NULL;
	slow.asked = 0;
	request.arguments = arguments;
	options.source = &source;
	assert_int_equal(sbx_client_open_start(own.client, &request, &options, NULL, NULL, &stream, NULL), SBX_OK);
	while (!sbx_stream_response(stream)) {
		sbx_stream_resume(stream);
		sbx_client_poll(own.client, 0.01, NULL);
	}
	assert_int_equal(slow.asked, 4);
	sbx_stream_free(stream);
	sbx_stream_resume(NULL);
	sbx_json_free(arguments);
	/* A call that waits has nobody who would go on with it. */
	slow.asked = 0;
	assert_int_equal(sbx_sandboxes_upload(own.client, "a", &params, NULL, NULL, NULL), SBX_ERROR_LOCAL_FILE);
	end(&own);
}

static void bad_arguments_are_refused(void **state)
{
	(void)state;
	fixture own = fixture_of(loopback_start_json(LIST));
	sbx_call *call = NULL;
	sbx_request request = request_of("sandboxes.list", NULL);
	const sbx_request none = SBX_REQUEST_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	const sbx_status refused = SBX_ERROR_INVALID_ARGUMENT;
	options.deadline = -7;
	assert_int_equal(sbx_client_start(NULL, &request, NULL, NULL, NULL, &call, NULL), refused);
	assert_int_equal(sbx_client_start(own.client, NULL, NULL, NULL, NULL, &call, NULL), refused);
	assert_int_equal(sbx_client_start(own.client, &none, NULL, NULL, NULL, &call, NULL), refused);
	assert_int_equal(sbx_client_start(own.client, &request, &options, NULL, NULL, &call, NULL), refused);
	assert_int_equal(sbx_client_start(own.client, &request, NULL, NULL, NULL, NULL, NULL), refused);
	request.size = 3;
	assert_int_equal(sbx_client_start(own.client, &request, NULL, NULL, NULL, &call, NULL), refused);
	assert_null(call);
	assert_int_equal(sbx_client_in_flight(own.client), 0);
	assert_int_equal(sbx_client_in_flight(NULL), 0);
	assert_int_equal(sbx_client_poll(own.client, 1, NULL), SBX_DONE);
	assert_int_equal(sbx_client_poll(own.client, (double)INFINITY, NULL), SBX_DONE);
	assert_int_equal(sbx_client_poll(own.client, (double)-INFINITY, NULL), refused);
	assert_int_equal(sbx_client_poll(own.client, (double)NAN, NULL), refused);
	assert_int_equal(sbx_client_fd(own.client, NULL, NULL), refused);
	assert_int_equal(sbx_client_next(own.client, NULL), refused);
	assert_int_equal(sbx_call_wait(NULL, 1, NULL), refused);
	assert_int_equal(sbx_call_result(NULL, NULL, NULL), refused);
	assert_int_equal(sbx_cancel_new(NULL, NULL), refused);
	assert_false(sbx_call_is_done(NULL));
	assert_null(sbx_call_user_data(NULL));
	sbx_call_cancel(NULL);
	sbx_call_resume(NULL);
	sbx_cancel_fire(NULL);
	sbx_cancel_free(NULL);
	end(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_call_is_driven_to_its_callback),
	        cmocka_unit_test(what_was_passed_may_go_away),
	        cmocka_unit_test(what_a_custom_request_was_made_of_may_go_away),
	        cmocka_unit_test(without_a_callback_calls_are_queued_in_the_order_of_their_ends),
	        cmocka_unit_test(many_share_few_connections),
	        cmocka_unit_test(the_wait_for_a_connection_ends),
	        cmocka_unit_test(a_deadline_ends_a_call),
	        cmocka_unit_test(a_wait_may_end_before_the_call),
	        cmocka_unit_test(a_cancelled_call_is_told_and_its_connection_freed),
	        cmocka_unit_test(a_freed_call_is_not_told),
	        cmocka_unit_test(one_cancel_ends_many),
	        cmocka_unit_test(a_cancel_ends_a_call_that_waits_on_another_thread),
	        cmocka_unit_test(closing_ends_all_and_tells),
	        cmocka_unit_test(a_call_outlives_its_client),
	        cmocka_unit_test(a_callback_may_start_free_and_close),
	        cmocka_unit_test(the_descriptor_is_one_and_tells_of_work),
	        cmocka_unit_test(threads_wait_for_their_calls_and_one_drives),
	        cmocka_unit_test(a_child_leaves_its_parents_calls_alone),
	        cmocka_unit_test(an_unused_client_works_in_a_child),
	        cmocka_unit_test(a_source_may_have_nothing_yet),
	        cmocka_unit_test(bad_arguments_are_refused),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
