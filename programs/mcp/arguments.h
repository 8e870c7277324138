/* The arguments of a call, and the schema of its tool that they have to fit. */
#ifndef MCP_ARGUMENTS_H
#define MCP_ARGUMENTS_H

#include "mcp.h"

/* The `inputSchema` of a tool's definition, which is read once; NULL: memory has run out. */
const sbx_json *arguments_schema(struct mcp *mcp, const char *definition);

/* Returns what is wrong with the arguments, in words that stay until the next check; NULL: nothing. NULL arguments are
 * none. */
const char *arguments_check(struct mcp *mcp, const char *definition, const sbx_json *arguments);

void arguments_clean_up(struct mcp *mcp);

#endif
