/* Answers that come compressed, over a transport of the test's own: where that is asked for, and what becomes of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "files.h"
#include "packed.h"
#include "starvation.h"
#include "support.h"

#define LIST "sandboxes.list"
#define DOWNLOAD "sandboxes.download"
#define FILE_ARGUMENTS "{\"id\":\"a\",\"path\":\"/x\"}"
#define GZIP "Content-Encoding: gzip"
#define CUT "Connection error: the compressed body of the answer is cut short"

static sbx__config *config_of(const sbx_http_options *http)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.http = http;
	return test_config(&options);
}

static sbx__config *compressing(sbx_compression compression)
{
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.compression = compression;
	return config_of(&http);
}

static void run_with(run_result *result, sbx__config *config, const char *operation, const char *arguments,
                     const sbx_request_options *options, const fake_answer *answers, size_t count)
{
	sbx_json *json = json_of(arguments);
	const sbx_request request = request_of(operation, json);
	run_request(result, config, &request, options, answers, count);
	sbx_json_free(json);
}

#define RUN(result, operation, arguments, options, ...) \
	do { \
		const fake_answer answers_[] = {__VA_ARGS__}; \
		run_with(result, compressing(SBX_COMPRESSION_ALL), operation, arguments, options, answers_, \
		         sizeof answers_ / sizeof answers_[0]); \
	} while (0)

static void assert_asked(run_result *result, const char *wanted)
{
	char *asked = fake_header(&result->transport, 0, "Accept-Encoding");
	if (wanted && asked)
		assert_string_equal(asked, wanted);
	assert_int_equal(asked != NULL, wanted != NULL);
	free(asked);
	run_clear(result);
}

static sbx__buffer packed_of(packed_form form, const char *text)
{
	sbx__buffer body = {0};
	packed_append(&body, form, text, strlen(text));
	return body;
}

static void it_is_asked_for_as_told(void **state)
{
	(void)state;
	static const struct {
		sbx_compression compression;
		bool document, file;
	} cases[] = {{SBX_COMPRESSION_DEFAULT, false, false},
	             {SBX_COMPRESSION_NONE, false, false},
	             {SBX_COMPRESSION_DOCUMENTS, true, false},
	             {SBX_COMPRESSION_ALL, true, true}};
	const fake_answer answer = {.status = 200, .body = "{}"};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		run_result result;
		run_with(&result, compressing(cases[index].compression), LIST, "{}", NULL, &answer, 1);
		assert_asked(&result, cases[index].document ? "gzip, deflate" : NULL);
		run_with(&result, compressing(cases[index].compression), DOWNLOAD, FILE_ARGUMENTS, NULL, &answer, 1);
		assert_asked(&result, cases[index].file ? "gzip, deflate" : NULL);
	}
}

static void the_callers_own_header_stays(void **state)
{
	(void)state;
	static const sbx_pair own[] = {{"accept-encoding", "gzip;q=0.5"}};
	static const sbx_pair removed[] = {{"Accept-Encoding", NULL}};
	const fake_answer answer = {.status = 200, .body = "{}"};
	const struct {
		const sbx_pair *headers;
		const char *wanted;
	} cases[] = {{own, "gzip;q=0.5"}, {removed, NULL}};
	for (size_t index = 0; index < 2; index++) {
		run_result result;
		sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
		sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		http.compression = SBX_COMPRESSION_ALL;
		client.http = &http;
		client.default_headers = cases[index].headers;
		client.default_headers_count = 1;
		run_with(&result, test_config(&client), LIST, "{}", NULL, &answer, 1);
		assert_asked(&result, cases[index].wanted);
		options.headers = cases[index].headers;
		options.headers_count = 1;
		run_with(&result, compressing(SBX_COMPRESSION_ALL), LIST, "{}", &options, &answer, 1);
		assert_asked(&result, cases[index].wanted);
		run_with(&result, compressing(SBX_COMPRESSION_NONE), LIST, "{}", &options, &answer, 1);
		assert_asked(&result, cases[index].wanted);
	}
}

static void every_body_is_decoded(void **state)
{
	(void)state;
	static const char *const lines[] = {GZIP, "content-encoding: DEFLATE", "Content-Encoding: deflate"};
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++)
		for (size_t piece = 0; piece < 3; piece++) {
			run_result result;
			sbx__buffer body = packed_of(form, "{\"data\":[],\"why\":1}");
			const fake_answer answer = {.status = 200,
			                            .headers = {"Content-Type: application/json", lines[form]},
			                            .body = body.data,
			                            .body_length = body.length,
			                            .piece = piece};
			fake_answer failure = answer;
			failure.status = 404;
			RUN(&result, LIST, "{}", NULL, answer);
			assert_int_equal(result.status, SBX_OK);
			assert_non_null(sbx_json_get(sbx_response_json(result.response), "why"));
			assert_int_equal(sbx_response_size(result.response), 19);
			/* What it came in can still be seen. */
			assert_non_null(sbx_response_header(result.response, "content-encoding"));
			run_clear(&result);
			RUN(&result, DOWNLOAD, FILE_ARGUMENTS, NULL, answer);
			assert_int_equal(result.status, SBX_OK);
			assert_string_equal(sbx_response_body(result.response, NULL), "{\"data\":[],\"why\":1}");
			run_clear(&result);
			RUN(&result, DOWNLOAD, FILE_ARGUMENTS, NULL, failure);
			assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
			assert_string_equal(sbx_error_message(result.error),
			                    "Error code: 404 - {\"data\":[],\"why\":1}");
			run_clear(&result);
			sbx__buffer_free(&body);
		}
}

static void assert_body(run_result *result, const char *expected, size_t expected_length)
{
	size_t length;
	assert_int_equal(result->status, SBX_OK);
	const char *got = sbx_response_body(result->response, &length);
	assert_int_equal(length, expected_length);
	assert_memory_equal(got, expected, length);
	assert_string_equal(sbx_response_header(result->response, "content-encoding"), "gzip");
	run_clear(result);
}

/* Whoever has asked for it, or nobody. */
static void what_comes_compressed_is_decoded_unless_that_is_turned_off(void **state)
{
	(void)state;
	static const sbx_pair own[] = {{"Accept-Encoding", "gzip"}};
	run_result result;
	sbx_request_options asking = SBX_REQUEST_OPTIONS_INIT;
	asking.headers = own;
	asking.headers_count = 1;
	sbx__buffer body = packed_of(PACKED_GZIP, "a text");
	const fake_answer answer = {.status = 200, .headers = {GZIP}, .body = body.data, .body_length = body.length};
	for (int asks = 0; asks < 2; asks++) {
		const sbx_request_options *options = asks ? &asking : NULL;
		run_with(&result, compressing(SBX_COMPRESSION_DEFAULT), DOWNLOAD, FILE_ARGUMENTS, options, &answer, 1);
		assert_body(&result, "a text", 6);
		run_with(&result, compressing(SBX_COMPRESSION_DOCUMENTS), DOWNLOAD, FILE_ARGUMENTS, options, &answer,
		         1);
		assert_body(&result, "a text", 6);
		run_with(&result, compressing(SBX_COMPRESSION_NONE), DOWNLOAD, FILE_ARGUMENTS, options, &answer, 1);
		assert_body(&result, body.data, body.length);
	}
	sbx__buffer_free(&body);
}

/* What nobody asked for and the library does not know reaches the caller as it came. */
static void another_encoding_that_nobody_asked_for_stays(void **state)
{
	(void)state;
	run_result result;
	const fake_answer answer = {.status = 200, .headers = {"Content-Encoding: br"}, .body = "as it is"};
	run_with(&result, compressing(SBX_COMPRESSION_DEFAULT), DOWNLOAD, FILE_ARGUMENTS, NULL, &answer, 1);
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(sbx_response_body(result.response, NULL), "as it is");
	run_clear(&result);
	sbx_request_options once = SBX_REQUEST_OPTIONS_INIT;
	once.max_retries = 0;
	run_with(&result, compressing(SBX_COMPRESSION_ALL), DOWNLOAD, FILE_ARGUMENTS, &once, &answer, 1);
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	run_clear(&result);
}

/* A head that is not the last one says nothing of the body. */
static void an_answer_before_the_answer_has_no_encoding(void **state)
{
	(void)state;
	run_result result;
	const fake_answer answers[] = {{.status = 302, .headers = {GZIP, "Location: /b"}},
	                               {.status = 200, .body = "{}"}};
	run_with(&result, compressing(SBX_COMPRESSION_DEFAULT), LIST, "{}", NULL, answers, 2);
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
}

static void what_becomes_too_large_is_refused(void **state)
{
	(void)state;
	run_result result;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	http.max_document_bytes = 20;
	client.http = &http;
	sbx__buffer body = packed_of(PACKED_GZIP, "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]");
	const fake_answer answer = {.status = 200, .headers = {GZIP}, .body = body.data, .body_length = body.length};
	run_with(&result, test_config(&client), LIST, "{}", NULL, &answer, 1);
	assert_int_equal(result.status, SBX_ERROR_RESPONSE_TOO_LARGE);
	run_clear(&result);
	sbx__buffer_free(&body);
}

/* Many servers say "gzip" of what is empty too: it is empty. */
static void an_empty_body_is_empty(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, DOWNLOAD, FILE_ARGUMENTS, NULL, {.status = 200, .headers = {GZIP, "Content-Length: 0"}});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(sbx_response_size(result.response), 0);
	run_clear(&result);
	RUN(&result, DOWNLOAD, FILE_ARGUMENTS, NULL, {.status = 204, .headers = {"Content-Encoding: br"}});
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
	RUN(&result, LIST, "{}", NULL, {.status = 404, .headers = {GZIP}});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	run_clear(&result);
	sbx_request head = SBX_REQUEST_INIT;
	head.method = "HEAD";
	head.url = "a";
	const fake_answer answer = {.status = 200, .headers = {GZIP, "Content-Length: 77"}};
	run_request(&result, compressing(SBX_COMPRESSION_ALL), &head, NULL, &answer, 1);
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
}

static void a_body_that_is_cut_is_lost(void **state)
{
	(void)state;
	sbx__buffer body = packed_of(PACKED_GZIP, "{\"data\":[]}");
	for (size_t length = 1; length < body.length; length++) {
		run_result result;
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		fake_answer answer = {.status = 200,
		                      .headers = {GZIP},
		                      .body = body.data,
		                      .body_length = length,
		                      .piece = length % 2};
		options.max_retries = 0;
		RUN(&result, LIST, "{}", &options, answer);
		assert_int_equal(result.status, SBX_ERROR_CONNECTION);
		assert_string_equal(sbx_error_message(result.error), CUT);
		assert_int_equal(sbx_error_retryable(result.error), 1);
		assert_int_equal(sbx_error_outcome_unknown(result.error), 0);
		run_clear(&result);
		RUN(&result, DOWNLOAD, FILE_ARGUMENTS, &options, answer);
		assert_int_equal(result.status, SBX_ERROR_CONNECTION);
		run_clear(&result);
		RUN(&result, "sandboxes.execute", "{\"id\":\"a\",\"command\":\"true\"}", NULL, answer);
		assert_int_equal(result.status, SBX_ERROR_CONNECTION);
		assert_int_equal(result.transport.attempts, 1);
		assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
		run_clear(&result);
		answer.status = 404;
		RUN(&result, LIST, "{}", &options, answer);
		assert_int_equal(result.status, SBX_ERROR_CONNECTION);
		run_clear(&result);
	}
	sbx__buffer_free(&body);
}

static void a_cut_download_leaves_no_file(void **state)
{
	(void)state;
	run_result result;
	test_folder folder;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx__buffer plain = {0};
	sbx__buffer body = {0};
	folder_make(&folder);
	sink.kind = SBX_SINK_PATH;
	sink.path = folder_file(&folder, "file");
	options.sink = &sink;
	packed_noise(&plain, 100000);
	packed_append(&body, PACKED_GZIP, plain.data, plain.length);
	const fake_answer whole = {
	        .status = 200, .headers = {GZIP}, .body = body.data, .body_length = body.length, .piece = 1000};
	fake_answer cut = whole;
	cut.body_length -= 9;
	RUN(&result, DOWNLOAD, FILE_ARGUMENTS, &options, cut, cut, cut);
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(folder_count(folder.path), 0);
	run_clear(&result);
	/* And another attempt begins anew. */
	RUN(&result, DOWNLOAD, FILE_ARGUMENTS, &options, cut, whole);
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(sbx_response_attempts(result.response), 2);
	assert_int_equal(sbx_response_size(result.response), plain.length);
	assert_int_equal(folder_count(folder.path), 1);
	run_clear(&result);
	folder_remove(&folder);
	sbx__buffer_free(&plain);
	sbx__buffer_free(&body);
}

static void redirects_have_bodies_of_their_own(void **state)
{
	(void)state;
	run_result result;
	sbx__buffer moved = packed_of(PACKED_GZIP, "over there");
	sbx__buffer body = packed_of(PACKED_ZLIB, "{}");
	RUN(&result, LIST, "{}", NULL,
	    {.status = 302, .headers = {"Location: /there", GZIP}, .body = moved.data, .body_length = moved.length},
	    {.status = 200,
	     .headers = {"Content-Encoding: deflate"},
	     .body = body.data,
	     .body_length = body.length,
	     .piece = 1});
	assert_int_equal(result.status, SBX_OK);
	char *asked = fake_header(&result.transport, 1, "Accept-Encoding");
	assert_string_equal(asked, "gzip, deflate");
	free(asked);
	run_clear(&result);
	sbx__buffer_free(&moved);
	sbx__buffer_free(&body);
}

static void what_cannot_be_decoded_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *line, *message;
	} cases[] = {
	        {"Content-Encoding: br",
		 "Connection error: the body of the answer came in an encoding that was not asked for"},
	        {"Content-Encoding: gzip, gzip",
		 "Connection error: the body of the answer came in an encoding that was not asked for"},
	        {GZIP, "Connection error: the compressed body of the answer is damaged"},
	};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++)
		for (int file = 0; file < 2; file++) {
			run_result result;
			RUN(&result, file ? DOWNLOAD : LIST, file ? FILE_ARGUMENTS : "{}", &options,
			    {.status = 200, .headers = {cases[index].line}, .body = "{\"data\":[]}"});
			assert_int_equal(result.status, SBX_ERROR_CONNECTION);
			assert_string_equal(sbx_error_message(result.error), cases[index].message);
			run_clear(&result);
		}
}

static void the_limits_count_what_comes_out(void **state)
{
	(void)state;
	sbx__buffer body = {0};
	char *zeros = calloc(1, 1 << 20);
	packed_append(&body, PACKED_GZIP, zeros, 1 << 20);
	free(zeros);
	const fake_answer answer = {.status = 200, .headers = {GZIP}, .body = body.data, .body_length = body.length};
	const struct {
		const char *operation, *arguments;
		int64_t document, any;
		sbx_status status;
	} cases[] = {
	        {LIST, "{}", (1 << 20) - 1, SBX_DEFAULT, SBX_ERROR_RESPONSE_TOO_LARGE},
	        {LIST, "{}", SBX_DEFAULT, (1 << 20) - 1, SBX_ERROR_RESPONSE_TOO_LARGE},
	        {LIST, "{}", 1 << 20, 1 << 20, SBX_ERROR_RESPONSE_VALIDATION},
	        {DOWNLOAD, FILE_ARGUMENTS, 1, (1 << 20) - 1, SBX_ERROR_RESPONSE_TOO_LARGE},
	        {DOWNLOAD, FILE_ARGUMENTS, 1, 1 << 20, SBX_OK},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		run_result result;
		sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
		http.compression = SBX_COMPRESSION_ALL;
		http.max_document_bytes = cases[index].document;
		http.max_body_bytes = cases[index].any;
		run_with(&result, config_of(&http), cases[index].operation, cases[index].arguments, NULL, &answer, 1);
		assert_int_equal(result.status, cases[index].status);
		assert_int_equal(result.transport.attempts, 1);
		run_clear(&result);
	}
	sbx__buffer_free(&body);
}

static void note_progress(void *user_data, int64_t done, int64_t total)
{
	int64_t *seen = user_data;
	assert_true(done > seen[0]);
	seen[0] = done;
	assert_int_equal(total, SBX_DEFAULT);
}

static void progress_counts_what_comes_out(void **state)
{
	(void)state;
	run_result result;
	int64_t seen[1] = {0};
	sbx__buffer plain = {0};
	sbx__buffer body = {0};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	packed_pattern(&plain, 100000, 0);
	packed_append(&body, PACKED_GZIP, plain.data, plain.length);
	options.progress = note_progress;
	options.progress_user_data = seen;
	RUN(&result, DOWNLOAD, FILE_ARGUMENTS, &options,
	    {.status = 200,
	     .headers = {GZIP, "Content-Length: 1000000"},
	     .body = body.data,
	     .body_length = body.length});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(seen[0], plain.length);
	run_clear(&result);
	sbx__buffer_free(&plain);
	sbx__buffer_free(&body);
}

static int64_t read_much(void *user_data, void *buffer, size_t capacity)
{
	(void)user_data;
	memset(buffer, 'x', capacity);
	return (int64_t)capacity;
}

/* An answer that did not wait for the request is whole when all its bytes on the wire are there. */
static void an_early_answer_is_measured_on_the_wire(void **state)
{
	(void)state;
	run_result result;
	char line[100];
	sbx_source source = SBX_SOURCE_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx__buffer body = packed_of(PACKED_GZIP, "no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no");
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = read_much;
	options.source = &source;
	options.max_retries = 0;
	snprintf(line, sizeof line, "Content-Length: %zu", body.length);
	RUN(&result, "sandboxes.upload", FILE_ARGUMENTS, &options,
	    {.status = 413,
	     .headers = {GZIP, line},
	     .body = body.data,
	     .body_length = body.length,
	     .piece = 1,
	     .early = true});
	assert_int_equal(result.status, SBX_ERROR_STATUS);
	assert_string_equal(sbx_error_body(result.error, NULL),
	                    "no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no");
	run_clear(&result);
	sbx__buffer_free(&body);
}

typedef struct reading {
	sbx__call call;
	sbx__stream_buffer buffer;
	sbx__config *config;
	fake_platform platform;
	fake_transport transport;
} reading;

static void begin_reading(reading *from, const fake_answer *answer)
{
	sbx_json *json = json_of(FILE_ARGUMENTS);
	const sbx_request request = request_of(DOWNLOAD, json);
	from->config = compressing(SBX_COMPRESSION_ALL);
	fake_platform_init(&from->platform);
	fake_transport_init(&from->transport, &from->platform, answer, 1);
	sbx__stream_buffer_init(&from->buffer);
	assert_int_equal(sbx__call_init(&from->call, from->config, &from->platform.platform, &request, NULL, NULL,
	                                from->platform.now, NULL),
	                 SBX_OK);
	sbx__call_set_stream(&from->call, &from->buffer, false);
	sbx__call_set_transport(&from->call, &from->transport.base);
	assert_false(sbx__call_step(&from->call));
	from->transport.base.type->wait(&from->transport.base, 0);
	sbx_json_free(json);
}

static void end_reading(reading *from)
{
	sbx__call_free(&from->call);
	sbx__stream_buffer_free(&from->buffer);
	sbx__config_unref(from->config);
	fake_transport_clear(&from->transport);
}

/* A stream that nobody reads holds its buffer and one piece, however much the bytes that came would become; and the
 * transport keeps the last of them until all that comes out of it was taken. */
static void a_stream_holds_little_and_loses_nothing(void **state)
{
	(void)state;
	static const size_t sizes[] = {100, 256 << 10, (256 << 10) + 1, (5 << 20) + 7};
	for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++)
		for (size_t piece = 0; piece < 2; piece++)
			for (int cut = 0; cut < 2; cut++) {
				reading from;
				char bytes[5000];
				size_t got;
				size_t sum = 0;
				bool resume;
				sbx__buffer plain = {0};
				sbx__buffer body = {0};
				packed_pattern(&plain, sizes[index], 0);
				packed_append(&body, PACKED_GZIP, plain.data, plain.length);
				const fake_answer answer = {.status = 200,
				                            .headers = {GZIP},
				                            .body = body.data,
				                            .body_length = body.length - (size_t)cut,
				                            .piece = piece};
				begin_reading(&from, &answer);
				while ((got = sbx__stream_buffer_take(&from.buffer, bytes, sizeof bytes, &resume))) {
					assert_true(from.buffer.bytes.length <= (size_t)(256 + 16 + 16) << 10);
					assert_memory_equal(bytes, plain.data + sum, got);
					sum += got;
					if (resume)
						sbx__call_resume(&from.call);
				}
				assert_int_equal(sum, plain.length);
				assert_true(sbx__call_step(&from.call));
				sbx_response *response = NULL;
				assert_int_equal(sbx__call_take(&from.call, &response, NULL),
				                 cut ? SBX_ERROR_CONNECTION : SBX_OK);
				sbx_response_free(response);
				end_reading(&from);
				sbx__buffer_free(&plain);
				sbx__buffer_free(&body);
			}
}

/* Reads what is there, and lets more come, until the call is done. */
static sbx_status read_slowly(reading *from, sbx__buffer *seen)
{
	char bytes[100];
	size_t got;
	bool resume;
	sbx_response *response = NULL;
	while (!sbx__call_step(&from->call))
		from->transport.base.type->wait(&from->transport.base, 0);
	while ((got = sbx__stream_buffer_take(&from->buffer, bytes, sizeof bytes, &resume)))
		sbx__buffer_append(seen, bytes, got);
	sbx_status status = sbx__call_take(&from->call, &response, NULL);
	sbx_response_free(response);
	return status;
}

/* Its headers are the reader's before the first byte of the body comes. */
static void a_stream_may_be_open_before_its_body_comes(void **state)
{
	(void)state;
	sbx__buffer body = packed_of(PACKED_GZIP, "a text");
	const fake_answer answer = {.status = 200,
	                            .headers = {GZIP},
	                            .body = body.data,
	                            .body_length = body.length,
	                            .piece = 3,
	                            .slow = true};
	fake_answer cut = answer;
	fake_answer foreign = answer;
	cut.body_length--;
	foreign.headers[0] = "Content-Encoding: br";
	const struct {
		const fake_answer *answer;
		sbx_status status;
		const char *seen;
	} cases[] = {{&answer, SBX_OK, "a text"},
	             {&cut, SBX_ERROR_CONNECTION, "a text"},
	             {&foreign, SBX_ERROR_CONNECTION, ""}};
	for (size_t index = 0; index < 3; index++) {
		reading from;
		sbx__buffer seen = {0};
		begin_reading(&from, cases[index].answer);
		assert_false(sbx__call_step(&from.call));
		assert_non_null(from.call.response);
		assert_int_equal(read_slowly(&from, &seen), cases[index].status);
		assert_string_equal(seen.data ? seen.data : "", cases[index].seen);
		sbx__buffer_free(&seen);
		end_reading(&from);
	}
	sbx__buffer_free(&body);
}

/* A transport may tell that there is nothing. */
static void no_bytes_are_no_body(void **state)
{
	(void)state;
	const fake_answer answer = {.status = 200, .headers = {GZIP}, .slow = true};
	reading from;
	sbx__buffer seen = {0};
	begin_reading(&from, &answer);
	const sbx__exchange *exchange = from.transport.exchange;
	assert_int_equal(exchange->events->body(exchange->user_data, "", 0), SBX__TAKEN);
	assert_int_equal(read_slowly(&from, &seen), SBX_OK);
	end_reading(&from);
}

/* Whichever allocation fails while the answer comes: it is told, and is no lost connection. */
static void memory_that_runs_out_is_told(void **state)
{
	(void)state;
	sbx__buffer body = packed_of(PACKED_GZIP, "{\"data\":[]}");
	const fake_answer answer = {
	        .status = 200, .headers = {GZIP}, .body = body.data, .body_length = body.length, .piece = 10};
	long failing = 0;
	long allocations;
	size_t told = 0;
	do {
		fake_platform platform;
		fake_transport transport;
		sbx__call call;
		sbx_response *response = NULL;
		sbx__config *config = compressing(SBX_COMPRESSION_DOCUMENTS);
		const sbx_request request = request_of(LIST, NULL);
		fake_platform_init(&platform);
		fake_transport_init(&transport, &platform, &answer, 1);
		assert_int_equal(
		        sbx__call_init(&call, config, &platform.platform, &request, NULL, NULL, platform.now, NULL),
		        SBX_OK);
		sbx__call_set_transport(&call, &transport.base);
		assert_false(sbx__call_step(&call));
		starvation_begin(++failing);
		transport.base.type->wait(&transport.base, 0);
		allocations = starvation_end();
		assert_true(sbx__call_step(&call));
		sbx_status status = sbx__call_take(&call, &response, NULL);
		/* That of the words about the end alone changes nothing. */
		assert_true(status == SBX_ERROR_OUT_OF_MEMORY || (status == SBX_OK && failing >= allocations));
		told += status == SBX_ERROR_OUT_OF_MEMORY;
		sbx_response_free(response);
		sbx__call_free(&call);
		sbx__config_unref(config);
		fake_transport_clear(&transport);
	} while (allocations >= failing);
	/* The headers (two), the decoder, zlib (two), the body. */
	assert_int_equal(told, 6);
	sbx__buffer_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_is_asked_for_as_told),
	        cmocka_unit_test(the_callers_own_header_stays),
	        cmocka_unit_test(every_body_is_decoded),
	        cmocka_unit_test(what_comes_compressed_is_decoded_unless_that_is_turned_off),
	        cmocka_unit_test(another_encoding_that_nobody_asked_for_stays),
	        cmocka_unit_test(an_answer_before_the_answer_has_no_encoding),
	        cmocka_unit_test(what_becomes_too_large_is_refused),
	        cmocka_unit_test(an_empty_body_is_empty),
	        cmocka_unit_test(a_body_that_is_cut_is_lost),
	        cmocka_unit_test(a_cut_download_leaves_no_file),
	        cmocka_unit_test(redirects_have_bodies_of_their_own),
	        cmocka_unit_test(what_cannot_be_decoded_is_an_error),
	        cmocka_unit_test(the_limits_count_what_comes_out),
	        cmocka_unit_test(progress_counts_what_comes_out),
	        cmocka_unit_test(an_early_answer_is_measured_on_the_wire),
	        cmocka_unit_test(a_stream_holds_little_and_loses_nothing),
	        cmocka_unit_test(a_stream_may_be_open_before_its_body_comes),
	        cmocka_unit_test(no_bytes_are_no_body),
	        cmocka_unit_test(memory_that_runs_out_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
