#include "redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_log.h"
#include "error.h"
#include "outcome.h"
#include "transport_parse.h"

static bool are_followed(const sbx__call *call)
{
	sbx_flag wanted = call->options.follow_redirects;
	return wanted == SBX_FLAG_DEFAULT ? call->config->http->follow_redirects : wanted == SBX_FLAG_YES;
}

static bool is_redirect(int http_status)
{
	return http_status == 301 || http_status == 302 || http_status == 303 || http_status == 307 ||
	       http_status == 308;
}

/* What browsers and RFC 9110, section 15.4, make of a method behind a redirect. */
static bool becomes_get(const char *method, int http_status)
{
	if (strcmp(method, "HEAD") == 0 || strcmp(method, "GET") == 0)
		return false;
	return http_status == 303 || http_status == 302 || (http_status == 301 && strcmp(method, "POST") == 0);
}

static sbx_error *redirect_error(const char *problem)
{
	if (problem == sbx__url_no_memory)
		return sbx__error_memory();
	sbx_error *error = sbx__error_new(SBX_ERROR_CONNECTION, "Connection error: %s", problem);
	if (!sbx__error_is_static(error))
		error->detail = strdup(problem);
	return error;
}

/* Takes over the URL. */
static sbx_error *follow(sbx__call *call, char *url, const sbx__url_parts *parts)
{
	sbx__request *request = &call->request;
	bool as_get = request->became_get || becomes_get(request->method, call->attempt.http_status);
	const char *problem = NULL;
	char too_many[64];
	sbx__url_parts from = {0};
	snprintf(too_many, sizeof too_many, "more than %d redirects", call->config->http->max_redirects);
	if (++call->redirects > call->config->http->max_redirects)
		problem = too_many;
	else if (!sbx__url_parse(request->url, &from, &problem))
		;
	else if (request->body.form != SBX__BODY_ABSENT && !as_get && strcmp(from.origin, parts->origin) != 0)
		problem = "a redirect to another origin, which the body is not sent to";
	else if (!sbx__body_rewind(&request->body))
		problem = "a redirect of an upload whose source can be read only once";
	else
		problem = NULL;
	sbx__url_parts_free(&from);
	if (problem) {
		free(url);
		return redirect_error(problem);
	}
	if (!sbx__outcome_redirected(call)) {
		free(url);
		return sbx__error_memory();
	}
	sbx__request_redirect(request, url, as_get, strcmp(parts->origin, call->config->origin) != 0);
	return NULL;
}

bool sbx__redirect_follow(sbx__call *call)
{
	const char *location = sbx__headers_get(&call->attempt.headers, "location");
	if (!is_redirect(call->attempt.http_status) || !location || !are_followed(call))
		return false;
	sbx__url_parts parts;
	const char *problem;
	char *url = sbx__url_resolve(call->request.url, location, &problem);
	if (!url || !sbx__url_parse(url, &parts, &problem)) {
		free(url);
		if (problem != sbx__url_no_memory)
			return false;
		sbx__outcome_fail(call, sbx__error_memory());
		return true;
	}
	sbx_error *error = follow(call, url, &parts);
	sbx__url_parts_free(&parts);
	if (error) {
		sbx__outcome_fail(call, error);
		return true;
	}
	sbx__call_log_redirect(call);
	call->state = SBX__CALL_READY;
	return true;
}
