/*
 * What the library itself needs of JSON values beyond the public functions.
 */
#ifndef SBX_LIB_JSON_H
#define SBX_LIB_JSON_H

#include <sandbox_sdk/json.h>
#include <stdbool.h>

/* Sets copies of all members of an object in another one; NULL has none. False: no memory. */
bool sbx__json_merge(sbx_json *into, const sbx_json *from);
/* Whether a value is an integer that does not fit 64 bits. */
bool sbx__json_is_large(const sbx_json *json);
/* What a person calls the type of a value: "a string". */
const char *sbx__json_type_name(const sbx_json *json);

#endif
