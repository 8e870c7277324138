/* Which tools are offered. */
#ifndef MCP_OFFER_H
#define MCP_OFFER_H

#include "operation_tools.h"
#include "options.h"

/* Whether an operation may be called, be it a tool of its own or not: it is neither left out nor changes what is not to
 * be changed. */
bool offer_allows(const struct options *options, const struct operation_tool *tool);
/* Whether one of a group is. `operation` is that of the API which it calls, such as "sandboxes.create"; NULL: none, or
 * any. */
bool offer_has(const struct options *options, enum tool_group group, const char *tool, const char *operation,
               bool reads);

/* The entry of `tools/list` of an operation. */
const char *offer_definition(const struct options *options, const struct operation_tool *tool);

#endif
