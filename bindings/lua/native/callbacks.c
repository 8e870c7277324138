#include "callbacks.h"

void sbx_lua_callbacks_prepare(lua_State *L, sbx_lua_callbacks *callbacks)
{
	if (callbacks->has_slots)
		return;
	sbx_lua_make_living(L, callbacks->userdata, SBX_LUA_CALL_SLOTS);
	callbacks->has_slots = true;
	sbx_lua_callbacks_set(L, callbacks, SBX_LUA_OWNER, callbacks->owner);
}

void sbx_lua_callbacks_set(lua_State *L, sbx_lua_callbacks *callbacks, int slot, int value)
{
	value = lua_absindex(L, value);
	sbx_lua_callbacks_prepare(L, callbacks);
	lua_getuservalue(L, callbacks->userdata);
	lua_pushvalue(L, value);
	lua_rawseti(L, -2, slot);
	lua_pop(L, 1);
}

void sbx_lua_callbacks_keep(lua_State *L, sbx_lua_callbacks *callbacks, int value)
{
	value = lua_absindex(L, value);
	sbx_lua_callbacks_prepare(L, callbacks);
	sbx_lua_keep(L, callbacks->userdata, value);
}

bool sbx_lua_callbacks_slots(lua_State *L, const sbx_lua_callbacks *callbacks)
{
	return sbx_lua_push_slots(L, callbacks->waitable);
}

/* Puts what is on top of the stack into the reason's slot. */
static void fail_with_top(lua_State *L, sbx_lua_callbacks *callbacks)
{
	callbacks->failed = true;
	if (sbx_lua_callbacks_slots(L, callbacks)) {
		lua_insert(L, -2);
		lua_rawseti(L, -2, SBX_LUA_REASON);
		callbacks->has_reason = true;
	}
	lua_pop(L, 1);
}

/* Whether the last result says that the function failed: `false`, or `nil, reason`. Two results are on top. */
static bool told_failure(lua_State *L)
{
	return (lua_isnil(L, -2) && !lua_isnil(L, -1)) || (lua_isboolean(L, -2) && !lua_toboolean(L, -2));
}

bool sbx_lua_callbacks_call(lua_State *L, sbx_lua_callbacks *callbacks, int arguments)
{
	if (lua_pcall(L, arguments, 2, 0) != 0) {
		fail_with_top(L, callbacks);
		return false;
	}
	if (told_failure(L)) {
		lua_remove(L, -2);
		fail_with_top(L, callbacks);
		return false;
	}
	return true;
}

void sbx_lua_callbacks_fault(sbx_lua_callbacks *callbacks, const char *fault)
{
	callbacks->failed = true;
	callbacks->fault = fault;
}

/* Lua's own programs let a signal set a hook, which runs when Lua goes on: that ends a call which waits. */
static int is_interrupted(void *user_data)
{
	const sbx_lua_callbacks *callbacks = user_data;
	return callbacks->failed || lua_gethook(callbacks->waitable->state->main) != callbacks->hook;
}

lua_State *sbx_lua_callbacks_enter(lua_State *L, sbx_lua_callbacks *callbacks, sbx_request_options *options)
{
	sbx_lua_state *state = callbacks->waitable->state;
	callbacks->hook = lua_gethook(state->main);
	options->interrupt = is_interrupted;
	options->interrupt_user_data = callbacks;
	options->attempt_user_data = callbacks->waitable;
	if (state->has_transports)
		sbx_lua_callbacks_prepare(L, callbacks);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	return sbx_lua_enter(state, L);
}

bool sbx_lua_callbacks_run(sbx_lua_callbacks *callbacks, const char *name, sbx_lua_job job, void *data)
{
	if (callbacks->failed)
		return false;
	if (!sbx_lua_protected(callbacks->waitable->state, job, data))
		sbx_lua_callbacks_fault(callbacks, "not enough memory");
	if (!callbacks->failed)
		return true;
	callbacks->name = name;
	return false;
}

/* A call that waits asks by itself whether it is to end. */
void sbx_lua_callbacks_tell(sbx_lua_callbacks *callbacks, const char *name, sbx_lua_job job, void *data)
{
	if (!sbx_lua_callbacks_run(callbacks, name, job, data))
		callbacks->waitable->cancel(callbacks->waitable);
}

typedef struct step {
	sbx_lua_callbacks *callbacks;
	int64_t done;
	int64_t total;
} step;

static void tell_step(lua_State *L, void *data)
{
	const step *made = data;
	if (!sbx_lua_callbacks_slots(L, made->callbacks))
		return;
	lua_rawgeti(L, -1, SBX_LUA_PROGRESS);
	lua_pushinteger(L, (lua_Integer)made->done);
	if (made->total >= 0)
		lua_pushinteger(L, (lua_Integer)made->total);
	else
		lua_pushnil(L);
	sbx_lua_callbacks_call(L, made->callbacks, 2);
}

void sbx_lua_tell_progress(void *user_data, int64_t done, int64_t total)
{
	step made = {user_data, done, total};
	sbx_lua_callbacks_tell(user_data, "progress", tell_step, &made);
}

/* A transport in Lua has said why there is no answer. */
static void explain_loss(lua_State *L, const sbx_lua_callbacks *callbacks)
{
	int error = lua_gettop(L);
	if (!callbacks->has_slots || !sbx_lua_callbacks_slots(L, callbacks))
		return;
	lua_rawgeti(L, -1, SBX_LUA_LOST);
	if (lua_toboolean(L, -1))
		lua_setfield(L, error, "cause");
	lua_settop(L, error);
}

/* What is on top of the stack in words: text itself, or an error of the module's. Pushes that; NULL where there is
 * none. */
static const char *reason_text(lua_State *L)
{
	if (lua_istable(L, -1)) {
		lua_pushliteral(L, "message");
		lua_rawget(L, -2);
	}
	return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

void sbx_lua_callbacks_explain(lua_State *L, const sbx_lua_callbacks *callbacks)
{
	if (!callbacks->failed) {
		explain_loss(L, callbacks);
		return;
	}
	int error = lua_gettop(L);
	const char *reason = callbacks->fault;
	if (callbacks->has_reason && sbx_lua_callbacks_slots(L, callbacks)) {
		lua_rawgeti(L, -1, SBX_LUA_REASON);
		lua_pushvalue(L, -1);
		lua_setfield(L, error, "cause");
		reason = reason_text(L);
	}
	if (!reason)
		reason = "the function failed";
	lua_pushfstring(L, "%s: %s", callbacks->name, reason);
	lua_setfield(L, error, "message");
	lua_pushstring(L, reason);
	lua_setfield(L, error, "detail");
	lua_settop(L, error);
}
