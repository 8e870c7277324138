#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "loopback.h"
#include "packed.h"
#include "support.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: "
#define LARGE ((size_t)3 << 20)

static sbx_client *client_with(const loopback *server, const sbx_http_options *http)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "key";
	options.http = http;
	options.pool_timeout = 2;
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static sbx_client *client_of(const loopback *server)
{
	return client_with(server, NULL);
}

static sbx_json *download_of(void)
{
	return json_of("{\"id\": \"x\", \"path\": \"/p\"}");
}

static sbx_status open_with(sbx_client *client, const sbx_request_options *options, sbx_stream **stream,
                            sbx_error **error)
{
	sbx_json *arguments = download_of();
	const sbx_request request = request_of("sandboxes.download", arguments);
	sbx_status status = sbx_client_open(client, &request, options, stream, error);
	sbx_json_free(arguments);
	return status;
}

static sbx_stream *open_stream(sbx_client *client)
{
	sbx_stream *stream = NULL;
	assert_int_equal(open_with(client, NULL, &stream, NULL), SBX_OK);
	return stream;
}

static sbx_stream *open_started(sbx_client *client, sbx_stream_callback on_ready, void *user_data)
{
	sbx_stream *stream = NULL;
	sbx_json *arguments = download_of();
	const sbx_request request = request_of("sandboxes.download", arguments);
	assert_int_equal(sbx_client_open_start(client, &request, NULL, on_ready, user_data, &stream, NULL), SBX_OK);
	sbx_json_free(arguments);
	return stream;
}

/* An answer with so many bytes of body, each the low byte of its place; the caller frees it. */
static char *large_answer(size_t body, size_t announced)
{
	char *answer = malloc(body + 100);
	int head = sprintf(answer, HEAD "%zu\r\n\r\n", announced);
	for (size_t index = 0; index < body; index++)
		answer[(size_t)head + index] = (char)('a' + index % 23);
	answer[(size_t)head + body] = '\0';
	return answer;
}

static void check_bytes(const char *bytes, size_t start, size_t length)
{
	for (size_t index = 0; index < length; index++)
		if (bytes[index] != (char)('a' + (start + index) % 23))
			fail_msg("byte %zu differs", start + index);
}

static void a_body_is_read_in_pieces(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_stream *stream = open_stream(client);
	assert_int_equal(sbx_response_status(sbx_stream_response(stream)), 200);
	assert_non_null(sbx_response_header(sbx_stream_response(stream), "content-length"));
	char piece[5000];
	size_t got;
	size_t sum = 0;
	sbx_status status;
	while ((status = sbx_stream_read(stream, piece, sizeof piece, &got, NULL)) == SBX_OK) {
		check_bytes(piece, sum, got);
		sum += got;
	}
	assert_int_equal(status, SBX_DONE);
	assert_int_equal(sum, LARGE);
	assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, NULL), SBX_DONE);
	sbx_stream_free(stream);
	/* The connection was kept. */
	sbx_stream_free(open_stream(client));
	assert_int_equal(loopback_connections(server), 1);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void a_body_that_is_cut_is_an_error_after_its_bytes(void **state)
{
	(void)state;
	char *answer = large_answer(1000, 2000);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.read_timeout = 0.1;
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	char piece[5000];
	size_t got = 0;
	assert_int_equal(open_with(client, &options, &stream, NULL), SBX_OK);
	assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, &error), SBX_OK);
	assert_int_equal(got, 1000);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, &error), SBX_ERROR_TIMEOUT);
		sbx_error_free(error);
	}
	assert_int_equal(got, 1000);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void an_answer_that_is_no_success_is_an_error(void **state)
{
	(void)state;
	loopback *server = loopback_start("HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\n{\"no\": true}");
	sbx_client *client = client_of(server);
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	assert_int_equal(open_with(client, NULL, &stream, &error), SBX_ERROR_NOT_FOUND);
	assert_null(stream);
	assert_non_null(sbx_error_json(error));
	sbx_error_free(error);
	stream = open_started(client, NULL, NULL);
	while (sbx_client_poll(client, 5, NULL) == SBX_OK)
		;
	assert_null(sbx_stream_response(stream));
	char byte;
	size_t got;
	assert_int_equal(sbx_stream_read(stream, &byte, 1, &got, NULL), SBX_ERROR_NOT_FOUND);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
}

static void what_is_not_read_is_held_back(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_stream *stream = open_started(client, NULL, NULL);
	/* Nobody reads: the loop comes to rest long before all is here, and no timeout counts. */
	for (int turn = 0; turn < 50; turn++)
		sbx_client_poll(client, 0.01, NULL);
	assert_int_equal(sbx_client_in_flight(client), 1);
	char piece[70000];
	size_t got;
	size_t sum = 0;
	size_t first = 0;
	sbx_status status;
	while ((status = sbx_stream_read(stream, piece, sizeof piece, &got, NULL)) != SBX_DONE) {
		if (status == SBX_WOULD_BLOCK) {
			first = first ? first : sum;
			sbx_client_poll(client, 1, NULL);
			continue;
		}
		assert_int_equal(status, SBX_OK);
		check_bytes(piece, sum, got);
		sum += got;
	}
	assert_int_equal(sum, LARGE);
	assert_true(first < (size_t)512 << 10);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

typedef struct reading {
	size_t sum;
	int calls;
	sbx_status status;
	bool free;
} reading;

static void read_all_there_is(void *user_data, sbx_stream *stream)
{
	reading *own = user_data;
	char piece[3000];
	size_t got;
	own->calls++;
	while ((own->status = sbx_stream_read(stream, piece, sizeof piece, &got, NULL)) == SBX_OK) {
		check_bytes(piece, own->sum, got);
		own->sum += got;
	}
	if (own->free && own->status != SBX_WOULD_BLOCK)
		sbx_stream_free(stream);
}

static void the_reader_is_told(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	reading own = {.free = true};
	open_started(client, read_all_there_is, &own);
	while (sbx_client_poll(client, 5, NULL) == SBX_OK)
		;
	assert_int_equal(own.status, SBX_DONE);
	assert_int_equal(own.sum, LARGE);
	assert_true(own.calls > 1);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void a_stream_that_is_freed_early_frees_its_connection(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	char piece[10];
	size_t got;
	sbx_stream *stream = open_stream(client);
	assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, NULL), SBX_OK);
	sbx_stream_free(stream);
	stream = open_started(client, NULL, NULL);
	sbx_client_poll(client, 1, NULL);
	sbx_stream_free(stream);
	sbx_stream_free(NULL);
	while (sbx_client_poll(client, 5, NULL) == SBX_OK)
		;
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void a_closed_client_ends_its_streams(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_stream *stream = open_stream(client);
	sbx_stream *started = open_started(client, NULL, NULL);
	sbx_client_poll(client, 1, NULL);
	sbx_client_close(client);
	char piece[5000];
	size_t got;
	sbx_status status;
	while ((status = sbx_stream_read(stream, piece, sizeof piece, &got, NULL)) == SBX_OK)
		;
	assert_int_equal(status, SBX_ERROR_CLOSED);
	while ((status = sbx_stream_read(started, piece, sizeof piece, &got, NULL)) == SBX_OK)
		;
	assert_int_equal(status, SBX_ERROR_CLOSED);
	sbx_client_free(client);
	sbx_stream_free(stream);
	sbx_stream_free(started);
	loopback_stop(server);
	free(answer);
}

static void *cancel_soon(void *argument)
{
	usleep(20000);
	sbx_stream_cancel(argument);
	return NULL;
}

static void another_thread_cancels_a_read(void **state)
{
	(void)state;
	char *answer = large_answer(10, 2000);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_stream *stream = open_stream(client);
	pthread_t thread;
	pthread_create(&thread, NULL, cancel_soon, stream);
	char piece[100];
	size_t got;
	assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, NULL), SBX_OK);
	assert_int_equal(sbx_stream_read(stream, piece, sizeof piece, &got, NULL), SBX_ERROR_CANCELLED);
	pthread_join(thread, NULL);
	sbx_stream_cancel(stream);
	sbx_stream_cancel(NULL);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void lines_are_read(void **state)
{
	(void)state;
	loopback *server = loopback_start(HEAD "17\r\n\r\none\r\ntwo\rthree\n\nx");
	sbx_client *client = client_of(server);
	sbx_stream *stream = open_stream(client);
	static const char *const expected[] = {"one", "two", "three", "", "x"};
	const char *line = NULL;
	size_t length;
	for (int index = 0; index < 5; index++) {
		assert_int_equal(sbx_stream_line(stream, &line, &length, NULL), SBX_OK);
		assert_string_equal(line, expected[index]);
		assert_int_equal(length, strlen(expected[index]));
	}
	assert_int_equal(sbx_stream_line(stream, &line, NULL, NULL), SBX_DONE);
	sbx_event event = SBX_EVENT_INIT;
	char byte;
	assert_int_equal(sbx_stream_event(stream, &event, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_stream_read(stream, &byte, 1, &length, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
}

static void events_are_read(void **state)
{
	(void)state;
	loopback *server = loopback_start(HEAD "50\r\n\r\nevent: a\ndata: 1\ndata: 2\nid: 7\n\ndata: 3\n\ndata: cut");
	sbx_client *client = client_of(server);
	for (int started = 0; started < 2; started++) {
		sbx_stream *stream = started ? open_started(client, NULL, NULL) : open_stream(client);
		while (started && sbx_client_poll(client, 5, NULL) == SBX_OK)
			;
		sbx_event event = SBX_EVENT_INIT;
		sbx_error *error = NULL;
		assert_int_equal(sbx_stream_event(stream, &event, NULL), SBX_OK);
		assert_string_equal(event.type, "a");
		assert_string_equal(event.data, "1\n2");
		assert_string_equal(event.id, "7");
		assert_int_equal(sbx_stream_event(stream, &event, NULL), SBX_OK);
		assert_string_equal(event.type, "message");
		assert_string_equal(event.data, "3");
		assert_int_equal(sbx_stream_event(stream, &event, &error), SBX_ERROR_CONNECTION);
		assert_non_null(strstr(sbx_error_message(error), "within an event"));
		sbx_error_free(error);
		sbx_stream_free(stream);
	}
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_body_is_saved_whole_or_not_at_all(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	char *cut = large_answer(5000, 9000);
	loopback *server = loopback_start(answer);
	loopback *cutting = loopback_start(cut);
	sbx_client *client = client_of(server);
	sbx_client *other = client_of(cutting);
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "file");
	sbx_sink sink = SBX_SINK_INIT;
	sbx_stream *stream = open_stream(client);
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_stream_save(stream, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), SBX_OK);
	sbx_stream_free(stream);
	size_t length;
	char *saved = file_read(path, &length);
	assert_int_equal(length, LARGE);
	check_bytes(saved, 0, length);
	free(saved);
	unlink(path);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.read_timeout = 0.05;
	assert_int_equal(open_with(other, &options, &stream, NULL), SBX_OK);
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), SBX_ERROR_TIMEOUT);
	sbx_stream_free(stream);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(folder_count(folder.path), 0);
	folder_remove(&folder);
	sbx_client_free(client);
	sbx_client_free(other);
	loopback_stop(server);
	loopback_stop(cutting);
	free(answer);
	free(cut);
}

/* A body, what it is compressed, and how much of that is sent. */
typedef struct packed_body {
	sbx__buffer plain;
	sbx__buffer packed;
	size_t sent;
} packed_body;

static void answer_packed(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	(void)request, (void)length;
	const packed_body *body = user_data;
	sbx__buffer_format(answer, HEAD "%zu\r\nContent-Encoding: gzip\r\n\r\n", body->sent);
	sbx__buffer_append(answer, body->packed.data, body->sent);
}

static sbx_client *compressing_client_of(const loopback *server)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *client = NULL;
	http.compression = SBX_COMPRESSION_ALL;
	options.http = &http;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

/* Reads to the end, in pieces that have nothing to do with those that come; what has come has to be the body's. */
static sbx_status read_packed(sbx_client *client, sbx_stream *stream, const packed_body *body, size_t *sum)
{
	char piece[70001];
	size_t got;
	sbx_status status;
	*sum = 0;
	while ((status = sbx_stream_read(stream, piece, sizeof piece, &got, NULL)) == SBX_OK ||
	       status == SBX_WOULD_BLOCK) {
		if (status == SBX_WOULD_BLOCK) {
			sbx_client_poll(client, 1, NULL);
			continue;
		}
		assert_true(got <= body->plain.length - *sum);
		assert_memory_equal(piece, body->plain.data + *sum, got);
		*sum += got;
	}
	return status;
}

/* Through libcurl's pauses, of both drivers: of many bytes that come, and of few that become many, the last of which is
 * held back together with all that comes out of it. */
static void a_compressed_body_is_read_in_pieces(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		packed_body body = {.sent = 0};
		bool cut = kind % 2;
		size_t sum;
		if (kind < 2)
			packed_pattern(&body.plain, 4 * LARGE, 0);
		else
			packed_noise(&body.plain, LARGE);
		packed_append(&body.packed, PACKED_GZIP, body.plain.data, body.plain.length);
		body.sent = body.packed.length - cut;
		loopback *server = loopback_start_with(answer_packed, &body);
		sbx_client *client = compressing_client_of(server);
		sbx_stream *stream = open_stream(client);
		assert_int_equal(read_packed(client, stream, &body, &sum), cut ? SBX_ERROR_CONNECTION : SBX_DONE);
		assert_int_equal(sum, body.plain.length);
		sbx_stream_free(stream);
		stream = open_started(client, NULL, NULL);
		for (int turn = 0; turn < 20; turn++)
			sbx_client_poll(client, 0.01, NULL);
		/* The end is behind bytes that nobody has read. */
		assert_int_equal(sbx_client_in_flight(client), 1);
		assert_int_equal(read_packed(client, stream, &body, &sum), cut ? SBX_ERROR_CONNECTION : SBX_DONE);
		assert_int_equal(sum, body.plain.length);
		sbx_stream_free(stream);
		sbx_client_free(client);
		loopback_stop(server);
		sbx__buffer_free(&body.plain);
		sbx__buffer_free(&body.packed);
	}
}

static void compressed_events_are_read(void **state)
{
	(void)state;
	static const char events[] = "data: one\n\ndata: two\n\n";
	for (size_t cut = 0; cut < 2; cut++) {
		packed_body body = {.sent = 0};
		packed_append(&body.packed, PACKED_GZIP, events, sizeof events - 1);
		body.sent = body.packed.length - cut;
		loopback *server = loopback_start_with(answer_packed, &body);
		sbx_client *client = compressing_client_of(server);
		sbx_stream *stream = open_started(client, NULL, NULL);
		sbx_event event = SBX_EVENT_INIT;
		while (sbx_client_poll(client, 5, NULL) == SBX_OK)
			;
		assert_int_equal(sbx_stream_event(stream, &event, NULL), SBX_OK);
		assert_string_equal(event.data, "one");
		assert_int_equal(sbx_stream_event(stream, &event, NULL), SBX_OK);
		assert_string_equal(event.data, "two");
		assert_int_equal(sbx_stream_event(stream, &event, NULL), cut ? SBX_ERROR_CONNECTION : SBX_DONE);
		sbx_stream_free(stream);
		sbx_client_free(client);
		loopback_stop(server);
		sbx__buffer_free(&body.packed);
	}
}

static void bad_arguments_are_refused(void **state)
{
	(void)state;
	loopback *server = loopback_start_json("{}");
	sbx_client *client = client_of(server);
	const sbx_status refused = SBX_ERROR_INVALID_ARGUMENT;
	sbx_stream *stream = NULL;
	sbx_json *arguments = download_of();
	const sbx_request request = request_of("sandboxes.download", arguments);
	sbx_sink sink = SBX_SINK_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	char byte;
	size_t got;
	sink.kind = SBX_SINK_DESCRIPTOR;
	sink.descriptor = 1;
	options.sink = &sink;
	assert_int_equal(sbx_client_open(NULL, &request, NULL, &stream, NULL), refused);
	assert_int_equal(sbx_client_open(client, NULL, NULL, &stream, NULL), refused);
	assert_int_equal(sbx_client_open(client, &request, NULL, NULL, NULL), refused);
	assert_int_equal(sbx_client_open(client, &request, &options, &stream, NULL), refused);
	assert_int_equal(sbx_client_open_start(client, &request, &options, NULL, NULL, &stream, NULL), refused);
	assert_int_equal(sbx_client_open_start(client, &request, NULL, NULL, NULL, NULL, NULL), refused);
	assert_null(stream);
	assert_null(sbx_stream_response(NULL));
	assert_int_equal(sbx_stream_read(NULL, &byte, 1, &got, NULL), refused);
	stream = open_stream(client);
	assert_int_equal(sbx_stream_read(stream, NULL, 1, &got, NULL), refused);
	assert_int_equal(sbx_stream_read(stream, &byte, 0, &got, NULL), refused);
	assert_int_equal(sbx_stream_read(stream, &byte, 1, NULL, NULL), refused);
	assert_int_equal(sbx_stream_line(stream, NULL, NULL, NULL), refused);
	assert_int_equal(sbx_stream_event(stream, NULL, NULL), refused);
	sbx_stream_free(stream);
	stream = open_started(client, NULL, NULL);
	sink.kind = SBX_SINK_PATH;
	sink.path = "never";
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), refused);
	sbx_stream_free(stream);
	sbx_json_free(arguments);
	sbx_client_free(client);
	loopback_stop(server);
}

static int take_once(void *user_data, const void *data, size_t length)
{
	(void)data, (void)length;
	return ++*(int *)user_data == 1 ? 0 : -1;
}

static void what_a_sink_did_not_take_is_missed(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.max_connections = 1;
	sbx_client *client = client_with(server, &http);
	test_folder folder;
	folder_make(&folder);
	int calls = 0;
	char byte;
	size_t got = 7;
	sbx_error *error = NULL;
	sbx_sink failing = SBX_SINK_INIT;
	sbx_sink file = SBX_SINK_INIT;
	failing.kind = SBX_SINK_CALLBACK;
	failing.write = take_once;
	failing.user_data = &calls;
	file.kind = SBX_SINK_PATH;
	file.path = folder_file(&folder, "file");
	sbx_stream *stream = open_stream(client);
	assert_int_equal(sbx_stream_save(stream, &failing, NULL), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_stream_save(stream, &file, &error), SBX_ERROR_LOCAL_FILE);
	assert_non_null(strstr(sbx_error_message(error), "write function"));
	sbx_error_free(error);
	assert_int_equal(sbx_stream_read(stream, &byte, 1, &got, NULL), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(got, 7);
	assert_int_equal(folder_count(folder.path), 0);
	/* Nobody can read what is left: the one connection is another call's now. */
	sbx_stream *other = open_stream(client);
	sbx_stream_free(other);
	sbx_stream_free(stream);
	folder_remove(&folder);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

typedef struct reads_within {
	sbx_stream *stream;
	int calls;
} reads_within;

static int read_within(void *user_data, const void *data, size_t length)
{
	(void)data, (void)length;
	reads_within *within = user_data;
	sbx_sink sink = SBX_SINK_INIT;
	char byte;
	size_t got = 7;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = take_once;
	sink.user_data = &within->calls;
	within->calls = 0;
	assert_int_equal(sbx_stream_read(within->stream, &byte, 1, &got, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_stream_save(within->stream, &sink, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(got, 7);
	assert_int_equal(within->calls, 0);
	return 0;
}

static void a_stream_is_not_read_while_it_is_saved(void **state)
{
	(void)state;
	char *answer = large_answer(LARGE, LARGE);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	reads_within within = {open_stream(client), 0};
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = read_within;
	sink.user_data = &within;
	assert_int_equal(sbx_stream_save(within.stream, &sink, NULL), SBX_OK);
	sbx_stream_free(within.stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void a_save_that_did_not_begin_decides_nothing(void **state)
{
	(void)state;
	loopback *server = loopback_start_json("a line");
	sbx_client *client = client_of(server);
	sbx_sink sink = SBX_SINK_INIT;
	const char *line;
	sbx_stream *stream = open_stream(client);
	sink.kind = SBX_SINK_PATH;
	sink.path = "/nowhere/at/all";
	assert_int_equal(sbx_stream_save(stream, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_stream_line(stream, &line, NULL, NULL), SBX_OK);
	assert_string_equal(line, "a line");
	assert_int_equal(sbx_stream_save(stream, &sink, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_body_is_read_in_pieces),
	        cmocka_unit_test(a_body_that_is_cut_is_an_error_after_its_bytes),
	        cmocka_unit_test(an_answer_that_is_no_success_is_an_error),
	        cmocka_unit_test(what_is_not_read_is_held_back),
	        cmocka_unit_test(the_reader_is_told),
	        cmocka_unit_test(a_stream_that_is_freed_early_frees_its_connection),
	        cmocka_unit_test(a_closed_client_ends_its_streams),
	        cmocka_unit_test(another_thread_cancels_a_read),
	        cmocka_unit_test(lines_are_read),
	        cmocka_unit_test(events_are_read),
	        cmocka_unit_test(a_body_is_saved_whole_or_not_at_all),
	        cmocka_unit_test(a_compressed_body_is_read_in_pieces),
	        cmocka_unit_test(compressed_events_are_read),
	        cmocka_unit_test(what_a_sink_did_not_take_is_missed),
	        cmocka_unit_test(a_stream_is_not_read_while_it_is_saved),
	        cmocka_unit_test(a_save_that_did_not_begin_decides_nothing),
	        cmocka_unit_test(bad_arguments_are_refused),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
