/*
 * A descriptor that is readable from a time on: for loops that watch descriptors and have no timers.
 */
#ifndef SBX_LUA_TIMER_H
#define SBX_LUA_TIMER_H

#include "compat.h"

/* timer(seconds): the descriptor, and what keeps it open until it is collected or its close() is called. */
int sbx_lua_new_timer(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_timer(lua_State *L);

#endif
