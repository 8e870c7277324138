/*
 * The public functions of calls that are started (call.h). The state machine beneath is call.c; what drives it,
 * engine.c.
 */
#include "started_call.h"

#include <math.h>

#include "error.h"
#include "keep_errno.h"
#include "response.h"

#define CLIENT_CLOSED "Connection error: the client was closed"

static sbx_status check_forked(sbx_client *client, sbx_error **error)
{
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	/* First of all: the fork may have happened while another thread held the client's lock. */
	return sbx__core_is_forked(client->core) ? sbx__fail_forked(error) : SBX_OK;
}

sbx_status sbx__started_call_check(sbx_client *client, sbx_error **error)
{
	sbx_status status = check_forked(client, error);
	if (status == SBX_OK && sbx__core_is_closed(client->core))
		status = sbx__fail(error, SBX_ERROR_CLOSED, CLIENT_CLOSED);
	return status;
}

/* The error of a call of a closed client, which knows the request that it was about. */
static sbx_status refuse_closed(sbx__call *machine, sbx_error **error)
{
	sbx_response *none;
	sbx__call_abort(machine, SBX_ERROR_CLOSED, CLIENT_CLOSED);
	return sbx__call_take(machine, &none, error);
}

sbx_status sbx__started_call_new(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                                 const sbx_request_options *options, bool on_loop, sbx_call **call, sbx_error **error)
{
	sbx_status status = check_forked(client, error);
	if (status < 0)
		return status;
	bool closed = sbx__core_is_closed(client->core);
	sbx_error *problem = NULL;
	if (on_loop && !closed && !sbx__core_engine(client->core, &problem))
		return sbx__error_give(error, problem);
	sbx_call *made = sbx__engine_call_new(client->core);
	if (!made)
		return sbx__fail_memory(error);
	const sbx__platform *platform = sbx__core_platform(client->core);
	sbx__config *config = sbx__client_config(client);
	status = sbx__call_init(&made->machine, config, platform, request, typed, options,
	                        platform->now(platform->context), error);
	sbx__config_unref(config);
	if (status == SBX_OK && closed)
		status = refuse_closed(&made->machine, error);
	if (status == SBX_OK && !sbx__call_keep(&made->machine))
		status = sbx__fail_memory(error);
	if (status == SBX_OK && on_loop)
		sbx__call_may_wait(&made->machine);
	if (status < 0)
		sbx__engine_call_unref(made);
	else
		*call = made;
	return status;
}

bool sbx__started_call_is_forked(const sbx_call *call)
{
	return sbx__core_is_forked(call->core);
}

static void on_cancel(void *context)
{
	sbx_call *call = context;
	if (sbx__started_call_is_forked(call))
		return;
	sbx__engine_ask_later(sbx__core_engine_of(call->core), call, SBX__WANTS_CANCEL);
}

void sbx__started_call_keep_open(sbx_call *call, const sbx_client *client)
{
	if (!client->calls_count)
		return;
	call->keeps_open = true;
	sbx__core_count(call->core);
}

void sbx__started_call_start(sbx_call *call, sbx_cancel *cancel)
{
	/* On another thread the call may be done, and freed in its callback, at once. */
	sbx__engine_call_ref(call);
	sbx__engine_start(sbx__core_engine_of(call->core), call);
	sbx__cancel_link_to(&call->cancel, cancel, on_cancel, call);
	sbx__engine_call_unref(call);
}

sbx_status sbx__wait_read(double seconds, int64_t *nanoseconds, sbx_error **error)
{
	if (isnan(seconds) || (seconds < 0 && seconds != SBX_FOREVER))
		return sbx__fail_argument(error, "seconds", "must be a number that is not negative, or SBX_FOREVER");
	seconds = sbx__timeout_plain(seconds);
	*nanoseconds = seconds == SBX_FOREVER ? SBX__NEVER : sbx__nanoseconds(seconds);
	return SBX_OK;
}

void sbx__started_call_tell(sbx_call *call)
{
	if (call->callback.done)
		call->callback.done(call->user_data, call);
	else
		sbx__engine_enqueue(sbx__core_engine_of(call->core), call);
}

sbx_status sbx__client_start(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                             const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                             sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!call)
		return sbx__fail_argument(error, "call", "must not be NULL");
	sbx_call *made;
	sbx_status status = sbx__started_call_new(client, request, typed, options, true, &made, error);
	if (status < 0)
		return status;
	made->tell = sbx__started_call_tell;
	made->callback.done = on_done;
	made->user_data = user_data;
	/* Before the start: on another thread the call may be done, and looked for, at once. */
	*call = made;
	sbx__started_call_keep_open(made, client);
	sbx__started_call_start(made, made->machine.options.cancel);
	return SBX_OK;
}

sbx_status sbx_client_start(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                            sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	return sbx__client_start(client, request, NULL, options, on_done, user_data, call, error);
}

int sbx_call_is_done(const sbx_call *call)
{
	return call && atomic_load_explicit(&call->done, memory_order_acquire);
}

void *sbx_call_user_data(const sbx_call *call)
{
	return call ? call->user_data : NULL;
}

static void ask(sbx_call *call, unsigned wants)
{
	if (call && !sbx__started_call_is_forked(call))
		sbx__engine_ask(sbx__core_engine_of(call->core), call, wants);
}

void sbx_call_cancel(sbx_call *call)
{
	SBX__KEEP_ERRNO();
	ask(call, SBX__WANTS_CANCEL);
}

void sbx_call_resume(sbx_call *call)
{
	SBX__KEEP_ERRNO();
	ask(call, SBX__WANTS_RESUME);
}

sbx_status sbx_call_wait(sbx_call *call, double seconds, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	int64_t nanoseconds;
	if (!call)
		return sbx__fail_argument(error, "call", "must not be NULL");
	sbx_status status = sbx__wait_read(seconds, &nanoseconds, error);
	if (status < 0 || sbx_call_is_done(call))
		return status;
	if (sbx__started_call_is_forked(call))
		return sbx__fail_forked(error);
	sbx__engine *engine = sbx__core_engine_of(call->core);
	if (sbx__engine_is_inside(engine))
		return sbx__fail_argument(error, "call", "a callback of its client cannot wait for it");
	if (sbx__engine_wait(engine, call, nanoseconds))
		return SBX_OK;
	/* In a callback meanwhile. */
	if (sbx__started_call_is_forked(call))
		return sbx__fail_forked(error);
	return sbx__fail(error, SBX_ERROR_TIMEOUT, "The call is not done yet");
}

sbx_status sbx_call_result(const sbx_call *call, sbx_response **response, sbx_error **error)
{
	if (!sbx_call_is_done(call))
		return sbx__fail_argument(error, "call", call ? "is not done yet" : "must not be NULL");
	if (call->error)
		return sbx__error_give(error, sbx__error_ref(call->error));
	if (response)
		*response = call->response ? sbx__response_ref(call->response) : NULL;
	return SBX_OK;
}

sbx_status sbx__started_call_model(const sbx_call *call, const sbx__model_descriptor *descriptor, sbx__model **model,
                                   sbx_error **error)
{
	sbx_status status = sbx_call_result(call, NULL, error);
	if (status < 0)
		return status;
	if (!call->response || sbx__model_descriptor_of(call->response->model) != descriptor)
		return sbx__fail_argument(error, "call", "does not answer with a %s", descriptor->name);
	*model = sbx__model_ref(call->response->model);
	return SBX_OK;
}

void sbx_call_free(sbx_call *call)
{
	SBX__KEEP_ERRNO();
	if (!call)
		return;
	/* In a forked child the call is the parent's: its memory stays, and nothing is sent. */
	bool is_forked = sbx__started_call_is_forked(call);
	if (!is_forked)
		sbx__engine_release(sbx__core_engine_of(call->core), call);
	/* Without any client that somebody has, it ends here. */
	if (call->keeps_open)
		sbx__core_uncount(call->core);
	if (!is_forked)
		sbx__engine_call_unref(call);
}
