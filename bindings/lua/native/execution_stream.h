/*
 * A command while it runs: its output as it is written, and its result.
 */
#ifndef SBX_LUA_EXECUTION_STREAM_H
#define SBX_LUA_EXECUTION_STREAM_H

#include "compat.h"

/* session_stream(started, session, command, how, options): a stream, which a coroutine can wait for where it was
 * started; nil and an error. */
int sbx_lua_session_stream(lua_State *L);
/* execution_stream_begun(stream): true once the server has answered; false; nil and an error. */
int sbx_lua_execution_stream_begun(lua_State *L);
/* execution_stream_next(stream): the next event; nil after the last; false where a started stream has none yet; nil and
 * an error. */
int sbx_lua_execution_stream_next(lua_State *L);
/* execution_stream_close(stream): ends it, and with it the command. Whoever waits is told. */
int sbx_lua_execution_stream_close(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_execution_stream(lua_State *L);

#endif
