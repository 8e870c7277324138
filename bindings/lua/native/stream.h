/*
 * Streams: answers whose body is read as it comes. Reading returns false where a started stream has nothing yet: it is
 * told, as a call is, when it has.
 */
#ifndef SBX_LUA_STREAM_H
#define SBX_LUA_STREAM_H

#include "compat.h"

/* client_open(started, client, request, options): a stream, or nil and an error. */
int sbx_lua_client_open(lua_State *L);
/* stream_head(stream): its response; false; nil and an error. */
int sbx_lua_stream_head(lua_State *L);
/* stream_read(stream, size), stream_line(stream), stream_event(stream): the next bytes, at most so many, line or event;
 * nil at the end; false; nil and an error. */
int sbx_lua_stream_read(lua_State *L);
int sbx_lua_stream_line(lua_State *L);
int sbx_lua_stream_event(lua_State *L);
/* stream_save(stream, sink): true; nil and an error, also for a stream that was started. */
int sbx_lua_stream_save(lua_State *L);
int sbx_lua_stream_is_started(lua_State *L);
/* stream_close(stream): its connection is closed unless it was read to its end. Whoever waits is told. */
int sbx_lua_stream_close(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_stream(lua_State *L);

#endif
