/* The sandbox that a comfortable tool works in: the one of a name, or one that this server makes for itself. */
#ifndef MCP_PLACE_H
#define MCP_PLACE_H

#include "mcp.h"

struct place;

/* The argument that names it, as a tool's schema has it. */
#define PLACE_PROPERTY \
	"\"sandbox\":{\"type\":\"string\",\"minLength\":1,\"description\":\"Its name; made if there is none. Left " \
	"out: one of this server's own\"}"

/* The same of a tool that only reads: such a one makes none. */
#define READ_PLACE_PROPERTY \
	"\"sandbox\":{\"type\":\"string\",\"minLength\":1,\"description\":\"Its name. Left out: this server's own\"}"

/* Goes on with the sandbox's id, or with what the tool answers since there is none, which is taken over. */
typedef void place_then(struct job *job, const char *id, sbx_json *refusal);

/* Finds the sandbox, or makes it for a tool that changes something: at most one for each name, whoever else asks
 * meanwhile. A NULL name is that of the server's own. */
void place_find(struct job *job, const char *name, place_then *then);
/* Goes on after the error of a job in the sandbox, which is taken over: where that was deleted meanwhile nothing was
 * done, and it is done in another one, once. Else the job is answered. */
void place_fail(struct job *job, const char *name, const char *id, sbx_error *error, place_then *then);
/* The sandbox was deleted: the next one who asks for it makes another. */
void place_forget(struct mcp *mcp, const char *id);
/* The deletion of one that nobody used has ended. */
void place_left(struct mcp *mcp, const char *id, bool is_gone);
/* Deletes the server's own, unless it is to be kept, and forgets all. */
void place_clean_up(struct mcp *mcp);

#endif
