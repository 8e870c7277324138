#include "engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "engine_turn.h"
#include "error.h"

/* ---- who drives ---- */

static bool take_over(sbx__engine *engine)
{
	if (pthread_mutex_trylock(&engine->driver) != 0)
		return false;
	atomic_store(&engine->driver_thread, pthread_self());
	atomic_store(&engine->driving, true);
	return true;
}

/* Whether a thread sleeps that has not seen a call end: the wake-up meant for it may have been taken back by another.
 */
static bool must_wake(sbx__engine *engine, bool has_news)
{
	bool behind = false;
	pthread_mutex_lock(&engine->mutex);
	for (sbx__sleeper *at = engine->sleepers; at; at = at->next) {
		at->behind = at->behind || has_news;
		behind = behind || at->behind;
	}
	pthread_cond_broadcast(&engine->moved);
	pthread_mutex_unlock(&engine->mutex);
	return behind;
}

static void hand_back(sbx__engine *engine)
{
	bool has_news = engine->has_news;
	engine->has_news = false;
	atomic_store(&engine->driving, false);
	pthread_mutex_unlock(&engine->driver);
	if (sbx__turn_is_ours(engine) && must_wake(engine, has_news))
		sbx__poller_wake(&engine->poller);
}

bool sbx__engine_is_inside(const sbx__engine *engine)
{
	return atomic_load(&engine->driving) &&
	       pthread_equal(atomic_load(&((sbx__engine *)engine)->driver_thread), pthread_self());
}

/* Does some work, unless another thread drives. What was asked meanwhile, by one that found the engine taken, is done
 * before anyone else has a reason to come back: perhaps nobody does. */
static bool drive(sbx__engine *engine, void (*work)(sbx__engine *engine))
{
	bool ours = true;
	/* A callback may give up the last handle of all. */
	sbx__core *core = sbx__core_ref(engine->core);
	while (take_over(engine)) {
		work(engine);
		hand_back(engine);
		ours = sbx__turn_is_ours(engine);
		if (!ours || !atomic_load(&engine->asked))
			break;
		if (work == sbx__turn_run)
			work = sbx__turn_settle;
	}
	sbx__core_unref(core);
	return ours;
}

static void ask_driver(sbx__engine *engine)
{
	atomic_store(&engine->asked, true);
	sbx__poller_wake(&engine->poller);
}

/* Does at once what another thread or a callback has asked for, where nobody drives; else the one that drives will. The
 * rest, such as the turn of a call that waits for a connection, is done when the loop is next driven: it is awake. */
static void settle_now(sbx__engine *engine, void (*work)(sbx__engine *engine))
{
	ask_driver(engine);
	drive(engine, work);
}

bool sbx__engine_process(sbx__engine *engine)
{
	return drive(engine, sbx__turn_run);
}

static void go_to_sleep(sbx__engine *engine, sbx__sleeper *self)
{
	*self = (sbx__sleeper){.next = engine->sleepers};
	engine->sleepers = self;
}

static void get_up(sbx__engine *engine, const sbx__sleeper *self)
{
	sbx__sleeper **at = &engine->sleepers;
	while (*at != self)
		at = &(*at)->next;
	*at = self->next;
}

/* With the mutex: waits until a call is done or the thread that drives stops doing so. */
static void wait_for_others(sbx__engine *engine, int64_t until)
{
	struct timespec time = {(time_t)(until / SBX__SECOND), (long)(until % SBX__SECOND)};
	if (until == SBX__NEVER)
		pthread_cond_wait(&engine->moved, &engine->mutex);
	else
		pthread_cond_timedwait(&engine->moved, &engine->mutex, &time);
}

static int64_t time_after(const sbx__engine *engine, int64_t nanoseconds)
{
	int64_t now = sbx__turn_now(engine);
	return nanoseconds > SBX__NEVER - now ? SBX__NEVER : now + nanoseconds;
}

/* With the mutex, which it lets go meanwhile: waits in the poller. */
static void sleep_until(sbx__engine *engine, int64_t until)
{
	sbx__sleeper self;
	go_to_sleep(engine, &self);
	pthread_mutex_unlock(&engine->mutex);
	/* Asked for now: the last call that ends from here on wakes this thread. */
	if (atomic_load(&engine->in_flight))
		sbx__poller_wait(&engine->poller, until == SBX__NEVER ? SBX__NEVER : until - sbx__turn_now(engine));
	pthread_mutex_lock(&engine->mutex);
	get_up(engine, &self);
}

bool sbx__engine_poll(sbx__engine *engine, int64_t nanoseconds)
{
	sbx__core *core = sbx__core_ref(engine->core);
	int64_t until = time_after(engine, nanoseconds);
	pthread_mutex_lock(&engine->mutex);
	/* The poller is readable until the one that drives has done its work: looking at it would not be a rest. */
	while (nanoseconds > 0 && atomic_load(&engine->driving) && sbx__turn_now(engine) < until)
		wait_for_others(engine, until);
	sleep_until(engine, until);
	pthread_mutex_unlock(&engine->mutex);
	bool ours = sbx__engine_process(engine);
	sbx__core_unref(core);
	return ours;
}

bool sbx__engine_wait(sbx__engine *engine, sbx_call *call, int64_t nanoseconds)
{
	int64_t until = time_after(engine, nanoseconds);
	/* Who asks again and again without waiting gets on too. */
	if (nanoseconds == 0 && !sbx__engine_process(engine))
		return false;
	pthread_mutex_lock(&engine->mutex);
	while (!atomic_load(&call->done) && sbx__turn_now(engine) < until) {
		if (engine->waiter_polls || atomic_load(&engine->driving)) {
			wait_for_others(engine, until);
			continue;
		}
		engine->waiter_polls = true;
		sleep_until(engine, until);
		engine->waiter_polls = false;
		pthread_mutex_unlock(&engine->mutex);
		if (!sbx__engine_process(engine))
			return false;
		pthread_mutex_lock(&engine->mutex);
		pthread_cond_broadcast(&engine->moved);
	}
	pthread_mutex_unlock(&engine->mutex);
	return atomic_load(&call->done);
}

/* ---- asking, from any thread ---- */

/* With the mutex, under which calls become done: one that is not has the engine's reference still. Whether nothing was
 * asked of any call before. */
static bool ask(sbx__engine *engine, sbx_call *call, unsigned wants)
{
	bool first = engine->attention.first == NULL;
	if (atomic_load_explicit(&call->done, memory_order_relaxed))
		return false;
	if (!call->attention.linked)
		sbx__engine_call_ref(call);
	call->wants |= wants;
	sbx__attention_push(&engine->attention, call);
	return first;
}

/* Whether nothing was asked of any call before. */
static bool hand_over(sbx__engine *engine, sbx_call *call)
{
	call->machine.changed = sbx__turn_on_changed;
	call->machine.changed_context = call;
	pthread_mutex_lock(&engine->mutex);
	/* Here, so that they are handed on in the order of their tickets. */
	call->ticket = sbx__core_ticket(call->core);
	bool first = ask(engine, call, SBX__WANTS_START);
	pthread_mutex_unlock(&engine->mutex);
	return first;
}

void sbx__engine_start(sbx__engine *engine, sbx_call *call)
{
	sbx__engine_call_ref(call);
	atomic_fetch_add(&engine->in_flight, 1);
	if (hand_over(engine, call) && !sbx__engine_is_inside(engine))
		sbx__poller_wake(&engine->poller);
}

void sbx__engine_start_again(sbx__engine *engine, sbx_call *call)
{
	hand_over(engine, call);
	/* The thread that drives may be at no more than a cancel. */
	sbx__poller_wake(&engine->poller);
}

void sbx__engine_ask(sbx__engine *engine, sbx_call *call, unsigned wants)
{
	if (atomic_load_explicit(&call->done, memory_order_acquire))
		return;
	pthread_mutex_lock(&engine->mutex);
	ask(engine, call, wants);
	pthread_mutex_unlock(&engine->mutex);
	if (!sbx__engine_is_inside(engine))
		settle_now(engine, wants & SBX__WANTS_RESUME ? sbx__turn_settle_asked : sbx__turn_settle_cancels);
}

void sbx__engine_ask_later(sbx__engine *engine, sbx_call *call, unsigned wants)
{
	if (atomic_load_explicit(&call->done, memory_order_acquire))
		return;
	pthread_mutex_lock(&engine->mutex);
	ask(engine, call, wants);
	pthread_mutex_unlock(&engine->mutex);
	sbx__poller_wake(&engine->poller);
}

static void dequeue(sbx__engine *engine, sbx_call *call)
{
	if (call->finished_previous)
		call->finished_previous->finished_next = call->finished_next;
	else
		engine->finished_first = call->finished_next;
	if (call->finished_next)
		call->finished_next->finished_previous = call->finished_previous;
	else
		engine->finished_last = call->finished_previous;
	call->in_finished = false;
}

void sbx__engine_release(sbx__engine *engine, sbx_call *call)
{
	pthread_mutex_lock(&engine->mutex);
	call->released = true;
	if (call->in_finished)
		dequeue(engine, call);
	pthread_mutex_unlock(&engine->mutex);
	sbx__engine_ask(engine, call, SBX__WANTS_CANCEL);
}

void sbx__engine_enqueue(sbx__engine *engine, sbx_call *call)
{
	pthread_mutex_lock(&engine->mutex);
	/* The caller may have given up its handle meanwhile. */
	if (!call->released) {
		call->finished_next = NULL;
		call->finished_previous = engine->finished_last;
		call->in_finished = true;
		if (engine->finished_last)
			engine->finished_last->finished_next = call;
		else
			engine->finished_first = call;
		engine->finished_last = call;
	}
	pthread_mutex_unlock(&engine->mutex);
}

sbx_call *sbx__engine_dequeue(sbx__engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	sbx_call *call = engine->finished_first;
	if (call)
		dequeue(engine, call);
	pthread_mutex_unlock(&engine->mutex);
	return call;
}

size_t sbx__engine_in_flight(const sbx__engine *engine)
{
	return atomic_load(&engine->in_flight);
}

int sbx__engine_descriptor(const sbx__engine *engine)
{
	return engine->poller.descriptor;
}

void sbx__engine_wake(sbx__engine *engine)
{
	/* The thread that drives looks once more before it leaves. */
	if (sbx__engine_is_inside(engine))
		atomic_store(&engine->asked, true);
	else
		sbx__poller_wake(&engine->poller);
}

/* ---- the whole ---- */

static void init_locks(sbx__engine *engine)
{
	pthread_mutex_init(&engine->driver, NULL);
	pthread_mutex_init(&engine->mutex, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&engine->moved, &attributes);
	pthread_condattr_destroy(&attributes);
}

sbx__engine *sbx__engine_new(sbx__core *core, const sbx__transport_factory *factory, sbx__hub_share *share,
                             sbx_error **error)
{
	sbx__engine *engine = calloc(1, sizeof *engine);
	if (!engine) {
		sbx__fail_memory(error);
		return NULL;
	}
	engine->core = core;
	if (!sbx__poller_open(&engine->poller)) {
		sbx__fail_system(error, "The loop cannot be made", errno);
		free(engine);
		return NULL;
	}
	engine->hub = factory->make_hub(factory->context, &engine->poller, share);
	if (!engine->hub) {
		sbx__poller_close(&engine->poller);
		free(engine);
		sbx__fail_memory(error);
		return NULL;
	}
	init_locks(engine);
	return engine;
}

void sbx__engine_close(sbx__engine *engine, bool forget)
{
	if (forget)
		atomic_store(&engine->forgotten, true);
	/* In a callback: when it has returned. */
	if (!sbx__engine_is_inside(engine))
		settle_now(engine, sbx__turn_settle);
	else
		ask_driver(engine);
}

void sbx__engine_free(sbx__engine *engine)
{
	if (!engine)
		return;
	if (engine->hub)
		engine->hub->type->free(engine->hub);
	sbx__poller_close(&engine->poller);
	sbx__timer_heap_free(&engine->timers);
	pthread_cond_destroy(&engine->moved);
	pthread_mutex_destroy(&engine->mutex);
	pthread_mutex_destroy(&engine->driver);
	free(engine);
}

void sbx__engine_abandon(sbx__engine *engine)
{
	if (engine)
		sbx__poller_close(&engine->poller);
}
