/* Every typed function, waited for and started: what it sends, what it gives, and what it makes of wrong arguments. */
#include <stdlib.h>
#include <string.h>

#include "generated/typed_calls.h"
#include "loopback.h"
#include "operation.h"
#include "support.h"

typedef struct fixture {
	loopback *server;
	sbx_client *client;
} fixture;

static int begin(void **state)
{
	static fixture own;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	test_environment(state);
	own.server = loopback_start_json("{}");
	options.api_key = "key";
	options.base_url = loopback_url(own.server);
	options.max_retries = 0;
	*state = &own;
	return sbx_client_new(&own.client, &options, NULL);
}

static int end(void **state)
{
	fixture *own = *state;
	sbx_client_free(own->client);
	loopback_stop(own->server);
	return 0;
}

/* Whether the server has last seen the operation's own method and path. */
static void assert_was_sent(fixture *own, const typed_call *of)
{
	const sbx_operation *operation = sbx_operation_find(of->name);
	char *request = loopback_last(own->server);
	size_t method = strlen(operation->method);
	assert_memory_equal(request, operation->method, method);
	assert_memory_equal(request + method + 1, operation->path, strcspn(operation->path, "{"));
	free(request);
}

static void assert_refused(sbx_status status, sbx_error *error)
{
	assert_int_equal(status, SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_error_code(error), status);
	assert_non_null(strstr(sbx_error_message(error), "_INIT"));
	sbx_error_free(error);
}

static void each_is_called(void **state)
{
	fixture *own = *state;
	for (size_t index = 0; index < typed_calls_count; index++)
		for (int taken = 0; taken < 2; taken++) {
			assert_int_equal(typed_calls[index].call(own->client, TYPED_TRUTH, taken, NULL), SBX_OK);
			assert_was_sent(own, &typed_calls[index]);
		}
	assert_int_equal(typed_calls_count, sbx_operation_count());
}

static void each_is_started_and_has_its_result(void **state)
{
	fixture *own = *state;
	for (size_t index = 0; index < typed_calls_count; index++) {
		const typed_call *of = &typed_calls[index];
		sbx_call *call = NULL;
		assert_int_equal(of->start(own->client, TYPED_TRUTH, &call, NULL), SBX_OK);
		assert_int_equal(of->result(call, 1, NULL), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
		assert_was_sent(own, of);
		for (int taken = 0; taken < 2; taken++)
			assert_int_equal(of->result(call, taken, NULL), SBX_OK);
		sbx_call_free(call);
	}
}

static void a_result_of_another_model_is_refused(void **state)
{
	fixture *own = *state;
	for (size_t index = 0; index < typed_calls_count; index++) {
		const typed_call *of = &typed_calls[index];
		sbx_call *call = NULL;
		assert_int_equal(of->start(own->client, TYPED_TRUTH, &call, NULL), SBX_OK);
		assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
		for (size_t other = 0; other < typed_calls_count; other++) {
			const sbx_operation *asked = sbx_operation_find(typed_calls[other].name);
			bool same = !asked->model || asked->model == sbx_operation_find(of->name)->model;
			assert_int_equal(typed_calls[other].result(call, 1, NULL),
			                 same ? SBX_OK : SBX_ERROR_INVALID_ARGUMENT);
		}
		sbx_call_free(call);
	}
}

static void structs_of_no_size_are_refused(void **state)
{
	fixture *own = *state;
	size_t before = loopback_requests(own->server);
	for (size_t index = 0; index < typed_calls_count; index++) {
		const typed_call *of = &typed_calls[index];
		sbx_call *call = NULL;
		for (int lie = TYPED_PARAMS; lie <= TYPED_MEMBERS; lie++) {
			sbx_error *error = NULL;
			if (lie == TYPED_PARAMS ? !of->has_params : !of->has_members)
				continue;
			sbx_status status = of->call(own->client, (typed_lie)lie, 1, &error);
			assert_refused(status, error);
			status = of->start(own->client, (typed_lie)lie, &call, &error);
			assert_refused(status, error);
			assert_null(call);
		}
	}
	assert_int_equal(loopback_requests(own->server), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(each_is_called, begin, end),
	        cmocka_unit_test_setup_teardown(each_is_started_and_has_its_result, begin, end),
	        cmocka_unit_test_setup_teardown(a_result_of_another_model_is_refused, begin, end),
	        cmocka_unit_test_setup_teardown(structs_of_no_size_are_refused, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
