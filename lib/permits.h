/*
 * How many connections there may be at once, and who gets the next one that is free: first come, first served, over the
 * threads that wait and the loop. Its owner holds the mutex in all of these functions.
 *
 * A thread waits in the queue itself. The loop has a queue of its own, of which only the first ticket is known here.
 */
#ifndef SBX_LIB_PERMITS_H
#define SBX_LIB_PERMITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lower one came first. */
typedef uint64_t sbx__ticket;

/* Where a thread waits. */
typedef struct sbx__place {
	struct sbx__place *next;
	struct sbx__place *previous;
	sbx__ticket ticket;
	bool queued;
	pthread_cond_t turn;
} sbx__place;

/* A place that is not in the queue. */
#define SBX__PLACE_INIT {.queued = false}

typedef struct sbx__permits {
	size_t limit;
	size_t used;
	size_t used_by_loop; /* of them */
	size_t taken;        /* how often one was taken: whether the queue moves */
	sbx__place *first;
	sbx__place *last;
	sbx__ticket loop; /* the loop's first */
	_Atomic(sbx__ticket) tickets;
} sbx__permits;

void sbx__permits_init(sbx__permits *permits, size_t limit);
/* The next ticket; also without the mutex. */
sbx__ticket sbx__permits_ticket(sbx__permits *permits);

/* Takes a permit that nobody waits for. */
bool sbx__permits_try(sbx__permits *permits);
/* Waits in the queue until it is the thread's turn, and takes the permit. False: until then a time of the monotonic
 * clock came, or the end; the place is kept. A loop that does not take its turn is passed over after a while, and at
 * once with `passes_loop`: by the thread that drives it. */
bool sbx__permits_wait(sbx__permits *permits, sbx__place *place, pthread_mutex_t *mutex, int64_t until,
                       bool passes_loop, const atomic_bool *ended);
void sbx__permits_give_up(sbx__permits *permits, sbx__place *place);
/* Takes one for the loop's first. False: it is not its turn, which it is told of from now on. */
bool sbx__permits_try_loop(sbx__permits *permits, sbx__ticket ticket);
/* Nothing waits in the loop any more. */
void sbx__permits_leave_loop(sbx__permits *permits);
void sbx__permits_release(sbx__permits *permits);
void sbx__permits_release_loop(sbx__permits *permits);

/* To be asked after each change: tells the thread whose turn it is. True: it is the loop's, which has to be told. */
bool sbx__permits_call_next(sbx__permits *permits);
/* Lets every thread look up. */
void sbx__permits_call_all(sbx__permits *permits);

#endif
