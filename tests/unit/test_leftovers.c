/* What was left behind, on a server of the test's own whose clock is years behind. */
#include <math.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loopback.h"
#include "session_calls.h"
#include "support.h"

/* The server's Date is 2023-11-14T22:13:20Z. */
#define SANDBOXES \
	"{\"id\":\"young\",\"name\":\"ci-1\",\"created_at\":\"2023-11-14T22:13:20.9Z\"}," \
	"{\"id\":\"old\",\"name\":\"ci-2\",\"created_at\":\"2023-11-14T21:13:19.5Z\"}," \
	"{\"id\":\"other\",\"name\":\"mine\",\"created_at\":\"2020-01-01T00:00:00Z\"}," \
	"{\"id\":\"undated\",\"name\":\"ci-3\",\"created_at\":\"yesterday\"}," \
	"{\"id\":\"gone\",\"name\":\"ci-4\",\"created_at\":\"2023-11-14T12:00:00+02:00\"}," \
	"{\"id\":\"stuck\",\"name\":\"ci-5\",\"created_at\":\"2023-11-14T12:00:00Z\"}," \
	"{\"id\":\"last\",\"name\":\"ci-\",\"created_at\":\"2023-11-14T12:00:00Z\"}"
#define VOLUMES \
	"{\"id\":\"v4\",\"name\":\"ci-v\",\"type\":\"volume\",\"created_at\":\"2023-01-01T00:00:00Z\"}," \
	"{\"id\":\"v5\",\"name\":\"ci-v\",\"type\":\"volume\",\"in_use\":\"true\",\"created_at\":\"2023-01-01T00:00:" \
	"00Z\"}," \
	"{\"id\":\"v1\",\"name\":\"ci-v\",\"type\":\"volume\",\"in_use\":true,\"created_at\":\"2023-01-01T00:00:" \
	"00Z\"}," \
	"{\"id\":\"v2\",\"name\":\"ci-v\",\"type\":\"volume\",\"in_use\":false,\"created_at\":\"2023-01-01T00:00:" \
	"00Z\"}," \
	"{\"id\":\"v3\",\"name\":\"ci-v\",\"type\":\"snapshot\",\"in_use\":false,\"created_at\":\"2023-01-01T00:00:" \
	"00Z\"}"

typedef struct world {
	bool no_date;
	bool fail_volumes;
	const char *hang;    /* what has this in it is not answered to the end; NULL: nothing */
	sbx__buffer deleted; /* identifiers, with blanks after them */
} world;

static void list(const world *served, const char *items, sbx__buffer *answer)
{
	sbx__buffer body = {0};
	sbx__buffer_format(
	        &body,
	        "{\"data\":[%s],\"pagination\":{\"page\":1,\"page_size\":20,\"total_items\":7,\"total_pages\":1}}",
	        items);
	sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n%s",
	                   served->no_date ? "" : "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n", body.length, body.data);
	sbx__buffer_free(&body);
}

static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	world *served = user_data;
	const char *id = strstr(request, "DELETE /v1/sandboxes/");
	const char *volume = strstr(request, "DELETE /v1/volumes/");
	(void)length;
	if (served->hang && strstr(request, served->hang)) {
		sbx__buffer_text(answer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
	} else if (id || volume) {
		const char *begin = id ? id + 21 : volume + 19;
		sbx__buffer_format(&served->deleted, "%.*s ", (int)strcspn(begin, "/"), begin);
		bool gone = strncmp(begin, "gone/", 5) == 0;
		bool stuck = strncmp(begin, "stuck/", 6) == 0;
		loopback_json(answer, gone ? 404 : stuck ? 403 : 200, "{\"id\":\"x\",\"message\":\"\"}");
	} else if (strstr(request, "/sandboxes/list")) {
		list(served, SANDBOXES, answer);
	} else if (served->fail_volumes) {
		loopback_json(answer, 403, "{}");
	} else {
		list(served, VOLUMES, answer);
	}
}

typedef struct fixture {
	world served;
	loopback *server;
	sbx_client *client;
	sbx_leftovers *leftovers;
	sbx_leftovers_params params;
	sbx_error *error;
	sbx_call *call;
	int told;
} fixture;

static void free_client(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	fixture *test = user_data;
	(void)call_user_data, (void)attempt;
	sbx_client_free(test->client);
	test->client = NULL;
}

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	const sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	made->server = loopback_start_with(serve, &made->served);
	sbx__buffer_text(&made->served.deleted, "");
	options.api_key = "key";
	options.base_url = loopback_url(made->server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&made->client, &options, NULL), SBX_OK);
	made->params = params;
	made->params.name_prefix = "ci-";
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	sbx_call_free(made->call);
	sbx_leftovers_free(made->leftovers);
	sbx_error_free(made->error);
	sbx_client_free(made->client);
	loopback_stop(made->server);
	sbx__buffer_free(&made->served.deleted);
	free(made);
	return 0;
}

static sbx_status run(fixture *test, const sbx_request_options *options)
{
	return session_leftovers_delete(test->client, &test->params, options, &test->leftovers, &test->error);
}

static void assert_leftover(const fixture *test, size_t index, const char *id, sbx_leftover_outcome outcome)
{
	const sbx_leftover *found = sbx_leftovers_at(test->leftovers, index);
	assert_non_null(found);
	assert_string_equal(found->id, id);
	assert_int_equal(found->outcome, outcome);
	assert_int_equal(found->error != NULL, outcome == SBX_LEFTOVER_FAILED);
}

static void the_old_ones_of_the_name_are_deleted(void **state)
{
	fixture *test = *state;
	assert_int_equal(run(test, NULL), SBX_OK);
	assert_string_equal(test->served.deleted.data, "old gone stuck last ");
	assert_int_equal(sbx_leftovers_count(test->leftovers), 5);
	assert_leftover(test, 0, "old", SBX_LEFTOVER_DELETED);
	assert_leftover(test, 1, "undated", SBX_LEFTOVER_UNDATED);
	assert_leftover(test, 2, "gone", SBX_LEFTOVER_GONE);
	assert_leftover(test, 3, "stuck", SBX_LEFTOVER_FAILED);
	assert_leftover(test, 4, "last", SBX_LEFTOVER_DELETED);
	assert_int_equal(sbx_leftovers_count_of(test->leftovers, SBX_LEFTOVER_DELETED), 2);
	assert_int_equal(sbx_error_code(sbx_leftovers_at(test->leftovers, 3)->error), SBX_ERROR_PERMISSION_DENIED);
	const sbx_leftover *old = sbx_leftovers_at(test->leftovers, 0);
	assert_string_equal(old->kind, "sandbox");
	assert_string_equal(old->name, "ci-2");
	assert_string_equal(old->created_at, "2023-11-14T21:13:19.5Z");
	assert_true(fabs(old->age - 3600.5) < 1e-6);
	assert_true(sbx_leftovers_at(test->leftovers, 1)->age == SBX_DEFAULT);
	assert_null(sbx_leftovers_at(test->leftovers, 5));
}

static void a_dry_run_only_finds(void **state)
{
	fixture *test = *state;
	test->params.dry_run = SBX_FLAG_YES;
	test->params.minimum_age = 0;
	assert_int_equal(run(test, NULL), SBX_OK);
	assert_string_equal(test->served.deleted.data, "");
	assert_int_equal(sbx_leftovers_count_of(test->leftovers, SBX_LEFTOVER_FOUND), 5);
	assert_leftover(test, 0, "young", SBX_LEFTOVER_FOUND);
}

static void volumes_are_only_deleted_when_asked_for(void **state)
{
	fixture *test = *state;
	test->params.volumes = SBX_FLAG_YES;
	test->params.name_prefix = "ci-v";
	assert_int_equal(run(test, NULL), SBX_OK);
	assert_string_equal(test->served.deleted.data, "v2 v3 ");
	assert_string_equal(sbx_leftovers_at(test->leftovers, 0)->kind, "volume");
	assert_string_equal(sbx_leftovers_at(test->leftovers, 1)->kind, "snapshot");
}

static void nothing_is_deleted_where_a_list_fails(void **state)
{
	fixture *test = *state;
	test->params.volumes = SBX_FLAG_YES;
	test->served.fail_volumes = true;
	assert_int_equal(run(test, NULL), SBX_ERROR_PERMISSION_DENIED);
	assert_string_equal(test->served.deleted.data, "");
	assert_null(test->leftovers);
}

/* By this machine's own clock all are old. */
static void a_server_without_a_clock(void **state)
{
	fixture *test = *state;
	test->served.no_date = true;
	test->params.dry_run = SBX_FLAG_YES;
	assert_int_equal(run(test, NULL), SBX_OK);
	assert_leftover(test, 0, "young", SBX_LEFTOVER_FOUND);
}

static int after_the_list(void *user_data)
{
	return loopback_requests(user_data) > 1;
}

static void what_is_left_when_it_ends_is_failed(void **state)
{
	fixture *test = *state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	/* A started call is not interrupted but cancelled. */
	if (session_calls_started)
		return;
	options.interrupt = after_the_list;
	options.interrupt_user_data = test->server;
	assert_int_equal(run(test, &options), SBX_OK);
	assert_leftover(test, 4, "last", SBX_LEFTOVER_FAILED);
	assert_int_equal(sbx_error_code(sbx_leftovers_at(test->leftovers, 4)->error), SBX_ERROR_CANCELLED);
}

static sbx_client *client_over(sbx_memory_transport *memory)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "key";
	options.base_url = "http://server.test";
	options.transport = sbx_memory_transport_transport(memory);
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static void an_identifier_is_not_cut(void **state)
{
	(void)state;
	sbx_memory_transport *memory = NULL;
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	sbx_leftovers *leftovers = NULL;
	assert_int_equal(sbx_memory_transport_new(&memory, NULL), SBX_OK);
	sbx_client *client = client_over(memory);
	answer.body =
	        "{\"data\":[{\"id\":\"other\\u0000s\",\"name\":\"ci-1\",\"created_at\":\"2020-01-01T00:00:00Z\"}],"
	        "\"pagination\":{\"page\":1,\"page_size\":20,\"total_items\":1,\"total_pages\":1}}";
	assert_int_equal(sbx_memory_transport_add(memory, &answer, NULL), SBX_OK);
	params.name_prefix = "ci-";
	assert_int_equal(sbx_leftovers_delete(client, &params, NULL, &leftovers, NULL), SBX_OK);
	assert_int_equal(sbx_leftovers_count_of(leftovers, SBX_LEFTOVER_FAILED), 1);
	assert_int_equal(sbx_memory_transport_requests(memory, NULL), 1);
	sbx_leftovers_free(leftovers);
	sbx_client_free(client);
	sbx_memory_transport_free(memory);
}

static void wrong_arguments(void **state)
{
	fixture *test = *state;
	assert_int_equal(sbx_leftovers_delete(NULL, &test->params, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_leftovers_delete(test->client, NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	test->params.name_prefix = "";
	assert_int_equal(run(test, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(test->error), "name_prefix");
	sbx_error_free(test->error);
	test->error = NULL;
	test->params.name_prefix = "x";
	test->params.minimum_age = NAN;
	assert_int_equal(run(test, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_error_free(test->error);
	test->error = NULL;
	test->params.minimum_age = -5;
	assert_int_equal(run(test, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx_error_free(test->error);
	test->error = NULL;
	/* What is no flag is not taken for a permission to delete. */
	test->params.minimum_age = 0;
	test->params.dry_run = (sbx_flag)7;
	assert_int_equal(run(test, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(test->error), "dry_run");
	sbx_error_free(test->error);
	test->error = NULL;
	test->params.dry_run = SBX_FLAG_YES;
	test->params.volumes = (sbx_flag)-1;
	assert_int_equal(run(test, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_null(test->leftovers);
	assert_int_equal(sbx_leftovers_count(NULL), 0);
	assert_int_equal(sbx_leftovers_count_of(NULL, SBX_LEFTOVER_FOUND), 0);
	assert_null(sbx_leftovers_at(NULL, 0));
	sbx_leftovers_free(NULL);
	assert_int_equal(loopback_requests(test->server), 0);
}

static void a_callback_may_free_the_client(void **state)
{
	fixture *test = *state;
	sbx_client_options hooked = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *plain = test->client;
	hooked.on_attempt = free_client;
	hooked.on_attempt_user_data = test;
	assert_int_equal(sbx_client_with_options(plain, &hooked, &test->client, NULL), SBX_OK);
	sbx_client_free(plain);
	assert_int_equal(run(test, NULL), SBX_OK);
	assert_null(test->client);
	assert_true(sbx_leftovers_count_of(test->leftovers, SBX_LEFTOVER_DELETED) > 0);
}

/* ---- what is particular to the form that is started ---- */

static void count(void *user_data, sbx_call *call)
{
	assert_true(sbx_call_is_done(call));
	++*(int *)user_data;
}

static void start(fixture *test, const sbx_request_options *options)
{
	test->told = 0;
	assert_int_equal(
	        sbx_leftovers_delete_start(test->client, &test->params, options, count, &test->told, &test->call, NULL),
	        SBX_OK);
	assert_int_equal(sbx_client_in_flight(test->client), 1);
}

static void drive_to_requests(fixture *test, size_t requests)
{
	while (loopback_requests(test->server) < requests)
		assert_int_equal(sbx_client_poll(test->client, 0.01, NULL), SBX_OK);
	assert_int_equal(loopback_requests(test->server), requests);
}

static void end(fixture *test)
{
	sbx_call_free(test->call);
	test->call = NULL;
	sbx_leftovers_free(test->leftovers);
	test->leftovers = NULL;
	while (sbx_client_poll(test->client, 10, NULL) == SBX_OK)
		;
	assert_int_equal(sbx_client_in_flight(test->client), 0);
}

static void it_is_one_call(void **state)
{
	fixture *test = *state;
	sbx_response *response = (sbx_response *)test;
	sbx_leftovers *again = NULL;
	sbx_run_results *results = NULL;
	start(test, NULL);
	assert_int_equal(sbx_call_result_leftovers(test->call, &again, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(test->call, &response, NULL), SBX_OK);
	assert_null(response);
	assert_int_equal(sbx_call_result_run_results(test->call, &results, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_call_result_leftovers(test->call, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_call_result_leftovers(test->call, &test->leftovers, NULL), SBX_OK);
	assert_int_equal(sbx_call_result_leftovers(test->call, &again, NULL), SBX_OK);
	end(test);
	assert_int_equal(test->told, 1);
	/* They stay when the call is gone. */
	assert_string_equal(sbx_leftovers_at(again, 0)->id, "old");
	assert_int_equal(sbx_leftovers_count_of(again, SBX_LEFTOVER_DELETED), 2);
	sbx_leftovers_free(again);
	/* Another call has none. */
	assert_int_equal(sbx_sandboxes_list_start(test->client, NULL, NULL, NULL, NULL, &test->call, NULL), SBX_OK);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result_leftovers(test->call, &test->leftovers, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

static void cancelled_before_all_are_found_it_fails(void **state)
{
	fixture *test = *state;
	test->params.volumes = SBX_FLAG_YES;
	test->served.hang = "/volumes/list";
	start(test, NULL);
	drive_to_requests(test, 2);
	sbx_call_cancel(test->call);
	assert_true(sbx_call_is_done(test->call));
	assert_int_equal(sbx_call_result_leftovers(test->call, &test->leftovers, NULL), SBX_ERROR_CANCELLED);
	end(test);
	assert_string_equal(test->served.deleted.data, "");
}

static void what_was_not_deleted_when_it_ends_is_failed(void **state)
{
	fixture *test = *state;
	test->served.hang = "DELETE /v1/sandboxes/stuck";
	for (int way = 0; way < 3; way++) {
		sbx_status code = way < 2 ? SBX_ERROR_CANCELLED : SBX_ERROR_CLOSED;
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		assert_int_equal(sbx_cancel_new(&options.cancel, NULL), SBX_OK);
		start(test, &options);
		drive_to_requests(test, 4 * (size_t)way + 4);
		if (way == 0)
			sbx_call_cancel(test->call);
		else if (way == 1)
			sbx_cancel_fire(options.cancel);
		else
			sbx_client_close(test->client);
		/* A cancel that is fired is heeded when the loop is next driven. */
		if (way == 1)
			assert_int_equal(sbx_client_process(test->client, NULL), SBX_OK);
		assert_true(sbx_call_is_done(test->call));
		assert_int_equal(sbx_call_result_leftovers(test->call, &test->leftovers, NULL), SBX_OK);
		assert_leftover(test, 0, "old", SBX_LEFTOVER_DELETED);
		assert_leftover(test, 2, "gone", SBX_LEFTOVER_GONE);
		assert_leftover(test, 3, "stuck", SBX_LEFTOVER_FAILED);
		assert_leftover(test, 4, "last", SBX_LEFTOVER_FAILED);
		assert_int_equal(sbx_error_code(sbx_leftovers_at(test->leftovers, 3)->error), code);
		assert_int_equal(sbx_error_code(sbx_leftovers_at(test->leftovers, 4)->error), code);
		end(test);
		assert_int_equal(loopback_requests(test->server), 4 * (size_t)way + 4);
		sbx_cancel_free(options.cancel);
	}
}

static void one_that_is_freed_ends(void **state)
{
	fixture *test = *state;
	test->served.hang = "DELETE /v1/sandboxes/gone";
	start(test, NULL);
	drive_to_requests(test, 3);
	end(test);
	assert_int_equal(test->told, 0);
	assert_string_equal(test->served.deleted.data, "old ");
}

static void what_was_passed_may_go_away(void **state)
{
	fixture *test = *state;
	char prefix[] = "ci-2";
	sbx_client *client = test->client;
	test->params.name_prefix = prefix;
	start(test, NULL);
	memset(prefix, '#', 4);
	test->client = NULL;
	sbx_client_free(client);
	assert_int_equal(sbx_call_wait(test->call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result_leftovers(test->call, &test->leftovers, NULL), SBX_OK);
	assert_int_equal(sbx_leftovers_count(test->leftovers), 1);
	assert_string_equal(test->served.deleted.data, "old ");
}

static void a_start_that_fails_starts_nothing(void **state)
{
	fixture *test = *state;
	assert_int_equal(sbx_leftovers_delete_start(test->client, &test->params, NULL, NULL, NULL, NULL, &test->error),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(test->error), "call");
	sbx_client_close(test->client);
	assert_int_equal(sbx_leftovers_delete_start(test->client, &test->params, NULL, NULL, NULL, &test->call, NULL),
	                 SBX_ERROR_CLOSED);
	assert_null(test->call);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_old_ones_of_the_name_are_deleted),
	        TEST(a_dry_run_only_finds),
	        TEST(volumes_are_only_deleted_when_asked_for),
	        TEST(nothing_is_deleted_where_a_list_fails),
	        TEST(a_server_without_a_clock),
	        TEST(what_is_left_when_it_ends_is_failed),
	        TEST(an_identifier_is_not_cut),
	        TEST(wrong_arguments),
	        TEST(a_callback_may_free_the_client),
	};
	const struct CMUnitTest started[] = {
	        TEST(it_is_one_call),
	        TEST(cancelled_before_all_are_found_it_fails),
	        TEST(what_was_not_deleted_when_it_ends_is_failed),
	        TEST(one_that_is_freed_ends),
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
