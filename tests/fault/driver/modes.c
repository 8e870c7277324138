/* The ways to make one call. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

#define AT_ONCE 1000

static void take_head(fault_result *result, const sbx_response *response)
{
	result->http_status = sbx_response_status(response);
	result->attempts = sbx_response_attempts(response);
}

void take_response(fault_result *result, sbx_response *response)
{
	if (result->status < 0) {
		result->touched = response != NOTHING;
		return;
	}
	take_head(result, response);
	const sbx_json *json = sbx_response_json(response);
	size_t length = 0;
	const char *body = sbx_response_body(response, &length);
	/* The bytes of a custom request's answer are the caller's to read where the server does not say that they are
	 * JSON. */
	if (json)
		result->answer = sbx_json_copy(json);
	else if (body)
		sbx_json_parse(body, length, &result->answer, NULL);
	sbx_response_free(response);
}

static void call_sync(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_response *response = NOTHING;
	const sbx_request *request = &subject->request;
	if (subject->session_call) {
		call_session(client, subject, result);
		return;
	}
	if (request->operation)
		result->status = sbx_client_invoke(client, request->operation, request->arguments, &subject->options,
		                                   &response, &result->error);
	else
		result->status = sbx_client_send(client, request, &subject->options, &response, &result->error);
	take_response(result, response);
}

bool turn(sbx_client *client)
{
	struct pollfd watched = {.fd = -1, .events = POLLIN};
	return sbx_client_fd(client, &watched.fd, NULL) == SBX_OK && poll(&watched, 1, -1) >= 0 &&
	       sbx_client_process(client, NULL) == SBX_OK;
}

static void call_async(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_response *response = NOTHING;
	sbx_call *call = NOTHING;
	if (subject->session_call) {
		call_started_session(client, subject, result);
		return;
	}
	result->status =
	        sbx_client_start(client, &subject->request, &subject->options, NULL, NULL, &call, &result->error);
	if (result->status < 0) {
		result->touched = call != NOTHING;
		return;
	}
	while (!sbx_call_is_done(call) && turn(client))
		;
	result->status = sbx_call_result(call, &response, &result->error);
	take_response(result, response);
	sbx_call_free(call);
}

/* The whole body; NULL: its end did not come. */
static char *read_body(sbx_stream *stream, size_t *length, fault_result *result)
{
	char *body = NULL;
	size_t got = 0;
	*length = 0;
	do {
		char *larger = realloc(body, *length + got + AT_ONCE);
		if (!larger)
			break;
		body = larger;
		*length += got;
		got = 0;
	} while ((result->status = sbx_stream_read(stream, body + *length, AT_ONCE, &got, &result->error)) == SBX_OK);
	if (result->status == SBX_DONE)
		return body;
	free(body);
	return NULL;
}

static void take_stream(sbx_stream *stream, const fault_subject *subject, fault_result *result)
{
	size_t length;
	take_head(result, sbx_stream_response(stream));
	if (subject->sink.kind == SBX_SINK_PATH) {
		result->status = sbx_stream_save(stream, &subject->sink, &result->error);
		return;
	}
	char *body = read_body(stream, &length, result);
	if (body) {
		result->status = SBX_OK;
		sbx_json_parse(body, length, &result->answer, NULL);
	}
	free(body);
}

static void call_stream(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_request_options options = subject->options;
	sbx_stream *stream = NOTHING;
	options.sink = NULL;
	result->status = sbx_client_open(client, &subject->request, &options, &stream, &result->error);
	if (result->status < 0) {
		result->touched = stream != NOTHING;
		return;
	}
	take_stream(stream, subject, result);
	sbx_stream_free(stream);
}

/* Reads the events of a command to the last; `status` is what a read of a started stream gave that had no more yet. */
static sbx_status read_events(sbx_execution_stream *stream, fault_result *result)
{
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_status status;
	while ((status = sbx_execution_stream_next(stream, &event, &result->error)) == SBX_OK) {
		if (event.kind != SBX_EXECUTION_RESULT)
			continue;
		sbx_json_free(result->answer);
		result->answer = sbx_json_copy(sbx_execution_json(event.execution));
	}
	return status;
}

static void end_events(sbx_execution_stream *stream, fault_result *result)
{
	if (sbx_execution_stream_response(stream))
		take_head(result, sbx_execution_stream_response(stream));
	if (result->status == SBX_DONE)
		result->status = SBX_OK;
	sbx_execution_stream_free(stream);
}

static sbx_sandboxes_execute_params params_of(const fault_subject *subject)
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	params.command = sbx_json_string(sbx_json_get(subject->arguments, "command"), NULL);
	return params;
}

static void call_events(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_sandboxes_execute_params params = params_of(subject);
	sbx_execution_stream *stream = NOTHING;
	result->status =
	        sbx_sandboxes_execute_stream(client, "sb-1", &params, &subject->options, &stream, &result->error);
	if (result->status < 0) {
		result->touched = stream != NOTHING;
		return;
	}
	result->status = read_events(stream, result);
	end_events(stream, result);
}

static void call_started_events(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_sandboxes_execute_params params = params_of(subject);
	sbx_execution_stream *stream = NOTHING;
	result->status = sbx_sandboxes_execute_stream_start(client, "sb-1", &params, &subject->options, NULL, NULL,
	                                                    &stream, &result->error);
	if (result->status < 0) {
		result->touched = stream != NOTHING;
		return;
	}
	while ((result->status = read_events(stream, result)) == SBX_WOULD_BLOCK && turn(client))
		;
	end_events(stream, result);
}

static const struct {
	const char *name;
	void (*call)(sbx_client *client, const fault_subject *subject, fault_result *result);
} modes[] = {
        {"sync", call_sync},
        {"async", call_async},
        {"stream", call_stream},
        {"events", call_events},
        {"started events", call_started_events},
};

void call_in_mode(const char *mode, sbx_client *client, const fault_subject *subject, fault_result *result)
{
	*result = (fault_result){0};
	for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) {
		if (strcmp(modes[index].name, mode) != 0)
			continue;
		double started = now();
		modes[index].call(client, subject, result);
		result->elapsed = now() - started;
		return;
	}
	fprintf(stderr, "the driver has no mode '%s'\n", mode);
	exit(3);
}
