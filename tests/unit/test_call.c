/* The call state machine, with a transport and a clock of the test's own: nothing here waits or touches a socket. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "error.h"
#include "outcome.h"
#include "support.h"

static sbx_json *parse(const char *text)
{
	sbx_json *json = NULL;
	assert_int_equal(sbx_json_parse(text, strlen(text), &json, NULL), SBX_OK);
	return json;
}

static void run_with(run_result *result, sbx__config *config, const char *operation, const char *arguments,
                     const sbx_request_options *options, const fake_answer *answers, size_t count)
{
	sbx_json *json = parse(arguments);
	const sbx_request request = request_of(operation, json);
	run_request(result, config, &request, options, answers, count);
	sbx_json_free(json);
}

static void run(run_result *result, const char *operation, const char *arguments, const sbx_request_options *options,
                const fake_answer *answers, size_t count)
{
	run_with(result, test_config(NULL), operation, arguments, options, answers, count);
}

#define RUN(result, operation, arguments, options, ...) \
	do { \
		const fake_answer answers_[] = {__VA_ARGS__}; \
		run(result, operation, arguments, options, answers_, sizeof answers_ / sizeof answers_[0]); \
	} while (0)

static void assert_header(const run_result *result, size_t attempt, const char *name, const char *value)
{
	char *header = fake_header(&result->transport, attempt, name);
	if (value) {
		assert_non_null(header);
		assert_string_equal(header, value);
	} else {
		assert_null(header);
	}
	free(header);
}

static void two_retries_with_retry_after(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.execute", "{\"id\":\"a\",\"command\":\"true\"}", NULL,
	    {.status = 503, .headers = {"Retry-After: 7"}, .body = "{}"},
	    {.status = 429, .headers = {"retry-after-ms: 250"}}, {.status = 200, .body = "{\"exit_code\":3}"});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(result.transport.attempts, 3);
	assert_int_equal(result.transport.started_at[1] - result.transport.started_at[0], 7 * SBX__SECOND);
	assert_int_equal(result.transport.started_at[2] - result.transport.started_at[1], SBX__SECOND / 4);
	assert_int_equal(sbx_response_attempts(result.response), 3);
	assert_int_equal(sbx_json_integer(sbx_json_get(sbx_response_json(result.response), "exit_code")), 3);
	assert_true(fabs(sbx_response_elapsed(result.response) - 7.25) < 1e-6);
	assert_header(&result, 0, "x-stainless-retry-count", "0");
	assert_header(&result, 1, "x-stainless-retry-count", "1");
	assert_header(&result, 2, "x-stainless-retry-count", "2");
	char *first = fake_header(&result.transport, 0, "Idempotency-Key");
	assert_int_equal(strlen(first), 36);
	assert_header(&result, 2, "Idempotency-Key", first);
	free(first);
	for (size_t attempt = 0; attempt < 3; attempt++)
		assert_string_equal(result.transport.bodies[attempt].data, "{\"command\":\"true\"}");
	assert_string_equal(result.transport.urls[0], "http://server.test/v1/sandboxes/a/execute");
	run_clear(&result);
}

static void backoff_grows_and_ends(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{}", NULL, {.refuse = true}, {.refuse = true}, {.refuse = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(result.took, SBX__SECOND / 2 + SBX__SECOND);
	assert_int_equal(sbx_error_attempts(result.error), 3);
	assert_string_equal(sbx_error_message(result.error), "Connection error: refused");
	assert_string_equal(sbx_error_detail(result.error), "refused");
	assert_int_equal(sbx_error_retryable(result.error), 1);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 0);
	run_clear(&result);
}

static void unsafe_is_not_sent_again_after_a_loss(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.create", "{}", NULL, {.lose = true}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(result.transport.attempts, 1);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
}

static void unsafe_is_sent_again_when_it_never_left(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.create", "{}", NULL, {.refuse = true}, {.never_connects = true},
	    {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(result.transport.attempts, 3);
	run_clear(&result);
}

static void transport_may_not_send_an_unsafe_request_twice(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.execute", "{\"id\":\"a\",\"command\":\"true\"}", NULL,
	    {.connect_twice = true, .status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(result.transport.connects, 1);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
	RUN(&result, "sandboxes.list", "{}", NULL, {.connect_twice = true, .status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(result.transport.connects, 2);
	run_clear(&result);
}

static void retry_unsafe_restores_the_old_way(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.lose = true}, {.status = 502}, {.status = 200, .body = "{}"}};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.retry_unsafe = SBX_FLAG_YES;
	run_result result;
	run_with(&result, test_config(&options), "sandboxes.create", "{}", NULL, answers, 3);
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
}

static void timeouts_end_each_phase(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	options.connect_timeout = 2;
	options.read_timeout = 3;
	RUN(&result, "sandboxes.list", "{}", &options, {.never_connects = true});
	assert_int_equal(result.status, SBX_ERROR_TIMEOUT);
	assert_int_equal(result.took, 2 * SBX__SECOND);
	assert_string_equal(sbx_error_message(result.error), "Request timed out: no connection was made within 2 s");
	run_clear(&result);
	RUN(&result, "sandboxes.create", "{}", &options, {.hang = true});
	assert_int_equal(result.status, SBX_ERROR_TIMEOUT);
	assert_int_equal(result.took, 3 * SBX__SECOND);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	assert_header(&result, 0, "x-stainless-read-timeout", "3");
	run_clear(&result);
}

static void deadline_covers_retries_and_waits(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 5;
	options.max_retries = 100;
	RUN(&result, "sandboxes.list", "{}", &options, {.hang = true});
	assert_int_equal(result.status, SBX_ERROR_TIMEOUT);
	assert_int_equal(result.took, 5 * SBX__SECOND);
	run_clear(&result);
	/* A wait that would end after the deadline does not begin. */
	RUN(&result, "sandboxes.list", "{}", &options, {.status = 503, .headers = {"retry-after: 6"}});
	assert_int_equal(result.status, SBX_ERROR_INTERNAL_SERVER);
	assert_int_equal(result.took, 0);
	run_clear(&result);
}

static void read_timeout_grows_to_the_command(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	const char *arguments = "{\"id\":\"a\",\"command\":\"sleep 90\",\"api_timeout\":90}";
	RUN(&result, "sandboxes.execute", arguments, &options, {.hang = true});
	assert_int_equal(result.took, 105 * SBX__SECOND);
	assert_header(&result, 0, "x-stainless-read-timeout", "105");
	run_clear(&result);
	options.timeout = 10;
	RUN(&result, "sandboxes.execute", arguments, &options, {.hang = true});
	assert_int_equal(result.took, 10 * SBX__SECOND);
	run_clear(&result);
}

static void delete_with_snapshot_is_unsafe(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\"}", NULL, {.lose = true}, {.status = 404, .body = "gone"});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	assert_int_equal(sbx_error_attempts(result.error), 2);
	assert_string_equal(sbx_error_message(result.error), "gone");
	run_clear(&result);
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\",\"create_snapshot\":true}", NULL, {.lose = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	run_clear(&result);
}

static void what_is_refused_is_named_without_the_key(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{\"test-key-0123456789\":1}", NULL, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(result.error), "*******************");
	assert_null(strstr(sbx_error_message(result.error), "test-key"));
	run_clear(&result);
}

static void a_nul_does_not_cut_the_message(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{}", NULL,
	    {.status = 404, .body = " \0gone\0\xff ", .body_length = 8, .headers = {"a: b"}});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	assert_string_equal(sbx_error_message(result.error), "\xef\xbf\xbdgone\xef\xbf\xbd\xef\xbf\xbd");
	run_clear(&result);
}

static void redirects(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{}", NULL, {.status = 302, .headers = {"Location: /elsewhere?a=b"}},
	    {.status = 307, .headers = {"Location: https://other.test/x"}}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.urls[1], "http://server.test/elsewhere?a=b");
	assert_header(&result, 1, "x-api-key", "test-key-0123456789");
	assert_string_equal(result.transport.urls[2], "https://other.test/x");
	assert_header(&result, 2, "x-api-key", NULL);
	assert_int_equal(sbx_response_attempts(result.response), 1);
	run_clear(&result);
	RUN(&result, "sandboxes.create", "{}", NULL, {.status = 307, .headers = {"Location: https://other.test/x"}});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(result.transport.attempts, 1);
	run_clear(&result);
	RUN(&result, "sandboxes.create", "{}", NULL, {.status = 303, .headers = {"Location: /done"}},
	    {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.methods[1], "GET");
	assert_null(result.transport.bodies[1].data);
	run_clear(&result);
}

static void a_call_decides_whether_redirects_are_followed(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	const fake_answer answers[] = {{.status = 302, .headers = {"Location: /elsewhere"}},
	                               {.status = 200, .body = "{}"}};
	sbx_request request = SBX_REQUEST_INIT;
	run_result result;
	request.url = "x";
	options.follow_redirects = SBX_FLAG_NO;
	run_request(&result, test_config(&client), &request, &options, answers, 2);
	assert_int_equal(result.status, SBX_ERROR_STATUS);
	assert_int_equal(sbx_error_http_status(result.error), 302);
	run_clear(&result);
	http.follow_redirects = SBX_FLAG_NO;
	client.http = &http;
	options.follow_redirects = SBX_FLAG_YES;
	run_request(&result, test_config(&client), &request, &options, answers, 2);
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
	options.follow_redirects = (sbx_flag)3;
	run_request(&result, test_config(&client), &request, &options, answers, 2);
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(result.error), "follow_redirects");
	run_clear(&result);
}

static void a_retry_begins_where_the_call_began(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{}", NULL, {.status = 302, .headers = {"Location: https://other.test/x"}},
	    {.status = 503}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.urls[2], "http://server.test/v1/sandboxes/list");
	assert_header(&result, 2, "x-api-key", "test-key-0123456789");
	run_clear(&result);
	/* A POST that was answered by "see other" has been carried out. */
	RUN(&result, "sandboxes.create", "{}", NULL, {.status = 303, .headers = {"Location: /done"}}, {.status = 503});
	assert_int_equal(result.status, SBX_ERROR_INTERNAL_SERVER);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
}

static void doubt_lasts(void **state)
{
	(void)state;
	run_result result;
	/* The first request may have been carried out, whatever became of the others. */
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\"}", NULL, {.lose = true}, {.refuse = true}, {.refuse = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
	RUN(&result, "sandboxes.create", "{}", NULL, {.status = 504, .headers = {"x-should-retry: true"}},
	    {.refuse = true}, {.refuse = true});
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
	/* An answer to a DELETE ends the doubt. */
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\"}", NULL, {.lose = true}, {.status = 404});
	assert_int_equal(sbx_error_outcome_unknown(result.error), 0);
	run_clear(&result);
	fake_answer answers[22];
	answers[0] = (fake_answer){.status = 303, .headers = {"Location: /again"}};
	for (size_t index = 1; index < 22; index++)
		answers[index] = (fake_answer){.status = 302, .headers = {"Location: /again"}};
	run(&result, "sandboxes.create", "{}", NULL, answers, 21);
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
}

static void retry_unsafe_does_not_hide_doubt(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.lose = true}};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.retry_unsafe = SBX_FLAG_YES;
	options.max_retries = 0;
	run_result result;
	run_with(&result, test_config(&options), "sandboxes.create", "{}", NULL, answers, 1);
	assert_int_equal(sbx_error_outcome_unknown(result.error), 1);
	run_clear(&result);
}

static void what_is_not_false_is_unsafe(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.lose = true}};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.lenient_arguments = SBX_FLAG_YES;
	run_result result;
	run_with(&result, test_config(&options), "sandboxes.delete", "{\"id\":\"a\",\"create_snapshot\":1}", NULL,
	         answers, 1);
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	run_clear(&result);
}

static void resends_are_counted_and_bounded(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\"}", NULL, {.connect_twice = true, .status = 404});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	assert_int_equal(sbx_error_attempts(result.error), 2);
	run_clear(&result);
	options.max_retries = 0;
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\"}", &options, {.connect_twice = true, .status = 404});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(result.transport.connects, 1);
	run_clear(&result);
	/* Behind a redirect that made it a GET, an unsafe operation's request is safe. */
	RUN(&result, "sandboxes.create", "{}", NULL, {.status = 303, .headers = {"Location: /done"}},
	    {.connect_twice = true, .status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
}

static void an_error_body_outlives_a_wait_that_is_too_long(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 5;
	RUN(&result, "sandboxes.download", "{\"id\":\"a\",\"path\":\"/x\"}", &options,
	    {.status = 503, .headers = {"Retry-After: 30"}, .body = "{\"why\":1}"});
	assert_string_equal(sbx_error_message(result.error), "Error code: 503 - {\"why\":1}");
	run_clear(&result);
}

static void an_upload_that_has_left_waits_for_its_answer(void **state)
{
	(void)state;
	run_result result;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "abc";
	source.length = 3;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	options.max_retries = 0;
	options.read_timeout = 2;
	options.write_timeout = 30;
	/* The transport stops reading at the announced length, as libcurl does. */
	RUN(&result, "sandboxes.upload", "{\"id\":\"a\",\"path\":\"/x\"}", &options, {.hang = true, .exact = true});
	assert_int_equal(result.status, SBX_ERROR_TIMEOUT);
	assert_int_equal(result.took, 2 * SBX__SECOND);
	run_clear(&result);
}

static void timeouts_without_end(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.timeout = INFINITY;
	options.deadline = INFINITY;
	RUN(&result, "sandboxes.list", "{}", &options, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_header(&result, 0, "x-stainless-read-timeout", NULL);
	run_clear(&result);
	options.timeout = NAN;
	RUN(&result, "sandboxes.list", "{}", &options, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	run_clear(&result);
}

static void lengths_that_disagree(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	RUN(&result, "sandboxes.list", "{}", &options,
	    {.status = 200, .headers = {"Content-Length: 10", "content-length: 2"}, .body = "{}"});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	run_clear(&result);
	RUN(&result, "sandboxes.list", "{}", &options,
	    {.status = 200, .headers = {"Content-Length: 2", "content-length: 2"}, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
}

static void requests_of_any_size_are_refused(void **state)
{
	(void)state;
	run_result result;
	size_t length = (size_t)2 << 20;
	char *text = malloc(length + 1);
	memset(text, 'x', length);
	text[length] = '\0';
	const sbx_pair header = {"X-Long", text};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers = &header;
	options.headers_count = 1;
	run(&result, "sandboxes.list", "{}", &options, NULL, 0);
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(result.error), "extra_headers");
	run_clear(&result);
	options.headers_count = 0;
	sbx_json *query = sbx_json_new_object();
	sbx_json_set(query, "q", sbx_json_new_string(text, length));
	options.query = query;
	run(&result, "sandboxes.list", "{}", &options, NULL, 0);
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	run_clear(&result);
	sbx_json_free(query);
	free(text);
}

static void framing_is_not_the_callers(void **state)
{
	(void)state;
	run_result result;
	const sbx_pair headers[] = {{"content-length", NULL}, {"Transfer-Encoding", NULL}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers_count = 1;
	for (size_t index = 0; index < 2; index++) {
		options.headers = &headers[index];
		run(&result, "sandboxes.create", "{}", &options, NULL, 0);
		assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
		run_clear(&result);
	}
}

static void the_commands_timeout_may_be_in_the_extra_body(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *body = parse("{\"timeout\":600}");
	options.body = body;
	RUN(&result, "sandboxes.execute", "{\"id\":\"a\",\"command\":\"x\"}", &options, {.status = 200, .body = "{}"});
	assert_header(&result, 0, "x-stainless-read-timeout", "615");
	run_clear(&result);
	sbx_json_free(body);
}

static void redirects_end(void **state)
{
	(void)state;
	fake_answer answers[21];
	for (size_t index = 0; index < 21; index++)
		answers[index] = (fake_answer){.status = 302, .headers = {"Location: /again"}};
	run_result result;
	run(&result, "sandboxes.list", "{}", NULL, answers, 21);
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(result.error), "more than 20 redirects");
	assert_string_equal(sbx_error_url(result.error), "http://server.test/v1/sandboxes/list");
	run_clear(&result);
}

/* NULL: it was not kept. */
static void assert_request_body(const sbx_response *response, const char *expected)
{
	size_t length;
	const char *body = sbx_response_request_body(response, &length);
	if (!expected) {
		assert_null(body);
		assert_int_equal(length, 0);
		return;
	}
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(body, expected, length);
}

static const char *request_header(const sbx_response *response, const char *name)
{
	for (size_t index = 0; index < sbx_response_request_headers_count(response); index++) {
		sbx_pair pair = sbx_response_request_header_at(response, index);
		if (strcasecmp(pair.name, name) == 0)
			return pair.value;
	}
	return NULL;
}

static void an_error_knows_its_request_and_answer(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.delete", "{\"id\":\"a\",\"create_snapshot\":true}", NULL,
	    {.status = 503, .headers = {"Retry-After: 7"}}, {.status = 404, .headers = {"X-One: 1"}, .body = "gone"});
	const sbx_response *response = sbx_response_of_error(result.error);
	assert_int_equal(sbx_response_status(response), 404);
	assert_string_equal(sbx_response_header(response, "x-one"), "1");
	assert_string_equal(sbx_response_body(response, NULL), "gone");
	assert_true(fabs(sbx_response_elapsed(response) - 7) < 1e-6);
	assert_int_equal(sbx_response_attempts(response), 2);
	assert_string_equal(sbx_response_method(response), "DELETE");
	assert_string_equal(request_header(response, "x-api-key"), "test-key-0123456789");
	assert_string_equal(request_header(response, "x-stainless-retry-count"), "1");
	assert_request_body(response, "{\"create_snapshot\":true}");
	assert_null(sbx_response_previous(response));
	run_clear(&result);
	assert_null(sbx_response_of_error(NULL));
}

static void a_lost_connection_answers_the_request_as_it_was_made(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	RUN(&result, "sandboxes.create", "{\"name\":\"n\"}", &options,
	    {.status = 303, .headers = {"Location: https://other.test/x"}, .body = "moved"}, {.lose = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(sbx_error_http_status(result.error), 0);
	assert_string_equal(sbx_error_method(result.error), "POST");
	assert_string_equal(sbx_error_url(result.error), "http://server.test/v1/sandboxes/create");
	const sbx_response *response = sbx_response_of_error(result.error);
	assert_int_equal(sbx_response_status(response), 0);
	assert_string_equal(request_header(response, "x-api-key"), "test-key-0123456789");
	assert_request_body(response, "{\"name\":\"n\"}");
	run_clear(&result);
}

static void an_answer_knows_the_redirects_before_it(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.create", "{\"name\":\"n\"}", NULL,
	    {.status = 307, .headers = {"Location: /second", "X-Request-Id: r1"}, .body = "first"},
	    {.status = 503, .headers = {"Retry-After: 1"}},
	    {.status = 307, .headers = {"Location: /second"}, .body = "first"},
	    {.status = 303, .headers = {"Location: https://other.test/third"}}, {.status = 404, .body = "gone"});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	const sbx_response *last = sbx_response_of_error(result.error);
	assert_string_equal(sbx_response_method(last), "GET");
	assert_string_equal(sbx_response_url(last), "https://other.test/third");
	assert_null(request_header(last, "x-api-key"));
	assert_request_body(last, "");
	const sbx_response *second = sbx_response_previous(last);
	assert_int_equal(sbx_response_status(second), 303);
	assert_string_equal(sbx_response_url(second), "http://server.test/second");
	assert_request_body(second, "{\"name\":\"n\"}");
	const sbx_response *first = sbx_response_previous(second);
	assert_int_equal(sbx_response_status(first), 307);
	assert_string_equal(sbx_response_body(first, NULL), "first");
	assert_string_equal(request_header(first, "x-api-key"), "test-key-0123456789");
	assert_request_body(first, "{\"name\":\"n\"}");
	/* Those of the attempt that was repeated are not of this one. */
	assert_null(sbx_response_previous(first));
	run_clear(&result);
}

static void answers_of_redirects_count_against_the_limit(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	http.max_document_bytes = 10;
	options.http = &http;
	const fake_answer answers[] = {{.status = 302, .headers = {"Location: /second"}, .body = "123456"},
	                               {.status = 404, .body = "12345"}};
	run_result result;
	run_with(&result, test_config(&options), "sandboxes.list", "{}", NULL, answers, 2);
	assert_int_equal(result.status, SBX_ERROR_RESPONSE_TOO_LARGE);
	run_clear(&result);
	http.max_document_bytes = 11;
	run_with(&result, test_config(&options), "sandboxes.list", "{}", NULL, answers, 2);
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	run_clear(&result);
}

static void a_body_that_was_streamed_is_not_kept(void **state)
{
	(void)state;
	run_result result;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "bytes";
	source.length = 5;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	RUN(&result, "sandboxes.upload", "{\"id\":\"a\",\"path\":\"/x\"}", &options, {.status = 404});
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	assert_request_body(sbx_response_of_error(result.error), NULL);
	run_clear(&result);
	RUN(&result, "sandboxes.list", "{}", NULL, {.status = 404});
	assert_request_body(sbx_response_of_error(result.error), "");
	run_clear(&result);
}

static void an_answer_that_the_caller_judges_keeps_what_was_sent(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.status = 307, .headers = {"Location: /second"}},
	                               {.status = 200, .body = "{}"}};
	run_result result;
	sbx_json *json = parse("{\"name\":\"n\"}");
	sbx_request request = request_of("sandboxes.create", json);
	request.undecoded = SBX_FLAG_YES;
	run_request(&result, test_config(NULL), &request, NULL, answers, 2);
	assert_request_body(result.response, "{\"name\":\"n\"}");
	assert_int_equal(sbx_response_status(sbx_response_previous(result.response)), 307);
	run_clear(&result);
	request.undecoded = SBX_FLAG_NO;
	run_request(&result, test_config(NULL), &request, NULL, answers, 2);
	assert_request_body(result.response, NULL);
	assert_int_equal(sbx_response_status(sbx_response_previous(result.response)), 307);
	run_clear(&result);
	sbx_json_free(json);
}

static void answers_that_are_none(void **state)
{
	(void)state;
	static const char *const bodies[] = {"<html>", "null", "[]", "", "{\"a\":", "\"text\"", "{'a':1}"};
	for (size_t index = 0; index < sizeof bodies / sizeof bodies[0]; index++) {
		run_result result;
		RUN(&result, "sandboxes.list", "{}", NULL, {.status = 200, .body = bodies[index]});
		assert_int_equal(result.status, SBX_ERROR_RESPONSE_VALIDATION);
		assert_int_equal(sbx_error_http_status(result.error), 200);
		assert_string_equal(sbx_error_body(result.error, NULL), bodies[index]);
		run_clear(&result);
	}
}

static void cut_answers_are_lost(void **state)
{
	(void)state;
	run_result result;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.max_retries = 0;
	RUN(&result, "sandboxes.list", "{}", &options, {.status = 200, .body = "{}", .cut = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(sbx_error_http_status(result.error), 0);
	run_clear(&result);
}

/* Over TLS a stream has to say where it ends; its headers are its reader's before it does. */
static void streams_over_tls_have_an_end(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		sbx_status status;
	} cases[] = {
	        {"Content-Length: 3", SBX_OK}, {"Transfer-Encoding: chunked", SBX_OK}, {NULL, SBX_ERROR_CONNECTION}};
	for (size_t index = 0; index < 3; index++)
		for (int slow = 0; slow < 2; slow++) {
			const fake_answer answer = {
			        .status = 200, .headers = {cases[index].line}, .body = "abc", .piece = 1, .slow = slow};
			fake_platform platform;
			fake_transport transport;
			sbx__stream_buffer buffer;
			sbx__call call;
			sbx_response *response = NULL;
			sbx_request request = SBX_REQUEST_INIT;
			sbx__config *config = test_config(NULL);
			request.method = "GET";
			request.url = "https://server.test/x";
			fake_platform_init(&platform);
			fake_transport_init(&transport, &platform, &answer, 1);
			sbx__stream_buffer_init(&buffer);
			assert_int_equal(sbx__call_init(&call, config, &platform.platform, &request, NULL, NULL,
			                                platform.now, NULL),
			                 SBX_OK);
			sbx__call_set_stream(&call, &buffer, false);
			fake_drive(&call, &transport);
			assert_int_equal(sbx__call_take(&call, &response, NULL), cases[index].status);
			sbx_response_free(response);
			sbx__call_free(&call);
			sbx__stream_buffer_free(&buffer);
			sbx__config_unref(config);
			fake_transport_clear(&transport);
		}
}

static void error_keeps_what_the_server_said(void **state)
{
	(void)state;
	run_result result;
	RUN(&result, "sandboxes.list", "{}", NULL,
	    {.status = 400,
	     .headers = {"X-Request-Id: r1", "Content-Type: application/json"},
	     .body = " {\"error\": {\"message\": \"no\"}} "});
	assert_int_equal(result.status, SBX_ERROR_BAD_REQUEST);
	assert_string_equal(sbx_error_message(result.error), "Error code: 400 - {\"error\":{\"message\":\"no\"}}");
	assert_string_equal(sbx_error_request_id(result.error), "r1");
	assert_string_equal(sbx_error_method(result.error), "GET");
	assert_string_equal(sbx_error_url(result.error), "http://server.test/v1/sandboxes/list");
	assert_int_equal(sbx_error_retryable(result.error), 0);
	assert_int_equal(sbx_error_headers_count(result.error), 2);
	run_clear(&result);
	RUN(&result, "sandboxes.list", "{}", NULL, {.status = 418});
	assert_int_equal(result.status, SBX_ERROR_STATUS);
	assert_string_equal(sbx_error_message(result.error), "Error code: 418");
	run_clear(&result);
}

static int64_t failing_read(void *user_data, void *buffer, size_t capacity)
{
	(void)user_data, (void)buffer, (void)capacity;
	return -1;
}

static void a_source_that_fails_ends_the_call(void **state)
{
	(void)state;
	run_result result;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = failing_read;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	RUN(&result, "sandboxes.upload", "{\"id\":\"a\",\"path\":\"/x\"}", &options, {.lose = true});
	assert_int_equal(result.status, SBX_ERROR_LOCAL_FILE);
	assert_int_equal(result.transport.attempts, 1);
	run_clear(&result);
}

static int64_t read_once(void *user_data, void *buffer, size_t capacity)
{
	int *reads = user_data;
	(void)capacity;
	if ((*reads)++)
		return 0;
	*(char *)buffer = 'x';
	return 1;
}

static void a_source_that_cannot_be_rewound_is_sent_once(void **state)
{
	(void)state;
	run_result result;
	int reads = 0;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = read_once;
	source.user_data = &reads;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	const char *arguments = "{\"id\":\"a\",\"path\":\"/x\"}";
	RUN(&result, "sandboxes.upload", arguments, &options, {.status = 503}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_ERROR_INTERNAL_SERVER);
	assert_int_equal(result.transport.attempts, 1);
	run_clear(&result);
	reads = 0;
	RUN(&result, "sandboxes.upload", arguments, &options, {.refuse = true}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	run_clear(&result);
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "abc";
	source.length = 3;
	RUN(&result, "sandboxes.upload", arguments, &options, {.status = 503}, {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(result.transport.bodies[0].length, result.transport.bodies[1].length);
	assert_memory_equal(result.transport.bodies[0].data, result.transport.bodies[1].data,
	                    result.transport.bodies[0].length);
	run_clear(&result);
}

static int collect(void *user_data, const void *data, size_t length)
{
	sbx__buffer_append(user_data, data, length);
	return 0;
}

static void bytes_that_were_delivered_are_not_delivered_twice(void **state)
{
	(void)state;
	run_result result;
	sbx__buffer collected = {0};
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = collect;
	sink.user_data = &collected;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.sink = &sink;
	const char *arguments = "{\"id\":\"a\",\"path\":\"/x\"}";
	RUN(&result, "sandboxes.download", arguments, &options, {.status = 503, .body = "not this"},
	    {.status = 200, .body = "a\0b", .body_length = 3, .cut = true});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_int_equal(collected.length, 3);
	run_clear(&result);
	sbx__buffer_free(&collected);
	options.sink = NULL;
	RUN(&result, "sandboxes.download", arguments, &options, {.status = 200, .body = "abc", .cut = true},
	    {.status = 200, .body = "a\0b", .body_length = 3});
	assert_int_equal(result.status, SBX_OK);
	size_t length;
	assert_memory_equal(sbx_response_body(result.response, &length), "a\0b", 3);
	assert_int_equal(length, 3);
	run_clear(&result);
}

typedef struct progress {
	int calls;
	int64_t done;
	int64_t total;
	bool went_back;
} progress;

static void note(void *user_data, int64_t done, int64_t total)
{
	progress *seen = user_data;
	seen->calls++;
	seen->went_back = seen->went_back || done < seen->done;
	seen->done = done;
	seen->total = total;
}

static void progress_of_uploads(void **state)
{
	(void)state;
	run_result result;
	progress seen = {0};
	int reads = 0;
	const char *arguments = "{\"id\":\"a\",\"path\":\"/x\"}";
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "0123456789";
	source.length = 10;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	options.progress = note;
	options.progress_user_data = &seen;
	RUN(&result, "sandboxes.upload", arguments, &options, {.status = 200, .body = "{\"message\":\"long enough\"}"});
	assert_int_equal(result.status, SBX_OK);
	assert_true(seen.calls > 1 && !seen.went_back);
	assert_int_equal(seen.done, 10);
	assert_int_equal(seen.total, 10);
	run_clear(&result);
	RUN(&result, "sandboxes.upload", arguments, &options, {.status = 503}, {.status = 200, .body = "{}"});
	assert_true(seen.went_back);
	assert_int_equal(seen.done, 10);
	run_clear(&result);
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = read_once;
	source.user_data = &reads;
	RUN(&result, "sandboxes.upload", arguments, &options, {.status = 200, .body = "{}"});
	assert_int_equal(seen.total, SBX_DEFAULT);
	run_clear(&result);
}

static void progress_of_downloads(void **state)
{
	(void)state;
	run_result result;
	progress seen = {0};
	const char *arguments = "{\"id\":\"a\",\"path\":\"/x\"}";
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.progress = note;
	options.progress_user_data = &seen;
	RUN(&result, "sandboxes.download", arguments, &options, {.status = 503, .body = "not this"},
	    {.status = 200, .headers = {"Content-Length: 3"}, .body = "abc"});
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.done, 3);
	assert_int_equal(seen.total, 3);
	run_clear(&result);
	const char *const headers[][2] = {
	        {NULL}, {"Content-Length: 2", NULL}, {"Content-Length: 9", "Content-Encoding: br"}};
	for (size_t index = 0; index < 3; index++) {
		seen = (progress){0};
		RUN(&result, "sandboxes.download", arguments, &options,
		    {.status = 200, .headers = {headers[index][0], headers[index][1]}, .body = "abc"});
		assert_int_equal(seen.done, 3);
		assert_int_equal(seen.total, SBX_DEFAULT);
		run_clear(&result);
	}
	seen = (progress){0};
	RUN(&result, "sandboxes.list", "{}", &options, {.status = 200, .body = "{\"data\":[]}"});
	assert_int_equal(seen.calls, 0);
	run_clear(&result);
}

static void arguments_are_checked_before_anything_is_sent(void **state)
{
	(void)state;
	static const struct {
		const char *operation, *arguments, *named;
	} cases[] = {
	        {"sandboxes.execute", "{\"id\":\"a\"}", "command"},
	        {"sandboxes.execute", "{\"id\":\"a\",\"command\":1}", "command"},
	        {"sandboxes.execute", "{\"id\":\"a\",\"command\":\"x\",\"timeout\":1}", "timeout"},
	        {"sandboxes.execute", "{\"id\":\"a\",\"command\":\"x\",\"api_timeout\":1.5}", "api_timeout"},
	        {"sandboxes.execute", "{\"id\":\"a\",\"command\":\"x\",\"env\":{\"A\":1}}", "env"},
	        {"sandboxes.execute", "{\"id\":\"\",\"command\":\"x\"}", "id"},
	        {"sandboxes.execute", "{\"id\":\"..\",\"command\":\"x\"}", "id"},
	        {"sandboxes.execute", "{\"id\":\"a\\u0000b\",\"command\":\"x\"}", "id"},
	        {"sandboxes.create", "{\"resources\":{\"cpus\":\"1\"}}", "resources.cpus"},
	        {"sandboxes.create", "{\"resources\":{\"gpus\":1}}", "resources.gpus"},
	        {"sandboxes.upload", "{\"id\":\"a\",\"path\":\"/x\"}", "file"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		run_result result;
		run(&result, cases[index].operation, cases[index].arguments, NULL, NULL, 0);
		assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
		assert_string_equal(sbx_error_argument(result.error), cases[index].named);
		assert_int_equal(result.transport.attempts, 0);
		run_clear(&result);
	}
}

static void merged_bodies_queries_and_headers(void **state)
{
	(void)state;
	run_result result;
	const sbx_pair headers[] = {{"ACCEPT", NULL}, {"X-Mine", "1"}, {"user-agent", "me"}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers = headers;
	options.headers_count = 3;
	sbx_json *body = parse("{\"timeout\":null,\"more\":[1]}");
	sbx_json *query = parse("{\"a\":[1,null,\"b c\"],\"n\":{\"k\":true},\"z\":null}");
	options.body = body;
	options.query = query;
	RUN(&result, "sandboxes.execute", "{\"id\":\"a/b\",\"command\":\"x\",\"api_timeout\":3}", &options,
	    {.status = 200, .body = "{}"});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.bodies[0].data, "{\"command\":\"x\",\"timeout\":null,\"more\":[1]}");
	assert_string_equal(result.transport.urls[0],
	                    "http://server.test/v1/sandboxes/a%2Fb/execute?a=1%2Cb+c&n%5Bk%5D=true");
	assert_header(&result, 0, "Accept", NULL);
	assert_header(&result, 0, "User-Agent", "me");
	assert_header(&result, 0, "X-Mine", "1");
	assert_non_null(strstr(result.transport.headers[0], "ACCEPT!\n"));
	run_clear(&result);
	sbx_json_free(body);
	sbx_json_free(query);
}

static void abort_tells_whether_the_outcome_is_known(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.hang = true}};
	fake_platform platform;
	fake_transport transport;
	sbx__call call;
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	sbx__config *config = test_config(NULL);
	fake_platform_init(&platform);
	fake_transport_init(&transport, &platform, answers, 1);
	const sbx_request request = request_of("sandboxes.create", NULL);
	assert_int_equal(sbx__call_init(&call, config, &platform.platform, &request, NULL, NULL, platform.now, NULL),
	                 SBX_OK);
	sbx__call_set_transport(&call, &transport.base);
	assert_false(sbx__call_step(&call));
	transport.base.type->wait(&transport.base, 0);
	assert_false(sbx__call_step(&call));
	sbx__call_abort(&call, SBX_ERROR_CANCELLED, "stopped");
	assert_true(sbx__call_step(&call));
	assert_null(transport.exchange);
	assert_int_equal(sbx__call_take(&call, &response, &error), SBX_ERROR_CANCELLED);
	assert_int_equal(sbx_error_outcome_unknown(error), 1);
	sbx_error_free(error);
	sbx__call_free(&call);
	sbx__config_unref(config);
	fake_transport_clear(&transport);
}

static int64_t wait_once(void *user_data, void *buffer, size_t capacity)
{
	(void)buffer, (void)capacity;
	++*(int *)user_data;
	return SBX_SOURCE_LATER;
}

static int rewind_nothing(void *user_data)
{
	(void)user_data;
	return 0;
}

static void a_source_that_waited_does_not_stop_the_clock_of_the_next_attempt(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.lose = true}, {.never_connects = true}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	sbx__config *config = test_config(NULL);
	fake_platform platform;
	fake_transport transport;
	sbx__call call;
	int asked = 0;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = wait_once;
	source.rewind = rewind_nothing;
	source.user_data = &asked;
	options.source = &source;
	options.max_retries = 1;
	options.connect_timeout = 3;
	request.method = "PUT";
	request.url = "a";
	fake_platform_init(&platform);
	fake_transport_init(&transport, &platform, answers, 2);
	assert_int_equal(
	        sbx__call_init(&call, config, &platform.platform, &request, NULL, &options, platform.now, NULL),
	        SBX_OK);
	sbx__call_may_wait(&call);
	fake_drive(&call, &transport);
	sbx_response *response = NULL;
	assert_int_equal(sbx__call_take(&call, &response, NULL), SBX_ERROR_TIMEOUT);
	assert_int_equal(asked, 1);
	sbx__call_free(&call);
	sbx__config_unref(config);
	fake_transport_clear(&transport);
}

static void a_lack_of_memory_tells_whether_the_outcome_is_known(void **state)
{
	(void)state;
	const struct {
		const char *operation;
		bool unknown;
	} cases[] = {{"sandboxes.create", true}, {"sandboxes.list", false}};
	for (size_t index = 0; index < 2; index++) {
		const fake_answer answers[] = {{.hang = true}};
		fake_platform platform;
		fake_transport transport;
		sbx__call call;
		sbx_response *response = NULL;
		sbx_error *error = NULL;
		sbx__config *config = test_config(NULL);
		fake_platform_init(&platform);
		fake_transport_init(&transport, &platform, answers, 1);
		const sbx_request request = request_of(cases[index].operation, NULL);
		assert_int_equal(
		        sbx__call_init(&call, config, &platform.platform, &request, NULL, NULL, platform.now, NULL),
		        SBX_OK);
		sbx__call_set_transport(&call, &transport.base);
		assert_false(sbx__call_step(&call));
		transport.base.type->wait(&transport.base, 0);
		/* There was no memory for an error either. */
		transport.base.type->stop(&transport.base);
		call.attempt.end = SBX__LOST;
		sbx__outcome_fail(&call, sbx__error_memory());
		assert_int_equal(sbx__call_take(&call, &response, &error), SBX_ERROR_OUT_OF_MEMORY);
		assert_int_equal(sbx_error_outcome_unknown(error), cases[index].unknown);
		sbx_error_free(error);
		sbx__call_free(&call);
		sbx__config_unref(config);
		fake_transport_clear(&transport);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_source_that_waited_does_not_stop_the_clock_of_the_next_attempt),
	        cmocka_unit_test(two_retries_with_retry_after),
	        cmocka_unit_test(backoff_grows_and_ends),
	        cmocka_unit_test(unsafe_is_not_sent_again_after_a_loss),
	        cmocka_unit_test(unsafe_is_sent_again_when_it_never_left),
	        cmocka_unit_test(transport_may_not_send_an_unsafe_request_twice),
	        cmocka_unit_test(retry_unsafe_restores_the_old_way),
	        cmocka_unit_test(timeouts_end_each_phase),
	        cmocka_unit_test(deadline_covers_retries_and_waits),
	        cmocka_unit_test(read_timeout_grows_to_the_command),
	        cmocka_unit_test(delete_with_snapshot_is_unsafe),
	        cmocka_unit_test(what_is_refused_is_named_without_the_key),
	        cmocka_unit_test(a_nul_does_not_cut_the_message),
	        cmocka_unit_test(redirects),
	        cmocka_unit_test(a_call_decides_whether_redirects_are_followed),
	        cmocka_unit_test(a_retry_begins_where_the_call_began),
	        cmocka_unit_test(redirects_end),
	        cmocka_unit_test(an_error_knows_its_request_and_answer),
	        cmocka_unit_test(a_lost_connection_answers_the_request_as_it_was_made),
	        cmocka_unit_test(an_answer_knows_the_redirects_before_it),
	        cmocka_unit_test(answers_of_redirects_count_against_the_limit),
	        cmocka_unit_test(a_body_that_was_streamed_is_not_kept),
	        cmocka_unit_test(an_answer_that_the_caller_judges_keeps_what_was_sent),
	        cmocka_unit_test(doubt_lasts),
	        cmocka_unit_test(retry_unsafe_does_not_hide_doubt),
	        cmocka_unit_test(what_is_not_false_is_unsafe),
	        cmocka_unit_test(resends_are_counted_and_bounded),
	        cmocka_unit_test(an_error_body_outlives_a_wait_that_is_too_long),
	        cmocka_unit_test(an_upload_that_has_left_waits_for_its_answer),
	        cmocka_unit_test(timeouts_without_end),
	        cmocka_unit_test(lengths_that_disagree),
	        cmocka_unit_test(requests_of_any_size_are_refused),
	        cmocka_unit_test(framing_is_not_the_callers),
	        cmocka_unit_test(the_commands_timeout_may_be_in_the_extra_body),
	        cmocka_unit_test(answers_that_are_none),
	        cmocka_unit_test(cut_answers_are_lost),
	        cmocka_unit_test(streams_over_tls_have_an_end),
	        cmocka_unit_test(error_keeps_what_the_server_said),
	        cmocka_unit_test(a_source_that_fails_ends_the_call),
	        cmocka_unit_test(a_source_that_cannot_be_rewound_is_sent_once),
	        cmocka_unit_test(bytes_that_were_delivered_are_not_delivered_twice),
	        cmocka_unit_test(progress_of_uploads),
	        cmocka_unit_test(progress_of_downloads),
	        cmocka_unit_test(arguments_are_checked_before_anything_is_sent),
	        cmocka_unit_test(merged_bodies_queries_and_headers),
	        cmocka_unit_test(abort_tells_whether_the_outcome_is_known),
	        cmocka_unit_test(a_lack_of_memory_tells_whether_the_outcome_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
