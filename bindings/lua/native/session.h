/*
 * The userdata of a session, and the functions of the module on it.
 */
#ifndef SBX_LUA_SESSION_H
#define SBX_LUA_SESSION_H

#include <sandbox_sdk/session.h>

#include "compat.h"

/* The session at an index; raises an error if there is none. */
sbx_session *sbx_lua_check_session(lua_State *L, int index);

/* session_create(started, client, arguments, how, options): `arguments` are those of the sandbox. */
int sbx_lua_session_create(lua_State *L);
/* session_adopt(started, client, id, how) */
int sbx_lua_session_adopt(lua_State *L);
/* session_id(session), session_sandbox(session): the latter is nil where the session adopted its sandbox. */
int sbx_lua_session_id(lua_State *L);
int sbx_lua_session_sandbox(lua_State *L);
/* session_run(started, session, command, how, options) */
int sbx_lua_session_run(lua_State *L);
/* session_read(started, session, path, options), session_write(started, session, path, options): `into` and `file` of
 * the options say where the bytes go and where they come from. */
int sbx_lua_session_read(lua_State *L);
int sbx_lua_session_write(lua_State *L);
/* session_upload(started, session, local, remote, how, options),
 * session_download(started, session, remote, local, how, options) */
int sbx_lua_session_upload(lua_State *L);
int sbx_lua_session_download(lua_State *L);
/* session_close(started, session, options), session_keep(session, keep) */
int sbx_lua_session_close(lua_State *L);
int sbx_lua_session_keep(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_session(lua_State *L);

#endif
