/* Scripts, each in a process of its own, which asks for the API's operations and prints. Whatever comes from there is
 * not believed. */
#ifndef MCP_SCRIPT_H
#define MCP_SCRIPT_H

#include "mcp.h"

#include <poll.h>

#define SCRIPTS_MAX 4
#define SCRIPT_SECONDS_MAX 600

/* How one has ended. */
struct script_end {
	const char *failure;    /* what went wrong, in words; NULL: nothing */
	const sbx_json *result; /* what it returned; NULL: nothing */
	struct text *printed;   /* what it printed, as far as it was kept */
	bool truncated;         /* it printed more than that */
	int64_t calls;          /* that it has made */
};

/* Starts one, which is the job's work from then on; the code is text of Lua. When it has ended, `on_end` answers the
 * job, also one that was cancelled. Returns what went wrong; NULL: nothing. */
const char *script_start(struct job *job, const char *code, size_t length, int64_t seconds,
                         void (*on_end)(struct job *job, struct script_end *end));

/* What is to be watched for the scripts: an entry for each of SCRIPTS_MAX. */
void scripts_watch(const struct mcp *mcp, struct pollfd *watched);
/* What was seen, before anything else is done. */
void scripts_turn(struct mcp *mcp, const struct pollfd *watched);
/* How long the scripts let the loop wait; -1: for ever. */
int scripts_wait_ms(const struct mcp *mcp);
/* Ends those whose time is over, or that were cancelled. */
void scripts_tick(struct mcp *mcp);
/* Waits until the processes have ended that were killed. */
void scripts_clean_up(struct mcp *mcp);

#endif
