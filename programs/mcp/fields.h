/* Cutting an answer down to the parts that were asked for. */
#ifndef MCP_FIELDS_H
#define MCP_FIELDS_H

#include <sandbox_sdk/json.h>

/* Whether this is a list of paths: names that are joined by dots, such as "data.id". */
int fields_check(const sbx_json *paths);
/* A new value with those parts alone. A name is looked for in each item of an array. NULL: memory has run out. */
sbx_json *fields_cut(const sbx_json *value, const sbx_json *paths);

#endif
