/*
 * Making responses.
 */
#ifndef SBX_LIB_RESPONSE_H
#define SBX_LIB_RESPONSE_H

#include <sandbox_sdk/response.h>
#include <stdatomic.h>

#include "body.h"
#include "headers.h"
#include "model.h"
#include "request.h"

struct sbx_response {
	atomic_size_t references;
	int status; /* 0: no answer came */
	sbx__headers headers;
	sbx__headers request_headers;
	sbx__buffer credential_names; /* of the call's credentials, each with its NUL */
	const char *request_body;     /* NULL: it was not kept */
	size_t request_length;
	sbx__buffer sent; /* where that lies, for the answers of redirects too, which are freed with this one */
	bool had_body;    /* the request */
	sbx__buffer body;
	sbx__model *model; /* of an operation's answer; NULL where it is bytes */
	sbx_json *json;    /* of a custom request's answer; NULL where it is bytes */
	char method[SBX__METHOD_SIZE];
	char *url;
	int http_version; /* 10, 11, 20 or 30; 0: not known */
	sbx_times times;
	int64_t size;
	int attempts;
	double elapsed;
	sbx_response *previous; /* of the redirect that led here; NULL: there was none */
};

/* Keeps the body that was sent, for the answers of redirects before this one too. */
void sbx__response_take_body(sbx_response *response, sbx__body *body);
/* Another reference, which sbx_response_free() gives back as well. */
sbx_response *sbx__response_ref(sbx_response *response);

#endif
