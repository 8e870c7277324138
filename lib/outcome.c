#include "outcome.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confirmation.h"
#include "error.h"
#include "error_json.h"
#include "json_printer.h"
#include "redact.h"
#include "utf8.h"

static void finish(sbx__call *call, sbx_error *error)
{
	call->error = error;
	call->state = SBX__CALL_DONE;
}

/* A body as text for a message: without white space around it, as it was sent. */
static void append_stripped(sbx__buffer *message, const sbx__buffer *body)
{
	size_t start = 0;
	size_t end = body->length;
	while (start < end && strchr(" \t\r\n", body->data[start]) && body->data[start])
		start++;
	while (end > start && strchr(" \t\r\n", body->data[end - 1]) && body->data[end - 1])
		end--;
	/* A message ends at its first NUL, so that a body that has one must not bring it in. */
	while (start < end) {
		const char *nul = memchr(body->data + start, '\0', end - start);
		size_t piece = nul ? (size_t)(nul - body->data) - start : end - start;
		sbx__utf8_append(message, body->data + start, piece);
		if (nul)
			sbx__buffer_text(message, "\xef\xbf\xbd");
		start += piece + (nul != NULL);
	}
}

/* The message of an answer that is no success; NULL: no memory. */
static char *status_message(const sbx__call *call, const sbx_json *json)
{
	sbx__buffer message = {0};
	if (json) {
		sbx__buffer_format(&message, "Error code: %d - ", call->attempt.http_status);
		sbx__json_append_text(json, 0, &message);
	} else {
		append_stripped(&message, &call->body);
		if (message.length == 0)
			sbx__buffer_format(&message, "Error code: %d", call->attempt.http_status);
	}
	return sbx__buffer_take(&message);
}

/* ---- what is known of the request and its answer ---- */

static void take_answer(sbx_response *response, sbx__call *call)
{
	response->http_version = call->exchange.facts.http_version;
	sbx__outcome_times(&response->times, &call->exchange.facts);
	response->status = call->attempt.http_status;
	response->headers = call->attempt.headers;
	call->attempt.headers = (sbx__headers){0};
	response->body = call->body;
	call->body = (sbx__buffer){0};
	response->size = call->attempt.received;
}

/* The headers that were sent, and which of them the call's credentials are. False: no memory. */
static bool keep_headers(sbx_response *response, const sbx__call *call)
{
	sbx__buffer *names = &response->credential_names;
	for (size_t index = 0; index < call->options.credentials_count; index++) {
		const char *name = call->options.credentials[index].name;
		sbx__buffer_append(names, name, strlen(name) + 1);
	}
	return !names->failed && sbx__headers_add_set(&response->request_headers, &call->request.headers);
}

/* What is known of the request that the attempt was. NULL: no memory. */
static sbx_response *new_response(const sbx__call *call, bool keeps_headers)
{
	sbx_response *response = calloc(1, sizeof *response);
	if (!response)
		return NULL;
	atomic_init(&response->references, 1);
	response->url = sbx__redact_url(call->request.url, call->config->api_key);
	if (!response->url || (keeps_headers && !keep_headers(response, call))) {
		sbx_response_free(response);
		return NULL;
	}
	memcpy(response->method, call->request.method, strlen(call->request.method) + 1);
	response->had_body = sbx__request_sends_body(&call->request);
	response->attempts = call->attempts;
	response->elapsed = (double)(sbx__call_now(call) - call->started) / 1e9;
	return response;
}

/* The redirects before the end of a call, and what was sent where that is kept. */
static void take_request(sbx_response *response, sbx__call *call, bool keeps_body)
{
	response->previous = call->previous;
	call->previous = NULL;
	if (keeps_body)
		sbx__response_take_body(response, &call->request.body);
}

bool sbx__outcome_redirected(sbx__call *call)
{
	sbx_response *response = new_response(call, true);
	if (!response)
		return false;
	call->redirected_bytes += call->body.length;
	take_answer(response, call);
	response->previous = call->previous;
	call->previous = response;
	return true;
}

static bool take_first_request(sbx_response *response, const sbx_response *first)
{
	char *url = strdup(first->url);
	sbx__headers headers = {0};
	if (!url || !sbx__headers_copy(&headers, &first->request_headers)) {
		free(url);
		sbx__headers_free(&headers);
		return false;
	}
	free(response->url);
	sbx__headers_free(&response->request_headers);
	response->url = url;
	response->request_headers = headers;
	response->had_body = first->had_body;
	memcpy(response->method, first->method, sizeof response->method);
	return true;
}

/* What became of the connection is an answer to the request as the caller made it, wherever redirects led. */
static bool return_to_first(sbx_response *response, const sbx__call *call, const sbx_error *error)
{
	const sbx_response *first = call->previous;
	if (!first || (error->code != SBX_ERROR_CONNECTION && error->code != SBX_ERROR_TIMEOUT))
		return true;
	while (first->previous)
		first = first->previous;
	return take_first_request(response, first);
}

static bool is_answered(const sbx__call *call)
{
	return call->attempt.http_status && call->attempt.end == SBX__ANSWERED;
}

static bool attach_response(sbx__call *call, sbx_error *error)
{
	error->answered = is_answered(call);
	/* That of a stream is its reader's, too. */
	if (call->response) {
		error->response = sbx__response_ref(call->response);
		return true;
	}
	sbx_response *response = new_response(call, true);
	error->response = response;
	if (!response || !return_to_first(response, call, error))
		return false;
	if (error->answered)
		take_answer(response, call);
	take_request(response, call, true);
	return true;
}

/* Gives an error what is known of the request and the answer. The answer's parts move into it. False: no memory. */
static bool describe(sbx__call *call, sbx_error *error)
{
	if (sbx__error_is_static(error))
		return true;
	if (is_answered(call))
		error->retry_after =
		        sbx__retry_after(&call->attempt.headers, call->platform->wall_clock(call->platform->context));
	if (!attach_response(call, error))
		return false;
	sbx__redact_text(error->message, call->config->api_key);
	sbx__redact_text(error->detail, call->config->api_key);
	return true;
}

static sbx_error *status_error(sbx__call *call)
{
	sbx_json *json = NULL;
	sbx_json_parse(call->body.data ? call->body.data : "", call->body.length, &json, NULL);
	sbx_error *error = sbx__error_new(sbx__status_from_http(call->attempt.http_status), "%s", "");
	char *message = status_message(call, json);
	if (sbx__error_is_static(error) || !message) {
		free(message);
		sbx_json_free(json);
		sbx_error_free(error);
		return sbx__error_memory();
	}
	free(error->message);
	error->message = message;
	error->json = json;
	error->retryable =
	        sbx__retry_wanted(SBX__SAFE, SBX__ANSWERED, call->attempt.http_status, &call->attempt.headers);
	return error;
}

static sbx_error *connection_error(sbx__call *call)
{
	bool timed_out = call->attempt.timed_out;
	const char *detail = call->attempt.detail ? call->attempt.detail : "";
	if (call->attempt.resend_refused)
		detail = "the connection was lost after the request was sent";
	if (call->attempt.contradictory)
		detail = "the answer says two different things of its length";
	sbx_error *error =
	        sbx__error_new(timed_out ? SBX_ERROR_TIMEOUT : SBX_ERROR_CONNECTION, "%s%s%s",
		               timed_out ? "Request timed out" : "Connection error", *detail ? ": " : ".", detail);
	if (!sbx__error_is_static(error)) {
		error->detail = strdup(detail);
		error->retryable = call->attempt.end != SBX__REFUSED;
	}
	return error;
}

bool sbx__outcome_carried_out(const sbx__call *call)
{
	return call->request.became_get && call->safety == SBX__UNSAFE;
}

bool sbx__outcome_unknown(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	if (sbx__outcome_carried_out(call))
		return true;
	/* What a source did not give the server did not get: it cannot act on it. */
	return !attempt->source_failed && sbx__retry_outcome_unknown(call->safety, attempt->end, attempt->http_status);
}

/* An answer ends the doubt about a request that, sent twice, does what it does once. */
static bool still_doubtful(const sbx__call *call)
{
	bool settled = call->safety == SBX__IDEMPOTENT && call->attempt.end == SBX__ANSWERED;
	return sbx__outcome_unknown(call) || (call->doubtful && !settled);
}

/* Whether the request would be sent again if its body could. */
static bool is_spent(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	int64_t total;
	return !sbx__body_can_rewind(&call->request.body) && sbx__body_sources_done(&call->request.body, &total) > 0 &&
	       call->retries + call->resends < call->options.max_retries &&
	       sbx__retry_wanted(call->input.operation->safety, attempt->end, attempt->http_status, &attempt->headers);
}

static void add_detail(sbx_error *error, const char *text)
{
	sbx__buffer detail = {0};
	bool more = error->detail && *error->detail;
	sbx__buffer_format(&detail, "%s%s%s", more ? error->detail : "", more ? "; " : "", text);
	char *made = sbx__buffer_take(&detail);
	if (!made)
		return;
	free(error->detail);
	error->detail = made;
}

void sbx__outcome_fail_attempt(sbx__call *call)
{
	bool answered = call->attempt.end == SBX__ANSWERED;
	bool spent = is_spent(call);
	sbx_error *error = answered ? status_error(call) : connection_error(call);
	if (spent && !sbx__error_is_static(error))
		add_detail(error, "not sent again, since its source can be read only once");
	sbx__outcome_fail(call, error);
}

void sbx__outcome_fail(sbx__call *call, sbx_error *error)
{
	bool unknown = still_doubtful(call);
	if (!describe(call, error)) {
		sbx_error_free(error);
		error = sbx__error_memory();
	}
	if (!sbx__error_is_static(error))
		error->outcome_unknown = unknown;
	else if (unknown)
		error = sbx__error_memory_in_doubt();
	sbx__error_seal(error, call->config->api_key);
	finish(call, error);
}

void sbx__outcome_times(sbx_times *times, const sbx__facts *facts)
{
	*times = (sbx_times){
	        .size = sizeof *times,
	        .name_lookup = facts->name_lookup,
	        .connect = facts->connect,
	        .tls = facts->tls,
	        .request_sent = facts->request_sent,
	        .first_byte = facts->first_byte,
	        .total = facts->total > facts->first_byte ? facts->total : facts->first_byte,
	};
}

static void add_body(const sbx__call *call, sbx_error *error)
{
	if (!sbx__error_is_static(error))
		sbx_json_parse(call->body.data ? call->body.data : "", call->body.length, &error->json, NULL);
}

static sbx_error *validation_error(sbx__call *call, sbx_error *cause)
{
	sbx_error *error =
	        call->request.custom
	                ? sbx__error_new(SBX_ERROR_RESPONSE_VALIDATION, "The answer is not the JSON that it says: %s",
	                                 sbx_error_message(cause))
	                : sbx__error_new(SBX_ERROR_RESPONSE_VALIDATION, "The answer is not what %s answers: %s",
	                                 call->input.operation->name, sbx_error_message(cause));
	sbx_error_free(cause);
	add_body(call, error);
	return error;
}

static void fail_decoding(sbx__call *call, sbx_error *error)
{
	bool no_memory = sbx_error_code(error) == SBX_ERROR_OUT_OF_MEMORY;
	sbx__outcome_fail(call, no_memory ? error : validation_error(call, error));
}

static bool decode(sbx__call *call, sbx__model **model)
{
	const sbx_operation *operation = call->input.operation;
	sbx_error *error = NULL;
	sbx_json *json = NULL;
	if (call->body.length == 0)
		sbx__fail(&error, SBX_ERROR_RESPONSE_VALIDATION, "it is empty");
	else if (sbx_json_parse(call->body.data, call->body.length, &json, &error) == SBX_OK)
		sbx__model_new(operation->model, json, call->config->strict, model, &error);
	if (error) {
		fail_decoding(call, error);
		return false;
	}
	if (sbx__confirmation_check(operation, call->request.due, sbx__model_json(*model), &error) == SBX_OK)
		return true;
	sbx__model_unref(*model);
	*model = NULL;
	add_body(call, error);
	sbx__outcome_fail(call, error);
	return false;
}

/* Whether a media type is JSON (RFC 8259, section 11; RFC 6839, section 3.1). */
static bool is_json_type(const char *type)
{
	size_t length = type ? strcspn(type, "; \t") : 0;
	return (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
	       (length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

static bool asked_for_json(const sbx__call *call)
{
	const sbx_pair *accept = sbx__header_set_find(&call->request.headers, "Accept");
	return accept && accept->value && strcasestr(accept->value, "json");
}

/* The body of a custom request's answer that is in memory and says that it is JSON. */
static bool decode_custom(sbx__call *call, sbx_json **json)
{
	sbx_error *error = NULL;
	if (!call->request.custom || call->undecoded || call->body.length == 0 ||
	    !is_json_type(sbx__headers_get(&call->attempt.headers, "content-type")) ||
	    sbx_json_parse(call->body.data, call->body.length, json, &error) == SBX_OK)
		return true;
	if (sbx_error_code(error) != SBX_ERROR_OUT_OF_MEMORY && !asked_for_json(call)) {
		sbx_error_free(error);
		return true;
	}
	fail_decoding(call, error);
	return false;
}

static sbx_response *new_model_alone(sbx__model *model)
{
	sbx_response *response = calloc(1, sizeof *response);
	if (!response)
		return NULL;
	atomic_init(&response->references, 1);
	response->model = model;
	return response;
}

static sbx_response *make_response(sbx__call *call, sbx__model *model, sbx_json *json)
{
	if (call->model_alone)
		return new_model_alone(model);
	bool keeps_request = call->undecoded || call->stream;
	sbx_response *response = new_response(call, keeps_request);
	if (!response)
		return NULL;
	response->model = model;
	response->json = json;
	take_answer(response, call);
	take_request(response, call, keeps_request);
	return response;
}

void sbx__outcome_open(sbx__call *call)
{
	call->response = make_response(call, NULL, NULL);
	if (!call->response)
		sbx__call_abort(call, SBX_ERROR_OUT_OF_MEMORY, "Out of memory");
}

void sbx__outcome_succeed(sbx__call *call)
{
	sbx__model *model = NULL;
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	if (call->stream) {
		/* An answer without a body may be over before a step has seen its head. */
		if (!call->response)
			sbx__outcome_open(call);
		if (call->state != SBX__CALL_DONE)
			finish(call, NULL);
		return;
	}
	if (call->input.operation->model && !call->undecoded && !decode(call, &model))
		return;
	if (!call->input.operation->model && sbx__sink_finish(&call->sink, &error) < 0) {
		sbx__outcome_fail(call, error);
		return;
	}
	if (!decode_custom(call, &json))
		return;
	call->response = make_response(call, model, json);
	if (!call->response) {
		sbx__model_unref(model);
		sbx_json_free(json);
		sbx__fail_memory(&error);
	}
	finish(call, error);
}
