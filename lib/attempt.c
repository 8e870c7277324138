#include "attempt.h"

#include <stdlib.h>

#include "call.h"
#include "error.h"
#include "outcome.h"
#include "redact.h"

void sbx__attempt_begin(sbx__call *call)
{
	sbx__attempt_record *record = &call->record;
	if (!call->config->on_attempt)
		return;
	free(record->url);
	*record = (sbx__attempt_record){
	        .open = true,
	        .url = sbx__redact_url(call->request.url, call->config->api_key),
	        .method = call->request.method,
	        .started = call->platform->wall_clock(call->platform->context),
	        .began = sbx__call_now(call),
	        .redirects = call->redirects,
	};
}

static sbx_attempt_outcome outcome_of(const sbx__call *call)
{
	switch (call->state) {
	case SBX__CALL_READY:
		return SBX_ATTEMPT_REDIRECTED;
	case SBX__CALL_WAITING:
		return SBX_ATTEMPT_RETRIED;
	default:
		return call->error ? SBX_ATTEMPT_FAILED : SBX_ATTEMPT_SUCCEEDED;
	}
}

/* The error that the attempt would be if nothing followed it. */
static sbx_status status_of(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	if (call->error)
		return sbx_error_code(call->error);
	if (call->state != SBX__CALL_WAITING)
		return SBX_OK;
	if (attempt->end == SBX__ANSWERED)
		return sbx__status_from_http(attempt->http_status);
	return attempt->timed_out ? SBX_ERROR_TIMEOUT : SBX_ERROR_CONNECTION;
}

static const char *request_id_of(const sbx__call *call)
{
	const char *id = sbx__headers_get(&call->attempt.headers, "x-request-id");
	/* The headers may have gone on to what came of the call. */
	if (!id && call->state == SBX__CALL_READY)
		id = sbx_response_header(call->previous, "x-request-id");
	if (!id && call->error)
		id = sbx_error_request_id(call->error);
	if (!id && call->response)
		id = sbx_response_header(call->response, "x-request-id");
	return id ? id : "";
}

void sbx__attempt_tell(sbx__call *call)
{
	sbx__attempt_record *record = &call->record;
	const sbx__facts *facts = &call->exchange.facts;
	sbx__attempt *attempt = &call->attempt;
	if (!record->open)
		return;
	record->open = false;
	sbx_times times;
	sbx__outcome_times(&times, facts);
	double took = (double)(sbx__call_now(call) - record->began) / 1e9;
	times.total = times.total > 0 ? times.total : took;
	sbx__redact_text(attempt->detail, call->config->api_key);
	double wait = (double)(call->wake_at - sbx__call_now(call)) / 1e9;
	const sbx_attempt told = {
	        .size = sizeof told,
	        .operation = call->input.operation->name,
	        .method = record->method,
	        .url = record->url ? record->url : "",
	        .request_id = request_id_of(call),
	        .detail = attempt->detail ? attempt->detail : "",
	        .times = &times,
	        .started = record->started,
	        .wait = call->state == SBX__CALL_WAITING ? (wait > 0 ? wait : 0) : SBX_DEFAULT,
	        .bytes_sent = facts->bytes_sent,
	        .bytes_received = facts->bytes_received,
	        .number = call->attempts,
	        .redirects = record->redirects,
	        .http_status = attempt->http_status >= 200 ? attempt->http_status : 0,
	        .http_version = facts->http_version,
	        .outcome = outcome_of(call),
	        .status = status_of(call),
	};
	call->config->on_attempt(call->config->on_attempt_user_data, call->options.attempt_user_data, &told);
}

void sbx__attempt_forget(sbx__call *call)
{
	free(call->record.url);
	call->record = (sbx__attempt_record){0};
}
