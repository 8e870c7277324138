/*
 * The caller's functions run in wait() of a transport, or in run() of a hub.
 */
#include "custom_transport.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "arguments.h"
#include "custom_exchange.h"
#include "error.h"
#include "platform.h"

/* No wait on a condition is longer: its end is a time that has to fit. */
#define LONGEST_WAIT (SBX__SECOND * 3600)

struct sbx__custom {
	atomic_size_t references;
	atomic_bool kept;
	sbx_transport table;
};

typedef struct custom_hub custom_hub;

typedef struct custom_transport {
	sbx__transport base;
	sbx__custom *custom;
	custom_hub *hub;        /* NULL: a transport of its own */
	sbx_exchange *exchange; /* NULL: none is under way */

	pthread_mutex_t mutex; /* of the next ones, where it is of its own */
	pthread_cond_t moved;
	bool pending;
	bool woken;

	struct custom_transport *next; /* in the hub's list, under its mutex */
	bool listed;
} custom_transport;

struct custom_hub {
	sbx__hub base;
	sbx__custom *custom;
	sbx__poller *poller;
	pthread_mutex_t mutex; /* of the next ones */
	custom_transport *first;
	custom_transport *last;
};

/* ---- the caller's functions ---- */

sbx_status sbx__custom_new(sbx__custom **custom, const sbx_transport *given, sbx_error **error)
{
	sbx_transport known = SBX_TRANSPORT_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, given, "transport", error);
	if (status < 0)
		return status;
	if (!known.start || !known.read)
		return sbx__fail_argument(error, "transport", "%s must not be NULL", known.start ? "read" : "start");
	sbx__custom *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	atomic_init(&made->references, 1);
	atomic_init(&made->kept, false);
	made->table = known;
	*custom = made;
	return SBX_OK;
}

sbx__custom *sbx__custom_ref(sbx__custom *custom)
{
	atomic_fetch_add_explicit(&custom->references, 1, memory_order_relaxed);
	return custom;
}

void sbx__custom_unref(sbx__custom *custom)
{
	if (!custom || atomic_fetch_sub_explicit(&custom->references, 1, memory_order_acq_rel) != 1)
		return;
	if (atomic_load(&custom->kept) && custom->table.free)
		custom->table.free(custom->table.user_data);
	free(custom);
}

void sbx__custom_keep(sbx__custom *custom)
{
	atomic_store(&custom->kept, true);
}

/* ---- what every transport does ---- */

/* Lets the driver look at a transport. From any thread. */
static void notify(void *context)
{
	custom_transport *transport = context;
	custom_hub *hub = transport->hub;
	if (!hub) {
		pthread_mutex_lock(&transport->mutex);
		transport->pending = true;
		pthread_cond_signal(&transport->moved);
		pthread_mutex_unlock(&transport->mutex);
		return;
	}
	pthread_mutex_lock(&hub->mutex);
	if (!transport->listed) {
		transport->listed = true;
		transport->next = NULL;
		*(hub->last ? &hub->last->next : &hub->first) = transport;
		hub->last = transport;
	}
	pthread_mutex_unlock(&hub->mutex);
	sbx__poller_wake(hub->poller);
}

static bool custom_start(sbx__transport *base, sbx__exchange *inner)
{
	custom_transport *transport = (custom_transport *)base;
	transport->exchange = sbx__custom_exchange_new(&transport->custom->table, inner, notify, transport);
	if (transport->exchange)
		notify(transport);
	return transport->exchange != NULL;
}

static void custom_stop(sbx__transport *base)
{
	custom_transport *transport = (custom_transport *)base;
	sbx_exchange *exchange = transport->exchange;
	transport->exchange = NULL;
	if (exchange)
		sbx__custom_exchange_stop(exchange);
}

static void custom_resume(sbx__transport *base)
{
	custom_transport *transport = (custom_transport *)base;
	if (transport->exchange)
		sbx__custom_exchange_resume(transport->exchange);
}

static void advance(custom_transport *transport)
{
	sbx_exchange *exchange = transport->exchange;
	if (!exchange || !sbx__custom_exchange_advance(exchange))
		return;
	transport->exchange = NULL;
	sbx__custom_exchange_finish(exchange);
}

/* ---- a transport of its own ---- */

static struct timespec time_after(int64_t nanoseconds)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	int64_t rest = time.tv_nsec + nanoseconds % SBX__SECOND;
	time.tv_sec += (time_t)(nanoseconds / SBX__SECOND + rest / SBX__SECOND);
	time.tv_nsec = (long)(rest % SBX__SECOND);
	return time;
}

static void custom_wait(sbx__transport *base, int64_t nanoseconds)
{
	custom_transport *transport = (custom_transport *)base;
	struct timespec until = time_after(nanoseconds < 0              ? 0
	                                   : nanoseconds < LONGEST_WAIT ? nanoseconds
	                                                                : LONGEST_WAIT);
	int ended = 0;
	pthread_mutex_lock(&transport->mutex);
	while (!transport->pending && !transport->woken && !ended)
		ended = pthread_cond_timedwait(&transport->moved, &transport->mutex, &until);
	bool pending = transport->pending;
	transport->pending = false;
	transport->woken = false;
	pthread_mutex_unlock(&transport->mutex);
	if (pending)
		advance(transport);
}

static void custom_wake(sbx__transport *base)
{
	custom_transport *transport = (custom_transport *)base;
	pthread_mutex_lock(&transport->mutex);
	transport->woken = true;
	pthread_cond_signal(&transport->moved);
	pthread_mutex_unlock(&transport->mutex);
}

static void custom_free(sbx__transport *base)
{
	custom_transport *transport = (custom_transport *)base;
	custom_stop(base);
	pthread_cond_destroy(&transport->moved);
	pthread_mutex_destroy(&transport->mutex);
	free(transport);
}

static const sbx__transport_class custom_class = {.start = custom_start,
                                                  .stop = custom_stop,
                                                  .wait = custom_wait,
                                                  .wake = custom_wake,
                                                  .resume = custom_resume,
                                                  .free = custom_free};

static sbx__transport *make_transport(void *context)
{
	custom_transport *transport = calloc(1, sizeof *transport);
	if (!transport)
		return NULL;
	transport->base.type = &custom_class;
	transport->custom = context;
	pthread_mutex_init(&transport->mutex, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&transport->moved, &attributes);
	pthread_condattr_destroy(&attributes);
	return &transport->base;
}

/* ---- a hub ---- */

/* Takes a transport out of the list, wherever in it it is. */
static void unlist(custom_hub *hub, const custom_transport *transport)
{
	custom_transport *before = NULL;
	pthread_mutex_lock(&hub->mutex);
	for (custom_transport *at = hub->first; at; before = at, at = at->next) {
		if (at != transport)
			continue;
		*(before ? &before->next : &hub->first) = at->next;
		if (hub->last == at)
			hub->last = before;
		break;
	}
	pthread_mutex_unlock(&hub->mutex);
}

static void hub_free_transport(sbx__transport *base)
{
	custom_transport *transport = (custom_transport *)base;
	custom_stop(base);
	unlist(transport->hub, transport);
	free(transport);
}

static const sbx__transport_class hub_transport_class = {
        .start = custom_start, .stop = custom_stop, .resume = custom_resume, .free = hub_free_transport};

static sbx__transport *hub_make(sbx__hub *base)
{
	custom_hub *hub = (custom_hub *)base;
	custom_transport *transport = calloc(1, sizeof *transport);
	if (!transport)
		return NULL;
	transport->base.type = &hub_transport_class;
	transport->custom = hub->custom;
	transport->hub = hub;
	return &transport->base;
}

static custom_transport *take_pending(custom_hub *hub)
{
	pthread_mutex_lock(&hub->mutex);
	custom_transport *transport = hub->first;
	if (transport) {
		hub->first = transport->next;
		if (!hub->first)
			hub->last = NULL;
		transport->listed = false;
	}
	pthread_mutex_unlock(&hub->mutex);
	return transport;
}

/* How many are in the list now: those that come meanwhile have their turn next time. */
static size_t count_pending(custom_hub *hub)
{
	size_t count = 0;
	pthread_mutex_lock(&hub->mutex);
	for (const custom_transport *at = hub->first; at; at = at->next)
		count++;
	pthread_mutex_unlock(&hub->mutex);
	return count;
}

static void hub_run(sbx__hub *base, const sbx__poller_event *events, size_t count, int64_t now)
{
	(void)events, (void)count, (void)now;
	custom_hub *hub = (custom_hub *)base;
	custom_transport *transport;
	unsigned forks = sbx__platform_forks();
	for (size_t left = count_pending(hub); left && (transport = take_pending(hub)); left--) {
		advance(transport);
		/* The functions of the caller's other exchanges are the parent's to call. */
		if (forks != sbx__platform_forks())
			return;
	}
}

static int64_t hub_due_at(const sbx__hub *base)
{
	custom_hub *hub = (custom_hub *)(uintptr_t)base;
	pthread_mutex_lock(&hub->mutex);
	bool due = hub->first != NULL;
	pthread_mutex_unlock(&hub->mutex);
	return due ? 0 : SBX__NEVER;
}

static void hub_free(sbx__hub *base)
{
	custom_hub *hub = (custom_hub *)base;
	pthread_mutex_destroy(&hub->mutex);
	free(hub);
}

static const sbx__hub_class hub_class = {hub_make, hub_run, hub_due_at, hub_free};

static sbx__hub *make_hub(void *context, sbx__poller *poller, sbx__hub_share *share)
{
	(void)share;
	custom_hub *hub = calloc(1, sizeof *hub);
	if (!hub)
		return NULL;
	hub->base.type = &hub_class;
	hub->custom = context;
	hub->poller = poller;
	pthread_mutex_init(&hub->mutex, NULL);
	return &hub->base;
}

/* ---- the factory ---- */

static void abandon(void *context)
{
	(void)context;
}

static void free_factory(void *context)
{
	sbx__custom_unref(context);
}

sbx__transport_factory sbx__custom_factory(sbx__custom *custom)
{
	return (sbx__transport_factory){make_transport, make_hub, NULL, abandon, free_factory, sbx__custom_ref(custom)};
}
