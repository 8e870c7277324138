/* Which tools are offered. */
#ifndef MCP_OFFER_H
#define MCP_OFFER_H

#include "operation_tools.h"
#include "options.h"
#include "tool_sets.h"

/* Whether an operation may be called, be it a tool of its own or not: it is neither left out nor changes what is not to
 * be changed. */
bool offer_allows(const struct options *options, const struct operation_tool *tool);
/* Whether it is a tool of its own. */
bool offer_has_operation(const struct options *options, const struct operation_tool *tool);
/* Whether a tool of a group is offered. */
bool offer_has_simple(const struct options *options, enum tool_group group, const struct simple_tool *tool);
/* Whether any is. */
bool offer_has_any(const struct options *options);

/* The tools of a set as they are with these options. */
const struct simple_tool *offer_tools(const struct options *options, const struct tool_set *set);
/* The entry of `tools/list` of an operation. */
const char *offer_definition(const struct options *options, const struct operation_tool *tool);

#endif
