/* The tools: which are offered, and what calling one does. */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include "mcp.h"

/* Methods. */
void tools_list(struct job *job);
void tools_call(struct job *job);

/* Whether there is a tool of this name among those that are offered. */
bool tools_offer(const struct mcp *mcp, const char *name);
/* Whether an operation can be called or described in any way: as the tool of this name, by a script, or by those tools
 * that take its name. */
bool tools_reach(const struct mcp *mcp, const char *name);

/* Prints what would be offered. Returns the status to exit with. */
int tools_print(const struct mcp *mcp);

#endif
