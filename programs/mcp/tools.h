/* The tools: which are offered, and what calling one does. */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include "mcp.h"

/* Methods. */
void tools_list(struct job *job);
void tools_call(struct job *job);

/* Prints what would be offered. Returns the status to exit with. */
int tools_print(const struct mcp *mcp);

#endif
