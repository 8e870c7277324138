/*
 * What ends calls: sdk.cancel(), given to any number of calls as their option `cancel`.
 */
#ifndef SBX_LUA_CANCEL_H
#define SBX_LUA_CANCEL_H

#include <sandbox_sdk/cancel.h>

#include "compat.h"

/* What the userdata at an index ends calls with; NULL where it is no such userdata. */
sbx_cancel *sbx_lua_to_cancel(lua_State *L, int index);

/* The module's function `cancel`. */
int sbx_lua_new_cancel(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_cancel(lua_State *L);

#endif
