/*
 * Making responses.
 */
#ifndef SBX_LIB_RESPONSE_H
#define SBX_LIB_RESPONSE_H

#include <sandbox_sdk/response.h>

#include "headers.h"
#include "model.h"

struct sbx_response {
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

#endif
