/* Cutting an answer down to the parts that were asked for. */
#ifndef MCP_FIELDS_H
#define MCP_FIELDS_H

#include <sandbox_sdk/json.h>

/* What is wrong with a list of paths: of names that are joined by dots, such as "data.id". NULL: nothing. */
const char *fields_check(const sbx_json *paths);
/* A new value with those parts alone, of a list that was checked. A name is looked for in each item of an array. What
 * is not there is left out. NULL: memory has run out. */
sbx_json *fields_cut(const sbx_json *value, const sbx_json *paths);

#endif
