#include "options.h"

#include <stddef.h>
#include <string.h>

#include "cancel.h"
#include "option_table.h"

SBX_LUA_CHECK_NEIGHBOURS(sbx_request_options, headers, headers_count);

void sbx_lua_begin_call_options(lua_State *L, sbx_lua_call_options *options, sbx_lua_waitable *waitable, int owner)
{
	options->callbacks.waitable = waitable;
	options->callbacks.owner = owner;
	options->callbacks.userdata = lua_gettop(L);
	options->transfer.callbacks = &options->callbacks;
	options->transfer.slots = SBX_LUA_SOURCE;
}

static bool read_source(const sbx_lua_reading *from, void *target)
{
	static const sbx_source none = SBX_SOURCE_INIT;
	sbx_lua_call_options *options = target;
	options->source = none;
	options->request.source = &options->source;
	return sbx_lua_read_source(from->L, from->value, &options->source, &options->transfer, from->refusal);
}

static bool read_sink(const sbx_lua_reading *from, void *target)
{
	static const sbx_sink none = SBX_SINK_INIT;
	sbx_lua_call_options *options = target;
	options->sink = none;
	options->request.sink = &options->sink;
	return sbx_lua_read_sink(from->L, from->value, &options->sink, &options->transfer, from->refusal);
}

/* A function that is told of the bytes of the file. */
static bool read_progress(const sbx_lua_reading *from, void *target)
{
	sbx_lua_call_options *options = target;
	if (!lua_isfunction(from->L, from->value))
		return sbx_lua_refuse_option(from, "a function");
	sbx_lua_callbacks_set(from->L, &options->callbacks, SBX_LUA_PROGRESS, from->value);
	options->request.progress = sbx_lua_tell_progress;
	options->request.progress_user_data = &options->callbacks;
	return true;
}

static bool read_cancel(const sbx_lua_reading *from, void *target)
{
	sbx_cancel *cancel = sbx_lua_to_cancel(from->L, from->value);
	if (!cancel)
		return sbx_lua_refuse_option(from, "what sdk.cancel() gives");
	*(sbx_cancel **)target = cancel;
	return true;
}

/* Anything: the client's on_attempt is given it. */
static bool read_attempt_data(const sbx_lua_reading *from, void *target)
{
	sbx_lua_call_options *options = target;
	sbx_lua_callbacks_set(from->L, &options->callbacks, SBX_LUA_DATA, from->value);
	return true;
}

static bool read_raw_response(const sbx_lua_reading *from, void *target)
{
	sbx_flag flag;
	if (!sbx_lua_option_flag(from, &flag))
		return false;
	((sbx_lua_call_options *)target)->raw_response = flag == SBX_FLAG_YES;
	return true;
}

#define REQUEST(member) offsetof(sbx_lua_call_options, request.member)
static const sbx_lua_option call_options[] = {{"extra_headers", sbx_lua_option_headers, REQUEST(headers)},
                                              {"extra_query", sbx_lua_option_object, REQUEST(query)},
                                              {"extra_body", sbx_lua_option_object, REQUEST(body)},
                                              {"timeout", sbx_lua_option_timeouts, REQUEST(timeout)},
                                              {"deadline", sbx_lua_option_seconds, REQUEST(deadline)},
                                              {"max_retries", sbx_lua_option_count, REQUEST(max_retries)},
                                              {"idempotency_key", sbx_lua_option_text, REQUEST(idempotency_key)},
                                              {"follow_redirects", sbx_lua_option_flag, REQUEST(follow_redirects)},
                                              {"progress", read_progress, 0},
                                              {"cancel", read_cancel, REQUEST(cancel)},
                                              {"file", read_source, 0},
                                              {"raw_response", read_raw_response, 0},
                                              {"attempt_data", read_attempt_data, 0},
                                              {"into", read_sink, 0},
                                              {NULL, NULL, 0}};

void sbx_lua_default_call_options(sbx_lua_call_options *options)
{
	static const sbx_request_options none = SBX_REQUEST_OPTIONS_INIT;
	options->request = none;
}

const sbx_lua_option *sbx_lua_call_option(const char *name)
{
	return sbx_lua_find_option(call_options, name);
}

bool sbx_lua_read_call_options(lua_State *L, int index, sbx_lua_call_options *options, sbx_lua_refusal *refusal)
{
	sbx_lua_default_call_options(options);
	return sbx_lua_read_option_table(L, index, call_options, options, refusal);
}
