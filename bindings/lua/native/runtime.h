/*
 * Which Lua this is, as requests tell it.
 */
#ifndef SBX_LUA_RUNTIME_H
#define SBX_LUA_RUNTIME_H

#include "compat.h"

/* The name and the version of the Lua that runs. What they point to stays on the stack, or is for ever. */
void sbx_lua_find_runtime(lua_State *L, const char **name, const char **version);

#endif
