/*
 * What the thread that drives does with the calls of an engine: one turn of the loop, or less. It holds the engine's
 * driver lock in all of these functions, and no other.
 */
#ifndef SBX_LIB_ENGINE_TURN_H
#define SBX_LIB_ENGINE_TURN_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine.h"

/* A thread that waits in the poller. Another may take what it would have woken up for. */
typedef struct sbx__sleeper {
	struct sbx__sleeper *next;
	bool behind; /* a call has ended since it went to sleep */
} sbx__sleeper;

struct sbx__engine {
	sbx__core *core;
	sbx__poller poller;
	sbx__hub *hub; /* the driver's; NULL: the core was closed */

	pthread_mutex_t driver; /* of the thread that drives; only ever tried */
	atomic_bool driving;
	_Atomic(pthread_t) driver_thread;
	atomic_size_t in_flight;
	atomic_bool forgotten; /* nobody is left to tell */
	atomic_bool asked;     /* something is to be done at once, by whoever drives */

	pthread_mutex_t mutex; /* of the next ones; never held in a callback or while waiting */
	pthread_cond_t moved;
	bool waiter_polls; /* one of them drives */
	sbx__sleeper *sleepers;
	sbx__call_list attention;
	sbx_call *finished_first;
	sbx_call *finished_last;

	/* the driver's */
	sbx__timer_heap timers;
	sbx_call *all;
	sbx__call_list waiting; /* for a connection, in the order of their tickets */
	bool queued;            /* the core knows of them */
	sbx__call_list touched;
	sbx__call_list telling;
	bool has_news; /* a call has ended: a thread may have nothing to wait for any more */
};

/* False: a function of the caller's has forked, and this is the child. Also without the lock. */
bool sbx__turn_is_ours(const sbx__engine *engine);
/* The time on the engine's platform. Also without the lock. */
int64_t sbx__turn_now(const sbx__engine *engine);
/* Told by a call's machine that a step is due. */
void sbx__turn_on_changed(void *context);

/* A whole turn, as far as it goes without waiting. */
void sbx__turn_run(sbx__engine *engine);
/* All but telling and the network. */
void sbx__turn_settle(sbx__engine *engine);
/* Only what was cancelled, or resumed too. */
void sbx__turn_settle_cancels(sbx__engine *engine);
void sbx__turn_settle_asked(sbx__engine *engine);

#endif
