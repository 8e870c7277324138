/* Three tools in the place of one for each operation: they list, describe and call all that is offered. */
#ifndef MCP_DYNAMIC_H
#define MCP_DYNAMIC_H

#include "simple_tool.h"

extern const struct simple_tool dynamic_tools[];
/* The same, with what reads alone. */
extern const struct simple_tool dynamic_reading_tools[];
extern const size_t dynamic_tools_count;

#endif
