#include "turns.h"

#include "clock.h"

#include <stddef.h>
#include <unistd.h>

void turns_init(struct turns *turns, unsigned int of_a_processor, int64_t longest_ms)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*turns = (struct turns){.free = of_a_processor * (processors < 1 ? 1 : (unsigned int)processors),
	                        .longest_ms = longest_ms};
	pthread_mutex_init(&turns->mutex, NULL);
}

void turns_destroy(struct turns *turns)
{
	pthread_mutex_destroy(&turns->mutex);
}

/* ---- with the lock ---- */

static void append(struct turn_queue *queue, struct turn *turn)
{
	turn->next = NULL;
	turn->previous = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = turn;
	queue->last = turn;
}

static void take_out(struct turn_queue *queue, struct turn *turn)
{
	*(turn->previous ? &turn->previous->next : &queue->first) = turn->next;
	*(turn->next ? &turn->next->previous : &queue->last) = turn->previous;
}

static void take(struct turns *turns, struct turn *turn)
{
	turn->has_come = true;
	turn->over_at = monotonic_ms() + turns->longest_ms;
	append(&turns->taken, turn);
}

/* It goes to the first that waits: nobody can slip in between. The next one looks after those that take too long. */
static void pass_on(struct turns *turns)
{
	struct turn *first = turns->waiting.first;

	if (!first) {
		turns->free++;
		return;
	}
	take_out(&turns->waiting, first);
	take(turns, first);
	pthread_cond_signal(&first->come);
	if (turns->longest_ms != TURN_WHOLE && turns->waiting.first)
		pthread_cond_signal(&turns->waiting.first->come);
}

/* All of them at once: who has just got a turn may be slow to look for the next one. */
static void end_the_overdue(struct turns *turns)
{
	if (turns->longest_ms == TURN_WHOLE)
		return;
	for (int64_t now = monotonic_ms(); turns->waiting.first && turns->taken.first->over_at <= now;) {
		struct turn *oldest = turns->taken.first;
		take_out(&turns->taken, oldest);
		oldest->is_over = true;
		pass_on(turns);
	}
}

/* Of the first that waits. */
static void wait_for_the_overdue(struct turns *turns, struct turn *turn)
{
	end_the_overdue(turns);
	if (!turn->has_come)
		monotonic_cond_wait(&turn->come, &turns->mutex, turns->taken.first->over_at);
}

static void wait_for_turn(struct turns *turns, struct turn *turn)
{
	append(&turns->waiting, turn);
	while (!turn->has_come) {
		if (turns->longest_ms != TURN_WHOLE && turns->waiting.first == turn)
			wait_for_the_overdue(turns, turn);
		else
			pthread_cond_wait(&turn->come, &turns->mutex);
	}
}

/* ---- for everybody ---- */

void turn_begin(struct turns *turns, struct turn *turn)
{
	*turn = (struct turn){.has_come = false};
	monotonic_cond_init(&turn->come);
	pthread_mutex_lock(&turns->mutex);
	if (turns->free > 0) {
		turns->free--;
		take(turns, turn);
	} else {
		wait_for_turn(turns, turn);
	}
	pthread_mutex_unlock(&turns->mutex);
}

void turn_end(struct turns *turns, struct turn *turn)
{
	pthread_mutex_lock(&turns->mutex);
	if (!turn->is_over) {
		take_out(&turns->taken, turn);
		pass_on(turns);
	}
	end_the_overdue(turns);
	pthread_mutex_unlock(&turns->mutex);
	pthread_cond_destroy(&turn->come);
}

unsigned int turns_waiting(struct turns *turns)
{
	unsigned int count = 0;

	pthread_mutex_lock(&turns->mutex);
	for (const struct turn *each = turns->waiting.first; each; each = each->next)
		count++;
	pthread_mutex_unlock(&turns->mutex);
	return count;
}
