#include "userdata.h"

#include <string.h>

#define HELD "sandbox_sdk.held"
/* The collector is told of so much at a time: a step of it is not worth less. */
#define WEIGHT_STEP ((size_t)64 * 1024)
/* By so much the native memory may grow before everything is collected, however little there is. */
#define LEAST_GROWTH ((size_t)16 * 1024 * 1024)
/* What 5.1 works off at an allocation, by the pace that it has unless told otherwise. */
#define WORK_STEP ((size_t)1024)
#define MAX_WEIGHT ((size_t)16 * 1024 * 1024)

void *sbx_lua_new_userdata(lua_State *L, size_t size, const char *metatable)
{
	void *userdata = sbx_lua_newuserdata(L, size);
	memset(userdata, 0, size);
	luaL_setmetatable(L, metatable);
	return userdata;
}

void sbx_lua_new_metatable(lua_State *L, const char *name, const luaL_Reg *functions)
{
	luaL_newmetatable(L, name);
	luaL_setfuncs(L, functions, 0);
	/* getmetatable() gives the name, so that no program gets at __gc. */
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__metatable");
}

/* A collector that the program has stopped must not run. */
static bool collector_runs(lua_State *L)
{
	return lua_gc(L, LUA_GCISRUNNING, 0) == 1;
}

void sbx_lua_collect_if_doubled(lua_State *L, sbx_lua_state *state)
{
	if (state->native < state->limit || !collector_runs(L))
		return;
	lua_gc(L, LUA_GCCOLLECT, 0);
	size_t heap = (size_t)lua_gc(L, LUA_GCCOUNT, 0) * 1024;
	size_t more = state->native > heap ? state->native : heap;
	state->limit = state->native + (more > LEAST_GROWTH ? more : LEAST_GROWTH);
}

/* 5.1 does a little of its work at each allocation, where there is some to do, and not more after a large one. */
static void add_garbage(lua_State *L, size_t bytes)
{
	lua_newuserdata(L, bytes);
	lua_pop(L, 1);
	for (size_t left = bytes / WORK_STEP; left; left--) {
		lua_pushlstring(L, "", 0);
		lua_pop(L, 1);
	}
}

void sbx_lua_grow(lua_State *L, size_t bytes)
{
	sbx_lua_state *state = sbx_lua_state_of(L);
	state->native += bytes;
	state->weight += bytes;
	if (state->weight < WEIGHT_STEP)
		return;
	bytes = state->weight;
	state->weight = 0;
	if (collector_runs(L)) {
		/* Where everything is collected before the next call, a step now would be for nothing. */
		if (state->native < state->limit)
			sbx_lua_gc_step(L, bytes);
	}
	/* 5.1 does not tell: so much garbage, which nothing ever touches, counts as well, and starts nothing. */
	else if (lua_gc(L, LUA_GCISRUNNING, 0) < 0) {
		add_garbage(L, bytes < MAX_WEIGHT ? bytes : MAX_WEIGHT);
	}
}

void sbx_lua_shrink(sbx_lua_state *state, size_t bytes)
{
	state->native -= bytes;
}

const char *sbx_lua_check_text(lua_State *L, int index)
{
	size_t length;
	luaL_checktype(L, index, LUA_TSTRING);
	const char *text = lua_tolstring(L, index, &length);
	if (strlen(text) != length)
		luaL_argerror(L, index, "the string has a NUL in it");
	return text;
}

sbx_lua_held *sbx_lua_hold(lua_State *L, void (*release)(void *thing))
{
	sbx_lua_held *held = sbx_lua_new_userdata(L, sizeof *held, HELD);
	held->release = release;
	return held;
}

void sbx_lua_drop(sbx_lua_held *held)
{
	void *thing = held->thing;
	held->thing = NULL;
	if (thing)
		held->release(thing);
}

static int collect(lua_State *L)
{
	sbx_lua_drop(lua_touserdata(L, 1));
	return 0;
}

void sbx_lua_open_userdata(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, HELD, functions);
	lua_pop(L, 1);
}
