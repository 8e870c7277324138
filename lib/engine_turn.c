#include "engine_turn.h"

#include <stddef.h>

#include "error.h"

/* How many descriptors are looked at in one go. Fewer than the idle connections that a client keeps by default: those
 * of the calls that end in one turn are all idle where the next calls are begun only after it, as coroutines do. */
#define BATCH 16
/* How often work that comes of work is done before the loop has its turn again. */
#define MOST_ROUNDS 8

/* ---- one call ---- */

/* A function of the caller's may have forked. The child leaves at once: what the loop stands on is shared with the
 * parent, and another thread may have held any of the locks. To be asked after each of them. */
bool sbx__turn_is_ours(const sbx__engine *engine)
{
	return !sbx__core_is_forked(engine->core);
}

int64_t sbx__turn_now(const sbx__engine *engine)
{
	const sbx__platform *platform = sbx__core_platform(engine->core);
	return platform->now(platform->context);
}

/* A call that is in the list may come to its end before its turn there. */
static void touch(sbx__engine *engine, sbx_call *call)
{
	if (!call->touched.linked)
		sbx__engine_call_ref(call);
	sbx__touched_push(&engine->touched, call);
}

void sbx__turn_on_changed(void *context)
{
	sbx_call *call = context;
	touch(sbx__core_engine_of(call->core), call);
}

static void give_back_connection(sbx_call *call)
{
	if (call->transport)
		call->transport->type->free(call->transport);
	call->transport = NULL;
	if (call->has_permit)
		sbx__core_drop_permit(call->core);
	call->has_permit = false;
}

static void unlink_call(sbx__engine *engine, sbx_call *call)
{
	if (call->all_previous)
		call->all_previous->all_next = call->all_next;
	else
		engine->all = call->all_next;
	if (call->all_next)
		call->all_next->all_previous = call->all_previous;
}

/* Ends a call, or the one request of several that it was at. */
static void finish(sbx__engine *engine, sbx_call *call)
{
	if (call->waiting)
		sbx__waiting_remove(&engine->waiting, call);
	sbx__timer_heap_remove(&engine->timers, &call->timer);
	unlink_call(engine, call);
	/* Sources, sinks and memory are let go before anyone is told. */
	sbx__engine_call_finish(call);
	give_back_connection(call);
	bool goes_on = call->go_on && call->go_on(call);
	if (!sbx__turn_is_ours(engine))
		return;
	if (goes_on) {
		sbx__engine_start_again(engine, call);
		return;
	}
	pthread_mutex_lock(&engine->mutex);
	atomic_store_explicit(&call->done, true, memory_order_release);
	pthread_cond_broadcast(&engine->moved);
	pthread_mutex_unlock(&engine->mutex);
	engine->has_news = true;
	sbx__telling_push(&engine->telling, call);
}

static void step(sbx__engine *engine, sbx_call *call)
{
	/* One that was not begun, waits for its turn or rests has none. */
	if (atomic_load_explicit(&call->done, memory_order_relaxed) || !call->transport)
		return;
	bool done = sbx__call_step(&call->machine);
	if (!sbx__turn_is_ours(engine))
		return;
	bool opened = sbx__engine_call_open(call);
	if (opened || call->machine.readable) {
		call->machine.readable = false;
		sbx__telling_push(&engine->telling, call);
	}
	if (done) {
		finish(engine, call);
		return;
	}
	int64_t at = sbx__call_wake_at(&call->machine);
	/* A timer that is early is put off when it comes: most calls end before theirs. */
	if (!call->timer.place || at < call->timer.at)
		sbx__timer_heap_set(&engine->timers, &call->timer, at);
}

static void abort_call(sbx__engine *engine, sbx_call *call, sbx_status code, const char *message)
{
	if (atomic_load_explicit(&call->done, memory_order_relaxed))
		return;
	if (call->rests)
		call->error = sbx__error_new(code, "%s", message);
	else
		sbx__call_abort(&call->machine, code, message);
	if (sbx__turn_is_ours(engine))
		finish(engine, call);
}

static void begin(sbx__engine *engine, sbx_call *call);

/* One that was not begun yet has no other way to its end. */
static void begin_first(sbx__engine *engine, sbx_call *call)
{
	pthread_mutex_lock(&engine->mutex);
	bool is_new = call->wants & SBX__WANTS_START;
	call->wants &= ~SBX__WANTS_START;
	pthread_mutex_unlock(&engine->mutex);
	if (is_new)
		begin(engine, call);
}

void sbx__engine_abort(sbx__engine *engine, sbx_call *call, sbx_status code, const char *message)
{
	begin_first(engine, call);
	abort_call(engine, call, code, message);
}

void sbx__engine_end_rest(sbx__engine *engine, sbx_call *call)
{
	begin_first(engine, call);
	if (call->rests)
		finish(engine, call);
}

static void connect_call(sbx__engine *engine, sbx_call *call)
{
	sbx__waiting_remove(&engine->waiting, call);
	call->has_permit = true;
	call->transport = engine->hub->type->make(engine->hub);
	if (!call->transport) {
		abort_call(engine, call, SBX_ERROR_OUT_OF_MEMORY, "Out of memory");
		return;
	}
	sbx__call_set_transport(&call->machine, call->transport);
	step(engine, call);
}

static void admit(sbx__engine *engine)
{
	while (engine->waiting.first && engine->hub && sbx__turn_is_ours(engine)) {
		engine->queued = !sbx__core_try_permit(engine->core, engine->waiting.first->ticket);
		if (engine->queued)
			return;
		connect_call(engine, engine->waiting.first);
	}
	/* The one that the core knows of may have ended without its turn. */
	if (engine->queued && sbx__turn_is_ours(engine))
		sbx__core_leave_queue(engine->core);
	engine->queued = false;
}

static void begin(sbx__engine *engine, sbx_call *call)
{
	call->all_previous = NULL;
	call->all_next = engine->all;
	if (engine->all)
		engine->all->all_previous = call;
	engine->all = call;
	if (!call->rests)
		sbx__waiting_push(&engine->waiting, call);
	int64_t until = call->rests ? call->rest_until : sbx__call_pool_until(&call->machine);
	if (sbx__timer_heap_reserve(&engine->timers, atomic_load(&engine->in_flight)))
		sbx__timer_heap_set(&engine->timers, &call->timer, until);
	else
		abort_call(engine, call, SBX_ERROR_OUT_OF_MEMORY, "Out of memory");
}

static void do_wanted(sbx__engine *engine, sbx_call *call, unsigned wants)
{
	if (wants & SBX__WANTS_START)
		begin(engine, call);
	if (wants & SBX__WANTS_CANCEL && !call->cleans_up)
		abort_call(engine, call, SBX_ERROR_CANCELLED, "The call was cancelled");
	else if (wants & SBX__WANTS_RESUME && call->transport) {
		sbx__call_resume(&call->machine);
		touch(engine, call);
	}
}

static void attend(sbx__engine *engine)
{
	while (sbx__turn_is_ours(engine)) {
		pthread_mutex_lock(&engine->mutex);
		sbx_call *call = sbx__attention_pop(&engine->attention);
		unsigned wants = call ? call->wants : 0;
		if (call)
			call->wants = 0;
		pthread_mutex_unlock(&engine->mutex);
		if (!call)
			return;
		do_wanted(engine, call, wants);
		sbx__engine_call_unref(call);
	}
}

/* Takes one of the things that were asked out of the list, in which the call stays; NULL: there is none. */
static sbx_call *take_wanted(sbx__engine *engine, unsigned mask, unsigned *wants)
{
	pthread_mutex_lock(&engine->mutex);
	sbx_call *call = engine->attention.first;
	while (call && !(call->wants & mask))
		call = call->attention.next;
	if (call) {
		/* One that was not begun yet has no other way to its end. */
		*wants = call->wants & (call->wants & SBX__WANTS_CANCEL ? mask | SBX__WANTS_START : mask);
		call->wants &= ~*wants;
		sbx__engine_call_ref(call);
	}
	pthread_mutex_unlock(&engine->mutex);
	return call;
}

static void end_wait(sbx__engine *engine, sbx_call *call)
{
	sbx__call_end_wait(&call->machine);
	if (sbx__turn_is_ours(engine))
		finish(engine, call);
}

static void expire(sbx__engine *engine)
{
	int64_t now = sbx__turn_now(engine);
	sbx__timer *timer;
	while (sbx__turn_is_ours(engine) && (timer = sbx__timer_heap_first(&engine->timers)) && timer->at <= now) {
		sbx_call *call = (sbx_call *)((char *)timer - offsetof(sbx_call, timer));
		sbx__timer_heap_remove(&engine->timers, timer);
		if (call->waiting)
			end_wait(engine, call);
		else if (call->rests)
			finish(engine, call);
		else
			step(engine, call);
	}
}

static void step_touched(sbx__engine *engine)
{
	sbx_call *call;
	while (sbx__turn_is_ours(engine) && (call = sbx__touched_pop(&engine->touched))) {
		step(engine, call);
		sbx__engine_call_unref(call);
	}
}

static void end_all(sbx__engine *engine)
{
	while (engine->all && sbx__turn_is_ours(engine))
		abort_call(engine, engine->all, SBX_ERROR_CLOSED, "Connection error: the client was closed");
	step_touched(engine);
	if (!sbx__turn_is_ours(engine))
		return;
	if (engine->hub)
		engine->hub->type->free(engine->hub);
	engine->hub = NULL;
}

/* Tells the owners. A call that is done leaves the engine with that. */
static void tell(sbx__engine *engine)
{
	sbx_call *call;
	while (sbx__turn_is_ours(engine) && (call = sbx__telling_pop(&engine->telling))) {
		bool done = atomic_load_explicit(&call->done, memory_order_relaxed);
		pthread_mutex_lock(&engine->mutex);
		bool released = call->released || atomic_load(&engine->forgotten);
		pthread_mutex_unlock(&engine->mutex);
		if (!released)
			call->tell(call);
		if (!done || !sbx__turn_is_ours(engine))
			continue;
		atomic_fetch_sub(&engine->in_flight, 1);
		engine->has_news = true;
		sbx__engine_call_unref(call);
	}
}

/* All but telling and the network. */
void sbx__turn_settle(sbx__engine *engine)
{
	atomic_exchange(&engine->asked, false);
	attend(engine);
	if (sbx__turn_is_ours(engine) && sbx__core_is_closed(engine->core))
		end_all(engine);
	step_touched(engine);
	admit(engine);
	if (atomic_load(&engine->forgotten))
		tell(engine);
}

/* As little as can be: cancels, or resumes too, and of no other call any step. Those who ask for them do not expect
 * that functions of other calls run in between. */
static void settle_some(sbx__engine *engine, unsigned mask)
{
	unsigned wants;
	sbx_call *call;
	atomic_exchange(&engine->asked, false);
	while (sbx__turn_is_ours(engine) && (call = take_wanted(engine, mask, &wants))) {
		do_wanted(engine, call, wants);
		if (sbx__turn_is_ours(engine))
			step(engine, call);
		sbx__engine_call_unref(call);
	}
	if (sbx__turn_is_ours(engine) && sbx__core_is_closed(engine->core))
		end_all(engine);
	if (atomic_load(&engine->forgotten))
		tell(engine);
}

void sbx__turn_settle_cancels(sbx__engine *engine)
{
	settle_some(engine, SBX__WANTS_CANCEL);
}

void sbx__turn_settle_asked(sbx__engine *engine)
{
	settle_some(engine, SBX__WANTS_CANCEL | SBX__WANTS_RESUME);
}

static bool has_attention(sbx__engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	bool has = engine->attention.first != NULL;
	pthread_mutex_unlock(&engine->mutex);
	return has;
}

static int64_t due_at(const sbx__engine *engine)
{
	const sbx__timer *timer = sbx__timer_heap_first(&engine->timers);
	int64_t calls = timer ? timer->at : SBX__NEVER;
	int64_t network = engine->hub ? engine->hub->type->due_at(engine->hub) : SBX__NEVER;
	return calls < network ? calls : network;
}

void sbx__turn_run(sbx__engine *engine)
{
	sbx__poller_event events[BATCH];
	size_t count = sbx__poller_take(&engine->poller, events, BATCH);
	for (int round = 0; round < MOST_ROUNDS; round++) {
		attend(engine);
		if (engine->hub && sbx__turn_is_ours(engine))
			engine->hub->type->run(engine->hub, events, count, sbx__turn_now(engine));
		count = 0;
		expire(engine);
		sbx__turn_settle(engine);
		tell(engine);
		if (!sbx__turn_is_ours(engine))
			return;
		if (!atomic_load(&engine->asked) && !has_attention(engine) && !engine->touched.first &&
		    due_at(engine) > sbx__turn_now(engine))
			break;
	}
	if (has_attention(engine) || engine->touched.first || engine->telling.first)
		sbx__poller_wake(&engine->poller);
	sbx__poller_set_timer(&engine->poller, due_at(engine));
}
