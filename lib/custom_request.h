/*
 * Requests of the caller's own making: any method, path or URL, and body.
 */
#ifndef SBX_LIB_CUSTOM_REQUEST_H
#define SBX_LIB_CUSTOM_REQUEST_H

#include "request.h"

/* Checks that a request is one: an operation with its arguments, or a custom one. */
sbx_status sbx__custom_request_check(const sbx_request *request, sbx_error **error);
/* What stands for an operation where a request is custom: how safe its method is, and that its answer is bytes. */
const sbx_operation *sbx__custom_operation(const sbx_request *request);
/* Builds method, URL and body of a request that was checked. */
sbx_status sbx__custom_request_build(sbx__request *request, const sbx__request_input *input, sbx_error **error);

#endif
