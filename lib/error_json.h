/*
 * Errors as JSON, without secrets.
 */
#ifndef SBX_LIB_ERROR_JSON_H
#define SBX_LIB_ERROR_JSON_H

#include "error.h"

/* Makes sure that sbx_error_to_json() does not show a secret that the answer holds. The error is complete; it may be
 * the static one. */
void sbx__error_seal(sbx_error *error, const char *secret);

#endif
