/* The sandboxes that this server has made: how many there may be at once, and who works in them. */
#ifndef MCP_MADE_H
#define MCP_MADE_H

#include "mcp.h"

struct made {
	struct made *next;
	struct mcp *mcp;
	char *id;
	bool unnamed;      /* nobody has given it a name */
	bool is_gone;      /* kept for those who hold it */
	bool is_unseen;    /* in the list that is being gone through */
	unsigned holders;  /* calls and commands that work in it */
	int64_t used_ms;   /* when it was made, or the last of them has ended */
	sbx_call *leaving; /* deletes it, since nobody uses it; NULL: nothing does */
};

/* Takes leave to make one, if there is room. Each leave is followed by made_add() or made_give_up(). */
bool made_take(struct mcp *mcp);
/* Looks for those that were deleted elsewhere, and takes leave then if there is room. Returns false where that cannot
 * be begun; nothing comes of it. */
typedef void made_then(void *context, bool may);
bool made_ask(struct mcp *mcp, made_then *then, void *context);
/* Whoever has asked is gone. */
void made_withdraw(struct mcp *mcp, const void *context);
void made_add(struct mcp *mcp, const char *id, bool unnamed);
void made_give_up(struct mcp *mcp);
/* What is said where there is no leave. */
const char *made_refusal(struct mcp *mcp);

struct made *made_first(const struct mcp *mcp);
/* NULL: it was not made by this server, or is gone. */
struct made *made_find(const struct mcp *mcp, const char *id);
/* It was deleted. */
void made_forget(struct mcp *mcp, const char *id);

/* Somebody works in it until it is released; NULL is accepted: it was not made by this server. */
struct made *made_hold(const struct mcp *mcp, const char *id);
void made_release(struct made *made);

void made_clean_up(struct mcp *mcp);

#endif
