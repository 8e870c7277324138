/*
 * Arguments that only some servers know. Others ignore what they do not know, so that a server which knows such an
 * argument says so in its answer (x-sdk-confirmed-by in api/openapi.yaml).
 */
#ifndef SBX_LIB_CONFIRMATION_H
#define SBX_LIB_CONFIRMATION_H

#include "request.h"

/* The first argument that was given and that the answer has to confirm; NULL: none. */
const sbx__parameter *sbx__confirmation_due(const sbx__request_input *input);
/* SBX_ERROR_UNSUPPORTED where the answer does not confirm what is due (NULL: nothing is). */
sbx_status sbx__confirmation_check(const sbx_operation *operation, const sbx__parameter *due, const sbx_json *answer,
                                   sbx_error **error);

#endif
