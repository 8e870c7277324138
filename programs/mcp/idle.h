/* Deletes the sandboxes that this server has made unnamed and that nobody uses any more (--idle-delete). */
#ifndef MCP_IDLE_H
#define MCP_IDLE_H

#include "made.h"

/* Begins to delete one. */
void idle_delete(struct made *made);
/* How long until one is to be deleted, in milliseconds; -1: none is. */
int idle_wait_ms(const struct mcp *mcp);
void idle_tick(struct mcp *mcp);

#endif
