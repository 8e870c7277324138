#include "permits.h"

#include <time.h>

#include "platform.h"

/* No ticket is so high. */
#define NO_TICKET UINT64_MAX
/* How long a free connection is kept for a loop whose turn it is. It may be that nobody drives it any more. */
#define LOOP_PATIENCE (SBX__SECOND / 10)

void sbx__permits_init(sbx__permits *permits, size_t limit)
{
	*permits = (sbx__permits){.limit = limit, .loop = NO_TICKET};
	atomic_init(&permits->tickets, 0);
}

sbx__ticket sbx__permits_ticket(sbx__permits *permits)
{
	return atomic_fetch_add_explicit(&permits->tickets, 1, memory_order_relaxed);
}

static bool is_free(const sbx__permits *permits)
{
	return permits->used < permits->limit;
}

static void take(sbx__permits *permits)
{
	permits->used++;
	permits->taken++;
}

bool sbx__permits_try(sbx__permits *permits)
{
	if (!is_free(permits) || permits->first || permits->loop != NO_TICKET)
		return false;
	take(permits);
	return true;
}

/* ---- the queue of threads ---- */

static void enter(sbx__permits *permits, sbx__place *place)
{
	pthread_condattr_t attributes;
	*place = (sbx__place){.ticket = sbx__permits_ticket(permits), .previous = permits->last, .queued = true};
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&place->turn, &attributes);
	pthread_condattr_destroy(&attributes);
	if (permits->last)
		permits->last->next = place;
	else
		permits->first = place;
	permits->last = place;
}

/* Only the first one watches whether the loop takes its turn. */
static void let_first_watch(sbx__permits *permits)
{
	if (permits->first && permits->loop < permits->first->ticket)
		pthread_cond_signal(&permits->first->turn);
}

static void leave(sbx__permits *permits, sbx__place *place)
{
	bool was_first = permits->first == place;
	if (place->previous)
		place->previous->next = place->next;
	else
		permits->first = place->next;
	if (place->next)
		place->next->previous = place->previous;
	else
		permits->last = place->previous;
	place->queued = false;
	pthread_cond_destroy(&place->turn);
	if (was_first)
		let_first_watch(permits);
}

void sbx__permits_give_up(sbx__permits *permits, sbx__place *place)
{
	if (place->queued)
		leave(permits, place);
}

static struct timespec time_at(int64_t nanoseconds)
{
	return (struct timespec){(time_t)(nanoseconds / SBX__SECOND), (long)(nanoseconds % SBX__SECOND)};
}

static int64_t now(void)
{
	return sbx__platform_system.now(NULL);
}

static bool is_turn(const sbx__permits *permits, const sbx__place *place, bool passes_loop)
{
	return is_free(permits) && permits->first == place && (passes_loop || place->ticket < permits->loop);
}

/* Waits for a signal until a time. Whether the thread has watched the loop miss its turn. */
static bool rest(const sbx__permits *permits, sbx__place *place, pthread_mutex_t *mutex, int64_t until)
{
	bool watches = permits->first == place && permits->loop < place->ticket;
	bool was_free = is_free(permits);
	size_t taken = permits->taken;
	int64_t end = watches ? now() + LOOP_PATIENCE : SBX__NEVER;
	struct timespec time = time_at(end < until ? end : until);
	pthread_cond_timedwait(&place->turn, mutex, &time);
	return watches && was_free && permits->taken == taken && now() >= end;
}

bool sbx__permits_wait(sbx__permits *permits, sbx__place *place, pthread_mutex_t *mutex, int64_t until,
                       bool passes_loop, const atomic_bool *ended)
{
	bool passes = passes_loop;
	if (!place->queued)
		enter(permits, place);
	while (!is_turn(permits, place, passes)) {
		if (atomic_load(ended) || now() >= until)
			return false;
		passes = rest(permits, place, mutex, until) || passes_loop;
	}
	take(permits);
	leave(permits, place);
	return true;
}

/* ---- the loop ---- */

bool sbx__permits_try_loop(sbx__permits *permits, sbx__ticket ticket)
{
	if (is_free(permits) && (!permits->first || ticket < permits->first->ticket)) {
		permits->loop = NO_TICKET;
		permits->used_by_loop++;
		take(permits);
		return true;
	}
	permits->loop = ticket;
	let_first_watch(permits);
	return false;
}

void sbx__permits_leave_loop(sbx__permits *permits)
{
	permits->loop = NO_TICKET;
}

/* ---- giving back ---- */

void sbx__permits_release(sbx__permits *permits)
{
	permits->used--;
}

void sbx__permits_release_loop(sbx__permits *permits)
{
	permits->used_by_loop--;
	permits->used--;
}

bool sbx__permits_call_next(sbx__permits *permits)
{
	if (!is_free(permits))
		return false;
	if (permits->first && permits->first->ticket < permits->loop) {
		pthread_cond_signal(&permits->first->turn);
		return false;
	}
	return permits->loop != NO_TICKET;
}

void sbx__permits_call_all(sbx__permits *permits)
{
	for (sbx__place *place = permits->first; place; place = place->next)
		pthread_cond_signal(&place->turn);
}
