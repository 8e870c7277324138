/* The transport for users' tests: the answers it was told, the requests it saw, and all that is above a transport. */
#include <sandbox_sdk.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "packed.h"
#include "support.h"

#define KEY "key-of-the-memory-transport"

typedef struct fixture {
	sbx_memory_transport *memory;
	sbx_client *client;
} fixture;

static fixture fixture_with(const sbx_http_options *http, int max_retries)
{
	fixture own = {NULL, NULL};
	assert_int_equal(sbx_memory_transport_new(&own.memory, NULL), SBX_OK);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = KEY;
	options.base_url = "https://memory.test/base";
	options.max_retries = max_retries;
	options.http = http;
	options.transport = sbx_memory_transport_transport(own.memory);
	assert_int_equal(sbx_client_new(&own.client, &options, NULL), SBX_OK);
	return own;
}

static fixture fixture_of(void)
{
	return fixture_with(NULL, 0);
}

static void end(fixture *own)
{
	sbx_client_free(own->client);
	sbx_memory_transport_free(own->memory);
}

static void add(const fixture *own, int http_status, const char *body)
{
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.http_status = http_status;
	answer.body = body;
	assert_int_equal(sbx_memory_transport_add(own->memory, &answer, NULL), SBX_OK);
}

static void add_failure(const fixture *own, sbx_exchange_failure failure, const char *detail)
{
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.http_status = 0;
	answer.failure = failure;
	answer.detail = detail;
	assert_int_equal(sbx_memory_transport_add(own->memory, &answer, NULL), SBX_OK);
}

static const char *header_of(const sbx_memory_request *request, const char *name)
{
	for (size_t index = 0; index < request->headers_count; index++)
		if (strcmp(request->headers[index].name, name) == 0)
			return request->headers[index].value;
	return NULL;
}

static void a_typed_call_is_answered_and_remembered(void **state)
{
	(void)state;
	fixture own = fixture_of();
	sbx_sandbox *sandbox = NULL;
	size_t left = 9;
	add(&own, 200, "{\"id\":\"sb-1\",\"name\":\"hello\"}");
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	create.name = "hello";
	assert_int_equal(sbx_sandboxes_create(own.client, &create, NULL, &sandbox, NULL), SBX_OK);
	assert_string_equal(sbx_sandbox_id(sandbox), "sb-1");
	assert_int_equal(sbx_memory_transport_requests(own.memory, &left), 1);
	assert_int_equal(left, 0);
	const sbx_memory_request *request = sbx_memory_transport_request_at(own.memory, 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->url, "https://memory.test/base/v1/sandboxes/create");
	assert_string_equal(header_of(request, "x-api-key"), KEY);
	assert_string_equal(request->body, "{\"name\":\"hello\"}");
	assert_int_equal(request->length, strlen(request->body));
	assert_null(sbx_memory_transport_request_at(own.memory, 1));
	sbx_sandbox_free(sandbox);
	end(&own);
}

static void errors_and_retries_are_as_over_the_network(void **state)
{
	(void)state;
	fixture own = fixture_with(NULL, 1);
	sbx_error *error = NULL;
	const sbx_pair soon[] = {{"retry-after-ms", "1"}};
	sbx_memory_answer busy = SBX_MEMORY_ANSWER_INIT;
	busy.http_status = 503;
	busy.headers = soon;
	busy.headers_count = 1;
	assert_int_equal(sbx_memory_transport_add(own.memory, &busy, NULL), SBX_OK);
	add(&own, 404, "{\"error\":\"none\"}");
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, &error), SBX_ERROR_NOT_FOUND);
	assert_string_equal(sbx_error_message(error), "Error code: 404 - {\"error\":\"none\"}");
	assert_int_equal(sbx_error_attempts(error), 2);
	assert_int_equal(sbx_memory_transport_requests(own.memory, NULL), 2);
	assert_string_equal(header_of(sbx_memory_transport_request_at(own.memory, 1), "x-stainless-retry-count"), "1");
	sbx_error_free(error);
	end(&own);
}

static void a_request_that_nobody_expected_is_an_error(void **state)
{
	(void)state;
	fixture own = fixture_with(NULL, 5);
	sbx_error *error = NULL;
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_non_null(strstr(sbx_error_message(error), "no answer left"));
	assert_int_equal(sbx_error_attempts(error), 1);
	assert_false(sbx_error_outcome_unknown(error));
	sbx_error_free(error);
	end(&own);
}

static void failures_of_each_kind(void **state)
{
	(void)state;
	fixture own = fixture_with(NULL, 1);
	sbx_error *error = NULL;
	/* What has not left is sent again, and what is lost is not: it may have been carried out. */
	add_failure(&own, SBX_EXCHANGE_NOT_SENT, "no route");
	add_failure(&own, SBX_EXCHANGE_LOST, "gone");
	assert_int_equal(sbx_sandboxes_create(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_message(error), "Connection error: gone");
	assert_int_equal(sbx_error_attempts(error), 2);
	assert_true(sbx_error_outcome_unknown(error));
	sbx_error_free(error);
	error = NULL;
	add_failure(&own, SBX_EXCHANGE_REFUSED, NULL);
	assert_int_equal(sbx_sandboxes_create(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_message(error), "Connection error.");
	assert_int_equal(sbx_error_attempts(error), 1);
	assert_false(sbx_error_retryable(error) || sbx_error_outcome_unknown(error));
	sbx_error_free(error);
	end(&own);
}

static void a_body_that_is_cut(void **state)
{
	(void)state;
	fixture own = fixture_of();
	sbx_error *error = NULL;
	const sbx_pair length[] = {{"Content-Length", "7"}};
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.cut = SBX_FLAG_YES;
	answer.detail = "cut on purpose";
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(error), "cut on purpose");
	sbx_error_free(error);
	error = NULL;
	answer.cut = SBX_FLAG_NO;
	answer.headers = length;
	answer.headers_count = 1;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(error), "the body of the answer is cut short");
	sbx_error_free(error);
	end(&own);
}

static void files_go_both_ways(void **state)
{
	(void)state;
	enum { SIZE = 300000 };
	fixture own = fixture_of();
	char *content = malloc(SIZE);
	assert_non_null(content);
	for (size_t index = 0; index < SIZE; index++)
		content[index] = (char)(index * 7 + (index >> 9));
	add(&own, 200, "{}");
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.body = content;
	answer.length = SIZE;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = content;
	source.length = SIZE;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	upload.file = &source;
	upload.path = "/f";
	assert_int_equal(sbx_sandboxes_upload(own.client, "a", &upload, NULL, NULL, NULL), SBX_OK);
	const sbx_memory_request *request = sbx_memory_transport_request_at(own.memory, 0);
	assert_true(request->length > SIZE);
	assert_non_null(memmem(request->body, request->length, content, SIZE));
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_response *response = NULL;
	download.path = "/f";
	const sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	assert_int_equal(sbx_sandboxes_download(own.client, "a", &download, &options, &response, NULL), SBX_OK);
	size_t length = 0;
	const char *body = sbx_response_body(response, &length);
	assert_int_equal(length, SIZE);
	assert_memory_equal(body, content, SIZE);
	sbx_response_free(response);
	free(content);
	end(&own);
}

static void redirects_and_limits_are_the_clients(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.max_document_bytes = 10;
	http.max_redirects = 1;
	fixture own = fixture_with(&http, 0);
	const sbx_pair away[] = {{"Location", "http://other.test/x"}};
	sbx_memory_answer moved = SBX_MEMORY_ANSWER_INIT;
	moved.http_status = 302;
	moved.headers = away;
	moved.headers_count = 1;
	assert_int_equal(sbx_memory_transport_add(own.memory, &moved, NULL), SBX_OK);
	add(&own, 200, "{\"a\":\"long\"}");
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, NULL), SBX_ERROR_RESPONSE_TOO_LARGE);
	const sbx_memory_request *second = sbx_memory_transport_request_at(own.memory, 1);
	assert_string_equal(second->url, "http://other.test/x");
	assert_null(header_of(second, "x-api-key"));
	end(&own);
}

static void many_calls_at_once(void **state)
{
	(void)state;
	enum { CALLS = 150 };
	fixture own = fixture_of();
	const sbx_request request = request_of("sandboxes.list", NULL);
	sbx_call *calls[CALLS];
	for (int index = 0; index < CALLS; index++)
		add(&own, index % 3 ? 200 : 404, "{}");
	for (int index = 0; index < CALLS; index++)
		assert_int_equal(sbx_client_start(own.client, &request, NULL, NULL, NULL, &calls[index], NULL), SBX_OK);
	while (sbx_client_poll(own.client, 10, NULL) == SBX_OK)
		;
	int succeeded = 0;
	for (int index = 0; index < CALLS; index++) {
		succeeded += sbx_call_result(calls[index], NULL, NULL) == SBX_OK;
		sbx_call_free(calls[index]);
	}
	assert_int_equal(succeeded, 100);
	assert_int_equal(sbx_memory_transport_requests(own.memory, NULL), CALLS);
	end(&own);
}

static size_t read_all(sbx_stream *stream, char *into, size_t capacity)
{
	size_t length = 0;
	size_t got;
	sbx_error *error = NULL;
	sbx_status status;
	while ((status = sbx_stream_read(stream, into + length, capacity - length, &got, &error)) == SBX_OK)
		length += got;
	assert_int_equal(status, SBX_DONE);
	return length;
}

static void streams_are_read_at_leisure(void **state)
{
	(void)state;
	enum { SIZE = 3 << 20 };
	fixture own = fixture_of();
	const sbx_request request = request_of("sandboxes.list", NULL);
	char *content = malloc(SIZE);
	char *seen = malloc(SIZE + 1);
	assert_true(content && seen);
	for (size_t index = 0; index < SIZE; index++)
		content[index] = (char)(index * 11 + (index >> 12));
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.body = content;
	answer.length = SIZE;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	sbx_stream *stream = NULL;
	assert_int_equal(sbx_client_open(own.client, &request, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(read_all(stream, seen, SIZE + 1), SIZE);
	assert_memory_equal(seen, content, SIZE);
	sbx_stream_free(stream);
	/* One that is given up in the middle. */
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	assert_int_equal(sbx_client_open(own.client, &request, NULL, &stream, NULL), SBX_OK);
	size_t got = 0;
	assert_int_equal(sbx_stream_read(stream, seen, 10, &got, NULL), SBX_OK);
	sbx_stream_free(stream);
	free(content);
	free(seen);
	end(&own);
}

/* A transport gives what came, and the library decodes it, where its own request has asked for that. */
static void compressed_answers_are_decoded(void **state)
{
	(void)state;
	enum { SIZE = 5 << 20 };
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.compression = SBX_COMPRESSION_ALL;
	fixture own = fixture_with(&http, 0);
	const sbx_request request = request_of("sandboxes.list", NULL);
	const sbx_pair gzip[] = {{"content-encoding", "gzip"}};
	sbx__buffer plain = {0};
	sbx__buffer body = {0};
	char *seen = malloc(SIZE + 1);
	sbx_stream *stream = NULL;
	packed_pattern(&plain, SIZE, 0);
	packed_append(&body, PACKED_GZIP, plain.data, plain.length);
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.headers = gzip;
	answer.headers_count = 1;
	answer.body = body.data;
	answer.length = body.length;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	assert_int_equal(sbx_client_open(own.client, &request, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(read_all(stream, seen, SIZE + 1), SIZE);
	assert_memory_equal(seen, plain.data, SIZE);
	sbx_stream_free(stream);
	const sbx_memory_request *sent = sbx_memory_transport_request_at(own.memory, 0);
	assert_string_equal(header_of(sent, "Accept-Encoding"), "gzip, deflate");
	/* Cut within, and whole to the transport. */
	answer.length--;
	sbx_error *error = NULL;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(error), "the compressed body of the answer is cut short");
	sbx_error_free(error);
	/* Decompressed by the transport, which says so by saying nothing. */
	add(&own, 200, "{\"data\":[]}");
	assert_int_equal(sbx_sandboxes_list(own.client, NULL, NULL, NULL, NULL), SBX_OK);
	free(seen);
	sbx__buffer_free(&plain);
	sbx__buffer_free(&body);
	end(&own);
}

static void wrong_answers_are_refused(void **state)
{
	(void)state;
	fixture own = fixture_of();
	const sbx_memory_answer none = SBX_MEMORY_ANSWER_INIT;
	const sbx_pair bad[] = {{"a", "b\r\nc: d"}};
	sbx_memory_answer answer = none;
	answer.http_status = 101;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_ERROR_INVALID_ARGUMENT);
	answer = none;
	answer.body = NULL;
	answer.length = 1;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_ERROR_INVALID_ARGUMENT);
	answer = none;
	answer.headers_count = 1;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_ERROR_INVALID_ARGUMENT);
	answer.headers = bad;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_ERROR_INVALID_ARGUMENT);
	answer = none;
	answer.cut = (sbx_flag)7;
	assert_int_equal(sbx_memory_transport_add(own.memory, &answer, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_memory_transport_add(NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_memory_transport_new(NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_memory_transport_requests(NULL, NULL), 0);
	assert_null(sbx_memory_transport_request_at(NULL, 0));
	assert_null(sbx_memory_transport_transport(NULL));
	sbx_memory_transport_free(NULL);
	/* An empty body, and the default. */
	add(&own, 204, NULL);
	assert_int_equal(sbx_memory_transport_add(own.memory, NULL, NULL), SBX_OK);
	size_t left = 0;
	assert_int_equal(sbx_memory_transport_requests(own.memory, &left), 0);
	assert_int_equal(left, 2);
	end(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_typed_call_is_answered_and_remembered),
	        cmocka_unit_test(errors_and_retries_are_as_over_the_network),
	        cmocka_unit_test(a_request_that_nobody_expected_is_an_error),
	        cmocka_unit_test(failures_of_each_kind),
	        cmocka_unit_test(a_body_that_is_cut),
	        cmocka_unit_test(files_go_both_ways),
	        cmocka_unit_test(redirects_and_limits_are_the_clients),
	        cmocka_unit_test(many_calls_at_once),
	        cmocka_unit_test(streams_are_read_at_leisure),
	        cmocka_unit_test(compressed_answers_are_decoded),
	        cmocka_unit_test(wrong_answers_are_refused),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
