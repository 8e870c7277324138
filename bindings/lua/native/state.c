#include "state.h"

#include <string.h>

#include "userdata.h"

/* Their addresses are keys of the registry. */
static const char state_key;
static const char living_key;
static const char trampoline_key;
static const char main_key;

sbx_lua_state *sbx_lua_state_of(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
	sbx_lua_state *state = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return state;
}

lua_State *sbx_lua_enter(sbx_lua_state *state, lua_State *L)
{
	lua_State *before = state->L;
	state->L = L;
	return before;
}

void sbx_lua_leave(sbx_lua_state *state, lua_State *before)
{
	state->L = before;
}

typedef struct job {
	sbx_lua_job run;
	void *data;
} job;

static int trampoline(lua_State *L)
{
	const job *what = lua_touserdata(L, 1);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	what->run(L, what->data);
	return 0;
}

bool sbx_lua_protected(sbx_lua_state *state, sbx_lua_job run, void *data)
{
	lua_State *L = state->L;
	job what = {run, data};
	if (!L)
		return false;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &trampoline_key);
	lua_pushlightuserdata(L, &what);
	if (lua_pcall(L, 1, 0, 0) == 0)
		return true;
	lua_pop(L, 1);
	return false;
}

void sbx_lua_make_living(lua_State *L, int index, int slots)
{
	const void *userdata = lua_touserdata(L, index);
	index = lua_absindex(L, index);
	lua_createtable(L, slots, 0);
	for (int slot = 1; slot <= slots; slot++) {
		lua_pushboolean(L, 0);
		lua_rawseti(L, -2, slot);
	}
	lua_setuservalue(L, index);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &living_key);
	lua_pushvalue(L, index);
	lua_rawsetp(L, -2, userdata);
	lua_pop(L, 1);
}

void *sbx_lua_new_living(lua_State *L, size_t size, const char *metatable, int slots)
{
	void *userdata = sbx_lua_new_userdata(L, size, metatable);
	sbx_lua_make_living(L, -1, slots);
	return userdata;
}

/* Pushes a living userdata; nil where it was collected. */
static void push_living(lua_State *L, const void *userdata)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &living_key);
	lua_rawgetp(L, -1, userdata);
	lua_remove(L, -2);
}

bool sbx_lua_push_slots(lua_State *L, const void *userdata)
{
	push_living(L, userdata);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		return false;
	}
	lua_getuservalue(L, -1);
	lua_remove(L, -2);
	return true;
}

void sbx_lua_keep(lua_State *L, int userdata, int value)
{
	value = lua_absindex(L, value);
	lua_getuservalue(L, userdata);
	lua_pushvalue(L, value);
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_pop(L, 1);
}

bool sbx_lua_is_waitable(lua_State *L, int index)
{
	if (!luaL_getmetafield(L, index, SBX_LUA_WAITABLE))
		return false;
	lua_pop(L, 1);
	return lua_isuserdata(L, index);
}

void sbx_lua_tell(sbx_lua_waitable *waitable)
{
	sbx_lua_state *state = waitable->state;
	waitable->told = true;
	if (waitable->listed)
		return;
	waitable->listed = true;
	waitable->next = NULL;
	if (state->last)
		state->last->next = waitable;
	else
		state->first = waitable;
	state->last = waitable;
}

void sbx_lua_forget(sbx_lua_waitable *waitable)
{
	sbx_lua_state *state = waitable->state;
	sbx_lua_waitable *before = NULL;
	if (!waitable->listed)
		return;
	for (sbx_lua_waitable *each = state->first; each != waitable; each = each->next)
		before = each;
	if (before)
		before->next = waitable->next;
	else
		state->first = waitable->next;
	if (state->last == waitable)
		state->last = before;
	waitable->listed = false;
}

bool sbx_lua_push_told(lua_State *L, sbx_lua_state *state)
{
	luaL_checkstack(L, 4, NULL);
	while (state->first) {
		sbx_lua_waitable *waitable = state->first;
		push_living(L, waitable);
		sbx_lua_forget(waitable);
		if (!lua_isnil(L, -1))
			return true;
		lua_pop(L, 1);
	}
	return false;
}

/* The main thread where the Lua tells it; else the one that loads the module, which nearly always is the same, and is
 * kept for the case that it is not. */
static lua_State *main_thread(lua_State *L)
{
#ifdef LUA_RIDX_MAINTHREAD
	lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
#else
	lua_pushthread(L);
#endif
	lua_State *main = lua_tothread(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &main_key);
	return main;
}

void sbx_lua_open_state(lua_State *L)
{
	if (sbx_lua_state_of(L))
		return;
	sbx_lua_state *state = lua_newuserdata(L, sizeof *state);
	*state = (sbx_lua_state){.main = main_thread(L), .limit = SBX_LUA_FIRST_LIMIT};
	lua_newtable(L);
	lua_newtable(L);
	lua_pushliteral(L, "v");
	lua_setfield(L, -2, "__mode");
	lua_setmetatable(L, -2);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &living_key);
	lua_pushcfunction(L, trampoline);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &trampoline_key);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
}
