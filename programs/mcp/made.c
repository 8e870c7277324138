#include "made.h"

#include "clock.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asking {
	struct asking *next;
	made_then *then;
	void *context;
};

struct makings {
	struct made *first;
	unsigned under_way; /* have leave, and are not made yet */
	struct asking *asking;
	char refusal[200];
	struct listing *listing; /* that looks for those which are gone; NULL: nobody has to know */
};

static struct makings *makings_of(struct mcp *mcp)
{
	if (!mcp->makings)
		mcp->makings = calloc(1, sizeof(*mcp->makings));
	return mcp->makings;
}

struct made *made_first(const struct mcp *mcp)
{
	return mcp->makings ? mcp->makings->first : NULL;
}

struct made *made_find(const struct mcp *mcp, const char *id)
{
	struct made *made = made_first(mcp);

	while (made && (!id || made->is_gone || strcmp(made->id, id) != 0))
		made = made->next;
	return made;
}

/* ---- the list ---- */

static void made_free(struct made *made)
{
	sbx_call_free(made->leaving);
	free(made->id);
	free(made);
}

static void drop_gone(struct makings *makings)
{
	struct made **link = &makings->first;

	while (*link) {
		struct made *made = *link;
		if (made->is_gone && made->holders == 0) {
			*link = made->next;
			made_free(made);
		} else {
			link = &made->next;
		}
	}
}

void made_add(struct mcp *mcp, const char *id, bool unnamed)
{
	struct made *made = id ? calloc(1, sizeof(*made)) : NULL;

	made_give_up(mcp);
	if (!made || !(made->id = strdup(id))) {
		free(made);
		return;
	}
	drop_gone(mcp->makings);
	made->mcp = mcp;
	made->unnamed = unnamed;
	made->used_ms = clock_ms();
	made->next = mcp->makings->first;
	mcp->makings->first = made;
}

void made_give_up(struct mcp *mcp)
{
	mcp->makings->under_way--;
}

void made_forget(struct mcp *mcp, const char *id)
{
	struct made *made = made_find(mcp, id);

	if (made)
		made->is_gone = true;
}

struct made *made_hold(const struct mcp *mcp, const char *id)
{
	struct made *made = made_find(mcp, id);

	if (made)
		made->holders++;
	return made;
}

void made_release(struct made *made)
{
	if (!made)
		return;
	made->holders--;
	made->used_ms = clock_ms();
}

/* ---- leave ---- */

static bool has_room(const struct mcp *mcp)
{
	unsigned count = mcp->makings->under_way;

	for (const struct made *made = mcp->makings->first; made; made = made->next)
		count += !made->is_gone;
	return mcp->options->max_sandboxes == 0 || count < mcp->options->max_sandboxes;
}

bool made_take(struct mcp *mcp)
{
	bool may = makings_of(mcp) && has_room(mcp);

	if (may)
		mcp->makings->under_way++;
	return may;
}

static bool on_item(void *context, const sbx_json *sandbox)
{
	struct mcp *mcp = context;
	struct made *made = made_find(mcp, member_string(sandbox, "id"));

	if (made)
		made->is_unseen = false;
	return false;
}

/* One by one: what is told may withdraw another. */
static void answer_all(struct mcp *mcp)
{
	struct asking *asking;

	while ((asking = mcp->makings->asking)) {
		struct asking copy = *asking;
		mcp->makings->asking = copy.next;
		free(asking);
		copy.then(copy.context, made_take(mcp));
	}
}

/* Where the list cannot be had all are taken to be there. */
static void on_end(void *context, sbx_error *error)
{
	struct mcp *mcp = context;

	for (struct made *made = mcp->makings->first; made; made = made->next)
		made->is_gone |= made->is_unseen && !error;
	sbx_error_free(error);
	mcp->makings->listing = NULL;
	answer_all(mcp);
}

/* One that is made meanwhile may come too late for the list: it was not there at the beginning. */
static bool look(struct mcp *mcp)
{
	static const struct listing_events events = {on_item, on_end};

	for (struct made *made = mcp->makings->first; made; made = made->next)
		made->is_unseen = true;
	mcp->makings->listing = listing_start(mcp->client, &events, mcp, NULL);
	return mcp->makings->listing;
}

bool made_ask(struct mcp *mcp, made_then *then, void *context)
{
	struct makings *makings = makings_of(mcp);
	struct asking *asking = makings ? calloc(1, sizeof(*asking)) : NULL;

	if (!asking || (!makings->listing && !look(mcp))) {
		free(asking);
		return false;
	}
	*asking = (struct asking){makings->asking, then, context};
	makings->asking = asking;
	return true;
}

void made_withdraw(struct mcp *mcp, const void *context)
{
	struct asking **link = &mcp->makings->asking;

	while (*link && (*link)->context != context)
		link = &(*link)->next;
	struct asking *asking = *link;
	if (asking)
		*link = asking->next;
	free(asking);
}

const char *made_refusal(struct mcp *mcp)
{
	struct makings *makings = mcp->makings;

	snprintf(makings->refusal, sizeof(makings->refusal),
	         "this server may have %u sandboxes of its own making at once (--max-sandboxes), and has them: "
	         "delete one that is not needed any more, or work in one that is there",
	         mcp->options->max_sandboxes);
	return makings->refusal;
}

/* ---- the end ---- */

void made_clean_up(struct mcp *mcp)
{
	struct makings *makings = mcp->makings;

	if (!makings)
		return;
	listing_free(makings->listing);
	while (makings->asking) {
		struct asking *asking = makings->asking;
		makings->asking = asking->next;
		free(asking);
	}
	while (makings->first) {
		struct made *made = makings->first;
		makings->first = made->next;
		made_free(made);
	}
	free(makings);
	mcp->makings = NULL;
}
