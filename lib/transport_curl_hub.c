/*
 * Many exchanges on one multi handle, whose sockets and times a poller watches (curl_multi_socket_action).
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "platform.h"
#include "sigpipe.h"
#include "transport_curl.h"

/* How many easy handles are kept for later exchanges. */
#define MOST_IDLE_HANDLES 64

struct sbx__curl_hub {
	sbx__hub base;
	sbx__curl_context *context;
	sbx__poller *poller;
	sbx__hub_share *share;
	CURLM *multi;   /* NULL: there was no memory for another one */
	long most_kept; /* what libcurl was told; 0: nothing yet */
	int64_t due_at;
	sbx__curl_transport *idle;
	size_t idle_count;
	sbx__curl_transport *busy; /* those that are not idle */
	size_t count;              /* of them */
};

/* ---- callbacks of libcurl ---- */

static int on_socket(CURL *easy, curl_socket_t descriptor, int what, void *user_data, void *socket_data)
{
	(void)easy, (void)socket_data;
	sbx__curl_hub *hub = user_data;
	unsigned events = 0;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= SBX__READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= SBX__WRITABLE;
	return sbx__poller_watch(hub->poller, descriptor, events) ? 0 : -1;
}

static int on_close(void *user_data, curl_socket_t descriptor)
{
	sbx__curl_hub *hub = user_data;
	sbx__poller_forget(hub->poller, descriptor);
	return sbx__curl_sockets_close(&hub->context->sockets, descriptor);
}

static int on_timer(CURLM *multi, long milliseconds, void *user_data)
{
	(void)multi;
	sbx__curl_hub *hub = user_data;
	int64_t now = sbx__platform_system.now(NULL);
	hub->due_at = milliseconds < 0 ? SBX__NEVER : now + milliseconds * (SBX__SECOND / 1000);
	return 0;
}

static bool open_multi(sbx__curl_hub *hub)
{
	hub->most_kept = 0;
	hub->multi = curl_multi_init();
	if (hub->multi && curl_multi_setopt(hub->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
	    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETDATA, hub) == CURLM_OK &&
	    curl_multi_setopt(hub->multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
	    curl_multi_setopt(hub->multi, CURLMOPT_TIMERDATA, hub) == CURLM_OK)
		return true;
	curl_multi_cleanup(hub->multi);
	hub->multi = NULL;
	return false;
}

/* ---- transports ---- */

static void link_busy(sbx__curl_hub *hub, sbx__curl_transport *transport)
{
	transport->previous = NULL;
	transport->next = hub->busy;
	if (hub->busy)
		hub->busy->previous = transport;
	hub->busy = transport;
	hub->count++;
}

static void unlink_busy(sbx__curl_hub *hub, sbx__curl_transport *transport)
{
	if (transport->previous)
		transport->previous->next = transport->next;
	else
		hub->busy = transport->next;
	if (transport->next)
		transport->next->previous = transport->previous;
	hub->count--;
}

/* How many libcurl may keep it looks up when an exchange ends, whose transport is busy until a little later. */
static void set_limit(sbx__curl_hub *hub)
{
	size_t idle = atomic_load_explicit(&hub->share->idle, memory_order_relaxed);
	size_t others = hub->count ? hub->count - 1 : 0;
	size_t wanted = others + idle < LONG_MAX ? others + idle : LONG_MAX;
	/* To libcurl 0 is no limit. */
	long most = wanted ? (long)wanted : 1;
	if (most != hub->most_kept && curl_multi_setopt(hub->multi, CURLMOPT_MAXCONNECTS, most) == CURLM_OK)
		hub->most_kept = most;
}

void sbx__curl_hub_make_room(sbx__curl_hub *hub)
{
	size_t open = atomic_load_explicit(&hub->share->open, memory_order_relaxed);
	/* Each of its exchanges has a connection, or gets one. */
	sbx__curl_sockets_shed(&hub->context->sockets, open > hub->count ? open - hub->count : 0);
}

static void hub_free_transport(sbx__transport *base)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	sbx__curl_hub *hub = transport->hub;
	sbx__curl_stop(base);
	unlink_busy(hub, transport);
	set_limit(hub);
	if (hub->idle_count < MOST_IDLE_HANDLES) {
		transport->next = hub->idle;
		hub->idle = transport;
		hub->idle_count++;
		return;
	}
	sbx__curl_transport_clear(transport);
	free(transport);
}

static bool hub_start(sbx__transport *base, sbx__exchange *exchange)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	transport->multi = transport->hub->multi;
	if (!transport->multi)
		return false;
	set_limit(transport->hub);
	return sbx__curl_start(base, exchange);
}

static const sbx__transport_class hub_transport_class = {
        .start = hub_start, .stop = sbx__curl_stop, .resume = sbx__curl_resume, .free = hub_free_transport};

static sbx__curl_transport *new_transport(sbx__curl_hub *hub)
{
	sbx__curl_transport *transport = calloc(1, sizeof *transport);
	if (!transport)
		return NULL;
	if (!sbx__curl_transport_init(transport, hub->context, hub->multi) ||
	    curl_easy_setopt(transport->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) != CURLE_OK ||
	    curl_easy_setopt(transport->easy, CURLOPT_CLOSESOCKETDATA, hub) != CURLE_OK ||
	    curl_easy_setopt(transport->easy, CURLOPT_PRIVATE, transport) != CURLE_OK) {
		sbx__curl_transport_clear(transport);
		free(transport);
		return NULL;
	}
	transport->base.type = &hub_transport_class;
	transport->hub = hub;
	transport->poller = hub->poller;
	return transport;
}

static sbx__transport *hub_make(sbx__hub *base)
{
	sbx__curl_hub *hub = (sbx__curl_hub *)base;
	sbx__curl_transport *transport = hub->idle;
	if (!hub->multi && !open_multi(hub))
		return NULL;
	if (transport) {
		hub->idle = transport->next;
		hub->idle_count--;
	} else if (!(transport = new_transport(hub))) {
		return NULL;
	}
	link_busy(hub, transport);
	return &transport->base;
}

/* ---- running ---- */

static void tell_finished(sbx__curl_hub *hub, bool starved)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(hub->multi, &left))) {
		char *private_pointer = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private_pointer);
		sbx__curl_finish((sbx__curl_transport *)private_pointer, code, starved);
	}
}

/*
 * Without memory libcurl loses sight of a socket, does not tell whose it is, and crashes when it meets it again: a
 * multi handle that has failed carries nothing any more.
 */
static void begin_anew(sbx__curl_hub *hub)
{
	for (sbx__curl_transport *transport = hub->busy; transport; transport = transport->next) {
		if (!transport->exchange)
			continue;
		transport->stale = false;
		sbx__curl_finish(transport, CURLE_OUT_OF_MEMORY, true);
	}
	curl_multi_cleanup(hub->multi);
	hub->due_at = SBX__NEVER;
	open_multi(hub);
}

static int action_of(unsigned events)
{
	int action = 0;
	if (events & SBX__READABLE)
		action |= CURL_CSELECT_IN;
	if (events & SBX__WRITABLE)
		action |= CURL_CSELECT_OUT;
	if (events & SBX__BROKEN)
		action |= CURL_CSELECT_ERR;
	return action;
}

static bool act(sbx__curl_hub *hub, int descriptor, int action)
{
	int running;
	return curl_multi_socket_action(hub->multi, descriptor, action, &running) == CURLM_OK;
}

static void hub_run(sbx__hub *base, const sbx__poller_event *events, size_t count, int64_t now)
{
	sbx__curl_hub *hub = (sbx__curl_hub *)base;
	bool due = hub->due_at <= now;
	if ((count == 0 && !due) || !hub->multi)
		return;
	sbx__sigpipe held;
	sbx__sigpipe_hold(&held);
	errno = 0;
	bool ok = true;
	unsigned forks = sbx__platform_forks();
	for (size_t index = 0; index < count && ok && forks == sbx__platform_forks(); index++)
		ok = act(hub, events[index].descriptor, action_of(events[index].events));
	if (due && ok && forks == sbx__platform_forks()) {
		/* libcurl tells a new time where there is one. */
		hub->due_at = SBX__NEVER;
		ok = act(hub, CURL_SOCKET_TIMEOUT, 0);
	}
	/* In a child that was forked in a callback nothing has ended. */
	if (forks == sbx__platform_forks()) {
		tell_finished(hub, errno == ENOMEM);
		if (!ok)
			begin_anew(hub);
	}
	sbx__sigpipe_release(&held);
}

static int64_t hub_due_at(const sbx__hub *base)
{
	return ((const sbx__curl_hub *)base)->due_at;
}

static void hub_free(sbx__hub *base)
{
	sbx__curl_hub *hub = (sbx__curl_hub *)base;
	while (hub->idle) {
		sbx__curl_transport *transport = hub->idle;
		hub->idle = transport->next;
		sbx__curl_transport_clear(transport);
		free(transport);
	}
	curl_multi_cleanup(hub->multi);
	free(hub);
}

static const sbx__hub_class hub_class = {hub_make, hub_run, hub_due_at, hub_free};

sbx__hub *sbx__curl_hub_new(sbx__curl_context *context, sbx__poller *poller, sbx__hub_share *share)
{
	sbx__curl_hub *hub = calloc(1, sizeof *hub);
	if (!hub)
		return NULL;
	*hub = (sbx__curl_hub){
	        .base.type = &hub_class, .context = context, .poller = poller, .share = share, .due_at = SBX__NEVER};
	if (open_multi(hub))
		return &hub->base;
	hub_free(&hub->base);
	return NULL;
}
