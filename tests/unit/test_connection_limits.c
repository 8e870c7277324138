/* What a server sees of the limits on connections, which hold over threads and the loop together. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"
#include "support.h"

#define LIST "{\"data\": [], \"pagination\": {\"page\": 1}}"
/* More than a stream keeps, so that its connection is in use until it is read. */
#define LARGE (1 << 20)
#define MOST 16

static char large[LARGE + 256];

static sbx_client *client_of(const loopback *server, int connections, int idle)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *client = NULL;
	http.max_connections = connections;
	http.max_idle_connections = idle;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	options.http = &http;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static int make_large(void **state)
{
	int head = snprintf(large, sizeof large, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LARGE);
	memset(large + head, 'x', LARGE);
	return test_environment(state);
}

static void poll_all(sbx_client *client)
{
	while (sbx_client_poll(client, 10, NULL) == SBX_OK)
		;
}

static void read_all(sbx_stream *stream)
{
	char piece[65536];
	size_t got;
	while (sbx_stream_read(stream, piece, sizeof piece, &got, NULL) == SBX_OK)
		;
	sbx_stream_free(stream);
}

/* So many connections are in use by threads at once, and kept as far as that is allowed. */
static void use_blocking(sbx_client *client, int count)
{
	sbx_stream *streams[MOST];
	const sbx_request request = request_of("sandboxes.list", NULL);
	for (int index = 0; index < count; index++)
		assert_int_equal(sbx_client_open(client, &request, NULL, &streams[index], NULL), SBX_OK);
	for (int index = 0; index < count; index++)
		read_all(streams[index]);
}

static void end_call(void *user_data, sbx_call *call)
{
	(void)user_data;
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	sbx_call_free(call);
}

static void start(sbx_client *client, const char *url)
{
	sbx_call *call = NULL;
	sbx_request request = SBX_REQUEST_INIT;
	request.method = "GET";
	request.url = url;
	assert_int_equal(sbx_client_start(client, &request, NULL, end_call, NULL, &call, NULL), SBX_OK);
}

static void use_loop(sbx_client *client, int count)
{
	for (int index = 0; index < count; index++)
		start(client, "/");
	poll_all(client);
}

/* How many are open once the server has seen those that were closed. */
static size_t open_at_rest(loopback *server, size_t most)
{
	for (int round = 0; round < 400 && loopback_open(server) > most; round++)
		usleep(5000);
	return loopback_open(server);
}

static void threads_keep_few_beside_what_the_loop_keeps(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client *client = client_of(server, SBX_DEFAULT, 4);
	use_loop(client, 6);
	assert_in_range(open_at_rest(server, 4), 2, 4);
	use_blocking(client, 4);
	assert_in_range(open_at_rest(server, 4), 2, 4);
	/* Neither has lost all of its own. */
	size_t before = loopback_connections(server);
	use_blocking(client, 1);
	use_loop(client, 1);
	assert_int_equal(loopback_connections(server), before);
	assert_in_range(open_at_rest(server, 4), 2, 4);
	sbx_client_free(client);
	loopback_stop(server);
}

static void the_loop_keeps_few_beside_what_threads_keep(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client *client = client_of(server, SBX_DEFAULT, 4);
	use_blocking(client, 6);
	assert_int_equal(open_at_rest(server, 4), 4);
	use_loop(client, 6);
	assert_in_range(open_at_rest(server, 4), 2, 4);
	size_t before = loopback_connections(server);
	use_blocking(client, 1);
	use_loop(client, 1);
	assert_int_equal(loopback_connections(server), before);
	sbx_client_free(client);
	loopback_stop(server);
}

static void the_one_connection_goes_from_hand_to_hand(void **state)
{
	(void)state;
	loopback *server = loopback_start(large);
	sbx_client *client = client_of(server, 1, SBX_DEFAULT);
	for (int round = 0; round < 10; round++) {
		use_loop(client, 3);
		use_blocking(client, 1);
	}
	assert_int_equal(loopback_requests(server), 40);
	assert_int_equal(loopback_most_open(server), 1);
	sbx_client_free(client);
	loopback_stop(server);
}

/* The loop's own kept connection is of no use for another server. */
static void one_that_is_kept_makes_room_for_another_server(void **state)
{
	(void)state;
	loopback *first = loopback_start_json(LIST);
	loopback *second = loopback_start_json(LIST);
	sbx_client *client = client_of(first, 1, SBX_DEFAULT);
	for (int round = 0; round < 4; round++) {
		bool blocking = round % 2;
		for (int which = 0; which < 2; which++) {
			sbx_request request = SBX_REQUEST_INIT;
			request.method = "GET";
			request.url = loopback_url(which ? second : first);
			if (blocking)
				assert_int_equal(sbx_client_send(client, &request, NULL, NULL, NULL), SBX_OK);
			else
				start(client, request.url);
			poll_all(client);
			assert_int_equal(open_at_rest(which ? first : second, 0), 0);
			assert_int_equal(open_at_rest(which ? second : first, 1), 1);
		}
	}
	sbx_client_free(client);
	loopback_stop(first);
	loopback_stop(second);
}

typedef struct traffic {
	sbx_client *client;
	atomic_bool over;
	atomic_int failed;
} traffic;

static void *call_often(void *argument)
{
	traffic *own = argument;
	while (!atomic_load(&own->over))
		atomic_fetch_add(&own->failed, sbx_sandboxes_list(own->client, NULL, NULL, NULL, NULL) != SBX_OK);
	return NULL;
}

static void go_on(void *user_data, sbx_call *call)
{
	traffic *own = user_data;
	atomic_fetch_add(&own->failed, sbx_call_result(call, NULL, NULL) != SBX_OK);
	sbx_call_free(call);
	const sbx_request request = request_of("sandboxes.list", NULL);
	if (!atomic_load(&own->over))
		sbx_client_start(own->client, &request, NULL, go_on, own, &call, NULL);
}

static void *drive(void *client)
{
	poll_all(client);
	return NULL;
}

static void the_limits_hold_in_dense_traffic(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	for (int connections = 1; connections <= 5; connections += 2) {
		traffic own = {.client = client_of(server, connections, 2)};
		pthread_t threads[5];
		const sbx_request request = request_of("sandboxes.list", NULL);
		for (int index = 0; index < 8; index++) {
			sbx_call *call;
			sbx_client_start(own.client, &request, NULL, go_on, &own, &call, NULL);
		}
		for (int index = 0; index < 4; index++)
			pthread_create(&threads[index], NULL, call_often, &own);
		pthread_create(&threads[4], NULL, drive, own.client);
		usleep(300000);
		atomic_store(&own.over, true);
		for (int index = 0; index < 5; index++)
			pthread_join(threads[index], NULL);
		assert_int_equal(own.failed, 0);
		assert_true(loopback_most_open(server) <= (size_t)connections);
		assert_in_range(open_at_rest(server, 2), 1, 2);
		sbx_client_free(own.client);
		assert_int_equal(open_at_rest(server, 0), 0);
	}
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(threads_keep_few_beside_what_the_loop_keeps),
	        cmocka_unit_test(the_loop_keeps_few_beside_what_threads_keep),
	        cmocka_unit_test(the_one_connection_goes_from_hand_to_hand),
	        cmocka_unit_test(one_that_is_kept_makes_room_for_another_server),
	        cmocka_unit_test(the_limits_hold_in_dense_traffic),
	};
	return cmocka_run_group_tests(tests, make_large, NULL);
}
