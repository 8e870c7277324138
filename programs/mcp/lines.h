/* The protocol over standard input and output: one message a line. */
#ifndef MCP_LINES_H
#define MCP_LINES_H

#include "mcp.h"

/* Serves until the input ends or the program is told to end. Returns the status to exit with. */
int lines_serve(struct mcp *mcp);

#endif
