/*
 * One command in many sandboxes at a time.
 */
#ifndef SBX_LUA_RUN_MANY_H
#define SBX_LUA_RUN_MANY_H

#include "compat.h"

/* run_many(started, client, ids, command, how, options): an array of tables with id, execution and error, in the order
 * of the identifiers, which has as `failed` how many are no success. */
int sbx_lua_run_many(lua_State *L);

#endif
