#include "engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "error.h"
#include "response.h"

/* How many descriptors are looked at in one go. */
#define BATCH 64
/* How often work that comes of work is done before the loop has its turn again. */
#define MOST_ROUNDS 8

typedef struct call_list {
	sbx_call *first;
	sbx_call *last;
} call_list;

/* A thread that waits in the poller. Another may take what it would have woken up for. */
typedef struct sleeper {
	struct sleeper *next;
	bool behind; /* a call has ended since it went to sleep */
} sleeper;

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
	sleeper *sleepers;
	call_list attention;
	sbx_call *finished_first;
	sbx_call *finished_last;

	/* the driver's */
	sbx__timer_heap timers;
	sbx_call *all;
	call_list waiting; /* for a connection, in the order of their tickets */
	bool queued;       /* the core knows of them */
	call_list touched;
	call_list telling;
	bool has_news; /* a call has ended: a thread may have nothing to wait for any more */
};

/* ---- calls ---- */

sbx_call *sbx__engine_call_new(sbx__core *core)
{
	sbx_call *call = calloc(1, sizeof *call);
	if (!call)
		return NULL;
	atomic_init(&call->references, 1);
	atomic_init(&call->done, false);
	call->core = sbx__core_ref(core);
	return call;
}

void sbx__engine_call_ref(sbx_call *call)
{
	atomic_fetch_add_explicit(&call->references, 1, memory_order_relaxed);
}

void sbx__engine_call_unref(sbx_call *call)
{
	if (!call || atomic_fetch_sub_explicit(&call->references, 1, memory_order_acq_rel) != 1)
		return;
	sbx__cancel_unlink(&call->cancel);
	if (call->machine.config)
		sbx__call_free(&call->machine);
	if (call->stream)
		sbx__stream_buffer_free(call->stream);
	free(call->stream);
	sbx_response_free(call->response);
	sbx_error_free(call->error);
	sbx__core_unref(call->core);
	free(call);
}

bool sbx__engine_call_open(sbx_call *call)
{
	if (!call->stream || call->response || !call->machine.response)
		return false;
	call->response = sbx__response_ref(call->machine.response);
	atomic_store_explicit(&call->opened, true, memory_order_release);
	return true;
}

void sbx__engine_call_finish(sbx_call *call)
{
	sbx__engine_call_open(call);
	sbx_response *response = NULL;
	sbx__call_take(&call->machine, &response, &call->error);
	if (call->response)
		sbx_response_free(response);
	else
		call->response = response;
	sbx__call_free(&call->machine);
	call->machine = (sbx__call){0};
}

/* ---- lists ---- */

#define DEFINE_LIST(name) \
	static void name##_push(call_list *list, sbx_call *call) \
	{ \
		if (call->name.linked) \
			return; \
		call->name = (sbx__call_link){NULL, true}; \
		if (list->last) \
			list->last->name.next = call; \
		else \
			list->first = call; \
		list->last = call; \
	} \
\
	static sbx_call *name##_pop(call_list *list) \
	{ \
		sbx_call *call = list->first; \
		if (!call) \
			return NULL; \
		list->first = call->name.next; \
		if (!list->first) \
			list->last = NULL; \
		call->name = (sbx__call_link){NULL, false}; \
		return call; \
	}

DEFINE_LIST(attention)
DEFINE_LIST(touched)
DEFINE_LIST(telling)

static void waiting_push(call_list *list, sbx_call *call)
{
	call->waiting_next = NULL;
	call->waiting_previous = list->last;
	call->waiting = true;
	if (list->last)
		list->last->waiting_next = call;
	else
		list->first = call;
	list->last = call;
}

static void waiting_remove(call_list *list, sbx_call *call)
{
	if (call->waiting_previous)
		call->waiting_previous->waiting_next = call->waiting_next;
	else
		list->first = call->waiting_next;
	if (call->waiting_next)
		call->waiting_next->waiting_previous = call->waiting_previous;
	else
		list->last = call->waiting_previous;
	call->waiting = false;
}

/* ---- driving one call; all of it by the thread that drives ---- */

/* A function of the caller's may have forked. The child leaves at once: what the loop stands on is shared with the
 * parent, and another thread may have held any of the locks. To be asked after each of them. */
static bool is_ours(const sbx__engine *engine)
{
	return !sbx__core_is_forked(engine->core);
}

static int64_t now_of(const sbx__engine *engine)
{
	const sbx__platform *platform = sbx__core_platform(engine->core);
	return platform->now(platform->context);
}

/* A call that is in the list may come to its end before its turn there. */
static void touch(sbx__engine *engine, sbx_call *call)
{
	if (!call->touched.linked)
		sbx__engine_call_ref(call);
	touched_push(&engine->touched, call);
}

static void on_changed(void *context)
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

static void finish(sbx__engine *engine, sbx_call *call)
{
	if (call->waiting)
		waiting_remove(&engine->waiting, call);
	sbx__timer_heap_remove(&engine->timers, &call->timer);
	unlink_call(engine, call);
	/* Sources, sinks and memory are let go before anyone is told. */
	sbx__engine_call_finish(call);
	give_back_connection(call);
	pthread_mutex_lock(&engine->mutex);
	atomic_store_explicit(&call->done, true, memory_order_release);
	pthread_cond_broadcast(&engine->moved);
	pthread_mutex_unlock(&engine->mutex);
	engine->has_news = true;
	telling_push(&engine->telling, call);
}

static void step(sbx__engine *engine, sbx_call *call)
{
	if (atomic_load_explicit(&call->done, memory_order_relaxed) || call->waiting)
		return;
	bool done = sbx__call_step(&call->machine);
	if (!is_ours(engine))
		return;
	bool opened = sbx__engine_call_open(call);
	if (opened || call->machine.readable) {
		call->machine.readable = false;
		telling_push(&engine->telling, call);
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
	sbx__call_abort(&call->machine, code, message);
	if (is_ours(engine))
		finish(engine, call);
}

static void connect_call(sbx__engine *engine, sbx_call *call)
{
	waiting_remove(&engine->waiting, call);
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
	while (engine->waiting.first && engine->hub && is_ours(engine)) {
		engine->queued = !sbx__core_try_permit(engine->core, engine->waiting.first->ticket);
		if (engine->queued)
			return;
		connect_call(engine, engine->waiting.first);
	}
	/* The one that the core knows of may have ended without its turn. */
	if (engine->queued && is_ours(engine))
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
	waiting_push(&engine->waiting, call);
	if (sbx__timer_heap_reserve(&engine->timers, atomic_load(&engine->in_flight)))
		sbx__timer_heap_set(&engine->timers, &call->timer, sbx__call_pool_until(&call->machine));
	else
		abort_call(engine, call, SBX_ERROR_OUT_OF_MEMORY, "Out of memory");
}

static void do_wanted(sbx__engine *engine, sbx_call *call, unsigned wants)
{
	if (wants & SBX__WANTS_START)
		begin(engine, call);
	if (wants & SBX__WANTS_CANCEL)
		abort_call(engine, call, SBX_ERROR_CANCELLED, "The call was cancelled");
	else if (wants & SBX__WANTS_RESUME && call->transport) {
		sbx__call_resume(&call->machine);
		touch(engine, call);
	}
}

static void attend(sbx__engine *engine)
{
	while (is_ours(engine)) {
		pthread_mutex_lock(&engine->mutex);
		sbx_call *call = attention_pop(&engine->attention);
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

static void expire(sbx__engine *engine)
{
	int64_t now = now_of(engine);
	sbx__timer *timer;
	while (is_ours(engine) && (timer = sbx__timer_heap_first(&engine->timers)) && timer->at <= now) {
		sbx_call *call = (sbx_call *)((char *)timer - offsetof(sbx_call, timer));
		sbx__timer_heap_remove(&engine->timers, timer);
		if (call->waiting)
			abort_call(engine, call, SBX_ERROR_TIMEOUT,
			           "Request timed out: none of the client's connections became free");
		else
			step(engine, call);
	}
}

static void step_touched(sbx__engine *engine)
{
	sbx_call *call;
	while (is_ours(engine) && (call = touched_pop(&engine->touched))) {
		step(engine, call);
		sbx__engine_call_unref(call);
	}
}

static void end_all(sbx__engine *engine)
{
	while (engine->all && is_ours(engine))
		abort_call(engine, engine->all, SBX_ERROR_CLOSED, "Connection error: the client was closed");
	step_touched(engine);
	if (!is_ours(engine))
		return;
	if (engine->hub)
		engine->hub->type->free(engine->hub);
	engine->hub = NULL;
}

/* Tells the owners. A call that is done leaves the engine with that. */
static void tell(sbx__engine *engine)
{
	sbx_call *call;
	while (is_ours(engine) && (call = telling_pop(&engine->telling))) {
		bool done = atomic_load_explicit(&call->done, memory_order_relaxed);
		pthread_mutex_lock(&engine->mutex);
		bool released = call->released || atomic_load(&engine->forgotten);
		pthread_mutex_unlock(&engine->mutex);
		if (!released)
			call->tell(call);
		if (!done || !is_ours(engine))
			continue;
		atomic_fetch_sub(&engine->in_flight, 1);
		engine->has_news = true;
		sbx__engine_call_unref(call);
	}
}

/* All but telling and the network. */
static void settle(sbx__engine *engine)
{
	atomic_exchange(&engine->asked, false);
	attend(engine);
	if (is_ours(engine) && sbx__core_is_closed(engine->core))
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
	while (is_ours(engine) && (call = take_wanted(engine, mask, &wants))) {
		do_wanted(engine, call, wants);
		if (is_ours(engine))
			step(engine, call);
		sbx__engine_call_unref(call);
	}
	if (is_ours(engine) && sbx__core_is_closed(engine->core))
		end_all(engine);
	if (atomic_load(&engine->forgotten))
		tell(engine);
}

static void settle_cancels(sbx__engine *engine)
{
	settle_some(engine, SBX__WANTS_CANCEL);
}

static void settle_asked(sbx__engine *engine)
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

static void run_rounds(sbx__engine *engine)
{
	sbx__poller_event events[BATCH];
	size_t count = sbx__poller_take(&engine->poller, events, BATCH);
	for (int round = 0; round < MOST_ROUNDS; round++) {
		attend(engine);
		if (engine->hub && is_ours(engine))
			engine->hub->type->run(engine->hub, events, count, now_of(engine));
		count = 0;
		expire(engine);
		settle(engine);
		tell(engine);
		if (!is_ours(engine))
			return;
		if (!atomic_load(&engine->asked) && !has_attention(engine) && !engine->touched.first &&
		    due_at(engine) > now_of(engine))
			break;
	}
	if (has_attention(engine) || engine->touched.first || engine->telling.first)
		sbx__poller_wake(&engine->poller);
	sbx__poller_set_timer(&engine->poller, due_at(engine));
}

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
	for (sleeper *at = engine->sleepers; at; at = at->next) {
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
	if (is_ours(engine) && must_wake(engine, has_news))
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
		ours = is_ours(engine);
		if (!ours || !atomic_load(&engine->asked))
			break;
		if (work == run_rounds)
			work = settle;
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
	return drive(engine, run_rounds);
}

static void go_to_sleep(sbx__engine *engine, sleeper *self)
{
	*self = (sleeper){.next = engine->sleepers};
	engine->sleepers = self;
}

static void get_up(sbx__engine *engine, const sleeper *self)
{
	sleeper **at = &engine->sleepers;
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
	int64_t now = now_of(engine);
	return nanoseconds > SBX__NEVER - now ? SBX__NEVER : now + nanoseconds;
}

/* With the mutex, which it lets go meanwhile: waits in the poller. */
static void sleep_until(sbx__engine *engine, int64_t until)
{
	sleeper self;
	go_to_sleep(engine, &self);
	pthread_mutex_unlock(&engine->mutex);
	/* Asked for now: the last call that ends from here on wakes this thread. */
	if (atomic_load(&engine->in_flight))
		sbx__poller_wait(&engine->poller, until == SBX__NEVER ? SBX__NEVER : until - now_of(engine));
	pthread_mutex_lock(&engine->mutex);
	get_up(engine, &self);
}

bool sbx__engine_poll(sbx__engine *engine, int64_t nanoseconds)
{
	sbx__core *core = sbx__core_ref(engine->core);
	int64_t until = time_after(engine, nanoseconds);
	pthread_mutex_lock(&engine->mutex);
	/* The poller is readable until the one that drives has done its work: looking at it would not be a rest. */
	while (nanoseconds > 0 && atomic_load(&engine->driving) && now_of(engine) < until)
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
	while (!atomic_load(&call->done) && now_of(engine) < until) {
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
	attention_push(&engine->attention, call);
	return first;
}

void sbx__engine_start(sbx__engine *engine, sbx_call *call)
{
	call->machine.changed = on_changed;
	call->machine.changed_context = call;
	sbx__engine_call_ref(call);
	atomic_fetch_add(&engine->in_flight, 1);
	pthread_mutex_lock(&engine->mutex);
	/* Here, so that they are handed on in the order of their tickets. */
	call->ticket = sbx__core_ticket(call->core);
	bool first = ask(engine, call, SBX__WANTS_START);
	pthread_mutex_unlock(&engine->mutex);
	if (first && !sbx__engine_is_inside(engine))
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
		settle_now(engine, wants & SBX__WANTS_RESUME ? settle_asked : settle_cancels);
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
		settle_now(engine, settle);
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
