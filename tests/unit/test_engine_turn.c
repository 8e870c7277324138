/* What a turn of the loop does with its calls, and what is done outside of it. */
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"
#include "support.h"

static sbx_call *start(sbx_client *client, const sbx_request_options *options, sbx_call_callback on_done, void *data)
{
	sbx_call *call = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	assert_int_equal(sbx_client_start(client, &request, options, on_done, data, &call, NULL), SBX_OK);
	return call;
}

static void count_sent(void *user_data, sbx_log_level level, const char *message)
{
	(void)level;
	*(int *)user_data += strncmp(message, "Sending", 7) == 0;
}

static void a_cancel_lets_no_other_call_go_on(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *client = NULL;
	int sent = 0;
	http.max_connections = 1;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.http = &http;
	options.log = count_sent;
	options.log_user_data = &sent;
	options.log_level = SBX_LOG_DEBUG;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	sbx_call *first = start(client, NULL, NULL, NULL);
	sbx_call *second = start(client, NULL, NULL, NULL);
	sbx_call *third = start(client, NULL, NULL, NULL);
	while (loopback_requests(server) == 0)
		sbx_client_poll(client, 0.01, NULL);
	assert_int_equal(sent, 1);
	sbx_call_cancel(first);
	assert_true(sbx_call_is_done(first));
	sbx_call_free(first);
	assert_int_equal(sent, 1);
	/* It has its turn with the loop's next. */
	while (loopback_requests(server) == 1)
		sbx_client_poll(client, 10, NULL);
	assert_int_equal(sent, 2);
	sbx_call_free(second);
	/* One that never began. */
	sbx_call *fourth = start(client, NULL, NULL, NULL);
	sbx_call_cancel(fourth);
	assert_true(sbx_call_is_done(fourth));
	assert_int_equal(sent, 2);
	sbx_call_free(fourth);
	while (loopback_requests(server) == 2)
		sbx_client_poll(client, 10, NULL);
	sbx_call_free(third);
	sbx_client_free(client);
	loopback_stop(server);
}

/* ---- calls that are begun when others have ended ---- */

#define AT_ONCE 40 /* twice the idle connections that are kept */
#define CALLS (5 * AT_ONCE)

/* Answers, but not before it may. */
static void answer_when_open(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	atomic_bool *open = user_data;
	(void)request;
	(void)length;
	while (!atomic_load(open))
		usleep(1000);
	loopback_json(answer, 200, "{\"data\": []}");
}

/* Takes the calls that have ended, and starts as many: what a loop does that runs coroutines. */
static int start_after(sbx_client *client, int begun)
{
	sbx_call *ended[AT_ONCE];
	int count = 0;
	while (count < AT_ONCE && sbx_client_next(client, &ended[count]) == SBX_OK)
		count++;
	for (int index = 0; index < count; index++) {
		assert_int_equal(sbx_call_result(ended[index], NULL, NULL), SBX_OK);
		sbx_call_free(ended[index]);
		if (begun < CALLS) {
			start(client, NULL, NULL, NULL);
			begun++;
		}
	}
	return begun;
}

/* Answers come while the loop rests, so that all are there when it has its turn: were their calls ended in one, there
 * would be more idle connections than are kept before the next calls are begun. */
static void connections_are_kept_for_calls_that_are_begun_after_the_turn(void **state)
{
	(void)state;
	atomic_bool open = false;
	loopback *server = loopback_start_with(answer_when_open, &open);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	int begun = AT_ONCE;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	for (int index = 0; index < AT_ONCE; index++)
		start(client, NULL, NULL, NULL);
	/* Until all are sent, and libcurl has no timers of new connections any more, at which it looks at others, too.
	 */
	for (int round = 0; round < 40; round++)
		sbx_client_poll(client, 0.01, NULL);
	while (sbx_client_in_flight(client)) {
		atomic_store(&open, true);
		usleep(20000);
		atomic_store(&open, false);
		assert_int_equal(sbx_client_process(client, NULL), SBX_OK);
		begun = start_after(client, begun);
	}
	atomic_store(&open, true);
	assert_int_equal(begun, CALLS);
	assert_int_equal(loopback_connections(server), AT_ONCE);
	sbx_client_free(client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_cancel_lets_no_other_call_go_on),
	        cmocka_unit_test(connections_are_kept_for_calls_that_are_begun_after_the_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
