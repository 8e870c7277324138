/* Transports of the caller's own: what they may do, from which thread, and what becomes of those that err. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "custom_transport.h"
#include "support.h"

/* How a transport of these tests behaves. */
typedef struct behaviour {
	const char *body;
	int later;           /* how often `read` has nothing yet, each time until the other thread says so */
	int64_t last_result; /* what `read` returns at the end */
	bool answers_never;
	bool elsewhere;       /* all is told by another thread */
	bool answers_wrongly; /* before the right answer */
	bool fails_after_head;
	atomic_int started;
	atomic_int stopped;
	atomic_int freed;
	atomic_int resumed;
} behaviour;

/* What belongs to one exchange. */
typedef struct attempt {
	behaviour *own;
	sbx_exchange *exchange;
	pthread_t thread;
	bool has_thread;
	atomic_int later;
	bool given;
	char sent[4096];
	size_t sent_length;
} attempt;

static void answer(attempt *at)
{
	const sbx_pair headers[] = {{"Content-Type", "application/json"}, {"X-Test", "a"}, {"X-Test", "b"}};
	const sbx_pair bad[] = {{"X-Test", "a\r\nb: c"}};
	const sbx_pair null[] = {{"X-Test", NULL}};
	if (at->own->answers_wrongly) {
		assert_int_equal(sbx_exchange_answer(NULL, 200, NULL, 0), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_exchange_answer(at->exchange, 100, NULL, 0), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_exchange_answer(at->exchange, 600, NULL, 0), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_exchange_answer(at->exchange, 200, NULL, 1), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_exchange_answer(at->exchange, 200, bad, 1), SBX_ERROR_INVALID_ARGUMENT);
		assert_int_equal(sbx_exchange_answer(at->exchange, 200, null, 1), SBX_ERROR_INVALID_ARGUMENT);
	}
	assert_int_equal(sbx_exchange_answer(at->exchange, 200, headers, 3), SBX_OK);
	if (at->own->answers_wrongly)
		assert_int_equal(sbx_exchange_answer(at->exchange, 404, NULL, 0), SBX_ERROR_INVALID_ARGUMENT);
	if (at->own->fails_after_head)
		sbx_exchange_fail(at->exchange, SBX_EXCHANGE_NOT_SENT, "after the head");
}

static void *answer_elsewhere(void *user_data)
{
	attempt *at = user_data;
	answer(at);
	for (int left = at->own->later; left > 0; left--) {
		/* Before or after it was asked for: both have to do. */
		atomic_fetch_sub(&at->later, 1);
		sbx_exchange_ready(at->exchange);
	}
	return NULL;
}

static bool send_body(attempt *at)
{
	int64_t got;
	while ((got = sbx_exchange_read(at->exchange, at->sent + at->sent_length, sizeof at->sent - at->sent_length)) >
	       0)
		at->sent_length += (size_t)got;
	return got == SBX_TRANSPORT_END;
}

static void start(void *user_data, sbx_exchange *exchange)
{
	behaviour *own = user_data;
	attempt *at = calloc(1, sizeof *at);
	assert_non_null(at);
	at->own = own;
	at->exchange = exchange;
	atomic_store(&at->later, own->later);
	atomic_fetch_add(&own->started, 1);
	assert_null(sbx_exchange_data(exchange));
	sbx_exchange_set_data(exchange, at);
	if (!send_body(at) || own->answers_never)
		return;
	at->has_thread = own->elsewhere;
	if (own->elsewhere)
		assert_int_equal(pthread_create(&at->thread, NULL, answer_elsewhere, at), 0);
	else
		answer(at);
}

static void resume(void *user_data, sbx_exchange *exchange)
{
	behaviour *own = user_data;
	attempt *at = sbx_exchange_data(exchange);
	atomic_fetch_add(&own->resumed, 1);
	if (send_body(at))
		answer(at);
}

static int64_t read_body(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity)
{
	behaviour *own = user_data;
	attempt *at = sbx_exchange_data(exchange);
	if (atomic_load(&at->later) > 0)
		return SBX_TRANSPORT_LATER;
	if (at->given)
		return own->last_result;
	size_t length = strlen(own->body);
	assert_true(length && length <= capacity);
	memcpy(buffer, own->body, length);
	at->given = true;
	return (int64_t)length;
}

static void stop(void *user_data, sbx_exchange *exchange)
{
	behaviour *own = user_data;
	attempt *at = sbx_exchange_data(exchange);
	if (at->has_thread)
		pthread_join(at->thread, NULL);
	atomic_fetch_add(&own->stopped, 1);
	free(at);
}

static void free_own(void *user_data)
{
	atomic_fetch_add(&((behaviour *)user_data)->freed, 1);
}

static sbx_transport transport_of(behaviour *own)
{
	sbx_transport transport = SBX_TRANSPORT_INIT;
	transport.start = start;
	transport.resume = resume;
	transport.read = read_body;
	transport.stop = stop;
	transport.free = free_own;
	transport.user_data = own;
	return transport;
}

static sbx_client_options options_of(const sbx_transport *transport)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "key";
	options.base_url = "http://custom.test";
	options.max_retries = 0;
	options.transport = transport;
	return options;
}

static sbx_client *client_of(behaviour *own)
{
	sbx_client *client = NULL;
	const sbx_transport transport = transport_of(own);
	const sbx_client_options options = options_of(&transport);
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

/* Every exchange that began was told its end, and the transport is freed once. */
static void end(sbx_client *client, behaviour *own, int exchanges)
{
	sbx_client_free(client);
	assert_int_equal(own->started, exchanges);
	assert_int_equal(own->stopped, exchanges);
	assert_int_equal(own->freed, 1);
}

static sbx_status start_and_wait(sbx_client *client, const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	sbx_response *response = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	assert_int_equal(sbx_client_start(client, &request, options, NULL, NULL, &call, NULL), SBX_OK);
	while (sbx_client_poll(client, 10, NULL) == SBX_OK)
		;
	sbx_status status = sbx_call_result(call, &response, error);
	sbx_response_free(response);
	sbx_call_free(call);
	return status;
}

static void answers_come_at_once_or_from_another_thread(void **state)
{
	(void)state;
	for (int round = 0; round < 8; round++) {
		behaviour own = {.body = "{}", .elsewhere = round & 1, .answers_wrongly = true};
		own.later = round & 1 ? round : 0;
		sbx_client *client = client_of(&own);
		sbx_response *response = NULL;
		const sbx_request request = request_of("sandboxes.list", NULL);
		assert_int_equal(sbx_client_send(client, &request, NULL, &response, NULL), SBX_OK);
		assert_string_equal(sbx_response_header(response, "x-test"), "b");
		assert_int_equal(sbx_response_headers_count(response), 3);
		sbx_response_free(response);
		assert_int_equal(start_and_wait(client, NULL, NULL), SBX_OK);
		end(client, &own, 2);
	}
}

static void assert_ends(behaviour *own, sbx_status expected, const char *detail)
{
	sbx_error *error = NULL;
	sbx_client *client = client_of(own);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, &error), expected);
	assert_string_equal(sbx_error_detail(error), detail);
	sbx_error_free(error);
	error = NULL;
	assert_int_equal(start_and_wait(client, NULL, &error), expected);
	assert_string_equal(sbx_error_detail(error), detail);
	sbx_error_free(error);
	end(client, own, 2);
}

static void bodies_that_end_wrongly(void **state)
{
	(void)state;
	const int64_t results[] = {SBX_TRANSPORT_FAILED, -3, INT64_MIN, INT64_MAX, 16385};
	for (size_t index = 0; index < sizeof results / sizeof results[0]; index++) {
		behaviour own = {.body = "{}", .last_result = results[index]};
		assert_ends(&own, SBX_ERROR_CONNECTION, "the body of the answer is cut short");
	}
}

static void after_its_head_an_answer_is_lost_whatever_is_said(void **state)
{
	(void)state;
	behaviour own = {.body = "{}", .fails_after_head = true};
	sbx_client *client = client_of(&own);
	sbx_error *error = NULL;
	assert_int_equal(sbx_sandboxes_create(client, NULL, NULL, NULL, &error), SBX_ERROR_CONNECTION);
	assert_string_equal(sbx_error_detail(error), "after the head");
	assert_true(sbx_error_outcome_unknown(error));
	sbx_error_free(error);
	end(client, &own, 1);
}

static void silence_ends_by_timeout_and_cancel(void **state)
{
	(void)state;
	behaviour own = {.body = "{}", .answers_never = true};
	sbx_client *client = client_of(&own);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.read_timeout = 0.05;
	assert_int_equal(sbx_sandboxes_list(client, NULL, &options, NULL, NULL), SBX_ERROR_TIMEOUT);
	assert_int_equal(start_and_wait(client, &options, NULL), SBX_ERROR_TIMEOUT);
	sbx_cancel *cancel = NULL;
	assert_int_equal(sbx_cancel_new(&cancel, NULL), SBX_OK);
	options.read_timeout = SBX_FOREVER;
	options.cancel = cancel;
	sbx_call *call = NULL;
	const sbx_request request = request_of("sandboxes.list", NULL);
	assert_int_equal(sbx_client_start(client, &request, &options, NULL, NULL, &call, NULL), SBX_OK);
	while (own.started < 3)
		sbx_client_poll(client, 0.01, NULL);
	sbx_cancel_fire(cancel);
	assert_int_equal(sbx_call_wait(call, SBX_FOREVER, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_ERROR_CANCELLED);
	sbx_call_free(call);
	sbx_cancel_free(cancel);
	end(client, &own, 3);
}

static void *call_it(void *client)
{
	return (void *)(intptr_t)sbx_sandboxes_list(client, NULL, NULL, NULL, NULL);
}

static void a_close_from_another_thread_ends_a_wait(void **state)
{
	(void)state;
	behaviour own = {.body = "{}", .answers_never = true};
	sbx_client *client = client_of(&own);
	pthread_t thread;
	void *result;
	assert_int_equal(pthread_create(&thread, NULL, call_it, client), 0);
	while (atomic_load(&own.started) == 0)
		usleep(1000);
	sbx_client_close(client);
	pthread_join(thread, &result);
	assert_int_equal((intptr_t)result, SBX_ERROR_CLOSED);
	end(client, &own, 1);
}

static void many_threads_at_once(void **state)
{
	(void)state;
	enum { THREADS = 8, ROUNDS = 25 };
	behaviour own = {.body = "{}", .elsewhere = true, .later = 2};
	sbx_client *client = client_of(&own);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_t threads[THREADS];
		void *result;
		for (int index = 0; index < THREADS; index++)
			assert_int_equal(pthread_create(&threads[index], NULL, call_it, client), 0);
		for (int index = 0; index < THREADS; index++) {
			pthread_join(threads[index], &result);
			assert_int_equal((intptr_t)result, SBX_OK);
		}
	}
	end(client, &own, THREADS * ROUNDS);
}

/* A call of this test's own over a transport: a body in pieces, and what is told of the end. */
typedef struct pieces {
	const int64_t *results; /* of reading: a number of bytes, or one of SBX__READ_ */
	int done;
	sbx__attempt_end end;
	char detail[64];
} pieces;

static bool on_connected(void *user_data)
{
	return user_data != NULL;
}

static bool on_status(void *user_data, int http_status)
{
	return user_data && http_status == 200;
}

static bool on_header(void *user_data, const char *line, size_t length)
{
	return user_data && strlen(line) == length;
}

static bool on_head(void *user_data)
{
	return user_data != NULL;
}

static sbx__taken on_body(void *user_data, const void *data, size_t length)
{
	return user_data && length == 2 && memcmp(data, "{}", 2) == 0 ? SBX__TAKEN : SBX__NOT_TAKEN;
}

static void on_done(void *user_data, sbx__attempt_end end, const char *detail)
{
	pieces *own = user_data;
	own->done++;
	own->end = end;
	snprintf(own->detail, sizeof own->detail, "%s", detail);
}

static int64_t on_read(void *user_data, void *buffer, size_t capacity)
{
	pieces *own = user_data;
	int64_t result = *own->results++;
	assert_true(result <= (int64_t)capacity);
	if (result > 0)
		memset(buffer, 'x', (size_t)result);
	return result;
}

/* The end of an exchange whose request comes as told; `resumes` times it goes on. */
static pieces exchange_of(behaviour *own, const int64_t *results, int resumes, bool can_resume)
{
	static const sbx__exchange_events events = {on_connected, on_status, on_header, on_head, on_body, on_done};
	sbx__custom *custom = NULL;
	pieces told = {.results = results};
	sbx_transport table = transport_of(own);
	if (!can_resume)
		table.resume = NULL;
	assert_int_equal(sbx__custom_new(&custom, &table, NULL), SBX_OK);
	sbx__transport_factory factory = sbx__custom_factory(custom);
	sbx__transport *transport = factory.make(factory.context);
	assert_non_null(transport);
	sbx__exchange exchange = {.method = "POST",
	                          .url = "http://custom.test/",
	                          .has_body = true,
	                          .body_length = -1,
	                          .read = on_read,
	                          .events = &events,
	                          .user_data = &told};
	assert_true(transport->type->start(transport, &exchange));
	transport->type->wait(transport, 0);
	for (int index = 0; index < resumes; index++) {
		assert_int_equal(told.done, 0);
		transport->type->resume(transport);
		transport->type->wait(transport, 0);
	}
	transport->type->wait(transport, 0);
	assert_int_equal(told.done, 1);
	transport->type->free(transport);
	factory.free(factory.context);
	sbx__custom_unref(custom);
	return told;
}

static void a_request_may_come_in_pieces(void **state)
{
	(void)state;
	const int64_t results[] = {3, SBX__READ_LATER, SBX__READ_LATER, 4, SBX__READ_LATER, 0};
	behaviour own = {.body = "{}"};
	pieces told = exchange_of(&own, results, 3, true);
	assert_int_equal(told.end, SBX__ANSWERED);
	assert_true(own.resumed == 3 && own.started == 1 && own.stopped == 1 && own.freed == 0);
}

static void a_request_that_cannot_be_read_ends_its_exchange(void **state)
{
	(void)state;
	const int64_t results[] = {3, SBX__READ_FAILED};
	const int64_t late[] = {3, SBX__READ_LATER};
	for (int round = 0; round < 2; round++) {
		behaviour own = {.body = "{}"};
		pieces told = exchange_of(&own, round ? late : results, 0, round == 0);
		assert_int_equal(told.end, SBX__LOST);
		assert_string_equal(told.detail, "the request could not be read");
		assert_true(own.started == 1 && own.stopped == 1);
	}
}

static void structs_that_are_none_are_refused(void **state)
{
	(void)state;
	behaviour own = {.body = "{}"};
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_transport transport = transport_of(&own);
	sbx_client_options options = options_of(&transport);
	transport.start = NULL;
	assert_int_equal(sbx_client_new(&client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_message(error), "transport: start must not be NULL");
	sbx_error_free(error);
	transport = transport_of(&own);
	transport.read = NULL;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	transport = transport_of(&own);
	transport.size = 1;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	/* A client that could not be made has not taken the transport over. */
	transport = transport_of(&own);
	options.base_url = "ftp://host";
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_ERROR_CONFIGURATION);
	options = options_of(&transport);
	options.api_key = NULL;
	options.base_url = NULL;
	assert_int_equal(sbx_client_new_local(&client, &options, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(own.freed, 0);
}

static void copies_share_it_or_have_their_own(void **state)
{
	(void)state;
	behaviour first = {.body = "{}"};
	behaviour second = {.body = "{}"};
	sbx_client *client = client_of(&first);
	sbx_client *same = NULL;
	sbx_client *other = NULL;
	sbx_client *limited = NULL;
	sbx_error *error = NULL;
	const sbx_transport transport = transport_of(&second);
	const sbx_client_options options = options_of(&transport);
	const sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options with_http = SBX_CLIENT_OPTIONS_INIT;
	with_http.http = &http;
	assert_int_equal(sbx_client_with_options(client, NULL, &same, NULL), SBX_OK);
	assert_int_equal(sbx_client_with_options(client, &options, &other, NULL), SBX_OK);
	assert_int_equal(sbx_client_with_options(client, &with_http, &limited, NULL), SBX_OK);
	assert_int_equal(sbx_client_set_options(client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "transport");
	sbx_error_free(error);
	sbx_client *const clients[] = {client, same, other, limited};
	for (size_t index = 0; index < 4; index++)
		assert_int_equal(sbx_sandboxes_list(clients[index], NULL, NULL, NULL, NULL), SBX_OK);
	end(other, &second, 1);
	sbx_client_free(client);
	sbx_client_free(same);
	assert_int_equal(first.freed, 0);
	end(limited, &first, 3);
}

/* A transport that fails as it is told to, and remembers what it could know of the call. */
typedef struct failing {
	sbx_exchange_failure failure;
	bool has_head;
	double timeouts[4];
	void *call_user_data;
	int starts;
	int resumes;
	bool waits; /* for a `resume` that it asks for */
} failing;

static void failing_end(failing *own, sbx_exchange *exchange)
{
	if (own->has_head)
		assert_int_equal(sbx_exchange_answer(exchange, 200, NULL, 0), SBX_OK);
	sbx_exchange_fail(exchange, own->failure, "as told");
}

static void failing_start(void *user_data, sbx_exchange *exchange)
{
	failing *own = user_data;
	own->starts++;
	for (int wait = 0; wait < 4; wait++)
		own->timeouts[wait] = sbx_exchange_timeout(exchange, (sbx_exchange_wait)wait);
	assert_true(sbx_exchange_timeout(exchange, (sbx_exchange_wait)4) == SBX_FOREVER);
	own->call_user_data = sbx_exchange_call_user_data(exchange);
	if (own->waits)
		sbx_exchange_ready(exchange);
	else
		failing_end(own, exchange);
}

static void failing_resume(void *user_data, sbx_exchange *exchange)
{
	failing *own = user_data;
	if (++own->resumes < 3)
		sbx_exchange_ready(exchange);
	else
		failing_end(own, exchange);
}

static int64_t failing_read(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity)
{
	(void)user_data, (void)exchange, (void)buffer, (void)capacity;
	return SBX_TRANSPORT_LATER;
}

static sbx_client *failing_client(failing *own, int max_retries)
{
	sbx_client *client = NULL;
	sbx_transport transport = SBX_TRANSPORT_INIT;
	transport.start = failing_start;
	transport.read = failing_read;
	transport.resume = failing_resume;
	transport.user_data = own;
	sbx_client_options options = options_of(&transport);
	options.max_retries = max_retries;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static void a_wait_of_the_transport_s_own_may_take_too_long(void **state)
{
	(void)state;
	const struct {
		sbx_exchange_failure failure;
		bool has_head;
		int starts; /* of a create, which must not be sent again when it may have been carried out */
		bool unknown;
	} cases[] = {{SBX_EXCHANGE_TIMED_OUT, false, 1, true},
	             {SBX_EXCHANGE_CONNECT_TIMED_OUT, false, 2, false},
	             {SBX_EXCHANGE_TIMED_OUT, true, 1, true},
	             {SBX_EXCHANGE_CONNECT_TIMED_OUT, true, 1, true}};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		failing own = {.failure = cases[index].failure, .has_head = cases[index].has_head};
		sbx_client *client = failing_client(&own, 1);
		sbx_error *error = NULL;
		assert_int_equal(sbx_sandboxes_create(client, NULL, NULL, NULL, &error), SBX_ERROR_TIMEOUT);
		assert_string_equal(sbx_error_detail(error), "as told");
		assert_int_equal(sbx_error_outcome_unknown(error), cases[index].unknown);
		assert_int_equal(own.starts, cases[index].starts);
		sbx_error_free(error);
		sbx_client_free(client);
	}
}

static void an_exchange_knows_how_long_to_wait_and_whose_it_is(void **state)
{
	(void)state;
	failing own = {.failure = SBX_EXCHANGE_LOST};
	sbx_client *client = failing_client(&own, 0);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.connect_timeout = 1;
	options.read_timeout = 2;
	options.write_timeout = 3;
	options.pool_timeout = SBX_FOREVER;
	options.attempt_user_data = &own;
	assert_int_equal(sbx_sandboxes_list(client, NULL, &options, NULL, NULL), SBX_ERROR_CONNECTION);
	assert_true(own.timeouts[SBX_EXCHANGE_WAIT_CONNECT] == 1 && own.timeouts[SBX_EXCHANGE_WAIT_READ] == 2);
	assert_true(own.timeouts[SBX_EXCHANGE_WAIT_WRITE] == 3);
	assert_true(own.timeouts[SBX_EXCHANGE_WAIT_POOL] == SBX_FOREVER);
	assert_ptr_equal(own.call_user_data, &own);
	options.deadline = 1.5;
	assert_int_equal(sbx_sandboxes_list(client, NULL, &options, NULL, NULL), SBX_ERROR_CONNECTION);
	assert_true(own.timeouts[SBX_EXCHANGE_WAIT_CONNECT] == 1);
	for (int wait = SBX_EXCHANGE_WAIT_READ; wait <= SBX_EXCHANGE_WAIT_POOL; wait++)
		assert_true(own.timeouts[wait] > 1 && own.timeouts[wait] <= 1.5);
	sbx_client_free(client);
}

static void a_transport_may_ask_to_go_on_before_there_is_an_answer(void **state)
{
	(void)state;
	failing own = {.failure = SBX_EXCHANGE_LOST, .waits = true};
	sbx_client *client = failing_client(&own, 0);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_ERROR_CONNECTION);
	assert_int_equal(own.resumes, 3);
	own.resumes = 0;
	assert_int_equal(start_and_wait(client, NULL, NULL), SBX_ERROR_CONNECTION);
	assert_int_equal(own.resumes, 3);
	sbx_client_free(client);
}

static void what_is_asked_of_no_exchange(void **state)
{
	(void)state;
	char byte;
	assert_string_equal(sbx_exchange_method(NULL), "");
	assert_string_equal(sbx_exchange_url(NULL), "");
	assert_int_equal(sbx_exchange_headers_count(NULL), 0);
	assert_null(sbx_exchange_header_at(NULL, 0).name);
	assert_int_equal(sbx_exchange_body_length(NULL), 0);
	assert_int_equal(sbx_exchange_read(NULL, &byte, 1), SBX_TRANSPORT_END);
	assert_null(sbx_exchange_data(NULL));
	sbx_exchange_set_data(NULL, &byte);
	sbx_exchange_fail(NULL, SBX_EXCHANGE_LOST, NULL);
	sbx_exchange_ready(NULL);
	assert_true(sbx_exchange_timeout(NULL, SBX_EXCHANGE_WAIT_READ) == SBX_FOREVER);
	assert_null(sbx_exchange_call_user_data(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers_come_at_once_or_from_another_thread),
	        cmocka_unit_test(bodies_that_end_wrongly),
	        cmocka_unit_test(after_its_head_an_answer_is_lost_whatever_is_said),
	        cmocka_unit_test(silence_ends_by_timeout_and_cancel),
	        cmocka_unit_test(a_close_from_another_thread_ends_a_wait),
	        cmocka_unit_test(many_threads_at_once),
	        cmocka_unit_test(a_request_may_come_in_pieces),
	        cmocka_unit_test(a_request_that_cannot_be_read_ends_its_exchange),
	        cmocka_unit_test(structs_that_are_none_are_refused),
	        cmocka_unit_test(copies_share_it_or_have_their_own),
	        cmocka_unit_test(a_wait_of_the_transport_s_own_may_take_too_long),
	        cmocka_unit_test(an_exchange_knows_how_long_to_wait_and_whose_it_is),
	        cmocka_unit_test(a_transport_may_ask_to_go_on_before_there_is_an_answer),
	        cmocka_unit_test(what_is_asked_of_no_exchange),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
