/*
 * The public functions that drive started calls (loop.h).
 */
#include <sandbox_sdk/loop.h>

#include "error.h"
#include "keep_errno.h"
#include "started_call.h"

/* The engine, if there is one. */
static sbx_status find_engine(const sbx_client *client, sbx__engine **engine, sbx_error **error)
{
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	if (sbx__core_is_forked(client->core))
		return sbx__fail_forked(error);
	*engine = sbx__core_engine_of(client->core);
	if (*engine && sbx__engine_is_inside(*engine))
		return sbx__fail_argument(error, "client", "one of its callbacks cannot drive its loop");
	return SBX_OK;
}

sbx_status sbx_client_fd(sbx_client *client, int *descriptor, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!client || !descriptor)
		return sbx__fail_argument(error, client ? "descriptor" : "client", "must not be NULL");
	if (sbx__core_is_forked(client->core))
		return sbx__fail_forked(error);
	/* A loop that there is may still have ends to tell. */
	if (!sbx__core_engine_of(client->core) && sbx__core_is_closed(client->core))
		return sbx__fail(error, SBX_ERROR_CLOSED, "Connection error: the client was closed");
	sbx_error *problem = NULL;
	sbx__engine *engine = sbx__core_engine(client->core, &problem);
	if (!engine)
		return sbx__error_give(error, problem);
	*descriptor = sbx__engine_descriptor(engine);
	return SBX_OK;
}

/* `ours`: no callback has forked, or this is the parent. The client may be freed by now. */
static sbx_status end_of_drive(bool ours, sbx_error **error)
{
	return ours ? SBX_OK : sbx__fail_forked(error);
}

sbx_status sbx_client_process(sbx_client *client, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx__engine *engine;
	sbx_status status = find_engine(client, &engine, error);
	if (status < 0 || !engine)
		return status;
	return end_of_drive(sbx__engine_process(engine), error);
}

sbx_status sbx_client_poll(sbx_client *client, double seconds, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx__engine *engine;
	int64_t nanoseconds;
	sbx_status status = find_engine(client, &engine, error);
	if (status < 0 || (status = sbx__wait_read(seconds, &nanoseconds, error)) < 0)
		return status;
	if (!engine || sbx__engine_in_flight(engine) == 0)
		return SBX_DONE;
	return end_of_drive(sbx__engine_poll(engine, nanoseconds), error);
}

sbx_status sbx_client_next(sbx_client *client, sbx_call **call)
{
	SBX__KEEP_ERRNO();
	sbx__engine *engine;
	sbx_error **none = NULL;
	if (!client || !call || sbx__core_is_forked(client->core))
		return sbx__fail_argument(none, client ? "call" : "client", "must not be NULL");
	engine = sbx__core_engine_of(client->core);
	sbx_call *next = engine ? sbx__engine_dequeue(engine) : NULL;
	if (!next)
		return SBX_DONE;
	*call = next;
	return SBX_OK;
}

size_t sbx_client_in_flight(const sbx_client *client)
{
	sbx__engine *engine = client ? sbx__core_engine_of(client->core) : NULL;
	return engine ? sbx__engine_in_flight(engine) : 0;
}
