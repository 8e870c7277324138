#include "execution_stream.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "base64.h"
#include "confirmation.h"
#include "error.h"
#include "error_json.h"
#include "generated/model_descriptors.h"
#include "response.h"
#include "stream.h"

/* How much is taken at once of an answer that is no stream, in bytes. */
#define PIECE ((size_t)16 << 10)

struct sbx_execution_stream {
	sbx_stream *stream;
	const sbx_operation *operation;
	const sbx__parameter *due; /* what the result has to confirm; NULL: nothing */
	sbx_execution_stream_callback on_ready;
	void *user_data;
	bool has_result;                 /* nothing comes after it */
	sbx_execution_event_kind untold; /* of an answer that is no stream, the next event; 0: none */
	sbx__buffer document;            /* of an answer that is no stream */
	sbx__buffer output;              /* of the last event, decoded */
	sbx_json *json;                  /* of the last event */
	sbx__model *execution;
	sbx_error *error; /* what each later read gives again */
};

/* ---- opening ---- */

/* The options with an Accept that asks for events, unless the caller asks for something else. The pairs are freed. */
static sbx_status ask_for_events(sbx_request_options *merged, const sbx_request_options *options, sbx_pair **pairs,
                                 sbx_error **error)
{
	sbx_status status = sbx__struct_read(merged, sizeof *merged, options, "options", error);
	if (status < 0)
		return status;
	size_t count = merged->headers_count;
	/* What the call itself refuses. */
	if (count && !merged->headers)
		return SBX_OK;
	for (size_t index = 0; index < count; index++)
		if (merged->headers[index].name && strcasecmp(merged->headers[index].name, "Accept") == 0)
			return SBX_OK;
	*pairs = calloc(count + 1, sizeof **pairs);
	if (!*pairs)
		return sbx__fail_memory(error);
	if (count)
		memcpy(*pairs, merged->headers, count * sizeof **pairs);
	/* One that cannot stream answers all the same. */
	(*pairs)[count] = (sbx_pair){"Accept", "text/event-stream, application/json;q=0.9"};
	merged->headers = *pairs;
	merged->headers_count = count + 1;
	return SBX_OK;
}

static void on_ready(void *user_data, sbx_stream *stream)
{
	sbx_execution_stream *own = user_data;
	(void)stream;
	if (own->on_ready)
		own->on_ready(own->user_data, own);
}

static sbx_status open_stream(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                              bool started, sbx_execution_stream *made, sbx_error **error)
{
	sbx_request_options merged = SBX_REQUEST_OPTIONS_INIT;
	sbx_pair *pairs = NULL;
	sbx_status status = ask_for_events(&merged, options, &pairs, error);
	const sbx__request_input input = {
	        .operation = request->operation, .arguments = request->arguments, .options = &merged};
	made->operation = request->operation;
	if (status == SBX_OK)
		made->due = sbx__confirmation_due(&input);
	if (status == SBX_OK && started)
		status = sbx__stream_start(client, request, &merged, true, on_ready, made, &made->stream, error);
	else if (status == SBX_OK)
		status = sbx__stream_open(client, request, &merged, true, &made->stream, error);
	free(pairs);
	return status;
}

static sbx_status new_stream(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                             const sbx_request_options *options, bool started, sbx_execution_stream_callback told,
                             void *user_data, sbx_execution_stream **stream, sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.operation = operation;
	request.arguments = arguments;
	if (!stream)
		return sbx__fail_argument(error, "stream", "must not be NULL");
	sbx_execution_stream *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	made->on_ready = told;
	made->user_data = user_data;
	/* Before the start: on another thread there may be something to read at once. */
	sbx_execution_stream *before = *stream;
	*stream = made;
	sbx_status status = open_stream(client, &request, options, started, made, error);
	if (status == SBX_OK)
		return status;
	*stream = before;
	free(made);
	return status;
}

sbx_status sbx__execution_stream_open(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                      const sbx_request_options *options, sbx_execution_stream **stream,
                                      sbx_error **error)
{
	return new_stream(client, operation, arguments, options, false, NULL, NULL, stream, error);
}

sbx_status sbx__execution_stream_start(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                       const sbx_request_options *options, sbx_execution_stream_callback told,
                                       void *user_data, sbx_execution_stream **stream, sbx_error **error)
{
	return new_stream(client, operation, arguments, options, true, told, user_data, stream, error);
}

/* ---- reading ---- */

/* Takes the JSON over. */
static sbx_status take_result(sbx_execution_stream *stream, sbx_json *json, sbx_execution_event *event,
                              sbx_error **error)
{
	bool strict = sbx__stream_config(stream->stream)->strict;
	sbx_status status = sbx__model_new(&sbx__execution_descriptor, json, strict, &stream->execution, error);
	if (status < 0)
		return status;
	status = sbx__confirmation_check(stream->operation, stream->due, sbx__model_json(stream->execution), error);
	if (status < 0)
		return status;
	stream->has_result = true;
	event->kind = SBX_EXECUTION_RESULT;
	event->execution = (const sbx_execution *)stream->execution;
	event->id = sbx_execution_id(event->execution);
	return SBX_OK;
}

/* The events of an answer that is no stream, as they would have come: its output, then its result. */
static sbx_status tell_next(sbx_execution_stream *stream, sbx_execution_event *event)
{
	const sbx_execution *execution = (const sbx_execution *)stream->execution;
	event->id = sbx_execution_id(execution);
	for (;;) {
		event->kind = stream->untold;
		if (event->kind == SBX_EXECUTION_STDOUT) {
			event->data = sbx_execution_stdout(execution);
			event->length = sbx_execution_stdout_length(execution);
			stream->untold = SBX_EXECUTION_STDERR;
		} else if (event->kind == SBX_EXECUTION_STDERR) {
			event->data = sbx_execution_stderr(execution);
			event->length = sbx_execution_stderr_length(execution);
			stream->untold = SBX_EXECUTION_RESULT;
		} else {
			event->execution = execution;
			stream->untold = (sbx_execution_event_kind)0;
			return SBX_OK;
		}
		if (event->length)
			return SBX_OK;
	}
}

static sbx_status take_output(sbx_execution_stream *stream, sbx_execution_event_kind kind, sbx_execution_event *event,
                              sbx_error **error)
{
	const sbx_json *data = sbx_json_get(stream->json, "data");
	const char *encoding = sbx_json_string(sbx_json_get(stream->json, "encoding"), NULL);
	size_t length;
	const char *text = sbx_json_string(data, &length);
	if (sbx_json_type_of(data) != SBX_JSON_STRING)
		return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "An event of output has no data");
	event->kind = kind;
	event->data = text;
	event->length = length;
	if (!*encoding || strcmp(encoding, "utf-8") == 0)
		return SBX_OK;
	sbx__buffer_clear(&stream->output);
	if (strcmp(encoding, "base64") != 0 || !sbx__base64_decode(text, length, &stream->output))
		return stream->output.failed ? sbx__fail_memory(error)
		                             : sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION,
		                                         "An event of output has data in no known encoding");
	event->data = stream->output.data ? stream->output.data : "";
	event->length = stream->output.length;
	return SBX_OK;
}

/* The server's last word when it has no result. Takes the JSON over. */
static sbx_status take_error(sbx_json *json, sbx_error **error)
{
	const char *message = sbx_json_string(sbx_json_get(sbx_json_get(json, "error"), "message"), NULL);
	sbx_error *made = sbx__error_new(SBX_ERROR_INTERNAL_SERVER, "The command's result cannot be told: %s",
	                                 *message ? message : "the server does not say why");
	if (sbx__error_is_static(made)) {
		sbx_json_free(json);
	} else {
		made->json = json;
		made->outcome_unknown = true;
	}
	return sbx__error_give(error, made);
}

/* SBX_DONE: an event of no known type. */
static sbx_status take_event(sbx_execution_stream *stream, const char *type, sbx_execution_event *event,
                             sbx_error **error)
{
	sbx_json *json = stream->json;
	if (strcmp(type, "stdout") == 0)
		return take_output(stream, SBX_EXECUTION_STDOUT, event, error);
	if (strcmp(type, "stderr") == 0)
		return take_output(stream, SBX_EXECUTION_STDERR, event, error);
	if (strcmp(type, "heartbeat") == 0) {
		event->kind = SBX_EXECUTION_HEARTBEAT;
		event->execution_time_ms = sbx_json_integer(sbx_json_get(json, "execution_time_ms"));
		return SBX_OK;
	}
	if (strcmp(type, "started") == 0) {
		event->kind = SBX_EXECUTION_STARTED;
		event->id = sbx_json_string(sbx_json_get(json, "id"), NULL);
		return SBX_OK;
	}
	bool is_error = strcmp(type, "error") == 0;
	if (!is_error && strcmp(type, "result") != 0)
		return SBX_DONE;
	stream->json = NULL;
	return is_error ? take_error(json, error) : take_result(stream, json, event, error);
}

static sbx_status fail_cut(sbx_error **error)
{
	sbx_error *made =
	        sbx__error_new(SBX_ERROR_CONNECTION, "Connection error: the stream ended without the command's result");
	if (!sbx__error_is_static(made))
		made->outcome_unknown = true;
	return sbx__error_give(error, made);
}

static sbx_status next_event(sbx_execution_stream *stream, sbx_execution_event *event, sbx_error **error)
{
	sbx_event raw = SBX_EVENT_INIT;
	for (;;) {
		sbx_status status = sbx_stream_event(stream->stream, &raw, error);
		/* A body that ended within an event is whole to HTTP: that error knows nothing of the call. */
		bool cut = status == SBX_ERROR_CONNECTION && sbx_error_attempts(*error) == 0;
		if (cut)
			sbx_error_free(*error);
		if (status != SBX_OK)
			return status == SBX_DONE || cut ? fail_cut(error) : status;
		sbx_json_free(stream->json);
		stream->json = NULL;
		sbx_error *problem = NULL;
		status = sbx_json_parse(raw.data, raw.data_length, &stream->json, &problem);
		if (status == SBX_ERROR_OUT_OF_MEMORY)
			return sbx__error_give(error, problem);
		sbx_error_free(problem);
		/* What is not known is passed over, whatever it holds. */
		status = take_event(stream, raw.type, event, error);
		if (status != SBX_DONE)
			return status;
	}
}

/* The answer of a server that does not stream. */
static sbx_status read_document(sbx_execution_stream *stream, sbx_execution_event *event, sbx_error **error)
{
	char piece[PIECE];
	size_t got;
	sbx_status status;
	size_t most = sbx__stream_config(stream->stream)->http->max_document_bytes;
	while ((status = sbx__stream_read(stream->stream, piece, sizeof piece, &got, error)) == SBX_OK) {
		if (got > most - stream->document.length)
			return sbx__fail(error, SBX_ERROR_RESPONSE_TOO_LARGE,
			                 "The answer is larger than a client takes");
		sbx__buffer_append(&stream->document, piece, got);
		if (stream->document.failed)
			return sbx__fail_memory(error);
	}
	if (status != SBX_DONE)
		return status;
	sbx_json *json = NULL;
	sbx_error *problem = NULL;
	const char *text = stream->document.data ? stream->document.data : "";
	if (sbx_json_parse(text, stream->document.length, &json, &problem) == SBX_OK) {
		status = take_result(stream, json, event, error);
		if (status < 0)
			return status;
		event->execution = NULL;
		stream->untold = SBX_EXECUTION_STDOUT;
		return tell_next(stream, event);
	}
	status = sbx_error_code(problem) == SBX_ERROR_OUT_OF_MEMORY
	                 ? sbx__fail_memory(error)
	                 : sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer is no execution: %s",
	                             sbx_error_message(problem));
	sbx_error_free(problem);
	return status;
}

static bool has_events(const sbx_response *response)
{
	static const char type[] = "text/event-stream";
	const char *given = sbx_response_header(response, "content-type");
	return given && strncasecmp(given, type, sizeof type - 1) == 0 &&
	       (!given[sizeof type - 1] || strchr("; \t", given[sizeof type - 1]));
}

/* Reads to the end, so that the connection can be used again. */
static sbx_status read_end(sbx_execution_stream *stream)
{
	char piece[512];
	size_t got;
	sbx_status status;
	while ((status = sbx__stream_read(stream->stream, piece, sizeof piece, &got, NULL)) == SBX_OK)
		;
	return status == SBX_WOULD_BLOCK ? status : SBX_DONE;
}

static sbx_status read_any(sbx_execution_stream *stream, sbx_execution_event *event, sbx_error **error)
{
	const sbx_response *response = sbx_stream_response(stream->stream);
	if (response)
		return has_events(response) ? next_event(stream, event, error) : read_document(stream, event, error);
	/* A started stream without a head has nothing, or an error. */
	char none;
	size_t got;
	return sbx__stream_read(stream->stream, &none, 1, &got, error);
}

/* What was found in the events knows nothing of the request that they answer. */
static void describe(const sbx_execution_stream *stream, sbx_error *error)
{
	sbx_response *response = sbx__stream_response(stream->stream);
	if (!response || sbx__error_is_static(error) || error->response)
		return;
	error->response = sbx__response_ref(response);
	error->retryable = error->code == SBX_ERROR_CONNECTION;
	error->answered = error->code != SBX_ERROR_CONNECTION;
	sbx__error_seal(error, sbx__stream_config(stream->stream)->api_key);
}

sbx_status sbx_execution_stream_next(sbx_execution_stream *stream, sbx_execution_event *event, sbx_error **error)
{
	if (!stream)
		return sbx__fail_argument(error, "stream", "must not be NULL");
	sbx_status checked = sbx__struct_check(event, "event", error);
	if (checked < 0)
		return checked;
	if (stream->error)
		return sbx__error_give(error, sbx__error_ref(stream->error));
	if (stream->has_result && !stream->untold)
		return read_end(stream);
	sbx_execution_event filled = SBX_EXECUTION_EVENT_INIT;
	sbx_error *problem = NULL;
	filled.id = "";
	filled.data = "";
	sbx_status status = stream->untold ? tell_next(stream, &filled) : read_any(stream, &filled, &problem);
	if (problem) {
		describe(stream, problem);
		stream->error = problem;
		return sbx__error_give(error, sbx__error_ref(problem));
	}
	if (status == SBX_OK)
		sbx__struct_write(event, &filled, sizeof filled);
	return status;
}

const sbx_response *sbx_execution_stream_response(const sbx_execution_stream *stream)
{
	return stream ? sbx_stream_response(stream->stream) : NULL;
}

void sbx_execution_stream_cancel(sbx_execution_stream *stream)
{
	if (stream)
		sbx_stream_cancel(stream->stream);
}

void sbx_execution_stream_free(sbx_execution_stream *stream)
{
	if (!stream)
		return;
	sbx_stream_free(stream->stream);
	sbx__buffer_free(&stream->document);
	sbx__buffer_free(&stream->output);
	sbx_json_free(stream->json);
	sbx__model_unref(stream->execution);
	sbx_error_free(stream->error);
	free(stream);
}
