/* Clients: what they share, how they end, and that any number of threads may use one. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "files.h"
#include "loopback.h"
#include "support.h"

#define LIMIT 100
#define EMPTY_PAGE "{\"data\":[]}"

static sbx_client *client_of(const loopback *server)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "test-key-0123456789";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static sbx_status list(sbx_client *client, const sbx_request_options *options, sbx_error **error)
{
	return sbx_sandboxes_list(client, NULL, options, NULL, error);
}

static void assert_closed(sbx_client *client)
{
	sbx_error *error = NULL;
	assert_int_equal(sbx_client_is_closed(client), 1);
	assert_int_equal(list(client, NULL, &error), SBX_ERROR_CLOSED);
	assert_string_equal(sbx_error_message(error), "Connection error: the client was closed");
	assert_int_equal(sbx_error_outcome_unknown(error), 0);
	sbx_error_free(error);
}

static void calls_share_a_connection(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	for (int call = 0; call < 5; call++)
		assert_int_equal(list(client, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_requests(server), 5);
	assert_int_equal(loopback_connections(server), 1);
	sbx_client_free(client);
	loopback_stop(server);
}

static void assert_text(const sbx_json *object, const char *name, const char *text)
{
	const char *got = sbx_json_string(sbx_json_get(object, name), NULL);
	assert_non_null(got);
	assert_string_equal(got, text);
}

static void what_each_request_begins_with_can_be_asked_for(void **state)
{
	(void)state;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	const sbx_pair headers[] = {{"X-Own", "yes"}, {"x-stainless-os", NULL}};
	sbx_json *query = json_of("{\"a\": [1, 2]}");
	sbx_client *client = NULL, *plain = NULL;
	options.api_key = "test-key-0123456789";
	assert_int_equal(sbx_client_new(&plain, &options, NULL), SBX_OK);
	options.default_headers = headers;
	options.default_headers_count = 2;
	options.default_query = query;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	sbx_json *got = sbx_client_default_headers(client);
	assert_text(got, "Accept", "application/json");
	assert_text(got, "x-api-key", "test-key-0123456789");
	assert_text(got, "X-Own", "yes");
	assert_int_equal(sbx_json_type_of(sbx_json_get(got, "X-Stainless-OS")), SBX_JSON_NULL);
	sbx_json_free(got);
	got = sbx_client_default_query(client);
	assert_true(sbx_json_equal(got, query));
	sbx_json_free(got);
	got = sbx_client_default_query(plain);
	assert_int_equal(sbx_json_type_of(got), SBX_JSON_OBJECT);
	assert_int_equal(sbx_json_count(got), 0);
	sbx_json_free(got);
	assert_null(sbx_client_default_headers(NULL));
	assert_null(sbx_client_default_query(NULL));
	sbx_json_free(query);
	sbx_client_free(client);
	sbx_client_free(plain);
}

static void a_copy_shares_connections_and_their_end(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server), *copy = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "another-key";
	options.max_retries = 5;
	assert_int_equal(sbx_client_with_options(client, &options, &copy, NULL), SBX_OK);
	assert_string_equal(sbx_client_api_key(copy), "another-key");
	assert_string_equal(sbx_client_api_key(client), "test-key-0123456789");
	assert_string_equal(sbx_client_base_url(copy), sbx_client_base_url(client));
	assert_int_equal(sbx_client_max_retries(copy), 5);
	assert_int_equal(sbx_client_max_retries(client), 0);
	assert_int_equal(list(client, NULL, NULL), SBX_OK);
	assert_int_equal(list(copy, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_connections(server), 1);
	char *request = loopback_last(server);
	assert_non_null(strstr(request, "x-api-key: another-key\r\n"));
	free(request);
	sbx_client_close(copy);
	assert_closed(client);
	assert_closed(copy);
	sbx_client_close(client);
	assert_int_equal(loopback_requests(server), 2);
	sbx_client_free(client);
	sbx_client_free(copy);
	loopback_stop(server);
}

static void a_copy_outlives_its_original(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server), *copy = NULL;
	assert_int_equal(sbx_client_with_options(client, NULL, &copy, NULL), SBX_OK);
	sbx_client_free(client);
	assert_int_equal(sbx_client_is_closed(copy), 0);
	assert_int_equal(list(copy, NULL, NULL), SBX_OK);
	sbx_client_free(copy);
	loopback_stop(server);
}

static void two_clients_are_apart(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *first = client_of(server), *second = client_of(server);
	assert_int_equal(list(first, NULL, NULL), SBX_OK);
	sbx_client_close(first);
	assert_closed(first);
	assert_int_equal(list(second, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_connections(server), 2);
	sbx_client_free(first);
	sbx_client_free(second);
	loopback_stop(server);
}

static void options_of_a_living_client_change(void **state)
{
	(void)state;
	loopback *first = loopback_start_json(EMPTY_PAGE), *second = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(first);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	assert_int_equal(list(client, NULL, NULL), SBX_OK);
	options.base_url = loopback_url(second);
	options.api_key = "new-key";
	options.max_retries = 1;
	assert_int_equal(sbx_client_set_options(client, &options, NULL), SBX_OK);
	assert_string_equal(sbx_client_api_key(client), "new-key");
	assert_int_equal(sbx_client_max_retries(client), 1);
	assert_int_equal(list(client, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_requests(first), 1);
	assert_int_equal(loopback_requests(second), 1);
	/* What is refused changes nothing. */
	sbx_error *error = NULL;
	options.api_key = "other";
	options.timeout = -7;
	assert_int_equal(sbx_client_set_options(client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "timeout");
	assert_string_equal(sbx_client_api_key(client), "new-key");
	sbx_error_free(error);
	sbx_client_free(client);
	loopback_stop(first);
	loopback_stop(second);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server), *copy = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	const sbx_operation *operation = sbx_operation_find("sandboxes.list");
	sbx_error *error = NULL;
	sbx_status status = SBX_OK;
	for (int index = 0; index < 8; index++) {
		static const char *const names[] = {"client", "client", "client",    "copy",
		                                    "client", "client", "operation", "api_key"};
		options.api_key = "local keys are the server's";
		switch (index) {
		case 0:
			status = sbx_client_new(NULL, NULL, &error);
			break;
		case 1:
			status = sbx_client_new_local(NULL, NULL, &error);
			break;
		case 2:
			status = sbx_client_with_options(NULL, NULL, &copy, &error);
			break;
		case 3:
			status = sbx_client_with_options(client, NULL, NULL, &error);
			break;
		case 4:
			status = sbx_client_set_options(NULL, NULL, &error);
			break;
		case 5:
			status = sbx_client_invoke(NULL, operation, NULL, NULL, NULL, &error);
			break;
		case 6:
			status = sbx_client_invoke(client, NULL, NULL, NULL, NULL, &error);
			break;
		default:
			status = sbx_client_new_local(&copy, &options, &error);
		}
		assert_int_equal(status, SBX_ERROR_INVALID_ARGUMENT);
		assert_string_equal(sbx_error_argument(error), names[index]);
		sbx_error_free(error);
	}
	assert_null(copy);
	options.size = 1;
	assert_int_equal(sbx_client_new_local(&copy, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_with_options(client, &options, &copy, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_new(&copy, NULL, NULL), SBX_ERROR_CONFIGURATION);
	assert_string_equal(sbx_client_api_key(NULL), "");
	assert_string_equal(sbx_client_base_url(NULL), "");
	assert_int_equal(sbx_client_max_retries(NULL), 0);
	assert_int_equal(sbx_client_is_closed(NULL), 1);
	sbx_client_close(NULL);
	sbx_client_free(NULL);
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_mistake_in_the_program_is_told_apart_from_a_value(void **state)
{
	(void)state;
	static const struct {
		const char *operation;
		const char *arguments;
		const char *argument;
		int is_misuse;
	} cases[] = {{"sandboxes.create", "{\"name\":1}", "name", 1},
	             {"sandboxes.create", "{\"resources\":{\"cpus\":\"two\"}}", "resources.cpus", 1},
	             {"sandboxes.create", "{\"nmae\":\"x\"}", "nmae", 1},
	             {"sandboxes.execute", "{\"id\":\"a\"}", "command", 1},
	             {"sandboxes.execute", "{\"command\":\"true\"}", "id", 1},
	             {"sandboxes.upload", "{\"id\":\"a\",\"path\":\"/f\"}", "file", 1},
	             {"sandboxes.delete", "{\"id\":\"\"}", "id", 0},
	             {"sandboxes.delete", "{\"id\":\"..\"}", "id", 0}};
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *arguments = json_of(cases[index].arguments);
		sbx_error *error = NULL;
		assert_int_equal(sbx_client_invoke(client, sbx_operation_find(cases[index].operation), arguments, NULL,
		                                   NULL, &error),
		                 SBX_ERROR_INVALID_ARGUMENT);
		assert_string_equal(sbx_error_argument(error), cases[index].argument);
		assert_int_equal(sbx_error_is_misuse(error), cases[index].is_misuse);
		sbx_error_free(error);
		sbx_json_free(arguments);
	}
	sbx_client_free(client);
	loopback_stop(server);
}

/* ---- ends from outside ---- */

static int close_when_asked(void *user_data)
{
	sbx_client_close(user_data);
	return 0;
}

static int stop_when_asked(void *user_data)
{
	++*(int *)user_data;
	return 1;
}

static void a_callback_may_end_its_call(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *error = NULL;
	int asked = 0;
	options.interrupt = stop_when_asked;
	options.interrupt_user_data = &asked;
	assert_int_equal(list(client, &options, &error), SBX_ERROR_CANCELLED);
	assert_int_equal(asked, 1);
	sbx_error_free(error);
	options.interrupt = close_when_asked;
	options.interrupt_user_data = client;
	assert_int_equal(list(client, &options, &error), SBX_ERROR_CLOSED);
	sbx_error_free(error);
	assert_closed(client);
	sbx_client_free(client);
	loopback_stop(server);
}

typedef struct closer {
	sbx_client *client;
	int lines;
} closer;

static void close_when_logged(void *user_data, sbx_log_level level, const char *message)
{
	closer *closing = user_data;
	(void)level, (void)message;
	closing->lines++;
	sbx_client_close(closing->client);
}

static int close_when_written(void *user_data, const void *data, size_t length)
{
	(void)data, (void)length;
	sbx_client_close(user_data);
	return 0;
}

static int64_t close_when_read(void *user_data, void *buffer, size_t capacity)
{
	(void)capacity;
	if (sbx_client_is_closed(user_data))
		return 0;
	sbx_client_close(user_data);
	*(char *)buffer = 'x';
	return 1;
}

/* Whether the call still ends well or not is a matter of time; that it ends, and nothing crashes, is not. */
static void a_client_may_be_closed_from_every_callback(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	closer closing = {.client = client_of(server)};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.log_level = SBX_LOG_DEBUG;
	options.log = close_when_logged;
	options.log_user_data = &closing;
	assert_int_equal(sbx_client_set_options(closing.client, &options, NULL), SBX_OK);
	list(closing.client, NULL, NULL);
	assert_true(closing.lines > 0);
	assert_int_equal(sbx_client_is_closed(closing.client), 1);
	sbx_client_free(closing.client);

	sbx_client *client = client_of(server);
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = close_when_written;
	sink.user_data = client;
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	download.path = "/x";
	download.into = &sink;
	sbx_sandboxes_download(client, "a", &download, NULL, NULL, NULL);
	assert_closed(client);
	sbx_client_free(client);

	client = client_of(server);
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = close_when_read;
	source.user_data = client;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	upload.path = "/x";
	upload.file = &source;
	assert_int_equal(sbx_sandboxes_upload(client, "a", &upload, NULL, NULL, NULL), SBX_ERROR_CLOSED);
	assert_closed(client);
	sbx_client_free(client);
	loopback_stop(server);
}

static int call_within(void *user_data, const void *data, size_t length)
{
	(void)data, (void)length;
	return list(user_data, NULL, NULL) == SBX_OK ? 0 : -1;
}

static void a_client_may_be_used_from_a_callback(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = call_within;
	sink.user_data = client;
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	download.path = "/x";
	download.into = &sink;
	assert_int_equal(sbx_sandboxes_download(client, "a", &download, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_requests(server), 2);
	sbx_client_free(client);
	loopback_stop(server);
}

typedef struct caller {
	sbx_client *client;
	sbx_status status;
	int calls;
} caller;

static void *call_once(void *argument)
{
	caller *calling = argument;
	sbx_error *error = NULL;
	calling->status = list(calling->client, NULL, &error);
	sbx_error_free(error);
	return NULL;
}

static void closing_ends_a_call_that_waits_for_its_answer(void **state)
{
	(void)state;
	pthread_t thread;
	loopback *server = loopback_start(NULL);
	caller calling = {.client = client_of(server)};
	assert_int_equal(pthread_create(&thread, NULL, call_once, &calling), 0);
	assert_true(loopback_wait(server, 1));
	int64_t before = sbx__platform_system.now(NULL);
	sbx_client_close(calling.client);
	pthread_join(thread, NULL);
	assert_true(sbx__platform_system.now(NULL) - before < 5 * SBX__SECOND);
	assert_int_equal(calling.status, SBX_ERROR_CLOSED);
	sbx_client_free(calling.client);
	loopback_stop(server);
}

static void a_call_that_finds_no_free_connection(void **state)
{
	(void)state;
	pthread_t thread;
	sbx__lease *leases[LIMIT];
	loopback *server = loopback_start_json(EMPTY_PAGE);
	caller calling = {.client = client_of(server)};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *error = NULL;
	for (int index = 0; index < LIMIT; index++) {
		sbx__place place = SBX__PLACE_INIT;
		assert_int_equal(sbx__core_acquire(calling.client->core, &place, 0, &leases[index]), SBX_OK);
	}
	options.pool_timeout = 0.03;
	assert_int_equal(list(calling.client, &options, &error), SBX_ERROR_TIMEOUT);
	assert_string_equal(sbx_error_message(error),
	                    "Request timed out: none of the client's connections became free");
	assert_int_equal(sbx_error_outcome_unknown(error), 0);
	assert_int_equal(sbx_error_attempts(error), 0);
	sbx_error_free(error);
	options.pool_timeout = SBX_FOREVER;
	options.deadline = 0.03;
	assert_int_equal(list(calling.client, &options, NULL), SBX_ERROR_TIMEOUT);
	int asked = 0;
	options.deadline = SBX_FOREVER;
	options.interrupt = stop_when_asked;
	options.interrupt_user_data = &asked;
	assert_int_equal(list(calling.client, &options, NULL), SBX_ERROR_CANCELLED);
	assert_int_equal(asked, 1);
	assert_int_equal(pthread_create(&thread, NULL, call_once, &calling), 0);
	usleep(20000);
	sbx_client_close(calling.client);
	pthread_join(thread, NULL);
	assert_int_equal(calling.status, SBX_ERROR_CLOSED);
	for (int index = 0; index < LIMIT; index++)
		sbx__core_release(calling.client->core, leases[index]);
	assert_int_equal(loopback_requests(server), 0);
	sbx_client_free(calling.client);
	loopback_stop(server);
}

/* ---- threads and processes ---- */

static void *call_until_closed(void *argument)
{
	caller *calling = argument;
	do {
		sbx_sandbox_list *page = NULL;
		sbx_error *error = NULL;
		calling->status = sbx_sandboxes_list(calling->client, NULL, NULL, &page, &error);
		calling->calls += calling->status == SBX_OK && sbx_sandbox_list_has_data(page) == SBX_PRESENT;
		sbx_sandbox_list_free(page);
		sbx_error_free(error);
	} while (calling->status == SBX_OK);
	return NULL;
}

static void many_threads_call_until_one_closes(void **state)
{
	(void)state;
	pthread_t threads[8];
	caller calling[8];
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	for (int index = 0; index < 8; index++) {
		calling[index] = (caller){.client = client};
		assert_int_equal(pthread_create(&threads[index], NULL, call_until_closed, &calling[index]), 0);
	}
	assert_true(loopback_wait(server, 200));
	sbx_client_close(client);
	int calls = 0;
	for (int index = 0; index < 8; index++) {
		pthread_join(threads[index], NULL);
		assert_int_equal(calling[index].status, SBX_ERROR_CLOSED);
		calls += calling[index].calls;
	}
	assert_true(calls >= 190);
	assert_true(loopback_connections(server) <= 8);
	sbx_client_free(client);
	loopback_stop(server);
}

static atomic_bool changing;

static void *change_options(void *argument)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	for (int round = 0; atomic_load(&changing); round++) {
		options.api_key = round % 2 ? "a-key-of-one-kind" : "a-key-of-the-other-kind";
		options.max_retries = round % 3;
		if (sbx_client_set_options(argument, &options, NULL) != SBX_OK)
			return argument;
	}
	return NULL;
}

static void options_may_change_while_others_call(void **state)
{
	(void)state;
	pthread_t changer, threads[3];
	caller calling[3];
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	atomic_store(&changing, true);
	assert_int_equal(pthread_create(&changer, NULL, change_options, client), 0);
	for (int index = 0; index < 3; index++) {
		calling[index] = (caller){.client = client};
		assert_int_equal(pthread_create(&threads[index], NULL, call_until_closed, &calling[index]), 0);
	}
	for (int round = 0; round < 2000; round++) {
		int retries = sbx_client_max_retries(client);
		assert_in_range(retries, 0, 2);
	}
	assert_true(loopback_wait(server, 60));
	atomic_store(&changing, false);
	void *failed;
	pthread_join(changer, &failed);
	assert_null(failed);
	sbx_client_close(client);
	for (int index = 0; index < 3; index++)
		pthread_join(threads[index], NULL);
	sbx_client_free(client);
	loopback_stop(server);
}

/* 0: the child's use of its parent's client is refused, and its end leaves the parent's alone. */
static int use_in_child(void *client)
{
	sbx_error *error = NULL;
	if (list(client, NULL, &error) != SBX_ERROR_CONNECTION)
		return 1;
	if (!strstr(sbx_error_message(error), "forked"))
		return 2;
	if (!strstr(sbx_error_detail(error), "make a client in the child"))
		return 3;
	sbx_error_free(error);
	sbx_client_close(client);
	sbx_client_free(client);
	return 0;
}

static void a_forked_child_cannot_use_it(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(EMPTY_PAGE);
	sbx_client *client = client_of(server);
	assert_int_equal(list(client, NULL, NULL), SBX_OK);
	assert_int_equal(in_child(use_in_child, client), 0);
	assert_int_equal(list(client, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_connections(server), 1);
	assert_int_equal(loopback_requests(server), 2);
	sbx_client_free(client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(calls_share_a_connection),
	        cmocka_unit_test(what_each_request_begins_with_can_be_asked_for),
	        cmocka_unit_test(a_copy_shares_connections_and_their_end),
	        cmocka_unit_test(a_copy_outlives_its_original),
	        cmocka_unit_test(two_clients_are_apart),
	        cmocka_unit_test(options_of_a_living_client_change),
	        cmocka_unit_test(what_is_missing_is_named),
	        cmocka_unit_test(a_mistake_in_the_program_is_told_apart_from_a_value),
	        cmocka_unit_test(a_callback_may_end_its_call),
	        cmocka_unit_test(a_client_may_be_closed_from_every_callback),
	        cmocka_unit_test(a_client_may_be_used_from_a_callback),
	        cmocka_unit_test(closing_ends_a_call_that_waits_for_its_answer),
	        cmocka_unit_test(a_call_that_finds_no_free_connection),
	        cmocka_unit_test(many_threads_call_until_one_closes),
	        cmocka_unit_test(options_may_change_while_others_call),
	        cmocka_unit_test(a_forked_child_cannot_use_it),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
