/* The tools that an assistant wants most: they need no identifier, and make a sandbox where there is none. */
#ifndef MCP_COMFORTABLE_H
#define MCP_COMFORTABLE_H

#include "simple_tool.h"

extern const struct simple_tool comfortable_tools[];
extern const size_t comfortable_tools_count;

#endif
