/* What the log says of a call: requests, answers and decisions, and no secret. */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "support.h"

typedef struct heard {
	size_t count;
	char lines[16][256];
} heard;

static void hear(void *user_data, sbx_log_level level, const char *message)
{
	heard *all = user_data;
	assert_true(all->count < 16);
	snprintf(all->lines[all->count++], sizeof all->lines[0], "%s %s", level == SBX_LOG_INFO ? "info" : "debug",
	         message);
}

static void listen(heard *all, sbx_log_level level, const char *operation, const sbx_request_options *options,
                   const fake_answer *answers, size_t count)
{
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	client.log_level = level;
	client.log = hear;
	client.log_user_data = all;
	run_result result;
	sbx_json *json = json_of("{}");
	const sbx_request request = request_of(operation, json);
	*all = (heard){0};
	run_request(&result, test_config(&client), &request, options, answers, count);
	run_clear(&result);
	sbx_json_free(json);
}

/* Debug tells all that happens, the last line of a call that fails being why. */
static void assert_end(const char *operation, const sbx_request_options *options, const fake_answer *answers,
                       size_t count, const char *expected)
{
	heard all;
	listen(&all, SBX_LOG_DEBUG, operation, options, answers, count);
	assert_true(all.count > 0);
	assert_string_equal(all.lines[all.count - 1], expected);
}

#define ASSERT_END(operation, options, expected, ...) \
	do { \
		const fake_answer answers_[] = {__VA_ARGS__}; \
		assert_end(operation, options, answers_, sizeof answers_ / sizeof answers_[0], expected); \
	} while (0)

static void each_decision_is_told(void **state)
{
	(void)state;
	const fake_answer answers[] = {
	        {.status = 503, .headers = {"retry-after: 1", "Set-Cookie: secret"}, .body = "{}"},
	        {.refuse = true},
	        {.status = 302, .headers = {"Location: //user:secret@other.test/x"}},
	        {.status = 200, .body = "{}"},
	};
	static const char *const expected[] = {
	        "debug Sending HTTP Request: GET http://server.test/v1/sandboxes/list, attempt 1",
	        "debug HTTP Response: 503, 2 bytes; retry-after: 1; Set-Cookie: ***;",
	        "debug Decision: send once more after status 503, retries left: 1",
	        "info Retrying request to http://server.test/v1/sandboxes/list in 1.000000 seconds",
	        "debug Sending HTTP Request: GET http://server.test/v1/sandboxes/list, attempt 2",
	        "debug No answer to GET: refused",
	        "debug Decision: send once more after a lost connection, retries left: 0",
	        "info Retrying request to http://server.test/v1/sandboxes/list in 1.000000 seconds",
	        "debug Sending HTTP Request: GET http://server.test/v1/sandboxes/list, attempt 3",
	        "debug HTTP Response: 302, 0 bytes; Location: //other.test/x;",
	        "debug Decision: follow the redirect to http://other.test/x",
	        "debug Sending HTTP Request: GET http://other.test/x, attempt 3",
	        "debug HTTP Response: 200, 2 bytes;",
	};
	heard all;
	listen(&all, SBX_LOG_DEBUG, "sandboxes.list", NULL, answers, 4);
	assert_int_equal(all.count, sizeof expected / sizeof expected[0]);
	for (size_t index = 0; index < all.count; index++)
		assert_string_equal(all.lines[index], expected[index]);
	listen(&all, SBX_LOG_INFO, "sandboxes.list", NULL, answers, 4);
	assert_int_equal(all.count, 2);
}

static void the_end_of_a_call_says_why(void **state)
{
	(void)state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	ASSERT_END("sandboxes.list", NULL, "debug Decision: give up, since the answer is final", {.status = 400});
	ASSERT_END("sandboxes.list", NULL, "debug Decision: give up, since the answer is final",
	           {.status = 503, .headers = {"x-should-retry: false"}});
	ASSERT_END("sandboxes.create", NULL,
	           "debug Decision: give up, since it may have been carried out, and twice could do harm",
	           {.status = 502});
	options.max_retries = 0;
	ASSERT_END("sandboxes.list", &options, "debug Decision: give up, since no retries are left", {.status = 503});
	options.max_retries = 2;
	options.deadline = 3;
	ASSERT_END("sandboxes.list", &options,
	           "debug Decision: give up, since the deadline comes before the next attempt",
	           {.status = 503, .headers = {"retry-after: 7"}});
	ASSERT_END("sandboxes.list", &options, "debug Decision: give up, since the deadline has passed",
	           {.hang = true});
	ASSERT_END("sandboxes.create", NULL,
	           "debug Decision: give up, since Connection error: a redirect to another origin, which the body is "
	           "not sent to",
	           {.status = 307, .headers = {"Location: https://other.test/x"}});
	ASSERT_END("sandboxes.list", NULL,
	           "debug Decision: give up, since The answer is not what sandboxes.list answers: it is empty",
	           {.status = 200});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_decision_is_told),
	        cmocka_unit_test(the_end_of_a_call_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
