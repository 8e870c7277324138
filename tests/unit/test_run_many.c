/* One command in many sandboxes, with a server of the test's own. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"
#include "session_calls.h"
#include "support.h"

#define MOST 60

/* Answers with the sandbox's own identifier; "gone-…" is not there, "bad-…" fails, "slow-…" takes its time, and of the
 * answer of "hang-…" a part does not come. */
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
	if (strncmp(id, "hang", 4) == 0)
		sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
	else
		loopback_json(answer, strncmp(id, "gone", 4) == 0 ? 404 : 200, body);
}

typedef struct fixture {
	loopback *server;
	sbx_client *client;
	sbx_run_results *results;
	sbx_call *call;
	int told;
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
	sbx_call_free(made->call);
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
	return session_run_many(test->client, test->ids, count, "true", options, request, &test->results, NULL);
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
	/* A started call is not interrupted but cancelled. */
	if (!session_calls_started) {
		request.interrupt = after_one;
		request.interrupt_user_data = test->server;
		assert_int_equal(run(test, 5, &options, &request), SBX_OK);
		assert_int_equal(sbx_run_results_at(test->results, 0)->status, SBX_ERROR_CANCELLED);
		assert_int_equal(sbx_run_results_at(test->results, 4)->status, SBX_ERROR_CANCELLED);
		assert_int_equal(sbx_error_code(sbx_run_results_at(test->results, 4)->error), SBX_ERROR_CANCELLED);
		request.interrupt = NULL;
	}
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
	if (session_calls_started) {
		assert_int_equal(run(test, 3, NULL, NULL), SBX_ERROR_CLOSED);
		return;
	}
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
	if (session_calls_started)
		return;
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

/* ---- what is particular to the form that is started ---- */

static void count(void *user_data, sbx_call *call)
{
	assert_true(sbx_call_is_done(call));
	++*(int *)user_data;
}

static void start(fixture *test, size_t sandboxes, int64_t concurrency, const sbx_request_options *request)
{
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	options.concurrency = concurrency;
	test->told = 0;
	assert_int_equal(sbx_run_many_start(test->client, test->ids, sandboxes, "true", &options, request, count,
	                                    &test->told, &test->call, NULL),
	                 SBX_OK);
}

static void end(fixture *test)
{
	sbx_call_free(test->call);
	test->call = NULL;
	sbx_run_results_free(test->results);
	test->results = NULL;
	while (sbx_client_poll(test->client, 10, NULL) == SBX_OK)
		;
	assert_int_equal(sbx_client_in_flight(test->client), 0);
}

static void drive_to_requests(fixture *test, size_t requests)
{
	while (loopback_requests(test->server) < requests)
		assert_int_equal(sbx_client_poll(test->client, 0.01, NULL), SBX_OK);
	assert_int_equal(loopback_requests(test->server), requests);
}

static void take(fixture *test)
{
	sbx_run_results_free(test->results);
	assert_int_equal(sbx_call_result_run_results(test->call, &test->results, NULL), SBX_OK);
}

static sbx_status status_of(const fixture *test, size_t index)
{
	const sbx_run_result *result = sbx_run_results_at(test->results, index);
	assert_int_equal(result->error ? sbx_error_code(result->error) : SBX_OK, result->status);
	assert_int_equal(result->execution != NULL, result->status == SBX_OK);
	return result->status;
}

static void it_is_one_call(void **state)
{
	fixture *test = *state;
	sbx_response *response = (sbx_response *)test;
	sbx_execution *execution = NULL;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_call *next = NULL;
	start(test, 3, 2, NULL);
	assert_int_equal(sbx_client_in_flight(test->client), 1);
	assert_int_equal(sbx_call_result_run_results(test->call, &test->results, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(loopback_requests(test->server), 0);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(test->call, &response, NULL), SBX_OK);
	assert_null(response);
	assert_int_equal(sbx_call_result_execution(test->call, &execution, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_call_result_run_results(test->call, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	take(test);
	take(test);
	sbx_run_results *again = test->results;
	test->results = NULL;
	assert_int_equal(test->told, 1);
	end(test);
	assert_int_equal(test->told, 1);
	/* They stay when the call is gone. */
	assert_string_equal(sbx_execution_stdout(sbx_run_results_at(again, 2)->execution), "sbx-2");
	sbx_run_results_free(again);
	/* Without a callback it comes from the queue, and nothing else does. */
	assert_int_equal(
	        sbx_run_many_start(test->client, test->ids, 3, "true", NULL, NULL, NULL, NULL, &test->call, NULL),
	        SBX_OK);
	while (sbx_client_poll(test->client, 10, NULL) == SBX_OK)
		;
	assert_int_equal(sbx_client_next(test->client, &next), SBX_OK);
	assert_ptr_equal(next, test->call);
	assert_int_equal(sbx_client_next(test->client, &next), SBX_DONE);
	end(test);
	/* Other calls have no such results. */
	params.command = "true";
	assert_int_equal(sbx_sandboxes_execute_start(test->client, "a", &params, NULL, NULL, NULL, &test->call, NULL),
	                 SBX_OK);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result_run_results(test->call, &again, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

static void end_by(const fixture *test, int way, sbx_cancel *cancel)
{
	if (way == 0)
		sbx_call_cancel(test->call);
	else if (way == 1)
		sbx_cancel_fire(cancel);
	else
		sbx_client_close(test->client);
}

/* The first one has ended, two are under way, the last two were not started. */
static void what_has_not_ended_is_cancelled(void **state)
{
	fixture *test = *state;
	test->ids[1] = test->ids[2] = "hang";
	for (int way = 0; way < 3; way++) {
		sbx_status code = way < 2 ? SBX_ERROR_CANCELLED : SBX_ERROR_CLOSED;
		sbx_request_options request = SBX_REQUEST_OPTIONS_INIT;
		assert_int_equal(sbx_cancel_new(&request.cancel, NULL), SBX_OK);
		start(test, 5, 2, &request);
		drive_to_requests(test, 3 * (size_t)way + 3);
		assert_int_equal(sbx_client_in_flight(test->client), 3);
		assert_false(sbx_call_is_done(test->call));
		end_by(test, way, request.cancel);
		/* A cancel that is fired is heeded when the loop is next driven. */
		if (way == 1)
			assert_int_equal(sbx_client_process(test->client, NULL), SBX_OK);
		assert_true(sbx_call_is_done(test->call));
		assert_int_equal(loopback_requests(test->server), 3 * (size_t)way + 3);
		take(test);
		assert_int_equal(status_of(test, 0), SBX_OK);
		for (size_t index = 1; index < 5; index++) {
			assert_int_equal(status_of(test, index), code);
			/* Each knows whether it may have been carried out. */
			assert_int_equal(sbx_error_outcome_unknown(sbx_run_results_at(test->results, index)->error),
			                 index < 3);
		}
		sbx_client_poll(test->client, 0, NULL);
		assert_int_equal(test->told, 1);
		end(test);
		sbx_cancel_free(request.cancel);
	}
}

static void cancel_in_hook(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	const fixture *test = user_data;
	(void)call_user_data, (void)attempt;
	sbx_call_cancel(test->call);
}

/* By then the next one is started, but not begun. */
static void a_callback_may_cancel_it(void **state)
{
	fixture *test = *state;
	sbx_client_options hooked = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *plain = test->client;
	hooked.on_attempt = cancel_in_hook;
	hooked.on_attempt_user_data = test;
	assert_int_equal(sbx_client_with_options(plain, &hooked, &test->client, NULL), SBX_OK);
	sbx_client_free(plain);
	start(test, 4, 1, NULL);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	take(test);
	assert_int_equal(status_of(test, 0), SBX_OK);
	for (size_t index = 1; index < 4; index++)
		assert_int_equal(status_of(test, index), SBX_ERROR_CANCELLED);
	end(test);
	assert_int_equal(test->told, 1);
	assert_int_equal(loopback_requests(test->server), 1);
}

static void one_that_is_freed_ends_all(void **state)
{
	fixture *test = *state;
	test->ids[1] = test->ids[2] = "hang";
	start(test, 5, 2, NULL);
	drive_to_requests(test, 3);
	end(test);
	assert_int_equal(test->told, 0);
	assert_int_equal(loopback_requests(test->server), 3);
	/* Freed with its client and all. */
	start(test, 5, 2, NULL);
	drive_to_requests(test, 6);
	sbx_client_free(test->client);
	assert_false(sbx_call_is_done(test->call));
	sbx_call_free(test->call);
	test->client = NULL;
	test->call = NULL;
}

static void nothing_is_sent_for_what_never_left(void **state)
{
	fixture *test = *state;
	start(test, 3, 2, NULL);
	sbx_call_cancel(test->call);
	assert_true(sbx_call_is_done(test->call));
	take(test);
	assert_int_equal(sbx_run_results_failed(test->results), 3);
	assert_int_equal(status_of(test, 0), SBX_ERROR_CANCELLED);
	end(test);
	start(test, 3, 2, NULL);
	end(test);
	assert_int_equal(loopback_requests(test->server), 0);
}

static void what_was_passed_may_go_away(void **state)
{
	fixture *test = *state;
	char command[] = "make", name[] = "OF", value[] = "mine", folder[] = "/data", id[] = "sbx-9";
	sbx_pair env[] = {{name, value}};
	const char *ids[] = {id};
	sbx_run_options run_options = SBX_RUN_OPTIONS_INIT;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_client *client = test->client;
	run_options.env = env;
	run_options.env_count = 1;
	run_options.working_dir = folder;
	options.run = &run_options;
	assert_int_equal(sbx_run_many_start(client, ids, 1, command, &options, NULL, NULL, NULL, &test->call, NULL),
	                 SBX_OK);
	memset(command, '#', 4), memset(name, '#', 2), memset(value, '#', 4), memset(folder, '#', 5);
	memset(id, '#', 5), memset(env, 0, sizeof env), memset(ids, 0, sizeof ids);
	memset(&run_options, 0, sizeof run_options), memset(&options, 0, sizeof options);
	test->client = NULL;
	sbx_client_free(client);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	take(test);
	assert_int_equal(status_of(test, 0), SBX_OK);
	assert_string_equal(sbx_run_results_at(test->results, 0)->id, "sbx-9");
	char *last = loopback_last(test->server);
	assert_non_null(strstr(last, "\"command\":\"make\""));
	assert_non_null(strstr(last, "{\"OF\":\"mine\"}"));
	assert_non_null(strstr(last, "\"working_dir\":\"/data\""));
	free(last);
}

static void a_start_that_fails_starts_nothing(void **state)
{
	fixture *test = *state;
	sbx_error *error = NULL;
	assert_int_equal(sbx_run_many_start(test->client, test->ids, 1, "true", NULL, NULL, NULL, NULL, NULL, &error),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "call");
	sbx_error_free(error);
	sbx_client_close(test->client);
	assert_int_equal(
	        sbx_run_many_start(test->client, test->ids, 1, "true", NULL, NULL, NULL, NULL, &test->call, NULL),
	        SBX_ERROR_CLOSED);
	assert_null(test->call);
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
	const struct CMUnitTest started[] = {
	        TEST(it_is_one_call),
	        TEST(what_has_not_ended_is_cancelled),
	        TEST(a_callback_may_cancel_it),
	        TEST(one_that_is_freed_ends_all),
	        TEST(nothing_is_sent_for_what_never_left),
	        TEST(what_was_passed_may_go_away),
	        TEST(a_start_that_fails_starts_nothing),
	};
	int failed = cmocka_run_group_tests(started, test_environment, NULL);
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, test_environment, NULL);
	}
	return failed;
}
