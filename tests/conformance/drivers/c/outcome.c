/* Errors and answers as the runner reads them. */
#include <string.h>

#include "driver.h"

static sbx_json *new_text(const char *text, size_t length)
{
	sbx_json *json = text ? sbx_json_new_string(text, length) : sbx_json_new_null();

	return json ? json : built(sbx_json_new_string("(not UTF-8)", 11));
}

static sbx_json *new_string(const char *text)
{
	return new_text(text, text ? strlen(text) : 0);
}

/* The body decoded where it is JSON, else its text; null where no answer came. */
static sbx_json *new_error_body(const sbx_error *error)
{
	size_t length = 0;
	const char *body = sbx_error_body(error, &length);

	return sbx_error_json(error) ? sbx_json_copy(sbx_error_json(error)) : new_text(body, length);
}

sbx_json *new_error(const sbx_error *error)
{
	sbx_json *outcome = built(sbx_json_new_object());
	sbx_json *said = built(sbx_json_new_object());
	int status = sbx_error_http_status(error);
	double retry_after = sbx_error_retry_after(error);

	set(said, "code", new_string(sbx_error_name(error)));
	set(said, "status", status ? sbx_json_new_integer(status) : sbx_json_new_null());
	set(said, "message", new_string(sbx_error_message(error)));
	set(said, "detail", new_string(sbx_error_detail(error)));
	set(said, "argument", new_string(sbx_error_argument(error)));
	set(said, "body", new_error_body(error));
	set(said, "url", new_string(sbx_error_url(error)));
	set(said, "attempts", sbx_json_new_integer(sbx_error_attempts(error)));
	set(said, "retryable", sbx_json_new_boolean(sbx_error_retryable(error)));
	set(said, "outcome_unknown", sbx_json_new_boolean(sbx_error_outcome_unknown(error)));
	set(said, "retry_after", retry_after >= 0 ? sbx_json_new_number(retry_after) : sbx_json_new_null());
	set(outcome, "error", said);
	return outcome;
}

static sbx_json *new_headers(const sbx_response *response)
{
	sbx_json *headers = built(sbx_json_new_array());

	for (size_t index = 0; index < sbx_response_headers_count(response); index++) {
		sbx_pair pair = sbx_response_header_at(response, index);
		sbx_json *header = built(sbx_json_new_array());

		sbx_json_append(header, new_string(pair.name));
		sbx_json_append(header, new_string(pair.value));
		sbx_json_append(headers, header);
	}
	return headers;
}

/* All but the body. */
static sbx_json *new_head(const sbx_response *response)
{
	sbx_json *got = built(sbx_json_new_object());

	set(got, "status", sbx_json_new_integer(sbx_response_status(response)));
	set(got, "attempts", sbx_json_new_integer(sbx_response_attempts(response)));
	set(got, "url", new_string(sbx_response_url(response)));
	set(got, "method", new_string(sbx_response_method(response)));
	set(got, "http_version", new_string(sbx_response_http_version(response)));
	set(got, "headers", new_headers(response));
	return got;
}

sbx_json *new_streamed(const sbx_response *response, const transfer *bytes)
{
	sbx_json *outcome = built(sbx_json_new_object());
	sbx_json *got = new_head(response);
	sbx_json *json = NULL;

	/* What a stream gives are bytes: whether they are JSON is for its reader to say. */
	if (bytes && sbx_json_parse(bytes->received, bytes->received_length, &json, NULL) == SBX_OK)
		set(got, "json", json);
	if (bytes)
		set(got, "bytes", new_base64(bytes->received, bytes->received_length));
	set(outcome, "ok", got);
	return outcome;
}

sbx_json *new_success(const sbx_response *response, const transfer *bytes)
{
	sbx_json *outcome = built(sbx_json_new_object());
	sbx_json *got = new_head(response);
	size_t length = 0;
	const char *body = sbx_response_body(response, &length);

	if (sbx_response_json(response))
		set(got, "json", sbx_json_copy(sbx_response_json(response)));
	else if (bytes->sink.kind == SBX_SINK_CALLBACK)
		set(got, "bytes", new_base64(bytes->received, bytes->received_length));
	else if (!bytes->has_sink)
		set(got, "bytes", new_base64(body, length));
	set(outcome, "ok", got);
	return outcome;
}
