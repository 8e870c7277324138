/*
 * Making responses.
 */
#ifndef SBX_LIB_RESPONSE_H
#define SBX_LIB_RESPONSE_H

#include <sandbox_sdk/response.h>

#include <stdatomic.h>

#include "headers.h"
#include "model.h"

struct sbx_response {
	atomic_size_t references;
	int status;
	sbx__headers headers;
	sbx__buffer body;
	sbx__model *model;  /* NULL where the answer is bytes */
	const char *method; /* static */
	char *url;
	int64_t size;
	int attempts;
	double elapsed;
};

/* Another reference, which sbx_response_free() gives back as well. */
sbx_response *sbx__response_ref(sbx_response *response);

#endif
