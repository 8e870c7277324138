#include "place.h"

#include "clock.h"
#include "idle.h"
#include "ledger.h"
#include "listing.h"
#include "made.h"
#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the deletions may take at the end. */
#define CLEAN_UP_MS 1500

struct waiting {
	struct waiting *next;
	struct job *job;
	place_then *then;
};

struct place {
	struct place *next;
	struct mcp *mcp;
	char *name;         /* NULL: the server's own */
	char *id;           /* NULL: not known yet */
	const char *notice; /* what became of the one before; NULL: nothing that was not told */
	struct listing *listing;
	sbx_call *call; /* that makes it */
	struct waiting *waiting;
};

static void make(struct place *place);

/* ---- who waits ---- */

static void work_in(struct job *job, const struct place *place)
{
	made_release(job->sandbox);
	job->sandbox = made_hold(job->mcp, place->id);
	job->notice = place->notice ? place->notice : job->notice;
}

/* One that was cancelled meanwhile is told, too: it ends then. */
static void tell(struct place *place)
{
	struct waiting *waiting = place->waiting;

	place->waiting = NULL;
	for (const struct waiting *each = waiting; each; each = each->next)
		work_in(each->job, place);
	place->notice = NULL;
	while (waiting) {
		struct waiting *next = waiting->next;
		waiting->then(waiting->job, place->id, NULL);
		free(waiting);
		waiting = next;
	}
}

static void refuse(struct place *place, sbx_json *refusal)
{
	struct waiting *waiting = place->waiting;

	place->waiting = NULL;
	while (waiting) {
		struct waiting *next = waiting->next;
		waiting->then(waiting->job, NULL, refusal ? sbx_json_copy(refusal) : NULL);
		free(waiting);
		waiting = next;
	}
	sbx_json_free(refusal);
}

static void found(struct place *place, const char *id)
{
	free(place->id);
	place->id = strdup(id ? id : "");
	if (place->id)
		tell(place);
	else
		refuse(place, NULL);
}

/* ---- making ---- */

static void on_made(void *user_data, sbx_call *call)
{
	struct place *place = user_data;
	sbx_response *response = NULL;
	sbx_error *error = NULL;

	sbx_status status = sbx_call_result(call, &response, &error);
	sbx_call_free(place->call);
	place->call = NULL;
	if (status < 0) {
		made_give_up(place->mcp);
		refuse(place, result_of_error(error));
	} else {
		const char *id = member_string(sbx_response_json(response), "id");
		made_add(place->mcp, id, !place->name);
		found(place, id);
	}
	sbx_response_free(response);
}

static void make_with_leave(void *context, bool may)
{
	struct place *place = context;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_error *error = NULL;

	if (!may) {
		refuse(place, result_refusal(made_refusal(place->mcp)));
		return;
	}
	sbx_json *arguments = sbx_json_new_object();
	const struct options *options = place->mcp->options;
	/* A local server ends with this one, and all that it has. What is to stay is in no ledger. */
	bool is_named = place->name || options->local || options->keep;
	const char *name = is_named ? place->name : ledger_own_name(place->mcp);
	if (name)
		sbx_json_set(arguments, "name", sbx_json_new_string(name, strlen(name)));
	sbx_json_set(arguments, "wait_for_ready", sbx_json_new_boolean(1));
	request.operation = sbx_operation_find("sandboxes.create");
	request.arguments = arguments;
	sbx_status status = sbx_client_start(place->mcp->client, &request, NULL, on_made, place, &place->call, &error);
	sbx_json_free(arguments);
	if (status == SBX_OK)
		return;
	made_give_up(place->mcp);
	refuse(place, result_of_error(error));
}

/* Whoever only reads has nothing to find in one that is new. */
static void refuse_readers(struct place *place)
{
	const char *words =
	        place->mcp->options->read_only
	                ? "there is no such sandbox, and this server makes none (--read-only); list_sandboxes "
	                  "tells the names of those that are there"
	                : "there is no such sandbox; run and write_file make one, and list_sandboxes tells "
	                  "the names of those that are there";
	struct waiting **link = &place->waiting;

	while (*link) {
		struct waiting *waiting = *link;
		if (!waiting->job->only_reads) {
			link = &waiting->next;
			continue;
		}
		*link = waiting->next;
		waiting->then(waiting->job, NULL, result_refusal(words));
		free(waiting);
	}
}

static void make(struct place *place)
{
	refuse_readers(place);
	if (!place->waiting)
		return;
	if (made_take(place->mcp))
		make_with_leave(place, true);
	else if (!made_ask(place->mcp, make_with_leave, place))
		refuse(place, NULL);
}

/* ---- looking for a name ---- */

static bool on_listed(void *context, const sbx_json *sandbox)
{
	struct place *place = context;
	const char *name = member_string(sandbox, "name"), *id = member_string(sandbox, "id");

	if (!name || !id || strcmp(name, place->name) != 0)
		return false;
	free(place->id);
	place->id = strdup(id);
	return true;
}

static void on_list_end(void *context, sbx_error *error)
{
	struct place *place = context;

	place->listing = NULL;
	if (error)
		refuse(place, result_of_error(error));
	else if (place->id)
		tell(place);
	else
		make(place);
}

/* Only the list tells of names. */
static void look(struct place *place)
{
	static const struct listing_events events = {on_listed, on_list_end};
	sbx_error *error = NULL;

	place->listing = listing_start(place->mcp->client, &events, place, &error);
	if (!place->listing)
		refuse(place, result_of_error(error));
}

/* ---- for tools ---- */

static bool is_called(const struct place *place, const char *name)
{
	return name ? place->name && strcmp(place->name, name) == 0 : !place->name;
}

static struct place *place_of(struct mcp *mcp, const char *name)
{
	struct place *place = mcp->places;

	while (place && !is_called(place, name))
		place = place->next;
	if (place || !(place = calloc(1, sizeof(*place))))
		return place;
	place->mcp = mcp;
	place->name = name ? strdup(name) : NULL;
	place->next = mcp->places;
	mcp->places = place;
	return place;
}

static void find(struct place *place)
{
	if (place->name)
		look(place);
	else
		make(place);
}

static bool is_leaving(const struct place *place)
{
	const struct made *made = made_find(place->mcp, place->id);
	return made && made->leaving;
}

void place_find(struct job *job, const char *name, place_then *then)
{
	struct place *place = place_of(job->mcp, name);
	bool is_known = place && place->id && !is_leaving(place);
	struct waiting *waiting = place && !is_known ? calloc(1, sizeof(*waiting)) : NULL;

	if (is_known) {
		work_in(job, place);
		then(job, place->id, NULL);
		return;
	}
	if (!waiting) {
		then(job, NULL, NULL);
		return;
	}
	bool begins = !place->waiting && !place->id;
	*waiting = (struct waiting){.next = place->waiting, .job = job, .then = then};
	place->waiting = waiting;
	if (begins)
		find(place);
}

/* ---- one that is gone ---- */

static void forget(struct mcp *mcp, const char *id, const char *notice)
{
	made_forget(mcp, id);
	for (struct place *place = id ? mcp->places : NULL; place; place = place->next)
		if (place->id && strcmp(place->id, id) == 0) {
			free(place->id);
			place->id = NULL;
			place->notice = notice;
		}
}

void place_forget(struct mcp *mcp, const char *id)
{
	forget(mcp, id, "Note: the sandbox of before was deleted. This is a new one, without the files of that one.");
}

void place_left(struct mcp *mcp, const char *id, bool is_gone)
{
	struct place *place = mcp->places;

	while (place && (!place->id || strcmp(place->id, id) != 0))
		place = place->next;
	if (is_gone)
		forget(mcp, id,
		       "Note: the sandbox of before was deleted, since no call had used it for the time that "
		       "--idle-delete names. This is a new one, without the files of that one.");
	if (!place || !place->waiting)
		return;
	if (is_gone)
		find(place);
	else
		tell(place);
}

/* Whether a sandbox is there, as far as the list of all tells. */
struct lookup {
	struct job *job;
	char *name;
	char *id;
	sbx_error *error; /* of the job in it */
	place_then *then;
	bool is_there;
};

static bool on_looked_at(void *context, const sbx_json *sandbox)
{
	struct lookup *lookup = context;
	const char *id = member_string(sandbox, "id");

	lookup->is_there = id && strcmp(id, lookup->id) == 0;
	return lookup->is_there;
}

static void lookup_free(struct lookup *lookup)
{
	sbx_error_free(lookup->error);
	free(lookup->name);
	free(lookup->id);
	free(lookup);
}

/* Where the list cannot be had it is taken to be there. */
static void on_looked_up(void *context, sbx_error *error)
{
	struct lookup *lookup = context;
	struct job *job = lookup->job;

	if (!lookup->is_there && !error)
		place_forget(job->mcp, lookup->id);
	if (lookup->is_there || error || job->cancelled) {
		job_succeed(job, result_of_error(lookup->error));
		lookup->error = NULL;
	} else {
		place_find(job, lookup->name, lookup->then);
	}
	sbx_error_free(error);
	lookup_free(lookup);
}

void place_fail(struct job *job, const char *name, const char *id, sbx_error *error, place_then *then)
{
	static const struct listing_events events = {on_looked_at, on_looked_up};
	/* What is missing can be a file, too. */
	struct lookup *lookup = sbx_error_http_status(error) == 404 && !job->again ? calloc(1, sizeof(*lookup)) : NULL;

	if (!lookup) {
		job_succeed(job, result_of_error(error));
		return;
	}
	*lookup = (struct lookup){job, name ? strdup(name) : NULL, strdup(id), error, then, false};
	job->again = true;
	if (!lookup->id || (name && !lookup->name) || !listing_start(job->mcp->client, &events, lookup, NULL)) {
		lookup->is_there = true;
		on_looked_up(lookup, NULL);
	}
}

/* ---- the end ---- */

static bool is_to_go(const struct made *made)
{
	return made->unnamed && !made->is_gone;
}

static bool are_leaving(const struct mcp *mcp)
{
	for (const struct made *made = made_first(mcp); made; made = made->next)
		if (made->leaving)
			return true;
	return false;
}

/* Those that nobody has given a name; a local server has none left. All at once, for a host has no patience. Returns
 * whether all are gone. */
static bool delete_unnamed(const struct mcp *mcp)
{
	bool is_settled = !mcp->orphans;
	int64_t until = clock_ms() + CLEAN_UP_MS;

	if (mcp->options->keep || mcp->options->local)
		return true;
	for (struct made *made = made_first(mcp); made; made = made->next)
		if (is_to_go(made) && !made->leaving)
			idle_delete(made);
	while (are_leaving(mcp) && clock_ms() < until && sbx_client_poll(mcp->client, 0.1, NULL) == SBX_OK)
		;
	for (const struct made *made = made_first(mcp); made; made = made->next) {
		if (made->leaving)
			fprintf(stderr,
			        "sandbox-sdk-mcp: sandbox %s is left, the API has not answered in time; the next "
			        "server "
			        "deletes it\n",
			        made->id);
		is_settled &= !is_to_go(made);
	}
	return is_settled;
}

void place_clean_up(struct mcp *mcp)
{
	bool is_settled = delete_unnamed(mcp);

	while (mcp->places) {
		struct place *place = mcp->places;
		mcp->places = place->next;
		/* One that is on its way has no id yet. */
		is_settled &= place->name || mcp->options->keep || !place->call;
		sbx_call_free(place->call);
		listing_free(place->listing);
		free(place->name);
		free(place->id);
		free(place);
	}
	ledger_end(mcp, is_settled);
}
