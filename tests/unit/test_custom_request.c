/* Requests of the caller's own making: method, URL, body, and what is made of the answer. */
#include <stdlib.h>
#include <string.h>

#include "custom_request.h"
#include "error.h"
#include "support.h"

#define BASE "http://server.test/base/"

static sbx__config *config_of(const char *default_query)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_json *query = default_query ? json_of(default_query) : NULL;
	sbx__config *config = NULL;
	options.api_key = "test-key-0123456789";
	options.base_url = BASE;
	options.default_query = query;
	assert_int_equal(sbx__config_new(&config, NULL, &options, NULL), SBX_OK);
	sbx_json_free(query);
	return config;
}

#define RUN(result, request, options, ...) \
	do { \
		const fake_answer answers_[] = {__VA_ARGS__}; \
		run_request(result, config_of(NULL), request, options, answers_, \
		            sizeof answers_ / sizeof answers_[0]); \
	} while (0)

static sbx_request request_to(const char *method, const char *url)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.method = method;
	request.url = url;
	return request;
}

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

static void assert_refused(const sbx_request *request, const sbx_request_options *options, const char *argument)
{
	run_result result;
	RUN(&result, request, options, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(result.error), argument);
	assert_int_equal(result.transport.attempts, 0);
	assert_null(result.response);
	run_clear(&result);
}

/* ---- the URL ---- */

static void assert_url(const char *given, const char *default_query, const char *query, const char *expected)
{
	run_result result;
	const fake_answer answer = {.status = 200, .headers = {"Content-Length: 0"}};
	const sbx_request request = request_to(NULL, given);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *json = query ? json_of(query) : NULL;
	options.query = json;
	run_request(&result, config_of(default_query), &request, &options, &answer, 1);
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.urls[0], expected);
	assert_string_equal(result.transport.methods[0], "GET");
	sbx_json_free(json);
	run_clear(&result);
}

static void a_path_is_below_the_base_url(void **state)
{
	(void)state;
	assert_url("v1/things", NULL, NULL, BASE "v1/things");
	assert_url("/v1/things/", NULL, NULL, BASE "v1/things/");
	assert_url("//elsewhere.test/x", NULL, NULL, BASE "elsewhere.test/x");
	assert_url("", NULL, NULL, BASE);
	assert_url("?a=1", NULL, NULL, BASE "?a=1");
	assert_url("a:b/c@d", NULL, NULL, BASE "a:b/c@d");
	assert_url("mailto:x", NULL, NULL, BASE "mailto:x");
	assert_url("a..b/...", NULL, NULL, BASE "a..b/...");
}

static void an_absolute_url_is_used_as_it_is(void **state)
{
	(void)state;
	assert_url("http://elsewhere.test", NULL, NULL, "http://elsewhere.test");
	assert_url("HTTPS://elsewhere.test:8443/a/../b?x=%20", NULL, NULL, "HTTPS://elsewhere.test:8443/a/../b?x=%20");
	assert_url("http://elsewhere.test?x", NULL, NULL, "http://elsewhere.test?x");
	assert_url("http://elsewhere.test/?x", NULL, "{\"y\":1}", "http://elsewhere.test/?x&y=1");
	assert_url("http://[::1]:1/a b", NULL, NULL, "http://[::1]:1/a%20b");
}

static void what_cannot_stand_in_a_url_is_encoded(void **state)
{
	(void)state;
	assert_url("a b\"<>\\^`{|}\xc3\xa9", NULL, NULL, BASE "a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9");
	assert_url("a%20%2f%zz%2", NULL, NULL, BASE "a%20%2f%25zz%252");
	assert_url("a?b c=d\xff&e=%zz", NULL, NULL, BASE "a?b%20c=d%FF&e=%25zz");
	assert_url("!$&'()*+,;=:@~-._[]", NULL, NULL, BASE "!$&'()*+,;=:@~-._[]");
}

static void queries_are_merged(void **state)
{
	(void)state;
	static const char defaults[] = "{\"a\":\"default\",\"d\":{\"x\":1}}";
	assert_url("p", defaults, NULL, BASE "p?a=default&d%5Bx%5D=1");
	assert_url("p?a=own", defaults, NULL, BASE "p?a=own&d%5Bx%5D=1");
	assert_url("p?d[y]=2", defaults, NULL, BASE "p?d[y]=2&a=default");
	assert_url("p?a=own&b=own&c", defaults, "{\"b\":\"call\",\"a\":[1,2]}", BASE "p?c&d%5Bx%5D=1&b=call&a=1%2C2");
	assert_url("p?%61=own&a+b=own&a%20b=own&ab=own", NULL, "{\"a\":1,\"a b\":2}", BASE "p?ab=own&a=1&a+b=2");
	assert_url("p?a%5Bx%5D=1&a]=2&ax=3", NULL, "{\"a\":1}", BASE "p?a]=2&ax=3&a=1");
	assert_url("p?&&a=1&", NULL, NULL, BASE "p?a=1");
	assert_url("p?", NULL, NULL, BASE "p");
	/* The client's query is not for others. */
	assert_url("http://elsewhere.test/p?x=1", defaults, "{\"b\":1}", "http://elsewhere.test/p?x=1&b=1");
	assert_url("http://server.test/p?x=1", defaults, NULL, "http://server.test/p?x=1&a=default&d%5Bx%5D=1");
}

static void urls_that_lead_elsewhere_are_refused(void **state)
{
	(void)state;
	static const char *const urls[] = {
	        "..",        "a/../b",       "./a",         "a/.",         "a/%2e%2E/b",
	        ".%2e/a",    "a/..?x",       "a\nb",        "a\x7f",       "a?b\rc",
	        "a#b",       "?a#",          "http://h/#a", "ftp://h/a",   "file:///a",
	        "http:///a", "http://h:x/a", "http://",     "http://a b/", "javascript://x/%0aalert(1)",
	};
	for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
		const sbx_request request = request_to(NULL, urls[index]);
		assert_refused(&request, NULL, "url");
	}
	char *longest = calloc(1, SBX__LONGEST_REQUEST_PART + 1);
	memset(longest, 'a', SBX__LONGEST_REQUEST_PART);
	const sbx_request request = request_to(NULL, longest);
	run_result result;
	RUN(&result, &request, NULL, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	run_clear(&result);
	free(longest);
}

/* ---- the method ---- */

static void any_method_can_be_sent(void **state)
{
	(void)state;
	static const struct {
		const char *given, *sent;
		sbx__safety safety;
	} cases[] = {
	        {NULL, "GET", SBX__SAFE},
	        {"get", "GET", SBX__SAFE},
	        {"HEAD", "HEAD", SBX__SAFE},
	        {"put", "PUT", SBX__IDEMPOTENT},
	        {"Delete", "DELETE", SBX__IDEMPOTENT},
	        {"POST", "POST", SBX__UNSAFE},
	        {"patch", "PATCH", SBX__UNSAFE},
	        {"options", "OPTIONS", SBX__UNSAFE},
	        {"TRACE", "TRACE", SBX__UNSAFE},
	        {"PROPFIND", "PROPFIND", SBX__UNSAFE},
	        {"m-search", "m-search", SBX__UNSAFE},
	        {"A234567890123456789012345678901", "A234567890123456789012345678901", SBX__UNSAFE},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		const sbx_request request = request_to(cases[index].given, "x");
		run_result result;
		assert_int_equal(sbx__custom_operation(&request)->safety, cases[index].safety);
		RUN(&result, &request, NULL, {.status = 204});
		assert_int_equal(result.status, SBX_OK);
		assert_string_equal(result.transport.methods[0], cases[index].sent);
		assert_string_equal(sbx_response_method(result.response), cases[index].sent);
		assert_int_equal(sbx_response_status(result.response), 204);
		run_clear(&result);
	}
}

static void a_method_must_be_one(void **state)
{
	(void)state;
	static const char *const methods[] = {
	        "", "A B", "A\r\nX: y", "A:", "\xc3\xa9", "CONNECT", "connect", "A2345678901234567890123456789012"};
	for (size_t index = 0; index < sizeof methods / sizeof methods[0]; index++) {
		const sbx_request request = request_to(methods[index], "x");
		assert_refused(&request, NULL, "method");
	}
}

static void only_posts_have_an_idempotency_key(void **state)
{
	(void)state;
	static const char *const methods[] = {"GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"};
	for (size_t index = 0; index < sizeof methods / sizeof methods[0]; index++) {
		const sbx_request request = request_to(methods[index], "x");
		run_result result;
		RUN(&result, &request, NULL, {.status = 200});
		char *key = fake_header(&result.transport, 0, "Idempotency-Key");
		assert_int_equal(key != NULL, strcmp(methods[index], "POST") == 0);
		free(key);
		run_clear(&result);
	}
}

/* ---- sending again ---- */

static int attempts_of(const char *method, fake_answer first, sbx_status wanted)
{
	const sbx_request request = request_to(method, "x");
	run_result result;
	RUN(&result, &request, NULL, first, {.status = 200});
	assert_int_equal(result.status, wanted);
	int attempts = (int)result.transport.attempts;
	run_clear(&result);
	return attempts;
}

static void the_method_says_what_is_sent_again(void **state)
{
	(void)state;
	static const char *const repeatable[] = {"GET", "HEAD", "PUT", "DELETE"};
	static const char *const others[] = {"POST", "PATCH", "OPTIONS", "PROPFIND"};
	for (size_t index = 0; index < 4; index++) {
		assert_int_equal(attempts_of(repeatable[index], (fake_answer){.lose = true}, SBX_OK), 2);
		assert_int_equal(attempts_of(repeatable[index], (fake_answer){.status = 502}, SBX_OK), 2);
		assert_int_equal(attempts_of(others[index], (fake_answer){.lose = true}, SBX_ERROR_CONNECTION), 1);
		assert_int_equal(attempts_of(others[index], (fake_answer){.status = 502}, SBX_ERROR_INTERNAL_SERVER),
		                 1);
		assert_int_equal(attempts_of(others[index], (fake_answer){.status = 503}, SBX_OK), 2);
		assert_int_equal(attempts_of(others[index], (fake_answer){.refuse = true}, SBX_OK), 2);
	}
}

/* ---- the body ---- */

/* The body of a POST as it is sent, and its type. */
static void assert_body(const sbx_request *request, const sbx_request_options *options, const char *type,
                        const char *body, size_t length)
{
	run_result result;
	RUN(&result, request, options, {.status = 200});
	assert_int_equal(result.status, SBX_OK);
	assert_header(&result, 0, "Content-Type", type);
	assert_int_equal(result.transport.bodies[0].length, length);
	if (length)
		assert_memory_equal(result.transport.bodies[0].data, body, length);
	run_clear(&result);
}

#define ASSERT_BODY(request, options, type, body) assert_body(request, options, type, body, sizeof body - 1)

static void bodies_in_memory(void **state)
{
	(void)state;
	static const sbx_pair form[] = {{"a b", "c&d=\xc3\xa9"}, {"e", ""}, {"e", "2"}};
	sbx_json *json = json_of("[1,{\"a\":null}]");
	sbx_request request = request_to("POST", "x");
	ASSERT_BODY(&request, NULL, "application/json", "");
	request.json = json;
	ASSERT_BODY(&request, NULL, "application/json", "[1,{\"a\":null}]");
	request.content_type = "application/merge-patch+json";
	ASSERT_BODY(&request, NULL, "application/merge-patch+json", "[1,{\"a\":null}]");
	request = request_to("PUT", "x");
	request.data = "\0\xff";
	request.length = 2;
	ASSERT_BODY(&request, NULL, "application/octet-stream", "\0\xff");
	request.content_type = "text/plain; charset=utf-8";
	ASSERT_BODY(&request, NULL, "text/plain; charset=utf-8", "\0\xff");
	request.length = 0;
	ASSERT_BODY(&request, NULL, "text/plain; charset=utf-8", "");
	request = request_to("PATCH", "x");
	request.form = form;
	request.form_count = 3;
	ASSERT_BODY(&request, NULL, "application/x-www-form-urlencoded", "a+b=c%26d%3D%C3%A9&e=&e=2");
	sbx_json_free(json);
}

static void an_extra_body_is_merged_over_json(void **state)
{
	(void)state;
	sbx_json *json = json_of("{\"a\":1,\"b\":2}");
	sbx_json *extra = json_of("{\"b\":3,\"c\":4}");
	sbx_json *array = json_of("[]");
	sbx_request request = request_to("POST", "x");
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.body = extra;
	ASSERT_BODY(&request, &options, "application/json", "{\"b\":3,\"c\":4}");
	request.json = json;
	ASSERT_BODY(&request, &options, "application/json", "{\"a\":1,\"b\":3,\"c\":4}");
	assert_int_equal(sbx_json_integer(sbx_json_get(json, "b")), 2);
	request.json = array;
	assert_refused(&request, &options, "extra_body");
	request.json = NULL;
	request.data = "x";
	assert_refused(&request, &options, "extra_body");
	sbx_json_free(json);
	sbx_json_free(extra);
	sbx_json_free(array);
}

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	const char **left = user_data;
	size_t length = strlen(*left);
	length = length < capacity ? length : capacity;
	memcpy(buffer, *left, length);
	*left += length;
	return (int64_t)length;
}

static void a_source_is_sent_as_it_is(void **state)
{
	(void)state;
	const char *left = "some bytes";
	sbx_source source = SBX_SOURCE_INIT;
	sbx_request request = request_to("PUT", "x");
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "some bytes";
	source.length = 10;
	ASSERT_BODY(&request, &options, "application/octet-stream", "some bytes");
	source.content_type = "text/plain";
	ASSERT_BODY(&request, &options, "text/plain", "some bytes");
	request.content_type = "text/html";
	ASSERT_BODY(&request, &options, "text/html", "some bytes");
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give;
	source.user_data = &left;
	ASSERT_BODY(&request, &options, "text/html", "some bytes");
}

#define ONCE "not sent again, since its source can be read only once"

static void what_can_be_read_once_is_sent_once(void **state)
{
	(void)state;
	const char *left = "some bytes";
	sbx_source source = SBX_SOURCE_INIT;
	sbx_request request = request_to("PUT", "x");
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	run_result result;
	options.source = &source;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give;
	source.user_data = &left;
	RUN(&result, &request, &options, {.status = 503}, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_INTERNAL_SERVER);
	assert_int_equal(result.transport.attempts, 1);
	assert_string_equal(sbx_error_detail(result.error), ONCE);
	run_clear(&result);
	left = "some bytes";
	RUN(&result, &request, &options, {.lose = true}, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(result.error), "lost; " ONCE);
	assert_string_equal(sbx_error_message(result.error), "Connection error: lost");
	run_clear(&result);
	/* Nobody would have sent these again. */
	left = "some bytes";
	RUN(&result, &request, &options, {.status = 400});
	assert_string_equal(sbx_error_detail(result.error), "");
	run_clear(&result);
	left = "some bytes";
	request.method = "POST";
	RUN(&result, &request, &options, {.lose = true});
	assert_string_equal(sbx_error_detail(result.error), "lost");
	run_clear(&result);
	left = "some bytes";
	request.method = "PUT";
	options.max_retries = 0;
	RUN(&result, &request, &options, {.status = 503});
	assert_string_equal(sbx_error_detail(result.error), "");
	run_clear(&result);
	options.max_retries = SBX_DEFAULT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "some bytes";
	source.length = 10;
	RUN(&result, &request, &options, {.lose = true}, {.status = 200});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(result.transport.bodies[1].data, "some bytes");
	run_clear(&result);
}

/* ---- parts ---- */

/* Where the parts begin, with a boundary of the fake platform's. */
#define BOUNDARY "00000000000000000000000000000000"
#define PART(head, body) "--" BOUNDARY "\r\nContent-Disposition: form-data; " head "\r\n\r\n" body "\r\n"

static void parts_are_texts_and_files(void **state)
{
	(void)state;
	static const char expected[] = PART("name=\"note\"", "a\0b")
	        PART("name=\"file\"; filename=\"one.bin\"\r\nContent-Type: application/octet-stream",
		     "\x01\x02") PART("name=\"meta\"\r\nContent-Type: application/json", "{}")
	                PART("name=\"file\"; filename=\"file\"\r\nContent-Type: text/plain", "later") "--" BOUNDARY
	                                                                                              "--\r\n";
	const char *left = "later";
	sbx_source memory = SBX_SOURCE_INIT, callback = SBX_SOURCE_INIT;
	memory.kind = SBX_SOURCE_MEMORY;
	memory.data = "\x01\x02";
	memory.length = 2;
	memory.filename = "one.bin";
	callback.kind = SBX_SOURCE_CALLBACK;
	callback.read = give;
	callback.user_data = &left;
	callback.content_type = "text/plain";
	sbx_part parts[4] = {SBX_PART_INIT, SBX_PART_INIT, SBX_PART_INIT, SBX_PART_INIT};
	parts[0].name = "note";
	parts[0].text = "a\0b";
	parts[0].text_length = 3;
	parts[1].name = "file";
	parts[1].source = &memory;
	parts[2].name = "meta";
	parts[2].text = "{}";
	parts[2].content_type = "application/json";
	parts[3].name = "file";
	parts[3].source = &callback;
	sbx_request request = request_to("POST", "x");
	request.parts = parts;
	request.parts_count = 4;
	ASSERT_BODY(&request, NULL, "multipart/form-data; boundary=" BOUNDARY, expected);
}

static void a_part_may_have_headers(void **state)
{
	(void)state;
	static const char expected[] = PART("name=\"a\"\r\nX-Part: 1", "x") "--" BOUNDARY "--\r\n";
	sbx_pair header = {"X-Part", "1"};
	sbx_part part = SBX_PART_INIT;
	part.name = "a";
	part.text = "x";
	part.headers = &header;
	part.headers_count = 1;
	sbx_request request = request_to("POST", "x");
	request.parts = &part;
	request.parts_count = 1;
	ASSERT_BODY(&request, NULL, "multipart/form-data; boundary=" BOUNDARY, expected);
	header.value = "1\r\nX-Other: 2";
	assert_refused(&request, NULL, "parts");
	header = (sbx_pair){"X Part", "1"};
	assert_refused(&request, NULL, "parts");
	part.headers = NULL;
	assert_refused(&request, NULL, "parts");
}

static void a_call_may_name_the_boundary(void **state)
{
	(void)state;
	static const char expected[] = "--m y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--m y--\r\n";
	static const char usual[] = PART("name=\"a\"", "x") "--" BOUNDARY "--\r\n";
	sbx_pair headers[] = {{"content-type", "multipart/form-data; boundary=\"m y\""}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_part part = SBX_PART_INIT;
	part.name = "a";
	part.text = "x";
	options.headers = headers;
	options.headers_count = 1;
	sbx_request request = request_to("POST", "x");
	request.parts = &part;
	request.parts_count = 1;
	ASSERT_BODY(&request, &options, "multipart/form-data; boundary=\"m y\"", expected);
	/* What does not name one gets one, and what is of another type is as it was given. */
	headers[0].value = "multipart/form-data; charset=utf-8";
	ASSERT_BODY(&request, &options, "multipart/form-data; boundary=" BOUNDARY, usual);
	headers[0].value = "multipart/mixed; boundary=x";
	ASSERT_BODY(&request, &options, "multipart/mixed; boundary=x", usual);
	headers[0].value = "multipart/form-data; boundary=\"a=;\"";
	assert_refused(&request, &options, "extra_headers");
	headers[0].value = "multipart/form-data; boundary=";
	assert_refused(&request, &options, "extra_headers");
}

static void parts_of_another_version_have_another_size(void **state)
{
	(void)state;
	static const char expected[] = PART("name=\"a\"", "1") PART("name=\"b\"", "2") "--" BOUNDARY "--\r\n";
	/* Of an older caller, who knew no more than texts, and of a newer one. */
	struct {
		size_t size;
		const char *name, *text;
		size_t text_length;
	} old[2] = {{sizeof old[0], "a", "1", SBX_TO_NUL}, {sizeof old[0], "b", "2", SBX_TO_NUL}};
	struct {
		sbx_part part;
		size_t unknown;
	} newer[2] = {{SBX_PART_INIT, 0}, {SBX_PART_INIT, 0}};
	newer[0].part.size = newer[1].part.size = sizeof newer[0];
	newer[0].part.name = "a", newer[0].part.text = "1";
	newer[1].part.name = "b", newer[1].part.text = "2";
	sbx_request request = request_to("POST", "x");
	request.parts_count = 2;
	request.parts = (const sbx_part *)(const void *)old;
	ASSERT_BODY(&request, NULL, "multipart/form-data; boundary=" BOUNDARY, expected);
	request.parts = &newer[0].part;
	ASSERT_BODY(&request, NULL, "multipart/form-data; boundary=" BOUNDARY, expected);
	newer[1].unknown = 1;
	assert_refused(&request, NULL, "parts");
	newer[1].unknown = 0;
	newer[1].part.size = sizeof(sbx_part);
	assert_refused(&request, NULL, "parts");
	newer[0].part.size = 3;
	assert_refused(&request, NULL, "parts");
}

static void parts_must_be_one_thing(void **state)
{
	(void)state;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_part part = SBX_PART_INIT;
	sbx_request request = request_to("POST", "x");
	request.parts = &part;
	request.parts_count = 1;
	assert_refused(&request, NULL, "parts");
	part.name = "a";
	assert_refused(&request, NULL, "parts");
	part.text = "x";
	part.content_type = "a\nb";
	assert_refused(&request, NULL, "parts");
	part.content_type = "a/b";
	part.source = &source;
	assert_refused(&request, NULL, "parts");
	part.text = NULL;
	assert_refused(&request, NULL, "parts");
	part.content_type = NULL;
	assert_refused(&request, NULL, "file"); /* a source of no kind */
	source.kind = SBX_SOURCE_MEMORY;
	source.content_type = "a\rb";
	assert_refused(&request, NULL, "parts");
	request.parts = NULL;
	assert_refused(&request, NULL, "parts");
	request.parts_count = SIZE_MAX;
	assert_refused(&request, NULL, "parts");
}

/* ---- what goes together ---- */

static void a_request_has_one_body(void **state)
{
	(void)state;
	static const sbx_pair pair[] = {{"a", "b"}};
	sbx_json *json = json_of("{}");
	sbx_part part = SBX_PART_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.source = &source;
	sbx_request all = request_to("POST", "x"), request;
	all.json = json;
	all.data = "x";
	all.form = pair;
	all.form_count = 1;
	all.parts = &part;
	all.parts_count = 1;
	assert_refused(&all, &options, "data");
	request = all;
	request.data = NULL;
	assert_refused(&request, &options, "form");
	request.form = NULL;
	request.form_count = 0;
	assert_refused(&request, &options, "parts");
	request.parts = NULL;
	request.parts_count = 0;
	assert_refused(&request, &options, "file");
	sbx_json_free(json);
}

static void a_get_has_no_body(void **state)
{
	(void)state;
	static const char *const methods[] = {NULL, "HEAD", "TRACE"};
	sbx_json *json = json_of("{}");
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.body = json;
	for (size_t index = 0; index < 3; index++) {
		sbx_request request = request_to(methods[index], "x");
		run_result result;
		RUN(&result, &request, NULL, {.status = 200});
		assert_int_equal(result.transport.bodies[0].length, 0);
		if (index < 2)
			assert_header(&result, 0, "Content-Type", NULL);
		run_clear(&result);
		assert_refused(&request, &options, "extra_body");
		request.json = json;
		assert_refused(&request, NULL, "json");
	}
	sbx_json_free(json);
}

static void members_that_say_nothing_together_are_refused(void **state)
{
	(void)state;
	static const sbx_pair pair[] = {{"a", NULL}};
	sbx_json *json = json_of("{}");
	sbx_part part = SBX_PART_INIT;
	part.name = part.text = "a";
	sbx_request request = SBX_REQUEST_INIT;
	assert_refused(&request, NULL, "url");
	request.url = "x";
	request.arguments = json;
	assert_refused(&request, NULL, "arguments");
	request = request_to("POST", "x");
	request.operation = sbx_operation_find("sandboxes.list");
	assert_refused(&request, NULL, "operation");
	request = request_to("POST", "x");
	request.content_type = "a/b";
	assert_refused(&request, NULL, "content_type");
	request.data = "x";
	request.content_type = "a\nb";
	assert_refused(&request, NULL, "content_type");
	request.data = NULL;
	request.length = 1;
	request.content_type = NULL;
	assert_refused(&request, NULL, "data");
	request.length = 0;
	request.parts = &part;
	request.parts_count = 1;
	request.content_type = "a/b";
	assert_refused(&request, NULL, "content_type");
	request = request_to("POST", "x");
	request.form = pair;
	request.form_count = 1;
	assert_refused(&request, NULL, "form");
	request.form = NULL;
	assert_refused(&request, NULL, "form");
	request.size = 3;
	assert_refused(&request, NULL, "request");
	sbx_json_free(json);
}

/* ---- whose key it is ---- */

static void the_key_goes_to_its_own_origin(void **state)
{
	(void)state;
	static const sbx_pair headers[] = {{"X-Api-Key", "of the call"}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers = headers;
	options.headers_count = 1;
	sbx_request request = request_to(NULL, "HTTP://SERVER.test:80/elsewhere");
	run_result result;
	RUN(&result, &request, NULL, {.status = 200});
	assert_header(&result, 0, "x-api-key", "test-key-0123456789");
	run_clear(&result);
	request.url = "http://server.test:81/";
	RUN(&result, &request, NULL, {.status = 200});
	assert_header(&result, 0, "x-api-key", NULL);
	run_clear(&result);
	RUN(&result, &request, &options, {.status = 200});
	assert_header(&result, 0, "x-api-key", "of the call");
	run_clear(&result);
}

static void who_leads_a_request_back_does_not_get_the_key_sent(void **state)
{
	(void)state;
	sbx_request request = request_to("DELETE", "http://elsewhere.test/a");
	run_result result;
	RUN(&result, &request, NULL, {.status = 307, .headers = {"Location: http://server.test/b"}}, {.lose = true},
	    {.status = 200});
	assert_int_equal(result.status, SBX_OK);
	for (size_t attempt = 0; attempt < 3; attempt++)
		assert_header(&result, attempt, "x-api-key", NULL);
	assert_string_equal(result.transport.urls[1], "http://server.test/b");
	assert_string_equal(result.transport.urls[2], "http://elsewhere.test/a");
	run_clear(&result);
	request.url = "a";
	RUN(&result, &request, NULL, {.status = 307, .headers = {"Location: http://elsewhere.test/b"}},
	    {.status = 307, .headers = {"Location: " BASE "c"}}, {.status = 503}, {.status = 200});
	assert_header(&result, 0, "x-api-key", "test-key-0123456789");
	assert_header(&result, 1, "x-api-key", NULL);
	assert_header(&result, 2, "x-api-key", NULL);
	/* Sent again from its start. */
	assert_string_equal(result.transport.urls[3], BASE "a");
	assert_header(&result, 3, "x-api-key", "test-key-0123456789");
	run_clear(&result);
}

static void credentials_of_a_call_go_to_its_own_origin(void **state)
{
	(void)state;
	static const sbx_pair credentials[] = {
	        {"x-api-key", NULL}, {"Authorization", "Bearer own"}, {"X-Token", "own"}};
	static const sbx_pair headers[] = {{"x-token", "of the call"}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.credentials = credentials;
	options.credentials_count = 3;
	sbx_request request = request_to(NULL, "a");
	run_result result;
	/* Nor does the client's own header of such a name go elsewhere. */
	static const sbx_pair defaults[] = {{"x-token", "of the client"}};
	static const fake_answer answers[] = {{.status = 307, .headers = {"Location: http://elsewhere.test/b"}},
	                                      {.status = 307, .headers = {"Location: " BASE "c"}},
	                                      {.status = 200}};
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	client.api_key = "test-key-0123456789";
	client.base_url = BASE;
	client.default_headers = defaults;
	client.default_headers_count = 1;
	run_request(&result, test_config(&client), &request, &options, answers, 3);
	assert_header(&result, 0, "x-api-key", NULL);
	assert_header(&result, 0, "Authorization", "Bearer own");
	assert_header(&result, 0, "X-Token", "own");
	for (size_t attempt = 1; attempt < 3; attempt++) {
		assert_header(&result, attempt, "x-api-key", NULL);
		assert_header(&result, attempt, "Authorization", NULL);
		assert_header(&result, attempt, "X-Token", NULL);
	}
	run_clear(&result);
	/* The call's own header wins, here and elsewhere. */
	options.headers = headers;
	options.headers_count = 1;
	RUN(&result, &request, &options, {.status = 307, .headers = {"Location: http://elsewhere.test/b"}},
	    {.status = 200});
	assert_header(&result, 0, "X-Token", "of the call");
	assert_header(&result, 1, "X-Token", "of the call");
	assert_header(&result, 1, "Authorization", NULL);
	run_clear(&result);
	request.undecoded = true;
	RUN(&result, &request, &options, {.status = 200});
	size_t secrets = 0;
	for (size_t index = 0; index < sbx_response_request_headers_count(result.response); index++) {
		const char *name = sbx_response_request_header_at(result.response, index).name;
		int known = strcasecmp(name, "X-Token") == 0 || strcasecmp(name, "Authorization") == 0;
		assert_int_equal(sbx_response_request_header_is_secret(result.response, index), known);
		secrets += (size_t)known;
	}
	assert_int_equal(secrets, 2);
	assert_int_equal(sbx_response_request_header_is_secret(result.response, 1000), 0);
	assert_int_equal(sbx_response_request_header_is_secret(NULL, 0), 0);
	run_clear(&result);
	options.credentials = (const sbx_pair[]){{"X-Token", "a\nb"}};
	options.credentials_count = 1;
	RUN(&result, &request, &options, {.status = 200});
	assert_int_equal(result.status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(result.error), "credentials");
	run_clear(&result);
}

static void find_key(void *user_data, sbx_log_level level, const char *message)
{
	(void)level;
	assert_null(strstr(message, "test-key-0123456789"));
	assert_null(strstr(message, "password"));
	++*(int *)user_data;
}

static void nobody_sees_a_key_in_a_url(void **state)
{
	(void)state;
	static const fake_answer answers[] = {{.status = 503}, {.lose = true}, {.status = 404}};
	sbx_request request = request_to(NULL, "http://user:password@elsewhere.test/?key=test-key-0123456789");
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	int lines = 0;
	run_result result;
	options.log_level = SBX_LOG_DEBUG;
	options.log = find_key;
	options.log_user_data = &lines;
	run_request(&result, test_config(&options), &request, NULL, answers, 3);
	assert_int_equal(result.status, SBX_ERROR_NOT_FOUND);
	assert_int_equal(lines, 11);
	assert_string_equal(sbx_error_url(result.error), "http://elsewhere.test/?key=*******************");
	run_clear(&result);
}

/* ---- the answer ---- */

static void assert_answer(const char *accept, const char *type, const char *body, sbx_status wanted, bool decoded)
{
	const sbx_pair headers[] = {{"Accept", accept}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	const sbx_request request = request_to(NULL, "x");
	run_result result;
	options.headers = headers;
	options.headers_count = accept ? 1 : 0;
	RUN(&result, &request, &options, {.status = 200, .headers = {type}, .body = body});
	assert_int_equal(result.status, wanted);
	if (wanted == SBX_OK) {
		assert_string_equal(sbx_response_body(result.response, NULL), body);
		assert_int_equal(sbx_response_json(result.response) != NULL, decoded);
	} else {
		assert_string_equal(sbx_error_body(result.error, NULL), body);
		assert_int_equal(sbx_error_http_status(result.error), 200);
	}
	run_clear(&result);
}

static void an_answer_that_says_it_is_json_is_decoded(void **state)
{
	(void)state;
	assert_answer(NULL, "Content-Type: application/json", "{\"a\":1}", SBX_OK, true);
	assert_answer(NULL, "content-type: Application/JSON; charset=utf-8", "[]", SBX_OK, true);
	assert_answer(NULL, "Content-Type: application/problem+json", "3", SBX_OK, true);
	assert_answer("text/plain", "Content-Type: application/json", "3", SBX_OK, true);
	assert_answer(NULL, "Content-Type: text/html", "{}", SBX_OK, false);
	assert_answer(NULL, "Content-Type: application/jsonl", "{}", SBX_OK, false);
	assert_answer(NULL, "Content-Type: +json", "{}", SBX_OK, false);
	assert_answer(NULL, "X-Other: y", "{}", SBX_OK, false);
	assert_answer(NULL, "Content-Type: application/json", "", SBX_OK, false);
	assert_answer(NULL, "Content-Type: application/json", "{\"a\":", SBX_ERROR_RESPONSE_VALIDATION, false);
	assert_answer("application/JSON, */*", "Content-Type: a/b+json", "x", SBX_ERROR_RESPONSE_VALIDATION, false);
	assert_answer("*/*", "Content-Type: application/json", "{\"a\":", SBX_OK, false);
}

/* Neither what says that it is JSON and is not, nor what no sandbox looks like, is judged. */
static void assert_undecoded(sbx_request request, const char *body)
{
	run_result result;
	request.undecoded = SBX_FLAG_YES;
	RUN(&result, &request, NULL, {.status = 200, .headers = {"Content-Type: application/json"}, .body = body});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(sbx_response_body(result.response, NULL), body);
	assert_null(sbx_response_json(result.response));
	/* What was sent is known then, the key too, and nothing that was not. */
	bool accepts = false, has_key = false;
	for (size_t index = 0; index < sbx_response_request_headers_count(result.response); index++) {
		sbx_pair header = sbx_response_request_header_at(result.response, index);
		assert_non_null(header.value);
		accepts = accepts || strcmp(header.name, "Accept") == 0;
		has_key = has_key ||
		          (strcmp(header.name, "x-api-key") == 0 && strcmp(header.value, "test-key-0123456789") == 0);
	}
	assert_true(accepts && has_key);
	assert_null(sbx_response_request_header_at(result.response, 1000).name);
	assert_null(sbx_response_request_header_at(NULL, 0).name);
	assert_int_equal(sbx_response_request_headers_count(NULL), 0);
	run_clear(&result);
}

static void an_answer_can_stay_as_it_came(void **state)
{
	(void)state;
	sbx_request operation = SBX_REQUEST_INIT;
	operation.operation = sbx_operation_find("sandboxes.list");
	const char *const bodies[] = {"{\"a\":", "[1]", "", "{}"};
	for (size_t index = 0; index < sizeof bodies / sizeof bodies[0]; index++) {
		assert_undecoded(request_to(NULL, "x"), bodies[index]);
		assert_undecoded(operation, bodies[index]);
	}
}

static int take(void *user_data, const void *data, size_t length)
{
	sbx__buffer_append(user_data, data, length);
	return 0;
}

static void a_sink_takes_the_answer_as_it_is(void **state)
{
	(void)state;
	sbx__buffer taken = {0};
	sbx_sink sink = SBX_SINK_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	const sbx_request request = request_to("POST", "x");
	run_result result;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = take;
	sink.user_data = &taken;
	options.sink = &sink;
	RUN(&result, &request, &options, {.status = 200, .headers = {"Content-Type: application/json"}, .body = "{"});
	assert_int_equal(result.status, SBX_OK);
	assert_string_equal(taken.data, "{");
	assert_null(sbx_response_json(result.response));
	assert_int_equal(sbx_response_size(result.response), 1);
	sbx__buffer_free(&taken);
	run_clear(&result);
}

static void what_is_known_of_the_answer(void **state)
{
	(void)state;
	const sbx_request request = request_to(NULL, "http://user:secret@server.test/a");
	sbx_times times = SBX_TIMES_INIT;
	run_result result;
	RUN(&result, &request, NULL, {.status = 302, .headers = {"Location: /b"}},
	    {.status = 203, .headers = {"A: 1", "B: 2", "a: 3"}, .body = "x"});
	assert_int_equal(result.status, SBX_OK);
	assert_int_equal(sbx_response_status(result.response), 203);
	assert_int_equal(sbx_response_headers_count(result.response), 3);
	assert_int_equal(sbx_response_request_headers_count(result.response), 0);
	assert_string_equal(sbx_response_header_at(result.response, 2).value, "3");
	assert_string_equal(sbx_response_url(result.response), "http://server.test/b");
	assert_string_equal(sbx_response_http_version(result.response), "1.1");
	assert_int_equal(sbx_response_times(result.response, &times, NULL), SBX_OK);
	assert_int_equal(times.size, sizeof times);
	assert_true(times.name_lookup == 0.5 && times.connect == 1 && times.tls == 1.5 && times.request_sent == 2 &&
	            times.first_byte == 2.5 && times.total == 3);
	/* An older caller's struct is filled as far as it goes. */
	struct {
		size_t size;
		double name_lookup, guard;
	} old = {2 * sizeof(double), 0, 7};
	assert_int_equal(sbx_response_times(result.response, (sbx_times *)(void *)&old, NULL), SBX_OK);
	assert_true(old.name_lookup == 0.5 && old.guard == 7);
	old.size = 3;
	assert_int_equal(sbx_response_times(result.response, (sbx_times *)(void *)&old, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_response_times(result.response, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_response_times(NULL, &times, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_response_http_version(NULL), "");
	run_clear(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_path_is_below_the_base_url),
	        cmocka_unit_test(an_absolute_url_is_used_as_it_is),
	        cmocka_unit_test(what_cannot_stand_in_a_url_is_encoded),
	        cmocka_unit_test(queries_are_merged),
	        cmocka_unit_test(urls_that_lead_elsewhere_are_refused),
	        cmocka_unit_test(any_method_can_be_sent),
	        cmocka_unit_test(a_method_must_be_one),
	        cmocka_unit_test(only_posts_have_an_idempotency_key),
	        cmocka_unit_test(the_method_says_what_is_sent_again),
	        cmocka_unit_test(bodies_in_memory),
	        cmocka_unit_test(an_extra_body_is_merged_over_json),
	        cmocka_unit_test(a_source_is_sent_as_it_is),
	        cmocka_unit_test(what_can_be_read_once_is_sent_once),
	        cmocka_unit_test(parts_are_texts_and_files),
	        cmocka_unit_test(a_part_may_have_headers),
	        cmocka_unit_test(a_call_may_name_the_boundary),
	        cmocka_unit_test(parts_of_another_version_have_another_size),
	        cmocka_unit_test(parts_must_be_one_thing),
	        cmocka_unit_test(a_request_has_one_body),
	        cmocka_unit_test(a_get_has_no_body),
	        cmocka_unit_test(members_that_say_nothing_together_are_refused),
	        cmocka_unit_test(the_key_goes_to_its_own_origin),
	        cmocka_unit_test(who_leads_a_request_back_does_not_get_the_key_sent),
	        cmocka_unit_test(credentials_of_a_call_go_to_its_own_origin),
	        cmocka_unit_test(nobody_sees_a_key_in_a_url),
	        cmocka_unit_test(an_answer_that_says_it_is_json_is_decoded),
	        cmocka_unit_test(an_answer_can_stay_as_it_came),
	        cmocka_unit_test(a_sink_takes_the_answer_as_it_is),
	        cmocka_unit_test(what_is_known_of_the_answer),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
