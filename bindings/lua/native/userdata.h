/*
 * Userdata of the module, and native things that one owns. Whatever is not Lua's own is held by a userdata before Lua
 * can raise an error, so that it is freed however a function is left.
 */
#ifndef SBX_LUA_USERDATA_H
#define SBX_LUA_USERDATA_H

#include "state.h"

/* Pushes a new, zeroed userdata with the metatable of that name. */
void *sbx_lua_new_userdata(lua_State *L, size_t size, const char *metatable);

/* Makes a metatable with these functions and leaves it on the stack. */
void sbx_lua_new_metatable(lua_State *L, const char *name, const luaL_Reg *functions);

/* Tells the collector of native memory that a userdata keeps, so that it works as if that were Lua's own. May collect.
 */
void sbx_lua_grow(lua_State *L, size_t bytes);
/* Collects everything where the native memory has doubled. Steps of a generational collector do not look at what is
 * old, and Lua's own memory, by which it decides when to look at everything, is the lesser part. It is done before a
 * call, whose answer then goes where the last one was, which most programs have dropped by then. */
void sbx_lua_collect_if_doubled(lua_State *L, sbx_lua_state *state);
/* Takes back what sbx_lua_grow() was told: the memory was freed. */
void sbx_lua_shrink(sbx_lua_state *state, size_t bytes);

/* The string at an index; raises an error where there is none, or one with a NUL in it, which C would cut. */
const char *sbx_lua_check_text(lua_State *L, int index);

/* A native thing and what frees it. */
typedef struct sbx_lua_held {
	void *thing; /* may be NULL */
	void (*release)(void *thing);
} sbx_lua_held;

/* Pushes a userdata that frees its thing, which is still to be set, when it is collected or dropped. */
sbx_lua_held *sbx_lua_hold(lua_State *L, void (*release)(void *thing));

/* Frees the thing now. */
void sbx_lua_drop(sbx_lua_held *held);

/* Makes the metatable of what is held. */
void sbx_lua_open_userdata(lua_State *L);

#endif
