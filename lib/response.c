#include "response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "error.h"
#include "redact.h"

int sbx_response_status(const sbx_response *response)
{
	return response ? response->status : 0;
}

const char *sbx_response_header(const sbx_response *response, const char *name)
{
	return response && name ? sbx__headers_get(&response->headers, name) : NULL;
}

size_t sbx_response_headers_count(const sbx_response *response)
{
	return response ? sbx__headers_count(&response->headers) : 0;
}

sbx_pair sbx_response_header_at(const sbx_response *response, size_t index)
{
	return response ? sbx__headers_at(&response->headers, index) : (sbx_pair){NULL, NULL};
}

size_t sbx_response_request_headers_count(const sbx_response *response)
{
	return response ? sbx__headers_count(&response->request_headers) : 0;
}

sbx_pair sbx_response_request_header_at(const sbx_response *response, size_t index)
{
	return response ? sbx__headers_at(&response->request_headers, index) : (sbx_pair){NULL, NULL};
}

int sbx_response_request_header_is_secret(const sbx_response *response, size_t index)
{
	sbx_pair pair = sbx_response_request_header_at(response, index);
	if (!pair.name)
		return 0;
	if (sbx__redact_is_secret(pair.name))
		return 1;
	const sbx__buffer *names = &response->credential_names;
	for (size_t at = 0; at < names->length; at += strlen(names->data + at) + 1)
		if (strcasecmp(names->data + at, pair.name) == 0)
			return 1;
	return 0;
}

const char *sbx_response_request_body(const sbx_response *response, size_t *length)
{
	if (length)
		*length = response ? response->request_length : 0;
	return response ? response->request_body : NULL;
}

const sbx_response *sbx_response_previous(const sbx_response *response)
{
	return response ? response->previous : NULL;
}

const sbx_response *sbx_response_of_error(const sbx_error *error)
{
	return error ? error->response : NULL;
}

const char *sbx_response_body(const sbx_response *response, size_t *length)
{
	if (length)
		*length = response ? response->body.length : 0;
	return response && response->body.data ? response->body.data : "";
}

const sbx_json *sbx_response_json(const sbx_response *response)
{
	if (!response)
		return NULL;
	return response->model ? sbx__model_json(response->model) : response->json;
}

int64_t sbx_response_size(const sbx_response *response)
{
	return response ? response->size : 0;
}

const char *sbx_response_method(const sbx_response *response)
{
	return response ? response->method : "";
}

const char *sbx_response_url(const sbx_response *response)
{
	return response ? response->url : "";
}

int sbx_response_attempts(const sbx_response *response)
{
	return response ? response->attempts : 0;
}

double sbx_response_elapsed(const sbx_response *response)
{
	return response ? response->elapsed : 0;
}

const char *sbx_response_http_version(const sbx_response *response)
{
	switch (response ? response->http_version : 0) {
	case 10:
		return "1.0";
	case 11:
		return "1.1";
	case 20:
		return "2";
	case 30:
		return "3";
	default:
		return "";
	}
}

sbx_status sbx_response_times(const sbx_response *response, sbx_times *times, sbx_error **error)
{
	if (!response)
		return sbx__fail_argument(error, "response", "must not be NULL");
	sbx_status status = sbx__struct_check(times, "times", error);
	if (status == SBX_OK)
		sbx__struct_write(times, &response->times, sizeof response->times);
	return status;
}

sbx_response *sbx__response_ref(sbx_response *response)
{
	atomic_fetch_add_explicit(&response->references, 1, memory_order_relaxed);
	return response;
}

void sbx__response_take_body(sbx_response *response, sbx__body *body)
{
	bool in_memory = body->form == SBX__BODY_IN_MEMORY;
	if (in_memory)
		response->sent = sbx__body_lend(body);
	for (sbx_response *at = response; at; at = at->previous) {
		at->request_body = !at->had_body ? "" : in_memory ? response->sent.data : NULL;
		at->request_length = at->had_body && in_memory ? response->sent.length : 0;
	}
}

static void destroy(sbx_response *response)
{
	sbx__headers_free(&response->headers);
	sbx__headers_free(&response->request_headers);
	sbx__buffer_free(&response->credential_names);
	sbx__buffer_free(&response->sent);
	sbx__buffer_free(&response->body);
	sbx__model_unref(response->model);
	sbx_json_free(response->json);
	free(response->url);
	free(response);
}

void sbx_response_free(sbx_response *response)
{
	while (response && atomic_fetch_sub_explicit(&response->references, 1, memory_order_acq_rel) == 1) {
		sbx_response *previous = response->previous;
		destroy(response);
		response = previous;
	}
}
