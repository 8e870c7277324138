/* What a turn of the loop does with its calls, and what is done outside of it. */
#include <sandbox_sdk.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_cancel_lets_no_other_call_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
