#include "options.h"

#include <stddef.h>
#include <string.h>

#include "cancel.h"
#include "option_table.h"
#include "runtime.h"

static bool read_log_level(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_choice levels[] = {
	        {"off", SBX_LOG_OFF}, {"info", SBX_LOG_INFO}, {"debug", SBX_LOG_DEBUG}, {NULL, 0}};
	int level;
	if (!sbx_lua_option_choice(from, &level, levels, "'off', 'info' or 'debug'"))
		return false;
	*(sbx_log_level *)target = (sbx_log_level)level;
	return true;
}

/* All timeouts as one, and each: neighbours in both structs. */
typedef struct timeouts {
	double all;
	double connect;
	double read;
	double write;
	double pool;
} timeouts;

/* One number for all phases, or a table with one for each. */
static bool read_timeouts(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_option phases[] = {{"connect", sbx_lua_option_seconds, offsetof(timeouts, connect)},
	                                        {"read", sbx_lua_option_seconds, offsetof(timeouts, read)},
	                                        {"write", sbx_lua_option_seconds, offsetof(timeouts, write)},
	                                        {"pool", sbx_lua_option_seconds, offsetof(timeouts, pool)},
	                                        {NULL, NULL, 0}};
	if (lua_istable(from->L, from->value))
		return sbx_lua_read_table(from, phases, target);
	return sbx_lua_option_seconds(from, target);
}

#define CHECK_NEIGHBOURS(type, headers_member, count_member) \
	_Static_assert(offsetof(type, count_member) - offsetof(type, headers_member) == \
	                       offsetof(sbx_lua_pairs, count), \
	               "a struct's headers and their number are neighbours"); \
	_Static_assert(offsetof(type, pool_timeout) - offsetof(type, timeout) == offsetof(timeouts, pool), \
	               "a struct's timeouts are neighbours")
CHECK_NEIGHBOURS(sbx_client_options, default_headers, default_headers_count);
CHECK_NEIGHBOURS(sbx_request_options, headers, headers_count);

static bool read_default_headers(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->replace_default_headers == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_headers", "excludes default_headers");
	return sbx_lua_option_headers(from, &options->default_headers);
}

static bool read_set_headers(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->default_headers)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_headers");
	options->replace_default_headers = SBX_FLAG_YES;
	return sbx_lua_option_headers(from, &options->default_headers);
}

static bool read_default_query(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->replace_default_query == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_query", "excludes default_query");
	return sbx_lua_option_object(from, &options->default_query);
}

static bool read_set_query(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->default_query)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_query");
	options->replace_default_query = SBX_FLAG_YES;
	return sbx_lua_option_object(from, &options->default_query);
}

#define CLIENT(member) offsetof(sbx_client_options, member)
static const sbx_lua_option client_options[] = {
        {"api_key", sbx_lua_option_text, CLIENT(api_key)},
        {"base_url", sbx_lua_option_text, CLIENT(base_url)},
        {"timeout", read_timeouts, CLIENT(timeout)},
        {"deadline", sbx_lua_option_seconds, CLIENT(deadline)},
        {"max_retries", sbx_lua_option_count, CLIENT(max_retries)},
        {"retry_unsafe", sbx_lua_option_flag, CLIENT(retry_unsafe)},
        {"default_headers", read_default_headers, 0},
        {"default_query", read_default_query, 0},
        {"set_default_headers", read_set_headers, 0},
        {"set_default_query", read_set_query, 0},
        {"strict_response_validation", sbx_lua_option_flag, CLIENT(strict_response_validation)},
        {"log_level", read_log_level, CLIENT(log_level)},
        {NULL, NULL, 0}};

bool sbx_lua_read_client_options(lua_State *L, int index, sbx_client_options *options, sbx_lua_refusal *refusal)
{
	static const sbx_client_options none = SBX_CLIENT_OPTIONS_INIT;
	*options = none;
	options->language = "Lua";
	bool is_given = !lua_isnoneornil(L, index); /* what is pushed now may come to lie there */
	sbx_lua_find_runtime(L, &options->runtime, &options->runtime_version);
	return !is_given || sbx_lua_read_option_table(L, index, client_options, options, refusal);
}

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
                                              {"timeout", read_timeouts, REQUEST(timeout)},
                                              {"deadline", sbx_lua_option_seconds, REQUEST(deadline)},
                                              {"max_retries", sbx_lua_option_count, REQUEST(max_retries)},
                                              {"idempotency_key", sbx_lua_option_text, REQUEST(idempotency_key)},
                                              {"follow_redirects", sbx_lua_option_flag, REQUEST(follow_redirects)},
                                              {"progress", read_progress, 0},
                                              {"cancel", read_cancel, REQUEST(cancel)},
                                              {"file", read_source, 0},
                                              {"raw_response", read_raw_response, 0},
                                              {"into", read_sink, 0},
                                              {NULL, NULL, 0}};

bool sbx_lua_read_call_options(lua_State *L, int index, sbx_lua_call_options *options, sbx_lua_refusal *refusal)
{
	static const sbx_request_options none = SBX_REQUEST_OPTIONS_INIT;
	options->request = none;
	return sbx_lua_read_option_table(L, index, call_options, options, refusal);
}
