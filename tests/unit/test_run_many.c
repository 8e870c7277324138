/* One command in many sandboxes, with a server of the test's own. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"
#include "support.h"

#define MOST 60

/* Answers with the sandbox's own identifier; "gone-…" is not there, "bad-…" fails, "slow-…" takes its time. */
static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	char body[160], id[64] = "";
	const char *begin = strstr(request, "/v1/sandboxes/");
	(void)user_data, (void)length;
	assert_non_null(begin);
	snprintf(id, sizeof id, "%.*s", (int)strcspn(begin + 14, "/"), begin + 14);
	snprintf(body, sizeof body, "{\"exit_code\":%d,\"status\":\"completed\",\"stdout\":\"%s\"}",
	         strncmp(id, "bad", 3) == 0, id);
	if (strncmp(id, "slow", 4) == 0)
		usleep(200000);
	loopback_json(answer, strncmp(id, "gone", 4) == 0 ? 404 : 200, body);
}

typedef struct fixture {
	loopback *server;
	sbx_client *client;
	sbx_run_results *results;
	char names[MOST][16];
	const char *ids[MOST];
} fixture;

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	made->server = loopback_start_with(serve, NULL);
	options.api_key = "key";
	options.base_url = loopback_url(made->server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&made->client, &options, NULL), SBX_OK);
	for (int index = 0; index < MOST; index++) {
		snprintf(made->names[index], sizeof made->names[index], "sbx-%d", index);
		made->ids[index] = made->names[index];
	}
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	sbx_run_results_free(made->results);
	sbx_client_free(made->client);
	loopback_stop(made->server);
	free(made);
	return 0;
}

static void free_client(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	fixture *test = user_data;
	(void)call_user_data, (void)attempt;
	sbx_client_free(test->client);
	test->client = NULL;
}

static sbx_status run(fixture *test, size_t count, const sbx_run_many_options *options,
                      const sbx_request_options *request)
{
	sbx_run_results_free(test->results);
	test->results = NULL;
	return sbx_run_many(test->client, test->ids, count, "true", options, request, &test->results, NULL);
}

static void results_are_in_the_order_of_the_sandboxes(void **state)
{
	static const int64_t concurrencies[] = {1, 3, SBX_DEFAULT, 1000};
	fixture *test = *state;
	for (size_t round = 0; round < 4; round++) {
		sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
		options.concurrency = concurrencies[round];
		assert_int_equal(run(test, MOST, &options, NULL), SBX_OK);
		assert_int_equal(sbx_run_results_count(test->results), MOST);
		assert_int_equal(sbx_run_results_failed(test->results), 0);
		for (size_t index = 0; index < MOST; index++) {
			const sbx_run_result *result = sbx_run_results_at(test->results, index);
			assert_string_equal(result->id, test->ids[index]);
			assert_int_equal(result->status, SBX_OK);
			assert_null(result->error);
			assert_string_equal(sbx_execution_stdout(result->execution), test->ids[index]);
		}
		if (round == 1)
			assert_true(loopback_connections(test->server) <= 3);
	}
	assert_null(sbx_run_results_at(test->results, MOST));
	assert_int_equal(loopback_requests(test->server), 4 * MOST);
}

static void a_failure_keeps_to_itself(void **state)
{
	fixture *test = *state;
	sbx_run_options run_options = SBX_RUN_OPTIONS_INIT;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	options.run = &run_options;
	options.concurrency = 2;
	test->ids[0] = "gone-0";
	test->ids[2] = "bad-2";
	assert_int_equal(run(test, 5, &options, NULL), SBX_OK);
	assert_int_equal(sbx_run_results_at(test->results, 0)->status, SBX_ERROR_NOT_FOUND);
	assert_int_equal(sbx_error_http_status(sbx_run_results_at(test->results, 0)->error), 404);
	assert_null(sbx_run_results_at(test->results, 0)->execution);
	assert_int_equal(sbx_run_results_at(test->results, 2)->status, SBX_OK);
	assert_int_equal(sbx_run_results_failed(test->results), 1);
	run_options.check = SBX_FLAG_YES;
	assert_int_equal(run(test, 5, &options, NULL), SBX_OK);
	const sbx_run_result *bad = sbx_run_results_at(test->results, 2);
	assert_int_equal(bad->status, SBX_ERROR_COMMAND_FAILED);
	assert_int_equal(sbx_execution_exit_code(bad->execution), 1);
	assert_ptr_equal(sbx_error_execution(bad->error), bad->execution);
	assert_int_equal(sbx_run_results_failed(test->results), 2);
}

static int after_one(void *user_data)
{
	return loopback_requests(user_data) >= 1;
}

static void it_can_be_ended(void **state)
{
	fixture *test = *state;
	sbx_request_options request = SBX_REQUEST_OPTIONS_INIT;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	options.concurrency = 1;
	for (int index = 0; index < 5; index++)
		test->ids[index] = "slow";
	request.deadline = 0.1;
	assert_int_equal(run(test, 5, &options, &request), SBX_OK);
	assert_int_equal(sbx_run_results_failed(test->results), 5);
	assert_int_equal(sbx_run_results_at(test->results, 0)->status, SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_run_results_at(test->results, 4)->status, SBX_ERROR_TIMEOUT);
	request.deadline = SBX_DEFAULT;
	request.interrupt = after_one;
	request.interrupt_user_data = test->server;
	assert_int_equal(run(test, 5, &options, &request), SBX_OK);
	assert_int_equal(sbx_run_results_at(test->results, 0)->status, SBX_ERROR_CANCELLED);
	assert_int_equal(sbx_run_results_at(test->results, 4)->status, SBX_ERROR_CANCELLED);
	assert_int_equal(sbx_error_code(sbx_run_results_at(test->results, 4)->error), SBX_ERROR_CANCELLED);
	request.interrupt = NULL;
	assert_int_equal(sbx_cancel_new(&request.cancel, NULL), SBX_OK);
	sbx_cancel_fire(request.cancel);
	assert_int_equal(run(test, 5, &options, &request), SBX_OK);
	assert_int_equal(sbx_run_results_failed(test->results), 5);
	assert_int_equal(sbx_run_results_at(test->results, 4)->status, SBX_ERROR_CANCELLED);
	sbx_cancel_free(request.cancel);
}

static void a_closed_client_fails_each(void **state)
{
	fixture *test = *state;
	sbx_client_close(test->client);
	assert_int_equal(run(test, 3, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_run_results_failed(test->results), 3);
	assert_int_equal(sbx_run_results_at(test->results, 2)->status, SBX_ERROR_CLOSED);
}

/* Within a callback of the client nothing can be waited for. */
static void within_a_callback(void *user_data, sbx_call *call)
{
	fixture *test = user_data;
	(void)call;
	assert_int_equal(run(test, 3, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_null(test->results);
}

static void not_within_a_callback(void **state)
{
	fixture *test = *state;
	sbx_call *call = NULL;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	params.command = "true";
	assert_int_equal(
	        sbx_sandboxes_execute_start(test->client, "a", &params, NULL, within_a_callback, test, &call, NULL),
	        SBX_OK);
	assert_int_equal(sbx_call_wait(call, 60, NULL), SBX_OK);
	sbx_call_free(call);
	assert_int_equal(run(test, 3, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_run_results_failed(test->results), 0);
}

/* A loop of the program's own, on a thread of its own. */
static void *drive(void *argument)
{
	fixture *test = argument;
	while (loopback_requests(test->server) < 10 * MOST)
		sbx_client_poll(test->client, 0.01, NULL);
	return NULL;
}

static void another_thread_may_drive(void **state)
{
	fixture *test = *state;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, drive, test), 0);
	for (int round = 0; round < 10; round++) {
		assert_int_equal(run(test, MOST, NULL, NULL), SBX_OK);
		assert_int_equal(sbx_run_results_failed(test->results), 0);
		for (size_t index = 0; index < MOST; index++)
			assert_string_equal(sbx_execution_stdout(sbx_run_results_at(test->results, index)->execution),
			                    test->ids[index]);
	}
	pthread_join(thread, NULL);
}

static void wrong_arguments(void **state)
{
	fixture *test = *state;
	const char *const empty[] = {"a", ""};
	const char *const missing[] = {NULL};
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_run_results **results = &test->results;
	assert_int_equal(sbx_run_many(NULL, test->ids, 1, "true", NULL, NULL, results, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_run_many(test->client, NULL, 1, "true", NULL, NULL, results, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_run_many(test->client, test->ids, 1, NULL, NULL, NULL, results, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_run_many(test->client, empty, 2, "true", NULL, NULL, results, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_run_many(test->client, missing, 1, "true", NULL, NULL, results, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	options.concurrency = 0;
	assert_int_equal(run(test, 1, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_run_options command = SBX_RUN_OPTIONS_INIT;
	command.check = (sbx_flag)3;
	options.concurrency = 1;
	options.run = &command;
	assert_int_equal(run(test, 1, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_null(test->results);
	assert_int_equal(sbx_run_many(test->client, NULL, 0, "true", NULL, NULL, results, NULL), SBX_OK);
	assert_int_equal(sbx_run_results_count(test->results), 0);
	assert_int_equal(sbx_run_many(test->client, test->ids, 2, "true", NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_run_results_count(NULL), 0);
	assert_int_equal(sbx_run_results_failed(NULL), 0);
	assert_null(sbx_run_results_at(NULL, 0));
	sbx_run_results_free(NULL);
}

static void a_callback_may_free_the_client(void **state)
{
	fixture *test = *state;
	sbx_client_options hooked = SBX_CLIENT_OPTIONS_INIT;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_client *plain = test->client;
	hooked.on_attempt = free_client;
	hooked.on_attempt_user_data = test;
	assert_int_equal(sbx_client_with_options(plain, &hooked, &test->client, NULL), SBX_OK);
	sbx_client_free(plain);
	options.concurrency = 2;
	assert_int_equal(run(test, 5, &options, NULL), SBX_OK);
	assert_null(test->client);
	assert_int_equal(sbx_run_results_failed(test->results), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(results_are_in_the_order_of_the_sandboxes),
	        TEST(a_failure_keeps_to_itself),
	        TEST(it_can_be_ended),
	        TEST(a_closed_client_fails_each),
	        TEST(not_within_a_callback),
	        TEST(another_thread_may_drive),
	        TEST(wrong_arguments),
	        TEST(a_callback_may_free_the_client),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
