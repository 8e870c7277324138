/* Calls of the API's operations as tools. */
#ifndef MCP_OPERATION_CALL_H
#define MCP_OPERATION_CALL_H

#include "mcp.h"
#include "operation_tools.h"

/* Calls it, and answers the job with what it gives. */
void operation_call(struct job *job, const struct operation_tool *tool, const sbx_json *arguments);

#endif
