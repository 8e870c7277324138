/* The ways in which a request can be made, each of which must come to the same. */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

/* How much of a stream is read at once: little, so that there are several reads. */
#define PIECE 700

static sbx_status make_sent(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                            sbx_response **response, sbx_error **error)
{
	return sbx_client_send(client, request, options, response, error);
}

static sbx_status make_started(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                               sbx_response **response, sbx_error **error)
{
	sbx_call *call = NULL;
	sbx_status status = sbx_client_start(client, request, options, NULL, NULL, &call, error);

	if (status < 0)
		return status;
	while (sbx_client_poll(client, SBX_FOREVER, NULL) == SBX_OK)
		;
	status = sbx_call_result(call, response, error);
	sbx_call_free(call);
	return status;
}

/* Reads a stream into the driver's memory. */
static sbx_status read_all(sbx_stream *stream, transfer *bytes, sbx_error **error)
{
	size_t got;
	sbx_status status;

	do {
		bytes->received = realloc(bytes->received, bytes->received_length + PIECE + 1);
		if (!bytes->received)
			abort();
		status = sbx_stream_read(stream, bytes->received + bytes->received_length, PIECE, &got, error);
		bytes->received_length += status == SBX_OK ? got : 0;
	} while (status == SBX_OK);
	bytes->received[bytes->received_length] = '\0';
	return status;
}

/* Opens the answer unread; its body goes where the case wants it, or into memory. */
static sbx_json *outcome_of_stream(sbx_client *client, const sbx_request *request, sbx_request_options *options,
                                   transfer *bytes)
{
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	sbx_json *outcome;
	const sbx_sink *sink = options->sink;
	bool saves = sink && sink->kind != SBX_SINK_CALLBACK;
	sbx_status status;

	options->sink = NULL;
	status = sbx_client_open(client, request, options, &stream, &error);
	if (status == SBX_OK)
		status = saves ? sbx_stream_save(stream, sink, &error) : read_all(stream, bytes, &error);
	outcome = status < 0 ? new_error(error) : new_streamed(sbx_stream_response(stream), saves ? NULL : bytes);
	sbx_stream_free(stream);
	sbx_error_free(error);
	return outcome;
}

sbx_json *outcome_through(sbx_client *client, const char *entry, const sbx_request *request,
                          sbx_request_options *options, transfer *bytes)
{
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	sbx_json *outcome;
	sbx_status status;

	options->source = bytes->has_source ? &bytes->source : NULL;
	options->sink = bytes->has_sink ? &bytes->sink : NULL;
	if (strcmp(entry, "stream") == 0)
		return outcome_of_stream(client, request, options, bytes);
	if (strcmp(entry, "started") == 0)
		status = make_started(client, request, options, &response, &error);
	else
		status = make_sent(client, request, options, &response, &error);
	outcome = status < 0 ? new_error(error) : new_success(response, bytes);
	sbx_response_free(response);
	sbx_error_free(error);
	return outcome;
}
