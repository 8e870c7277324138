/* Errors as JSON: all that is known, and no secret. */
#include <stdlib.h>
#include <string.h>

#include "error_json.h"
#include "support.h"

#define KEY "k\"ey/\\-0123456789"
#define KEY_IN_JSON "k\\\"ey/\\\\-0123456789"

static void assert_shown(const sbx_error *error, const char *expected)
{
	sbx_json *json = NULL;
	char *text = NULL;
	assert_int_equal(sbx_error_to_json(error, &json), SBX_OK);
	assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
	assert_string_equal(text, expected);
	sbx_string_free(text);
	sbx_json_free(json);
}

static void assert_hidden(const sbx_error *error)
{
	sbx_json *json = NULL;
	char *text = NULL;
	assert_int_equal(sbx_error_to_json(error, &json), SBX_OK);
	assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
	assert_null(strstr(text, KEY));
	assert_null(strstr(text, KEY_IN_JSON));
	assert_null(strstr(text, "0123456789"));
	sbx_string_free(text);
	sbx_json_free(json);
}

static sbx_error *answered(const char *body, size_t length, bool is_json)
{
	sbx_error *error = sbx__error_new(SBX_ERROR_BAD_REQUEST, "%s", "no");
	sbx__buffer_append(&answer_error(error, 400)->body, body, length);
	if (is_json)
		assert_int_equal(sbx_json_parse(body, length, &error->json, NULL), SBX_OK);
	return error;
}

static void what_is_not_known_is_not_there(void **state)
{
	(void)state;
	sbx_error *error = sbx__error_new(SBX_ERROR_CLOSED, "%s", "over");
	assert_shown(error, "{\"name\":\"closed\",\"code\":-6,\"message\":\"over\",\"retryable\":false,"
	                    "\"outcome_unknown\":false}");
	sbx_error_free(error);
	assert_shown(sbx__error_memory(), "{\"name\":\"out_of_memory\",\"code\":-1,\"message\":\"Out of memory\","
	                                  "\"retryable\":false,\"outcome_unknown\":false}");
	sbx__fail_file(&error, "file", "read", "/no\xff", 2);
	assert_shown(error, "{\"name\":\"local_file\",\"code\":-10,"
	                    "\"message\":\"file: cannot read /no\xef\xbf\xbd: No such file or directory\","
	                    "\"retryable\":false,\"outcome_unknown\":false,\"argument\":\"file\",\"system_errno\":2}");
	sbx_error_free(error);
}

static void all_that_is_known_is_there(void **state)
{
	(void)state;
	sbx_error *error = answered("{\"a\":[1,null]}", 14, true);
	error->detail = strdup("beneath");
	strcpy(error->response->method, "POST");
	error->response->url = strdup("http://server.test/");
	error->response->attempts = 3;
	error->retry_after = 1.5;
	error->retryable = true;
	error->outcome_unknown = true;
	sbx__headers_add_line(&error->response->headers, "X-Request-Id: r1", 16);
	sbx__headers_add_line(&error->response->headers, "Set-Cookie: a=b", 15);
	sbx__headers_add_line(&error->response->headers, "X-Bytes: \xff", 10);
	sbx__error_seal(error, KEY);
	assert_false(error->echoes);
	assert_shown(
	        error,
	        "{\"name\":\"bad_request\",\"code\":-400,\"message\":\"no\",\"retryable\":true,"
	        "\"outcome_unknown\":true,\"detail\":\"beneath\",\"method\":\"POST\",\"url\":\"http://server.test/\","
	        "\"attempts\":3,\"http_status\":400,\"retry_after\":1.5,\"request_id\":\"r1\",\"headers\":"
	        "[[\"X-Request-Id\",\"r1\"],[\"Set-Cookie\",\"***\"],[\"X-Bytes\",\"\xef\xbf\xbd\"]],"
	        "\"body\":{\"a\":[1,null]}}");
	sbx_error_free(error);
}

static void a_body_is_json_or_text_or_base64(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		size_t length;
		bool is_json;
		const char *shown;
	} cases[] = {
	        {"null", 4, true, "\"body\":null"},
	        {"", 0, false, "\"body_text\":\"\""},
	        {"a\0\xc3\xa9", 4, false, "\"body_text\":\"a\\u0000\xc3\xa9\""},
	        {"\xff", 1, false, "\"body_base64\":\"/w==\""},
	        {"\xff\0", 2, false, "\"body_base64\":\"/wA=\""},
	        {"\xff\xfe\xfd", 3, false, "\"body_base64\":\"//79\""},
	        {"\xffhello", 6, false, "\"body_base64\":\"/2hlbGxv\""},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_error *error = answered(cases[index].body, cases[index].length, cases[index].is_json);
		sbx_json *json = NULL;
		char *text = NULL;
		assert_int_equal(sbx_error_to_json(error, &json), SBX_OK);
		assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
		assert_non_null(strstr(text, cases[index].shown));
		sbx_string_free(text);
		sbx_json_free(json);
		sbx_error_free(error);
	}
}

static void an_answer_that_holds_the_key_does_not_show_it(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		bool is_json;
	} cases[] = {
	        {"wrong key " KEY " and " KEY, false},
	        {"\xff" KEY, false},
	        {"{\"" KEY_IN_JSON "\":[\"x" KEY_IN_JSON "\"]}", true},
	        {"{\"key\":\"k\\u0022ey\\/\\u005c-0123456789\"}", true},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_error *error = answered(cases[index].body, strlen(cases[index].body), cases[index].is_json);
		sbx__error_seal(error, KEY);
		assert_true(error->echoes);
		assert_hidden(error);
		/* The body itself stays what came. */
		assert_string_equal(sbx_error_body(error, NULL), cases[index].body);
		sbx_error_free(error);
	}
	/* In base64 it would not be seen. */
	sbx_error *error = answered("\xff"
	                            "01234567",
	                            9, false);
	sbx__error_seal(error, "01234567");
	assert_shown(error, "{\"name\":\"bad_request\",\"code\":-400,\"message\":\"no\",\"retryable\":false,"
	                    "\"outcome_unknown\":false,\"http_status\":400,\"headers\":[],"
	                    "\"body_base64\":\"/yoqKioqKioq\"}");
	sbx_error_free(error);
	error = answered("no", 2, false);
	sbx__headers_add_line(&error->response->headers, "X-Echo: <" KEY ">", strlen("X-Echo: <" KEY ">"));
	sbx__error_seal(error, KEY);
	assert_hidden(error);
	sbx_error_free(error);
}

/* A key that ends a string of JSON and begins the next one takes both with it. */
static void a_body_that_is_not_json_without_the_key_is_not_shown(void **state)
{
	(void)state;
	static const char body[] = "[\"aa\",\"bb\"]";
	sbx_error *error = answered(body, sizeof body - 1, true);
	sbx__error_seal(error, "aa\",\"bb\"]");
	assert_true(error->echoes);
	assert_shown(error, "{\"name\":\"bad_request\",\"code\":-400,\"message\":\"no\",\"retryable\":false,"
	                    "\"outcome_unknown\":false,\"http_status\":400,\"headers\":[],\"body\":\"***\"}");
	sbx_error_free(error);
}

static void without_memory_nothing_is_shown(void **state)
{
	(void)state;
	sbx_error *error = answered(KEY, strlen(KEY), false);
	sbx_json *json = NULL;
	sbx__error_seal(error, KEY);
	sbx_json_free(error->shown);
	error->shown = NULL;
	assert_int_equal(sbx_error_to_json(error, &json), SBX_ERROR_OUT_OF_MEMORY);
	assert_null(json);
	sbx_error_free(error);
	assert_int_equal(sbx_error_to_json(NULL, &json), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_error_to_json(sbx__error_memory(), NULL), SBX_ERROR_INVALID_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_not_known_is_not_there),
	        cmocka_unit_test(all_that_is_known_is_there),
	        cmocka_unit_test(a_body_is_json_or_text_or_base64),
	        cmocka_unit_test(an_answer_that_holds_the_key_does_not_show_it),
	        cmocka_unit_test(a_body_that_is_not_json_without_the_key_is_not_shown),
	        cmocka_unit_test(without_memory_nothing_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
