#include "cancel.h"

#include "failure.h"
#include "state.h"
#include "userdata.h"

#define CANCEL "sandbox_sdk.cancel"

sbx_cancel *sbx_lua_to_cancel(lua_State *L, int index)
{
	sbx_cancel **place = luaL_testudata(L, index, CANCEL);
	return place ? *place : NULL;
}

static sbx_cancel *check_cancel(lua_State *L, const char *usage)
{
	sbx_cancel **place = sbx_lua_check_self(L, CANCEL, usage);
	if (!*place)
		sbx_lua_raise_misuse(L, usage, "self", "it was collected");
	return *place;
}

int sbx_lua_new_cancel(lua_State *L)
{
	sbx_error **error = sbx_lua_new_error(L);
	sbx_cancel **place = sbx_lua_new_userdata(L, sizeof(sbx_cancel *), CANCEL);
	if (sbx_cancel_new(place, error) < 0)
		return sbx_lua_fail_and_free(L, error);
	return 1;
}

/* cancel:fire(): the log of calls that end here may be told. */
static int fire(lua_State *L)
{
	sbx_cancel *cancel = check_cancel(L, "cancel:fire()");
	sbx_lua_state *state = sbx_lua_state_of(L);
	lua_State *before = sbx_lua_enter(state, L);
	sbx_cancel_fire(cancel);
	sbx_lua_leave(state, before);
	return 0;
}

static int is_fired(lua_State *L)
{
	lua_pushboolean(L, sbx_cancel_is_fired(check_cancel(L, "cancel:is_fired()")));
	return 1;
}

static int collect(lua_State *L)
{
	sbx_cancel **place = lua_touserdata(L, 1);
	sbx_cancel_free(*place);
	*place = NULL;
	return 0;
}

void sbx_lua_open_cancel(lua_State *L)
{
	static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
	static const luaL_Reg methods[] = {{"fire", fire}, {"is_fired", is_fired}, {NULL, NULL}};
	sbx_lua_new_metatable(L, CANCEL, metamethods);
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
