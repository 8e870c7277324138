/*
 * What a program that crashed has left behind.
 */
#ifndef SBX_LUA_LEFTOVERS_H
#define SBX_LUA_LEFTOVERS_H

#include "compat.h"

/* leftovers_delete(started, client, which, options): an array of tables with kind, id, name, created_at, age, outcome
 * and error, which has by the names of the outcomes how many have each. */
int sbx_lua_leftovers_delete(lua_State *L);

#endif
