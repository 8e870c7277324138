#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <unistd.h>

#include "loopback.h"
#include "support.h"

#define LIST "{\"data\": [], \"pagination\": {\"page\": 1}}"

static sbx_client *client_of(const loopback *server, int connections)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *client = NULL;
	http.max_connections = connections;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	options.http = &http;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static sbx_call *start(sbx_client *client, const sbx_request_options *options, sbx_call_callback on_done, void *data)
{
	sbx_call *call = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	assert_int_equal(sbx_client_start(client, &request, options, on_done, data, &call, NULL), SBX_OK);
	return call;
}

static void *poll_to_the_end(void *client)
{
	while (sbx_client_poll(client, SBX_FOREVER, NULL) == SBX_OK)
		;
	return NULL;
}

static void every_thread_that_polls_sees_the_end(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server, SBX_DEFAULT);
	for (int round = 0; round < 200; round++) {
		pthread_t threads[3];
		sbx_call *call = start(client, NULL, NULL, NULL);
		for (int index = 0; index < 3; index++)
			pthread_create(&threads[index], NULL, poll_to_the_end, client);
		for (int index = 0; index < 3; index++)
			pthread_join(threads[index], NULL);
		assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
		sbx_call_free(call);
	}
	sbx_client_free(client);
	loopback_stop(server);
}

static void *wait_for_call(void *call)
{
	sbx_call_wait(call, SBX_FOREVER, NULL);
	return NULL;
}

static void a_thread_that_waits_does_not_keep_the_loop_busy(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, SBX_DEFAULT);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 0.3;
	sbx_call *call = start(client, &options, NULL, NULL);
	pthread_t thread;
	int turns = 0;
	pthread_create(&thread, NULL, wait_for_call, call);
	while (sbx_client_poll(client, SBX_FOREVER, NULL) == SBX_OK)
		turns++;
	pthread_join(thread, NULL);
	assert_true(turns < 20000);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

/* What a callback waits for. */
typedef struct pause_in_callback {
	sbx_client *client;
	atomic_bool inside;
	atomic_bool go_on;
} pause_in_callback;

static void wait_in_callback(void *user_data, sbx_call *call)
{
	pause_in_callback *own = user_data;
	(void)call;
	atomic_store(&own->inside, true);
	while (!atomic_load(&own->go_on))
		usleep(1000);
}

static void *let_go_on(void *user_data)
{
	usleep(300000);
	atomic_store(&((pause_in_callback *)user_data)->go_on, true);
	return NULL;
}

static void a_thread_rests_while_another_is_in_a_callback(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	pause_in_callback own = {.client = client_of(server, SBX_DEFAULT)};
	sbx_call *first = start(own.client, NULL, wait_in_callback, &own);
	pthread_t driver;
	pthread_t other;
	int turns = 0;
	pthread_create(&driver, NULL, poll_to_the_end, own.client);
	while (!atomic_load(&own.inside))
		usleep(1000);
	sbx_call *second = start(own.client, NULL, NULL, NULL);
	pthread_create(&other, NULL, let_go_on, &own);
	while (sbx_client_poll(own.client, SBX_FOREVER, NULL) == SBX_OK)
		turns++;
	pthread_join(driver, NULL);
	pthread_join(other, NULL);
	assert_true(turns < 20000);
	sbx_call_free(first);
	sbx_call_free(second);
	sbx_client_free(own.client);
	loopback_stop(server);
}

static void a_wait_of_no_time_drives_too(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server, SBX_DEFAULT);
	sbx_call *call = start(client, NULL, NULL, NULL);
	for (int turn = 0; turn < 60000 && sbx_call_wait(call, 0, NULL) == SBX_ERROR_TIMEOUT; turn++)
		usleep(1000);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

static void free_client(void *user_data, sbx_call *call)
{
	(void)call;
	sbx_client_free(user_data);
}

static void a_client_that_is_freed_in_a_callback_ends_its_calls(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, SBX_DEFAULT);
	sbx_call *first = start(client, NULL, free_client, client);
	sbx_call *second = start(client, NULL, NULL, NULL);
	sbx_client_poll(client, 0.01, NULL);
	sbx_call_cancel(first);
	assert_int_equal(sbx_client_poll(client, 1, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(first, NULL, NULL), SBX_ERROR_CANCELLED);
	/* Nobody is left to drive the loop. */
	assert_int_equal(sbx_call_result(second, NULL, NULL), SBX_ERROR_CLOSED);
	sbx_call_free(first);
	sbx_call_free(second);
	loopback_stop(server);
}

/* Calls that follow each other without a pause. */
typedef struct chain {
	sbx_client *client;
	atomic_bool stop;
} chain;

static void go_on(void *user_data, sbx_call *call)
{
	chain *own = user_data;
	if (!atomic_load(&own->stop))
		start(own->client, NULL, go_on, own);
	sbx_call_free(call);
}

static void a_cancel_ends_the_wait_for_a_connection(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, 1);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_call *call = start(client, NULL, NULL, NULL);
	sbx_client_poll(client, 0.01, NULL);
	assert_int_equal(sbx_cancel_new(&options.cancel, NULL), SBX_OK);
	sbx_cancel_fire(options.cancel);
	options.pool_timeout = 1;
	assert_int_equal(sbx_sandboxes_list(client, NULL, &options, NULL, NULL), SBX_ERROR_CANCELLED);
	sbx_cancel_free(options.cancel);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_finished_call_is_not_asked_anything(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server, SBX_DEFAULT);
	chain own = {client, true};
	for (int round = 0; round < 300; round++) {
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		pthread_t thread;
		assert_int_equal(sbx_cancel_new(&options.cancel, NULL), SBX_OK);
		start(client, &options, go_on, &own);
		pthread_create(&thread, NULL, poll_to_the_end, client);
		loopback_wait(server, (size_t)round + 1);
		sbx_cancel_fire(options.cancel);
		pthread_join(thread, NULL);
		sbx_cancel_free(options.cancel);
	}
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_wait_for_a_connection_that_was_too_long_can_be_tried_again(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, 1);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *errors[2] = {NULL, NULL};
	sbx_call *first = start(client, NULL, NULL, NULL);
	sbx_client_poll(client, 0.01, NULL);
	options.pool_timeout = 0.01;
	sbx_call *second = start(client, &options, NULL, NULL);
	assert_int_equal(sbx_call_wait(second, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(second, NULL, &errors[0]), SBX_ERROR_TIMEOUT);
	assert_int_equal(sbx_sandboxes_list(client, NULL, &options, NULL, &errors[1]), SBX_ERROR_TIMEOUT);
	for (int index = 0; index < 2; index++) {
		assert_true(sbx_error_retryable(errors[index]));
		assert_false(sbx_error_outcome_unknown(errors[index]));
		assert_int_equal(sbx_error_attempts(errors[index]), 0);
		sbx_error_free(errors[index]);
	}
	sbx_call_free(first);
	sbx_call_free(second);
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_closed_client_has_no_loop_that_it_never_had(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, 1);
	int descriptor = -7;
	sbx_client_close(client);
	assert_int_equal(sbx_client_fd(client, &descriptor, NULL), SBX_ERROR_CLOSED);
	assert_int_equal(descriptor, -7);
	sbx_client_free(client);
	/* One that there is has ends to tell. */
	client = client_of(server, 1);
	sbx_call *call = start(client, NULL, NULL, NULL);
	sbx_client_close(client);
	assert_int_equal(sbx_client_fd(client, &descriptor, NULL), SBX_OK);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

/* ---- one queue for threads and loop ---- */

#define HUNGRY 50
#define TURNS 20

/* A loop that always has calls waiting, and threads that always want to make one. */
typedef struct crowd {
	sbx_client *client;
	atomic_bool over;
	atomic_int started_done;
	atomic_int blocking_done;
} crowd;

static void start_another(void *user_data, sbx_call *call)
{
	crowd *own = user_data;
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	sbx_call_free(call);
	atomic_fetch_add(&own->started_done, 1);
	if (!atomic_load(&own->over))
		start(own->client, NULL, start_another, own);
}

static sbx_status call_blocking(sbx_client *client)
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 20;
	return sbx_sandboxes_list(client, NULL, &options, NULL, NULL);
}

static void a_thread_gets_its_turn_beside_a_busy_loop(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	crowd own = {.client = client_of(server, 1)};
	pthread_t driver;
	for (int index = 0; index < HUNGRY; index++)
		start(own.client, NULL, start_another, &own);
	pthread_create(&driver, NULL, poll_to_the_end, own.client);
	while (atomic_load(&own.started_done) < HUNGRY)
		usleep(1000);
	int overtaken = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		int before = atomic_load(&own.started_done);
		assert_int_equal(call_blocking(own.client), SBX_OK);
		/* Those that were there first, and those that come while the thread goes in and out. */
		overtaken += atomic_load(&own.started_done) - before > HUNGRY + 10;
	}
	/* On a busy machine a thread may not run for a while before it is in the queue. */
	assert_in_range(overtaken, 0, TURNS / 2);
	atomic_store(&own.over, true);
	pthread_join(driver, NULL);
	sbx_client_free(own.client);
	loopback_stop(server);
}

static void *call_again_and_again(void *user_data)
{
	crowd *own = user_data;
	while (!atomic_load(&own->over)) {
		assert_int_equal(call_blocking(own->client), SBX_OK);
		atomic_fetch_add(&own->blocking_done, 1);
	}
	return NULL;
}

static void a_started_call_gets_its_turn_beside_busy_threads(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	crowd own = {.client = client_of(server, 1)};
	pthread_t threads[4];
	for (int index = 0; index < 4; index++)
		pthread_create(&threads[index], NULL, call_again_and_again, &own);
	while (atomic_load(&own.blocking_done) < 20)
		usleep(1000);
	int overtaken = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		int before = atomic_load(&own.blocking_done);
		sbx_call *call = start(own.client, NULL, NULL, NULL);
		assert_int_equal(sbx_call_wait(call, 20, NULL), SBX_OK);
		assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
		overtaken += atomic_load(&own.blocking_done) - before > 4 + 10;
		sbx_call_free(call);
	}
	/* Nor may one that drives the loop, which is passed over then. */
	assert_in_range(overtaken, 0, TURNS / 2);
	atomic_store(&own.over, true);
	for (int index = 0; index < 4; index++)
		pthread_join(threads[index], NULL);
	sbx_client_free(own.client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_thread_that_polls_sees_the_end),
	        cmocka_unit_test(a_thread_that_waits_does_not_keep_the_loop_busy),
	        cmocka_unit_test(a_thread_rests_while_another_is_in_a_callback),
	        cmocka_unit_test(a_wait_of_no_time_drives_too),
	        cmocka_unit_test(a_client_that_is_freed_in_a_callback_ends_its_calls),
	        cmocka_unit_test(a_cancel_ends_the_wait_for_a_connection),
	        cmocka_unit_test(a_wait_for_a_connection_that_was_too_long_can_be_tried_again),
	        cmocka_unit_test(a_closed_client_has_no_loop_that_it_never_had),
	        cmocka_unit_test(a_finished_call_is_not_asked_anything),
	        cmocka_unit_test(a_thread_gets_its_turn_beside_a_busy_loop),
	        cmocka_unit_test(a_started_call_gets_its_turn_beside_busy_threads),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
