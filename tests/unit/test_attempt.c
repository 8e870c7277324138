/* What a client's hook is told of the attempts of its calls. */
#include <sandbox_sdk.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "loopback.h"
#include "support.h"

#define MOST 8

/* What was told, with texts of its own. */
typedef struct told {
	size_t count;
	sbx_attempt attempts[MOST];
	sbx_times times[MOST];
	char *texts[MOST]; /* operation method url request-id detail */
	void *call_user_data;
} told;

static void tell(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	told *all = user_data;
	sbx__buffer text = {0};
	assert_true(all->count < MOST);
	assert_int_equal(attempt->size, sizeof *attempt);
	sbx__buffer_format(&text, "%s %s %s id=%s (%s)", attempt->operation, attempt->method, attempt->url,
	                   attempt->request_id, attempt->detail);
	all->attempts[all->count] = *attempt;
	all->times[all->count] = *attempt->times;
	all->texts[all->count++] = sbx__buffer_take(&text);
	all->call_user_data = call_user_data;
}

static void forget(told *all)
{
	while (all->count)
		free(all->texts[--all->count]);
}

static void run(told *all, const sbx_request *request, const sbx_request_options *options, sbx_status wanted,
                const fake_answer *answers, size_t count)
{
	fake_platform platform;
	fake_transport transport;
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	sbx__call call;
	*all = (told){0};
	client.on_attempt = tell;
	client.on_attempt_user_data = all;
	sbx__config *config = test_config(&client);
	fake_platform_init(&platform);
	fake_transport_init(&transport, &platform, answers, count);
	assert_int_equal(
	        sbx__call_init(&call, config, &platform.platform, request, NULL, options, platform.now, &error),
	        SBX_OK);
	fake_drive(&call, &transport);
	assert_int_equal(sbx__call_take(&call, &response, &error), wanted);
	sbx__call_free(&call);
	sbx__config_unref(config);
	sbx_response_free(response);
	sbx_error_free(error);
	fake_transport_clear(&transport);
}

static void assert_attempt(const told *all, size_t index, sbx_attempt_outcome outcome, sbx_status status,
                           int http_status, const char *text)
{
	const sbx_attempt *attempt = &all->attempts[index];
	assert_true(index < all->count);
	assert_int_equal(attempt->outcome, outcome);
	assert_int_equal(attempt->status, status);
	assert_int_equal(attempt->http_status, http_status);
	assert_string_equal(all->texts[index], text);
}

static void each_attempt_is_told_with_what_follows(void **state)
{
	(void)state;
	static const fake_answer answers[] = {
	        {.refuse = true},
	        {.status = 302, .headers = {"Location: /b", "X-Request-Id: r1"}},
	        {.status = 503, .headers = {"retry-after: 2", "X-Request-Id: r2"}},
	        {.status = 200, .headers = {"X-Request-Id: r3"}, .body = "{\"data\":[]}"},
	};
	const sbx_request request = request_of("sandboxes.list", NULL);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	int parent;
	told all;
	options.attempt_user_data = &parent;
	run(&all, &request, &options, SBX_OK, answers, 4);
	assert_int_equal(all.count, 4);
	assert_ptr_equal(all.call_user_data, &parent);
	assert_attempt(&all, 0, SBX_ATTEMPT_RETRIED, SBX_ERROR_CONNECTION, 0,
	               "sandboxes.list GET http://server.test/v1/sandboxes/list id= (refused)");
	assert_attempt(&all, 1, SBX_ATTEMPT_REDIRECTED, SBX_OK, 302,
	               "sandboxes.list GET http://server.test/v1/sandboxes/list id=r1 ()");
	assert_attempt(&all, 2, SBX_ATTEMPT_RETRIED, SBX_ERROR_INTERNAL_SERVER, 503,
	               "sandboxes.list GET http://server.test/b id=r2 ()");
	assert_attempt(&all, 3, SBX_ATTEMPT_SUCCEEDED, SBX_OK, 200,
	               "sandboxes.list GET http://server.test/v1/sandboxes/list id=r3 ()");
	static const int numbers[] = {1, 2, 2, 3}, redirects[] = {0, 0, 1, 0};
	static const double waits[] = {0.5, SBX_DEFAULT, 2, SBX_DEFAULT};
	for (size_t index = 0; index < 4; index++) {
		assert_int_equal(all.attempts[index].number, numbers[index]);
		assert_int_equal(all.attempts[index].redirects, redirects[index]);
		assert_true(all.attempts[index].wait == waits[index]);
		assert_int_equal(all.attempts[index].http_version, index ? 11 : 0);
		assert_true(all.times[index].total == (index ? 3 : 0));
	}
	/* The clock of the test stands still but for the waits. */
	assert_true(all.attempts[3].started >= all.attempts[0].started);
	forget(&all);
}

static void a_call_that_fails_is_told_so(void **state)
{
	(void)state;
	static const fake_answer missing[] = {{.status = 404, .headers = {"X-Request-Id: r"}, .body = "{}"}};
	static const fake_answer broken[] = {{.status = 200, .body = "<p>"}};
	static const fake_answer silent[] = {{.hang = true}};
	static const fake_answer elsewhere[] = {{.status = 307, .headers = {"Location: http://elsewhere.test/"}}};
	sbx_json *arguments = json_of("{\"name\":\"x\"}");
	const sbx_request list = request_of("sandboxes.list", NULL), create = request_of("sandboxes.create", arguments);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	told all;
	run(&all, &list, NULL, SBX_ERROR_NOT_FOUND, missing, 1);
	assert_attempt(&all, 0, SBX_ATTEMPT_FAILED, SBX_ERROR_NOT_FOUND, 404,
	               "sandboxes.list GET http://server.test/v1/sandboxes/list id=r ()");
	forget(&all);
	run(&all, &list, NULL, SBX_ERROR_RESPONSE_VALIDATION, broken, 1);
	assert_attempt(&all, 0, SBX_ATTEMPT_FAILED, SBX_ERROR_RESPONSE_VALIDATION, 200,
	               "sandboxes.list GET http://server.test/v1/sandboxes/list id= ()");
	forget(&all);
	run(&all, &create, NULL, SBX_ERROR_CONNECTION, elsewhere, 1);
	assert_attempt(&all, 0, SBX_ATTEMPT_FAILED, SBX_ERROR_CONNECTION, 307,
	               "sandboxes.create POST http://server.test/v1/sandboxes/create id= ()");
	forget(&all);
	options.read_timeout = 4;
	run(&all, &create, &options, SBX_ERROR_TIMEOUT, silent, 1);
	assert_attempt(&all, 0, SBX_ATTEMPT_FAILED, SBX_ERROR_TIMEOUT, 0,
	               "sandboxes.create POST http://server.test/v1/sandboxes/create id= "
	               "(the server did not answer within 4 s)");
	assert_true(all.times[0].total == 4);
	forget(&all);
	options.read_timeout = SBX_DEFAULT;
	options.deadline = 2;
	run(&all, &create, &options, SBX_ERROR_TIMEOUT, silent, 1);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.attempts[0].outcome, SBX_ATTEMPT_FAILED);
	assert_true(all.times[0].total == 2);
	forget(&all);
	sbx_json_free(arguments);
}

static void secrets_are_not_told(void **state)
{
	(void)state;
	static const fake_answer answers[] = {{.status = 204}};
	sbx_request request = SBX_REQUEST_INIT;
	told all;
	request.method = "PURGE";
	request.url = "http://user:password@elsewhere.test/a?key=test-key-0123456789";
	run(&all, &request, NULL, SBX_OK, answers, 1);
	assert_attempt(&all, 0, SBX_ATTEMPT_SUCCEEDED, SBX_OK, 204,
	               "request PURGE http://elsewhere.test/a?key=******************* id= ()");
	forget(&all);
}

static sbx_client *client_of(const loopback *server, told *all)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.on_attempt = tell;
	options.on_attempt_user_data = all;
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static void times_and_bytes_are_the_transports(void **state)
{
	(void)state;
	told all = {0};
	loopback *server = loopback_start_json("{\"id\":\"x\"}");
	sbx_client *client = client_of(server, &all), *copy = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	assert_int_equal(sbx_client_with_options(client, &options, &copy, NULL), SBX_OK);
	for (int round = 0; round < 2; round++)
		assert_int_equal(sbx_sandboxes_create(copy, NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(all.count, 2);
	for (size_t index = 0; index < 2; index++) {
		const sbx_times *times = &all.times[index];
		assert_int_equal(all.attempts[index].bytes_sent, 2);
		assert_int_equal(all.attempts[index].bytes_received, 10);
		assert_int_equal(all.attempts[index].http_version, 11);
		assert_true(times->request_sent > 0 && times->request_sent <= times->first_byte &&
		            times->first_byte <= times->total && times->tls == 0);
		assert_true(all.attempts[index].started > 1.5e9);
	}
	/* The second one goes over the connection of the first. */
	assert_true(all.times[0].connect > 0 && all.times[0].connect <= all.times[0].request_sent);
	assert_true(all.times[1].name_lookup == 0 && all.times[1].connect == 0);
	sbx_client_free(copy);
	sbx_client_free(client);
	loopback_stop(server);
	forget(&all);
}

static void started_calls_and_streams_are_told_as_well(void **state)
{
	(void)state;
	told all = {0};
	loopback *server = loopback_start_json("{\"data\":[]}");
	sbx_client *client = client_of(server, &all);
	const sbx_request request = request_of("sandboxes.list", NULL);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_call *call = NULL;
	sbx_stream *stream = NULL;
	char bytes[64];
	size_t got;
	options.attempt_user_data = &call;
	assert_int_equal(sbx_client_start(client, &request, &options, NULL, NULL, &call, NULL), SBX_OK);
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	assert_int_equal(all.count, 1);
	assert_ptr_equal(all.call_user_data, &call);
	assert_int_equal(all.attempts[0].outcome, SBX_ATTEMPT_SUCCEEDED);
	sbx_call_free(call);
	assert_int_equal(sbx_client_open(client, &request, NULL, &stream, NULL), SBX_OK);
	const sbx_response *response = sbx_stream_response(stream);
	sbx_times times = SBX_TIMES_INIT;
	assert_string_equal(sbx_response_http_version(response), "1.1");
	assert_int_equal(sbx_response_times(response, &times, NULL), SBX_OK);
	assert_true(times.first_byte > 0 && times.total >= times.first_byte);
	while (sbx_stream_read(stream, bytes, sizeof bytes, &got, NULL) == SBX_OK)
		;
	sbx_stream_free(stream);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.attempts[1].outcome, SBX_ATTEMPT_SUCCEEDED);
	sbx_client_free(client);
	loopback_stop(server);
	forget(&all);
}

static void answer_at_length(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	(void)user_data, (void)request, (void)length;
	sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%0*d", 8 << 20, 8 << 20, 1);
}

/* So much that the answer is not over when its head has come. */
static void a_streams_head_tells_what_is_known_by_then(void **state)
{
	(void)state;
	told all = {0};
	loopback *server = loopback_start_with(answer_at_length, NULL);
	sbx_client *client = client_of(server, &all);
	sbx_request request = SBX_REQUEST_INIT;
	sbx_stream *stream = NULL;
	sbx_times times = SBX_TIMES_INIT;
	request.url = "x";
	assert_int_equal(sbx_client_open(client, &request, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(all.count, 0);
	assert_string_equal(sbx_response_http_version(sbx_stream_response(stream)), "1.1");
	assert_int_equal(sbx_response_times(sbx_stream_response(stream), &times, NULL), SBX_OK);
	assert_true(times.connect > 0 && times.first_byte > 0 && times.total >= times.first_byte);
	sbx_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	forget(&all);
}

static void a_cancelled_call_is_told(void **state)
{
	(void)state;
	told all = {0};
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server, &all);
	const sbx_request request = request_of("sandboxes.list", NULL);
	sbx_call *call = NULL;
	assert_int_equal(sbx_client_start(client, &request, NULL, NULL, NULL, &call, NULL), SBX_OK);
	while (loopback_requests(server) == 0)
		assert_true(sbx_client_poll(client, 0.01, NULL) >= 0);
	sbx_call_cancel(call);
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.attempts[0].outcome, SBX_ATTEMPT_FAILED);
	assert_int_equal(all.attempts[0].status, SBX_ERROR_CANCELLED);
	assert_true(all.times[0].connect > 0 && all.times[0].total > 0);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
	forget(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_attempt_is_told_with_what_follows),
	        cmocka_unit_test(a_call_that_fails_is_told_so),
	        cmocka_unit_test(secrets_are_not_told),
	        cmocka_unit_test(times_and_bytes_are_the_transports),
	        cmocka_unit_test(started_calls_and_streams_are_told_as_well),
	        cmocka_unit_test(a_streams_head_tells_what_is_known_by_then),
	        cmocka_unit_test(a_cancelled_call_is_told),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
