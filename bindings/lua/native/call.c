#include "call.h"

#include "failure.h"
#include "response.h"
#include "userdata.h"
#include "view.h"

#define CALL "sandbox_sdk.call"

/* Its address is the key of the registry for a userdata that calls which wait use one after the other: one less to make
 * and to collect for each. */
static const char spare_key;

static void cancel(sbx_lua_waitable *waitable)
{
	sbx_call *call = ((sbx_lua_call *)waitable)->call;
	if (call)
		sbx_call_cancel(call);
}

/* Pushes the spare userdata as if it were new; NULL, and nothing pushed, where there is none. */
static sbx_lua_call *take_spare(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &spare_key);
	sbx_lua_call *call = lua_touserdata(L, -1);
	if (!call) {
		lua_pop(L, 1);
		return NULL;
	}
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
	memset(call, 0, sizeof *call);
	return call;
}

/* Keeps the userdata of a call that is over and has nothing of Lua's. */
static void keep_spare(lua_State *L, const sbx_lua_call *call)
{
	if (call->options.callbacks.has_slots)
		return;
	lua_pushvalue(L, call->options.callbacks.userdata);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
}

sbx_lua_call *sbx_lua_new_call(lua_State *L, int owner)
{
	owner = lua_absindex(L, owner);
	sbx_lua_call *call = take_spare(L);
	if (!call)
		call = sbx_lua_new_userdata(L, sizeof *call, CALL);
	call->waitable.state = sbx_lua_state_of(L);
	call->waitable.cancel = cancel;
	sbx_lua_begin_call_options(L, &call->options, &call->waitable, owner);
	return call;
}

sbx_lua_call *sbx_lua_hold_options(lua_State *L, int owner, int options, sbx_lua_refusal *refusal)
{
	sbx_lua_call *call = sbx_lua_new_call(L, owner);
	int userdata = lua_gettop(L);
	if (!sbx_lua_read_call_options(L, options, &call->options, refusal))
		return NULL;
	sbx_lua_callbacks_prepare(L, &call->options.callbacks);
	for (int value = lua_gettop(L); value > userdata; value--)
		sbx_lua_callbacks_keep(L, &call->options.callbacks, value);
	lua_settop(L, userdata);
	return call;
}

static void free_outputs(sbx_lua_call *call)
{
	sbx_json_free(call->arguments);
	sbx_response_free(call->response);
	sbx_error_free(call->error);
	call->arguments = NULL;
	call->response = NULL;
	call->error = NULL;
	if (call->made)
		call->free_made(call->made);
	call->made = NULL;
}

lua_State *sbx_lua_begin_call(lua_State *L, sbx_lua_call *call)
{
	sbx_lua_collect_if_doubled(L, call->waitable.state);
	return sbx_lua_callbacks_enter(L, &call->options.callbacks, &call->options.request);
}

static int push_bytes(lua_State *L, const sbx_response *response)
{
	size_t length;
	const char *bytes = sbx_response_body(response, &length);
	lua_pushlstring(L, bytes, length);
	lua_pushinteger(L, (lua_Integer)sbx_response_size(response));
	return 2;
}

int sbx_lua_push_done(lua_State *L, sbx_lua_call *call)
{
	(void)call;
	lua_pushboolean(L, 1);
	return 1;
}

static int push_success(lua_State *L, sbx_lua_call *call)
{
	if (call->options.raw_response) {
		sbx_lua_push_response(L, &call->response);
		return 1;
	}
	if (call->push)
		return call->push(L, call);
	if (sbx_response_json(call->response)) {
		sbx_lua_push_model(L, &call->response);
		return 1;
	}
	return push_bytes(L, call->response);
}

/* Pushes what a call gave, and returns how many values. */
static int push_results(lua_State *L, sbx_lua_call *call, sbx_status status)
{
	sbx_lua_refusal refusal;
	int results;
	if (status < 0) {
		results = sbx_lua_fail(L, call->error);
		sbx_lua_keep_response(L, &call->error);
		sbx_lua_callbacks_explain(L, &call->options.callbacks);
	} else if (call->options.callbacks.failed) {
		/* It came to its end before it could be told to end. */
		results = sbx_lua_cancelled(L);
		sbx_lua_callbacks_explain(L, &call->options.callbacks);
	} else if (!sbx_lua_finish_transfer(&call->options.transfer, &refusal)) {
		results = sbx_lua_fail_refused(L, &refusal);
	} else {
		results = push_success(L, call);
	}
	free_outputs(call);
	return results;
}

int sbx_lua_end_call(lua_State *L, sbx_lua_call *call, lua_State *before, sbx_status status, bool started)
{
	sbx_lua_leave(call->waitable.state, before);
	if (!started || status < 0) {
		int results = push_results(L, call, status);
		keep_spare(L, call);
		return results;
	}
	sbx_lua_callbacks_prepare(L, &call->options.callbacks);
	lua_pushvalue(L, call->options.callbacks.userdata);
	return 1;
}

static sbx_lua_call *check_call(lua_State *L, int index)
{
	return luaL_checkudata(L, index, CALL);
}

int sbx_lua_call_results(lua_State *L)
{
	sbx_lua_call *call = check_call(L, 1);
	if (!call->call || !sbx_call_is_done(call->call))
		return luaL_argerror(L, 1, "the call is not over");
	sbx_status status =
	        call->collect ? call->collect(call) : sbx_call_result(call->call, &call->response, &call->error);
	int results = push_results(L, call, status);
	sbx_call_free(call->call);
	call->call = NULL;
	return results;
}

int sbx_lua_call_ask(lua_State *L)
{
	const sbx_lua_call *call = check_call(L, 1);
	if (call->call && sbx_call_is_done(call->call))
		return sbx_lua_call_results(L);
	lua_pushboolean(L, 0);
	return 1;
}

/* A call that is under way ends here, and with it the use of its connection. */
static int collect_call(lua_State *L)
{
	sbx_lua_call *call = lua_touserdata(L, 1);
	sbx_call *started = call->call;
	sbx_lua_state *state = call->waitable.state;
	if (!state)
		return 0;
	lua_State *before = sbx_lua_enter(state, L);
	call->call = NULL;
	sbx_lua_forget(&call->waitable);
	sbx_call_free(started);
	free_outputs(call);
	sbx_lua_leave(state, before);
	return 0;
}

void sbx_lua_open_call(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect_call}, {NULL, NULL}};
	sbx_lua_new_metatable(L, CALL, functions);
	lua_pushboolean(L, 1);
	lua_setfield(L, -2, SBX_LUA_WAITABLE);
	lua_pop(L, 1);
}
