/* Searching the documentation. */
#ifndef MCP_SEARCH_H
#define MCP_SEARCH_H

#include "simple_tool.h"

struct mcp;

extern const struct simple_tool search_tools[];
extern const size_t search_tools_count;

void search_clean_up(struct mcp *mcp);

#endif
