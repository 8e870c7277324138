/*
 * How a command is run: what sessions and streams of a command have in common.
 */
#ifndef SBX_LUA_RUN_OPTIONS_H
#define SBX_LUA_RUN_OPTIONS_H

#include <sandbox_sdk/session.h>

#include "compat.h"
#include "refusal.h"

/* Reads the table, or nil for none, at an index. What the struct points to is owned by the table's values or by
 * userdata that are pushed. */
bool sbx_lua_read_run_options(lua_State *L, int index, sbx_run_options *run, sbx_lua_refusal *refusal);

#endif
