/*
 * Making responses.
 */
#ifndef SBX_LIB_RESPONSE_H
#define SBX_LIB_RESPONSE_H

#include <sandbox_sdk/response.h>
#include <stdatomic.h>

#include "headers.h"
#include "model.h"
#include "request.h"

struct sbx_response {
	atomic_size_t references;
	int status;
	sbx__headers headers;
	sbx__headers request_headers;
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
};

/* Another reference, which sbx_response_free() gives back as well. */
sbx_response *sbx__response_ref(sbx_response *response);

#endif
