/* A stream of what changes. Nothing does: what is offered is the same until the server ends, so that a host that
 * listens hears that it is heard, and the end. */
#ifndef MCP_SUBSCRIPTIONS_H
#define MCP_SUBSCRIPTIONS_H

#include "job.h"

/* A method. */
void subscriptions_listen(struct job *job);
/* Ends all of them. */
void subscriptions_end(struct mcp *mcp);

#endif
