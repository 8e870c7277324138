/*
 * The transport over libcurl that has a multi handle of its own with one easy handle, which keeps its connection from
 * one exchange to the next, and what makes transports. libcurl neither retries nor redirects here: the call above
 * decides both.
 */
#include "transport_curl.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "error.h"
#include "platform.h"
#include "sigpipe.h"
#include "transport_curl_options.h"

const char *sbx__transport_curl_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

/* ---- a transport of its own ---- */

/* TLS libraries write to a closed connection without asking that no SIGPIPE come of it. */
static void run_without_sigpipe(CURLM *multi, int *running)
{
	sbx__sigpipe held;
	sbx__sigpipe_hold(&held);
	curl_multi_perform(multi, running);
	sbx__sigpipe_release(&held);
}

/* Lets libcurl do what can be done now. True: the exchange is over. */
static bool run(sbx__curl_transport *transport)
{
	int left;
	if (!transport->exchange)
		return false;
	errno = 0;
	if (transport->tls)
		run_without_sigpipe(transport->multi, &left);
	else
		curl_multi_perform(transport->multi, &left);
	bool starved = errno == ENOMEM;
	CURLMsg *message = curl_multi_info_read(transport->multi, &left);
	if (!message || message->msg != CURLMSG_DONE)
		return false;
	sbx__curl_finish(transport, message->data.result, starved);
	return true;
}

static void curl_wait(sbx__transport *base, int64_t nanoseconds)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	if (transport->fresh) {
		/* What happens now decides how long the call wants to wait. */
		transport->fresh = false;
		run(transport);
		return;
	}
	int64_t milliseconds = nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1000000 + 1;
	curl_multi_poll(transport->multi, NULL, 0, milliseconds < INT_MAX ? (int)milliseconds : INT_MAX, NULL);
	run(transport);
}

static void curl_wake(sbx__transport *base)
{
	curl_multi_wakeup(((sbx__curl_transport *)base)->multi);
}

static void free_own(sbx__transport *base)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	sbx__curl_transport_clear(transport);
	curl_multi_cleanup(transport->multi);
	free(transport);
}

static const sbx__transport_class own_class = {sbx__curl_start, sbx__curl_stop,   curl_wait,
                                               curl_wake,       sbx__curl_resume, free_own};

/* ---- making transports ---- */

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_code;

static void global_init(void)
{
	global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static sbx__transport *make_transport(void *context)
{
	sbx__curl_transport *transport = calloc(1, sizeof *transport);
	CURLM *multi = curl_multi_init();
	if (transport && multi && sbx__curl_transport_init(transport, context, multi) &&
	    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L) == CURLM_OK &&
	    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L) == CURLM_OK) {
		transport->base.type = &own_class;
		return &transport->base;
	}
	if (transport)
		sbx__curl_transport_clear(transport);
	curl_multi_cleanup(multi);
	free(transport);
	return NULL;
}

static sbx__hub *make_hub(void *context, sbx__poller *poller, sbx__hub_share *share)
{
	((sbx__curl_context *)context)->sockets.share = share;
	return sbx__curl_hub_new(context, poller, share);
}

static void shed(void *context, size_t most)
{
	sbx__curl_sockets_shed(&((sbx__curl_context *)context)->sockets, most);
}

static void abandon(void *context)
{
	sbx__curl_sockets_abandon(&((sbx__curl_context *)context)->sockets);
}

static void lock_share(CURL *easy, curl_lock_data data, curl_lock_access access, void *user_data)
{
	(void)easy, (void)access;
	sbx__curl_context *context = user_data;
	if (!context->sockets.disowned)
		pthread_mutex_lock(&context->locks[data]);
}

static void unlock_share(CURL *easy, curl_lock_data data, void *user_data)
{
	(void)easy;
	sbx__curl_context *context = user_data;
	if (!context->sockets.disowned)
		pthread_mutex_unlock(&context->locks[data]);
}

static void free_context(void *user_data)
{
	sbx__curl_context *context = user_data;
	if (context->share)
		curl_share_cleanup(context->share);
	for (int index = 0; index < CURL_LOCK_DATA_LAST; index++)
		pthread_mutex_destroy(&context->locks[index]);
	sbx__curl_sockets_free(&context->sockets);
	sbx__curl_options_free(context->options);
	free(context);
}

static bool set_share(sbx__curl_context *context)
{
	CURLSH *share = context->share;
	return curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_USERDATA, context) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

sbx_status sbx__transport_curl_factory(sbx__transport_factory *factory, sbx__http_options *options, sbx_error **error)
{
	pthread_once(&global_once, global_init);
	sbx__curl_context *context = global_code == CURLE_OK ? calloc(1, sizeof *context) : NULL;
	if (!context)
		return sbx__fail_memory(error);
	context->multiplexed = options->version == SBX_HTTP_2;
	sbx__curl_sockets_init(&context->sockets);
	for (int index = 0; index < CURL_LOCK_DATA_LAST; index++)
		pthread_mutex_init(&context->locks[index], NULL);
	sbx_status status = sbx__curl_options_new(&context->options, options, error);
	context->share = curl_share_init();
	if (status == SBX_OK && (!context->share || !set_share(context)))
		status = sbx__fail_memory(error);
	if (status < 0)
		free_context(context);
	else
		*factory = (sbx__transport_factory){make_transport, make_hub, shed, abandon, free_context, context};
	return status;
}
