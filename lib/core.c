#include "core.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine.h"
#include "error.h"

typedef struct lease_list {
	sbx__lease *first;
	sbx__lease *last;
} lease_list;

struct sbx__core {
	atomic_size_t references;
	atomic_size_t clients;
	atomic_bool closed;
	atomic_bool is_used;
	atomic_uint forks; /* how many forks led to the process that uses the core */
	const sbx__platform *platform;
	sbx__core_limits limits;
	sbx__transport_factory factory;
	bool is_local;
	pthread_mutex_t mutex; /* of all below; never held while waiting for the network or in a caller's callback */
	sbx__permits permits;
	lease_list idle; /* last used first, so that the rest grow old and are closed */
	size_t idle_count;
	lease_list used;
	sbx__hub_share share; /* what the loop may have of the connections, and what it keeps */
	sbx__local *local;
	_Atomic(sbx__engine *) engine; /* NULL: no call was started yet */
};

/* ---- leases ---- */

static void push(lease_list *list, sbx__lease *lease)
{
	lease->previous = NULL;
	lease->next = list->first;
	if (list->first)
		list->first->previous = lease;
	else
		list->last = lease;
	list->first = lease;
}

static void take_out(lease_list *list, sbx__lease *lease)
{
	if (lease->previous)
		lease->previous->next = lease->next;
	else
		list->first = lease->next;
	if (lease->next)
		lease->next->previous = lease->previous;
	else
		list->last = lease->previous;
}

/* ---- one limit over threads and loop; all of it with the mutex ---- */

static size_t parked(const sbx__core *core)
{
	return atomic_load_explicit(&core->share.parked, memory_order_relaxed);
}

/* How many the loop may keep for later: half of them is its own for the asking, as the other half is of threads. */
static size_t loops_share(const sbx__core *core)
{
	size_t half = core->limits.idle / 2;
	return core->limits.idle - (core->idle_count < half ? core->idle_count : half);
}

/* The loop may have what threads neither use nor keep. */
static void set_share(sbx__core *core)
{
	const sbx__permits *permits = &core->permits;
	size_t threads = permits->used - permits->used_by_loop + core->idle_count;
	atomic_store_explicit(&core->share.open, core->limits.connections - threads, memory_order_relaxed);
	atomic_store_explicit(&core->share.idle, loops_share(core), memory_order_relaxed);
}

static void keep_lease(sbx__core *core, sbx__lease *lease)
{
	push(&core->idle, lease);
	core->idle_count++;
}

static sbx__lease *take_idle(sbx__core *core, sbx__lease *lease)
{
	take_out(&core->idle, lease);
	core->idle_count--;
	return lease;
}

/* The oldest ones, linked by `next`, that have to go for so many to be left. */
static sbx__lease *take_old(sbx__core *core, size_t left)
{
	sbx__lease *old = NULL;
	while (core->idle_count > left) {
		sbx__lease *lease = take_idle(core, core->idle.last);
		/* Until it is closed it counts. */
		core->permits.used++;
		lease->next = old;
		old = lease;
	}
	return old;
}

/* Whether a lease may be kept. Where the loop keeps more than threads do, it makes room. */
static bool may_keep(const sbx__core *core)
{
	size_t loops = parked(core);
	return !sbx__core_is_closed(core) && core->idle_count < core->limits.idle &&
	       (core->idle_count + loops < core->limits.idle || core->idle_count < loops);
}

/* The loop keeps no more than so many. */
static void shed(const sbx__core *core, size_t most)
{
	if (core->factory.shed && parked(core) > most)
		core->factory.shed(core->factory.context, most);
}

/* ---- the whole ---- */

sbx__core *sbx__core_new(const sbx__platform *platform, sbx__core_limits limits, sbx__transport_factory factory,
                         sbx__local *local)
{
	sbx__core *core = calloc(1, sizeof *core);
	if (!core) {
		factory.free(factory.context);
		sbx__local_stop(local);
		return NULL;
	}
	sbx__platform_watch_forks();
	atomic_init(&core->references, 1);
	atomic_init(&core->clients, 1);
	core->platform = platform;
	core->limits = limits;
	core->factory = factory;
	core->local = local;
	core->is_local = local != NULL;
	/* The server is this process's. */
	if (local)
		sbx__core_use(core);
	pthread_mutex_init(&core->mutex, NULL);
	sbx__permits_init(&core->permits, limits.connections);
	set_share(core);
	return core;
}

sbx__core *sbx__core_ref(sbx__core *core)
{
	atomic_fetch_add_explicit(&core->references, 1, memory_order_relaxed);
	return core;
}

const sbx__platform *sbx__core_platform(const sbx__core *core)
{
	return core->platform;
}

bool sbx__core_is_closed(const sbx__core *core)
{
	return atomic_load_explicit(&core->closed, memory_order_acquire);
}

bool sbx__core_is_local(const sbx__core *core)
{
	return core->is_local;
}

void sbx__core_use(sbx__core *core)
{
	if (atomic_load_explicit(&core->is_used, memory_order_acquire))
		return;
	atomic_store(&core->forks, sbx__platform_forks());
	atomic_store_explicit(&core->is_used, true, memory_order_release);
}

bool sbx__core_is_forked(const sbx__core *core)
{
	return atomic_load_explicit(&core->is_used, memory_order_acquire) &&
	       atomic_load_explicit(&core->forks, memory_order_relaxed) != sbx__platform_forks();
}

void sbx__core_unref(sbx__core *core)
{
	if (!core || atomic_fetch_sub_explicit(&core->references, 1, memory_order_acq_rel) != 1)
		return;
	/* In a forked child what the connections are made of was left alone, and stays. */
	if (!sbx__core_is_forked(core)) {
		sbx__engine_free(core->engine);
		core->factory.free(core->factory.context);
	}
	pthread_mutex_destroy(&core->mutex);
	free(core);
}

void sbx__core_count(sbx__core *core)
{
	atomic_fetch_add_explicit(&core->clients, 1, memory_order_relaxed);
}

void sbx__core_join(sbx__core *core)
{
	sbx__core_count(core);
	sbx__core_ref(core);
}

/* The parent goes on using what the child was given: nothing is called here that would reach the other side, and only
 * the numbers are closed. */
static void abandon(sbx__core *core)
{
	atomic_store(&core->closed, true);
	core->factory.abandon(core->factory.context);
	sbx__engine_abandon(core->engine);
	sbx__local_abandon(core->local);
}

void sbx__core_uncount(sbx__core *core)
{
	if (atomic_fetch_sub_explicit(&core->clients, 1, memory_order_acq_rel) != 1)
		return;
	if (sbx__core_is_forked(core)) {
		abandon(core);
		return;
	}
	sbx__core_close(core);
	if (core->engine)
		sbx__engine_close(core->engine, true);
}

void sbx__core_leave(sbx__core *core)
{
	if (!core)
		return;
	sbx__core_uncount(core);
	sbx__core_unref(core);
}

/* ---- permits ---- */

/* With the mutex, which it lets go: whose turn it is now is told so, in a thread or on the loop. */
static void unlock_and_tell(sbx__core *core)
{
	bool loops_turn = sbx__permits_call_next(&core->permits);
	pthread_mutex_unlock(&core->mutex);
	if (loops_turn)
		sbx__engine_wake(core->engine);
}

/* Without the mutex: closes connections, and then gives back their permits. */
static void close_leases(sbx__core *core, sbx__lease *leases)
{
	size_t count = 0;
	for (; leases; count++) {
		sbx__lease *lease = leases;
		leases = lease->next;
		lease->transport->type->free(lease->transport);
		free(lease);
	}
	if (!count)
		return;
	pthread_mutex_lock(&core->mutex);
	core->permits.used -= count;
	set_share(core);
	unlock_and_tell(core);
}

sbx__ticket sbx__core_ticket(sbx__core *core)
{
	return sbx__permits_ticket(&core->permits);
}

bool sbx__core_try_permit(sbx__core *core, sbx__ticket ticket)
{
	sbx__lease *old = NULL;
	pthread_mutex_lock(&core->mutex);
	bool taken = sbx__permits_try_loop(&core->permits, ticket);
	/* Where the loop keeps connections itself, it closes one of those before it opens another. */
	if (taken)
		old = take_old(core, core->limits.connections - core->permits.used);
	set_share(core);
	unlock_and_tell(core);
	close_leases(core, old);
	return taken;
}

void sbx__core_leave_queue(sbx__core *core)
{
	pthread_mutex_lock(&core->mutex);
	sbx__permits_leave_loop(&core->permits);
	unlock_and_tell(core);
}

void sbx__core_drop_permit(sbx__core *core)
{
	pthread_mutex_lock(&core->mutex);
	sbx__permits_release_loop(&core->permits);
	/* Other calls of the loop may have ended, and keep their connections, whose permits it still has. */
	size_t most = loops_share(core);
	size_t loops = parked(core);
	sbx__lease *old = take_old(core, core->limits.idle - (loops < most ? loops : most));
	set_share(core);
	unlock_and_tell(core);
	close_leases(core, old);
	shed(core, most);
}

sbx__engine *sbx__core_engine_of(const sbx__core *core)
{
	return core->engine;
}

sbx__engine *sbx__core_engine(sbx__core *core, sbx_error **error)
{
	sbx__engine *engine = core->engine;
	if (engine)
		return engine;
	sbx__core_use(core);
	pthread_mutex_lock(&core->mutex);
	engine = core->engine;
	if (!engine)
		engine = sbx__engine_new(core, &core->factory, &core->share, error);
	core->engine = engine;
	pthread_mutex_unlock(&core->mutex);
	return engine;
}

static sbx__lease *make_lease(sbx__core *core)
{
	sbx__lease *lease = calloc(1, sizeof *lease);
	if (lease)
		lease->transport = core->factory.make(core->factory.context);
	if (lease && lease->transport)
		return lease;
	free(lease);
	return NULL;
}

static int64_t time_after(int64_t nanoseconds)
{
	int64_t now = sbx__platform_system.now(NULL);
	return nanoseconds > SBX__NEVER - now ? SBX__NEVER : now + nanoseconds;
}

/* With the mutex held: waits until the limit allows one more and it is the thread's turn. */
static bool wait_for_permit(sbx__core *core, sbx__place *place, int64_t nanoseconds)
{
	/* In a callback of the loop: the loop cannot take its turn before this call is over. */
	bool passes_loop = core->engine && sbx__engine_is_inside(core->engine);
	int64_t until = nanoseconds > 0 ? time_after(nanoseconds) : 0;
	return sbx__permits_wait(&core->permits, place, &core->mutex, until, passes_loop, &core->closed);
}

/* With the mutex held: takes a permit, and an idle transport where there is one. */
static sbx_status take_permit(sbx__core *core, sbx__place *place, int64_t nanoseconds, sbx__lease **lease)
{
	bool taken = !place->queued && sbx__permits_try(&core->permits);
	if (!taken)
		taken = wait_for_permit(core, place, nanoseconds);
	if (sbx__core_is_closed(core)) {
		if (taken)
			sbx__permits_release(&core->permits);
		return SBX_ERROR_CLOSED;
	}
	if (!taken)
		return SBX_ERROR_TIMEOUT;
	*lease = core->idle.first;
	if (*lease)
		push(&core->used, take_idle(core, *lease));
	else
		/* Now: once the mutex is let go, the loop may take what is idle into use. */
		shed(core, core->limits.connections - core->permits.used);
	set_share(core);
	return SBX_OK;
}

/* Makes one for a permit that was taken. */
static sbx_status add_lease(sbx__core *core, sbx__lease **lease)
{
	sbx__lease *made = make_lease(core);
	pthread_mutex_lock(&core->mutex);
	if (made)
		push(&core->used, made);
	else
		sbx__permits_release(&core->permits);
	set_share(core);
	unlock_and_tell(core);
	if (!made)
		return SBX_ERROR_OUT_OF_MEMORY;
	*lease = made;
	return SBX_OK;
}

sbx_status sbx__core_acquire(sbx__core *core, sbx__place *place, int64_t nanoseconds, sbx__lease **lease)
{
	sbx__lease *taken = NULL;
	sbx__core_use(core);
	pthread_mutex_lock(&core->mutex);
	sbx_status status = take_permit(core, place, nanoseconds, &taken);
	unlock_and_tell(core);
	if (status == SBX_OK && !taken)
		return add_lease(core, lease);
	if (status == SBX_OK)
		*lease = taken;
	return status;
}

void sbx__core_give_up(sbx__core *core, sbx__place *place)
{
	/* In a forked child, of a function that was asked meanwhile, the queue is the parent's. */
	if (!place->queued || sbx__core_is_forked(core))
		return;
	pthread_mutex_lock(&core->mutex);
	sbx__permits_give_up(&core->permits, place);
	unlock_and_tell(core);
}

void sbx__core_release(sbx__core *core, sbx__lease *lease)
{
	pthread_mutex_lock(&core->mutex);
	take_out(&core->used, lease);
	sbx__lease *old = NULL;
	if (may_keep(core)) {
		sbx__permits_release(&core->permits);
		keep_lease(core, lease);
	} else {
		lease->next = NULL;
		old = lease;
	}
	set_share(core);
	size_t most = core->limits.idle - core->idle_count;
	unlock_and_tell(core);
	close_leases(core, old);
	shed(core, most);
}

void sbx__core_close(sbx__core *core)
{
	/* The connections and the server belong to the parent: to end a TLS session here would end it there. */
	if (sbx__core_is_forked(core)) {
		atomic_store_explicit(&core->closed, true, memory_order_release);
		return;
	}
	pthread_mutex_lock(&core->mutex);
	atomic_store_explicit(&core->closed, true, memory_order_release);
	sbx__lease *idle = take_old(core, 0);
	for (sbx__lease *lease = core->used.first; lease; lease = lease->next)
		lease->transport->type->wake(lease->transport);
	sbx__local *local = core->local;
	core->local = NULL;
	sbx__permits_call_all(&core->permits);
	pthread_mutex_unlock(&core->mutex);
	close_leases(core, idle);
	if (core->engine)
		sbx__engine_close(core->engine, false);
	sbx__local_stop(local);
}
