/* Errors: their codes and names, and what they hold. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "support.h"

static void every_code_has_its_name_and_status(void **state)
{
	(void)state;
	static const struct {
		sbx_status code;
		const char *name;
		int http_status;
		const char *retried;
	} table[] = {
#define SBX_ERROR(symbol, value, text, python_class, http, description, when, retried, cure) \
	{SBX_ERROR_##symbol, text, http, retried},
#include "errors.def"
#undef SBX_ERROR
	};
	for (size_t index = 0; index < sizeof table / sizeof table[0]; index++) {
		assert_string_equal(sbx_status_name(table[index].code), table[index].name);
		assert_true(table[index].code < 0);
		if (table[index].http_status)
			assert_int_equal(sbx__status_from_http(table[index].http_status), table[index].code);
		sbx__headers headers = {0};
		bool retried = sbx__retry_wanted(SBX__SAFE, SBX__ANSWERED, table[index].http_status, &headers);
		if (table[index].http_status)
			assert_int_equal(retried, strncmp(table[index].retried, "yes", 3) == 0);
		for (size_t other = 0; other < index; other++) {
			assert_int_not_equal(table[index].code, table[other].code);
			assert_string_not_equal(table[index].name, table[other].name);
		}
	}
	assert_string_equal(sbx_status_name(SBX_OK), "ok");
	assert_string_equal(sbx_status_name(SBX_DONE), "done");
	assert_string_equal(sbx_status_name(SBX_WOULD_BLOCK), "would_block");
	assert_string_equal(sbx_status_name((sbx_status)-9999), "unknown");
	assert_string_equal(sbx_status_name(SBX_ERROR_NOT_FOUND), "not_found");
}

static void every_http_status_has_a_code(void **state)
{
	(void)state;
	static const int special[] = {400, 401, 403, 404, 409, 422, 429};
	for (int status = 100; status < 1000; status++) {
		sbx_status expected = status >= 500 ? SBX_ERROR_INTERNAL_SERVER : SBX_ERROR_STATUS;
		for (size_t index = 0; index < sizeof special / sizeof special[0]; index++)
			if (status == special[index])
				expected = (sbx_status)-status;
		assert_int_equal(sbx__status_from_http(status), expected);
	}
}

static void no_error_is_empty(void **state)
{
	(void)state;
	size_t length = 9;
	assert_int_equal(sbx_error_code(NULL), SBX_OK);
	assert_string_equal(sbx_error_name(NULL), "ok");
	assert_string_equal(sbx_error_message(NULL), "");
	assert_string_equal(sbx_error_detail(NULL), "");
	assert_null(sbx_error_argument(NULL));
	assert_int_equal(sbx_error_http_status(NULL), 0);
	assert_null(sbx_error_body(NULL, &length));
	assert_int_equal(length, 0);
	assert_null(sbx_error_json(NULL));
	assert_null(sbx_error_header(NULL, "a"));
	assert_int_equal(sbx_error_headers_count(NULL), 0);
	assert_null(sbx_error_header_at(NULL, 0).name);
	assert_null(sbx_error_request_id(NULL));
	assert_null(sbx_error_method(NULL));
	assert_null(sbx_error_url(NULL));
	assert_int_equal(sbx_error_attempts(NULL), 0);
	assert_true(sbx_error_retry_after(NULL) == SBX_DEFAULT);
	assert_int_equal(sbx_error_retryable(NULL), 0);
	assert_int_equal(sbx_error_outcome_unknown(NULL), 0);
	assert_int_equal(sbx_error_is_misuse(NULL), 0);
	assert_int_equal(sbx_error_system_errno(NULL), 0);
	sbx_error_free(NULL);
}

static void a_plain_error_says_only_its_message(void **state)
{
	(void)state;
	size_t length = 9;
	sbx_error *error = sbx__error_new(SBX_ERROR_CLOSED, "%s %d", "text", 7);
	assert_int_equal(sbx_error_code(error), SBX_ERROR_CLOSED);
	assert_string_equal(sbx_error_name(error), "closed");
	assert_string_equal(sbx_error_message(error), "text 7");
	assert_string_equal(sbx_error_detail(error), "");
	assert_null(sbx_error_argument(error));
	assert_null(sbx_error_body(error, &length));
	assert_int_equal(length, 0);
	assert_true(sbx_error_retry_after(error) == SBX_DEFAULT);
	assert_false(sbx__error_is_static(error));
	sbx_error_free(error);
}

static void an_answered_error_gives_all_of_the_answer(void **state)
{
	(void)state;
	size_t length;
	sbx_error *error = sbx__error_new(SBX_ERROR_RATE_LIMIT, "slow down");
	sbx_response *answer = answer_error(error, 429);
	assert_string_equal(sbx_error_body(error, &length), "");
	assert_int_equal(length, 0);
	sbx__buffer_append(&answer->body, "a\0b", 3);
	assert_true(sbx__headers_add_line(&answer->headers, "X-Request-ID: r1", 16));
	assert_true(sbx__headers_add_line(&answer->headers, "Other: x", 8));
	error->json = json_of("[1]");
	error->detail = strdup("detail");
	strcpy(answer->method, "GET");
	answer->url = strdup("http://host/");
	answer->attempts = 3;
	error->retry_after = 2.5;
	error->retryable = true;
	error->outcome_unknown = true;
	assert_memory_equal(sbx_error_body(error, &length), "a\0b", 4);
	assert_int_equal(length, 3);
	assert_non_null(sbx_error_body(error, NULL));
	assert_int_equal(sbx_error_http_status(error), 429);
	assert_string_equal(sbx_error_request_id(error), "r1");
	assert_string_equal(sbx_error_header(error, "OTHER"), "x");
	assert_null(sbx_error_header(error, NULL));
	assert_null(sbx_error_header(error, "none"));
	assert_int_equal(sbx_error_headers_count(error), 2);
	assert_string_equal(sbx_error_header_at(error, 1).name, "Other");
	assert_null(sbx_error_header_at(error, 2).name);
	assert_int_equal(sbx_json_count(sbx_error_json(error)), 1);
	assert_string_equal(sbx_error_detail(error), "detail");
	assert_string_equal(sbx_error_method(error), "GET");
	assert_string_equal(sbx_error_url(error), "http://host/");
	assert_int_equal(sbx_error_attempts(error), 3);
	assert_true(sbx_error_retry_after(error) == 2.5);
	assert_int_equal(sbx_error_retryable(error), 1);
	assert_int_equal(sbx_error_outcome_unknown(error), 1);
	sbx_error_free(error);
}

static void failing_returns_the_code_with_and_without_an_error(void **state)
{
	(void)state;
	sbx_error *error = NULL;
	assert_int_equal(sbx__fail(NULL, SBX_ERROR_TIMEOUT, "%d", 1), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx__fail(&error, SBX_ERROR_TIMEOUT, "%d", 1), SBX_ERROR_TIMEOUT);
	assert_string_equal(sbx_error_message(error), "1");
	sbx_error_free(error);
	assert_int_equal(sbx__fail_argument(NULL, "id", "%s", "bad"), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx__fail_argument(&error, "id", "%s", "bad"), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_message(error), "id: bad");
	assert_string_equal(sbx_error_argument(error), "id");
	sbx_error_free(error);
	assert_int_equal(sbx__fail_file(NULL, "file", "read", "/x", ENOENT), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx__fail_file(&error, "file", "read", "/x", ENOENT), SBX_ERROR_LOCAL_FILE);
	assert_string_equal(sbx_error_message(error), "file: cannot read /x: No such file or directory");
	assert_string_equal(sbx_error_argument(error), "file");
	assert_int_equal(sbx_error_system_errno(error), ENOENT);
	sbx_error_free(error);
	assert_int_equal(sbx__error_give(NULL, sbx__error_new(SBX_ERROR_CLOSED, "x")), SBX_ERROR_CLOSED);
}

static void a_message_is_text_whatever_it_names(void **state)
{
	(void)state;
	sbx_error *error = NULL;
	assert_int_equal(sbx__fail_argument(&error, "parts", "%s: no", "a\xff\xc3\xa9"), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_message(error), "parts: a\xef\xbf\xbd\xc3\xa9: no");
	sbx_error_free(error);
}

static void the_system_and_forks_have_errors_of_their_own(void **state)
{
	(void)state;
	sbx_error *error = NULL;
	assert_int_equal(sbx__fail_system(NULL, "epoll", EMFILE), SBX_ERROR_SYSTEM);
	assert_int_equal(sbx__fail_system(&error, "epoll", EMFILE), SBX_ERROR_SYSTEM);
	assert_string_equal(sbx_error_message(error), "epoll: Too many open files");
	assert_int_equal(sbx_error_system_errno(error), EMFILE);
	sbx_error_free(error);
	assert_int_equal(sbx__fail_system(&error, "epoll", ENOMEM), SBX_ERROR_OUT_OF_MEMORY);
	assert_true(sbx__error_is_static(error));
	assert_int_equal(sbx__fail_forked(&error), SBX_ERROR_CONNECTION);
	assert_non_null(strstr(sbx_error_message(error), "forked"));
	sbx_error_free(error);
}

static void an_error_with_two_owners_lives_until_both_are_gone(void **state)
{
	(void)state;
	sbx_error *error = sbx__error_new(SBX_ERROR_CLOSED, "closed");
	assert_ptr_equal(sbx__error_ref(error), error);
	sbx_error_free(error);
	assert_string_equal(sbx_error_message(error), "closed");
	sbx_error_free(error);
	assert_ptr_equal(sbx__error_ref(sbx__error_memory()), sbx__error_memory());
}

static void without_memory_there_is_still_an_error(void **state)
{
	(void)state;
	sbx_error *error = NULL;
	assert_int_equal(sbx__fail_memory(NULL), SBX_ERROR_OUT_OF_MEMORY);
	assert_int_equal(sbx__fail_memory(&error), SBX_ERROR_OUT_OF_MEMORY);
	assert_true(sbx__error_is_static(error));
	assert_string_equal(sbx_error_message(error), "Out of memory");
	assert_string_equal(sbx_error_name(error), "out_of_memory");
	assert_true(sbx_error_retry_after(error) == SBX_DEFAULT);
	assert_null(sbx_error_body(error, NULL));
	/* It is nobody's to free. */
	sbx_error_free(error);
	sbx_error_free(error);
	assert_string_equal(sbx_error_message(error), "Out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_code_has_its_name_and_status),
	        cmocka_unit_test(every_http_status_has_a_code),
	        cmocka_unit_test(no_error_is_empty),
	        cmocka_unit_test(a_plain_error_says_only_its_message),
	        cmocka_unit_test(an_answered_error_gives_all_of_the_answer),
	        cmocka_unit_test(failing_returns_the_code_with_and_without_an_error),
	        cmocka_unit_test(a_message_is_text_whatever_it_names),
	        cmocka_unit_test(the_system_and_forks_have_errors_of_their_own),
	        cmocka_unit_test(an_error_with_two_owners_lives_until_both_are_gone),
	        cmocka_unit_test(without_memory_there_is_still_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
