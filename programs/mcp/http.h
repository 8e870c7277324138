/* The protocol over HTTP, at one path: a POST is a message, its answer JSON or, when there is something to tell before,
 * a stream of events. */
#ifndef MCP_HTTP_H
#define MCP_HTTP_H

#include "mcp.h"

/* Serves until the program is told to end. Returns the status to exit with. */
int http_serve(struct mcp *mcp);

#endif
