#include "call_log.h"

#include <stdlib.h>
#include <strings.h>

#include "redact.h"

static bool wants(const sbx__call *call, sbx_log_level level)
{
	return sbx__log_wants(&call->config->log, level);
}

/* The request's URL as it may be shown, which the caller frees; NULL: no memory. */
static char *shown_url(const sbx__call *call)
{
	return sbx__redact_url(call->request.url, call->config->api_key);
}

void sbx__call_log_request(const sbx__call *call)
{
	if (!wants(call, SBX_LOG_DEBUG))
		return;
	char *url = shown_url(call);
	sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "Sending HTTP Request: %s %s, attempt %d",
	               call->request.method, url ? url : "", call->attempts);
	free(url);
}

/* ---- the end of an attempt ---- */

static void append_header(const sbx__call *call, sbx_pair pair, sbx__buffer *text)
{
	/* Where a redirect leads there may be a password. */
	char *url = strcasecmp(pair.name, "location") == 0 ? sbx__redact_url(pair.value, call->config->api_key) : NULL;
	const char *shown = sbx__redact_is_secret(pair.name) ? "***" : url ? url : pair.value;
	sbx__buffer_format(text, " %s: %s;", pair.name, shown);
	free(url);
}

static void log_headers(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	sbx__buffer headers = {0};
	for (size_t index = 0; index < sbx__headers_count(&attempt->headers); index++)
		append_header(call, sbx__headers_at(&attempt->headers, index), &headers);
	if (!headers.failed)
		sbx__redact_text(headers.data, call->config->api_key);
	sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "HTTP Response: %d, %lld bytes;%s", attempt->http_status,
	               (long long)attempt->received, headers.data && !headers.failed ? headers.data : "");
	sbx__buffer_free(&headers);
}

void sbx__call_log_answer(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	if (!wants(call, SBX_LOG_DEBUG))
		return;
	if (attempt->end == SBX__ANSWERED)
		log_headers(call);
	else
		sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "No answer to %s: %s", call->request.method,
		               attempt->detail ? attempt->detail : "");
}

/* ---- what is decided ---- */

void sbx__call_log_redirect(const sbx__call *call)
{
	if (!wants(call, SBX_LOG_DEBUG))
		return;
	char *url = shown_url(call);
	sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "Decision: follow the redirect to %s", url ? url : "");
	free(url);
}

/* Why an attempt is followed by another one. */
static void log_cause(const sbx__call *call)
{
	const sbx__log *log = &call->config->log;
	int left = call->options.max_retries - call->retries - call->resends;
	if (call->attempt.end == SBX__ANSWERED)
		sbx__log_write(log, SBX_LOG_DEBUG, "Decision: send once more after status %d, retries left: %d",
		               call->attempt.http_status, left);
	else
		sbx__log_write(log, SBX_LOG_DEBUG, "Decision: send once more after %s, retries left: %d",
		               call->attempt.timed_out ? "a timeout" : "a lost connection", left);
}

void sbx__call_log_retry(const sbx__call *call, double wait)
{
	if (!wants(call, SBX_LOG_INFO))
		return;
	log_cause(call);
	char *url = shown_url(call);
	sbx__log_write(&call->config->log, SBX_LOG_INFO, "Retrying request to %s in %f seconds", url ? url : "", wait);
	free(url);
}

void sbx__call_log_end(const sbx__call *call, const char *reason)
{
	sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "Decision: give up, since %s", reason);
}
