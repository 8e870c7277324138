/* The tool that runs a script, which calls as many operations as it wants. */
#ifndef MCP_EXECUTE_CODE_H
#define MCP_EXECUTE_CODE_H

#include "simple_tool.h"

extern const struct simple_tool code_tools[];
/* The same, with what reads alone. */
extern const struct simple_tool code_reading_tools[];
extern const size_t code_tools_count;

#endif
