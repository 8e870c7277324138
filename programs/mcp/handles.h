/* Commands that go on after the call that has started them: each is known by a handle. */
#ifndef MCP_HANDLES_H
#define MCP_HANDLES_H

#include "simple_tool.h"

struct mcp;

extern const struct simple_tool handle_tools[];
extern const size_t handle_tools_count;

/* When something is to be done next that no descriptor tells of, in milliseconds from now; -1: nothing is. */
int handles_wait_ms(const struct mcp *mcp);
/* Does what is due. */
void handles_tick(struct mcp *mcp);
/* Ends all of them. */
void handles_clean_up(struct mcp *mcp);

#endif
