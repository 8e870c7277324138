#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "loopback.h"
#include "support.h"

#define KEY "secret-key"
#define RESULT "{\"id\": \"e\", \"status\": \"completed\", \"exit_code\": 3, \"stdout\": \"a\"}"

static sbx_client *client_of(const loopback *server)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = KEY;
	options.base_url = loopback_url(server);
	options.read_timeout = 0.2;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

/* A whole answer, which the caller frees; with `missing` so many of the announced bytes never come. */
static char *answer_of(const char *type, const char *body, size_t missing)
{
	char *answer = malloc(strlen(body) + 200);
	sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type,
	        strlen(body) + missing, body);
	return answer;
}

typedef struct reading {
	char output[200];
	char errors[200];
	int started;
	int heartbeats;
	int results;
	int64_t exit_code;
	sbx_status status;
	sbx_error *error;
	bool free;
} reading;

static void take(reading *own, const sbx_execution_event *event)
{
	switch (event->kind) {
	case SBX_EXECUTION_STARTED:
		own->started++;
		assert_string_equal(event->id, "e");
		break;
	case SBX_EXECUTION_STDOUT:
		strncat(own->output, event->data, event->length);
		break;
	case SBX_EXECUTION_STDERR:
		strncat(own->errors, event->data, event->length);
		break;
	case SBX_EXECUTION_HEARTBEAT:
		own->heartbeats++;
		assert_int_equal(event->execution_time_ms, 15000);
		break;
	case SBX_EXECUTION_RESULT:
		own->results++;
		own->exit_code = sbx_execution_exit_code(event->execution);
		break;
	}
}

static void read_all(void *user_data, sbx_execution_stream *stream)
{
	reading *own = user_data;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_error_free(own->error);
	own->error = NULL;
	while ((own->status = sbx_execution_stream_next(stream, &event, &own->error)) == SBX_OK)
		take(own, &event);
	if (own->free && own->status != SBX_WOULD_BLOCK)
		sbx_execution_stream_free(stream);
}

/* Reads an answer to its end in both ways, which must be the same. */
static reading read_answer(const char *answer)
{
	reading found[2] = {{.free = true}, {.free = true}};
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution_stream *stream = NULL;
	params.command = "true";
	assert_int_equal(sbx_sandboxes_execute_stream(client, "x", &params, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(sbx_response_status(sbx_execution_stream_response(stream)), 200);
	read_all(&found[0], stream);
	char *last = loopback_last(server);
	assert_non_null(strstr(last, "Accept: text/event-stream"));
	free(last);
	assert_int_equal(
	        sbx_sandboxes_execute_stream_start(client, "x", &params, NULL, read_all, &found[1], &stream, NULL),
	        SBX_OK);
	while (sbx_client_poll(client, 5, NULL) == SBX_OK)
		;
	assert_int_equal(found[0].status, found[1].status);
	assert_string_equal(found[0].output, found[1].output);
	assert_string_equal(found[0].errors, found[1].errors);
	assert_int_equal(found[0].results, found[1].results);
	sbx_error_free(found[1].error);
	sbx_client_free(client);
	loopback_stop(server);
	return found[0];
}

static void events_are_told_in_their_order(void **state)
{
	(void)state;
	char *answer = answer_of("text/event-stream; charset=utf-8",
	                         "event: started\ndata: {\"id\":\"e\"}\n\n"
	                         "event: stdout\ndata: {\"data\":\"one\\n\",\"encoding\":\"utf-8\"}\n\n"
	                         "event: later\ndata: what nobody knows\n\n"
	                         "event: stderr\ndata: {\"data\":\"T29wcyE=\",\"encoding\":\"base64\"}\n\n"
	                         "event: heartbeat\ndata: {\"execution_time_ms\":15000}\n\n"
	                         "event: stdout\ndata: {\"data\":\"two\"}\n\n"
	                         "event: result\ndata: " RESULT "\n\n",
	                         0);
	reading found = read_answer(answer);
	assert_int_equal(found.status, SBX_DONE);
	assert_string_equal(found.output, "one\ntwo");
	assert_string_equal(found.errors, "Oops!");
	assert_int_equal(found.started, 1);
	assert_int_equal(found.heartbeats, 1);
	assert_int_equal(found.results, 1);
	assert_int_equal(found.exit_code, 3);
	free(answer);
}

static void a_server_that_does_not_stream_gives_the_result(void **state)
{
	(void)state;
	char *answer = answer_of("application/json", RESULT, 0);
	reading found = read_answer(answer);
	assert_int_equal(found.status, SBX_DONE);
	assert_int_equal(found.results, 1);
	assert_int_equal(found.exit_code, 3);
	free(answer);
}

static void its_output_comes_before_the_result(void **state)
{
	(void)state;
	static const sbx_execution_event_kind kinds[] = {SBX_EXECUTION_STDOUT, SBX_EXECUTION_STDERR,
	                                                 SBX_EXECUTION_RESULT};
	static const char *const texts[] = {"a\0b", "no", ""};
	char *answer = answer_of("application/json",
	                         "{\"id\": \"e\", \"exit_code\": 1, \"stdout\": \"a\\u0000b\", \"stderr\": \"no\"}", 0);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution_stream *stream = NULL;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	params.command = "x";
	assert_int_equal(sbx_sandboxes_execute_stream(client, "id", &params, NULL, &stream, NULL), SBX_OK);
	for (int index = 0; index < 3; index++) {
		assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_OK);
		assert_int_equal(event.kind, kinds[index]);
		assert_string_equal(event.id, "e");
		assert_int_equal(event.length, index == 0 ? 3 : strlen(texts[index]));
		assert_memory_equal(event.data, texts[index], event.length + 1);
		assert_int_equal(event.execution != NULL, index == 2);
	}
	assert_int_equal(sbx_execution_exit_code(event.execution), 1);
	assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_DONE);
	sbx_execution_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void check_failure(const char *type, const char *body, size_t missing, sbx_status code, bool unknown)
{
	char *answer = answer_of(type, body, missing);
	reading found = read_answer(answer);
	assert_int_equal(found.status, code);
	assert_int_equal(sbx_error_code(found.error), code);
	assert_int_equal(sbx_error_outcome_unknown(found.error), unknown);
	assert_int_equal(found.results, 0);
	sbx_error_free(found.error);
	free(answer);
}

static void an_end_without_a_result_is_an_error(void **state)
{
	(void)state;
	const char *type = "text/event-stream";
	check_failure(type, "event: started\ndata: {\"id\":\"e\"}\n\n", 0, SBX_ERROR_CONNECTION, true);
	check_failure(type, "event: result\ndata: " RESULT, 0, SBX_ERROR_CONNECTION, true);
	check_failure(type, "event: started\ndata: {\"id\":\"e\"}\n\n", 9, SBX_ERROR_TIMEOUT, true);
	check_failure(type, "event: error\ndata: {\"error\":{\"message\":\"no memory\"}}\n\n", 0,
	              SBX_ERROR_INTERNAL_SERVER, true);
	check_failure(type, "event: result\ndata: []\n\n", 0, SBX_ERROR_RESPONSE_VALIDATION, false);
	check_failure(type, "event: stdout\ndata: {\"data\":1}\n\n", 0, SBX_ERROR_RESPONSE_VALIDATION, false);
	check_failure(type, "event: stdout\ndata: {\"data\":\"=\",\"encoding\":\"base64\"}\n\n", 0,
	              SBX_ERROR_RESPONSE_VALIDATION, false);
	check_failure(type, "event: stdout\ndata: {\"data\":\"a\",\"encoding\":\"rot13\"}\n\n", 0,
	              SBX_ERROR_RESPONSE_VALIDATION, false);
	check_failure("application/json", "<html>", 0, SBX_ERROR_RESPONSE_VALIDATION, false);
	check_failure("application/json", "[]", 0, SBX_ERROR_RESPONSE_VALIDATION, false);
}

/* What is found in the events shows the answer that they came by, and may repeat what that says. */
static void the_key_is_not_shown(void **state)
{
	(void)state;
	static const char *const ends[] = {
	        "event: error\ndata: {\"error\":{\"message\":\"no memory\"}}\n\n",
	        "event: error\ndata: {\"error\":{\"message\":\"no " KEY "\"}}\n\n",
	        "event: stdout\ndata: {\"data\":1}\n\n",
	};
	for (size_t index = 0; index < sizeof ends / sizeof ends[0]; index++) {
		sbx_json *json = NULL;
		char *text = NULL;
		char *answer = answer_of(index == 1 ? "text/event-stream" : "text/event-stream\r\nX-Echo: " KEY,
		                         ends[index], 0);
		reading found = read_answer(answer);
		assert_int_equal(sbx_error_to_json(found.error, &json), SBX_OK);
		assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
		assert_null(strstr(text, KEY));
		assert_non_null(strstr(text, "**********"));
		sbx_string_free(text);
		sbx_json_free(json);
		sbx_error_free(found.error);
		free(answer);
	}
}

static void one_is_ended_and_freed_early(void **state)
{
	(void)state;
	char *answer = answer_of("text/event-stream", "event: started\ndata: {\"id\":\"e\"}\n\n", 1000);
	loopback *server = loopback_start(answer);
	sbx_client *client = client_of(server);
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_execution_stream *stream = NULL;
	params.command = "true";
	assert_int_equal(sbx_sandboxes_execute_stream(client, "x", &params, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_OK);
	sbx_execution_stream_cancel(stream);
	assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_ERROR_CANCELLED);
	assert_int_equal(sbx_execution_stream_next(stream, &event, NULL), SBX_ERROR_CANCELLED);
	sbx_execution_stream_free(stream);
	sbx_execution_stream_free(NULL);
	sbx_execution_stream_cancel(NULL);
	assert_null(sbx_execution_stream_response(NULL));
	const sbx_status refused = SBX_ERROR_INVALID_ARGUMENT;
	assert_int_equal(sbx_execution_stream_next(NULL, &event, NULL), refused);
	assert_int_equal(sbx_sandboxes_execute_stream(client, "x", &params, NULL, NULL, NULL), refused);
	assert_int_equal(sbx_sandboxes_execute_stream(client, "", &params, NULL, &stream, NULL), refused);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.headers_count = 1;
	assert_int_equal(sbx_sandboxes_execute_stream(client, "x", &params, &options, &stream, NULL), refused);
	assert_int_equal(sbx_sandboxes_execute_stream(client, "x", &params, NULL, &stream, NULL), SBX_OK);
	assert_int_equal(sbx_execution_stream_next(stream, NULL, NULL), refused);
	sbx_execution_stream_free(stream);
	sbx_client_free(client);
	loopback_stop(server);
	free(answer);
}

static void base64_is_decoded_strictly(void **state)
{
	(void)state;
	static const char *const good[][2] = {{"", ""},
	                                      {"Zg==", "f"},
	                                      {"Zm8=", "fo"},
	                                      {"Zm9v", "foo"},
	                                      {"Zm9vYg==", "foob"},
	                                      {"Zm9vYmE=", "fooba"},
	                                      {"+/+/", "\xfb\xff\xbf"}};
	static const char *const bad[] = {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "=Zg=", "Zm 9", "Zg==Zg==", "-_-_", "===="};
	for (size_t index = 0; index < sizeof good / sizeof good[0]; index++) {
		sbx__buffer bytes = {0};
		assert_true(sbx__base64_decode(good[index][0], strlen(good[index][0]), &bytes));
		assert_int_equal(bytes.length, strlen(good[index][1]));
		if (bytes.length)
			assert_memory_equal(bytes.data, good[index][1], bytes.length);
		sbx__buffer_free(&bytes);
	}
	for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
		sbx__buffer bytes = {0};
		assert_false(sbx__base64_decode(bad[index], strlen(bad[index]), &bytes));
		sbx__buffer_free(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(events_are_told_in_their_order),
	        cmocka_unit_test(a_server_that_does_not_stream_gives_the_result),
	        cmocka_unit_test(its_output_comes_before_the_result),
	        cmocka_unit_test(an_end_without_a_result_is_an_error),
	        cmocka_unit_test(the_key_is_not_shown),
	        cmocka_unit_test(one_is_ended_and_freed_early),
	        cmocka_unit_test(base64_is_decoded_strictly),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
