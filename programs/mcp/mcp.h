/* The server, whatever carries its messages: it takes them one by one, and answers when an answer is there. Everything
 * happens on one thread, in the client's loop and whatever the carrier watches beside it. */
#ifndef MCP_MCP_H
#define MCP_MCP_H

#include "job.h"
#include "options.h"

#include <sandbox_sdk.h>

struct ledger;
struct makings;
struct operation;
struct sqlite3;
struct handle;
struct handle_wait;
struct place;
struct schemas;
struct script;

struct mcp {
	const struct options *options;
	sbx_client *client; /* NULL: nothing has needed it yet */
	bool initialized;
	int64_t ledger_ms; /* when to look for what others have left; 0: it is done */
	struct job *jobs;
	struct handle *handles;        /* commands that were started and not waited for */
	struct handle_wait *waits;     /* calls that wait for one of them */
	struct sqlite3 *index;         /* of the documentation; NULL: nobody has searched it */
	struct schemas *schemas;       /* of tools that were called; NULL: none was */
	struct makings *makings;       /* the sandboxes that it has made; NULL: none */
	struct ledger *ledger;         /* NULL: nothing has needed it yet */
	struct place *places;          /* the sandboxes that tools have found or made */
	struct script *scripts;        /* that run */
	struct script *killed_scripts; /* whose processes have not ended yet */
	struct operation *orphans;     /* make a sandbox that nobody waits for any more */
};

void mcp_start(struct mcp *mcp, const struct options *options);
/* Ends all that is under way, and what it made for itself. */
void mcp_stop(struct mcp *mcp);

/* The client, which the first one to need it makes. NULL with the error: there is no key, or no local server. */
sbx_client *mcp_client(struct mcp *mcp, sbx_error **error);

/* The other side of a channel has gone away: nothing is sent there any more. In the stateless revision that cancels
 * what it has asked for; in the others that goes on, unless too much does. */
void mcp_leave(struct mcp *mcp, const struct channel *channel);
/* Cancels what was asked for in a session. */
void mcp_end_session(struct mcp *mcp, uint64_t session);
/* How long the loop may wait at most for what is no event of its own, in milliseconds; -1: for ever. */
int mcp_wait_ms(const struct mcp *mcp);
/* Does what has waited for the time. */
void mcp_tick(struct mcp *mcp);
/* Takes a message. */
void mcp_take(struct mcp *mcp, struct channel *channel, const char *text, size_t length);

#endif
