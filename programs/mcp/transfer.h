/* Files and folders between a sandbox and the folders of this machine that --root names. */
#ifndef MCP_TRANSFER_H
#define MCP_TRANSFER_H

#include "simple_tool.h"

extern const struct simple_tool transfer_tools[];
extern const size_t transfer_tools_count;

#endif
