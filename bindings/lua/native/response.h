/*
 * Raw responses: all that is known of an answer, read by name.
 */
#ifndef SBX_LUA_RESPONSE_H
#define SBX_LUA_RESPONSE_H

#include <sandbox_sdk/response.h>

#include "compat.h"
#include "view.h"

/* Pushes a response, which is taken over: *response becomes NULL. */
void sbx_lua_push_response(lua_State *L, sbx_response **response);
/* The same for the one of an error that has one. */
void sbx_lua_push_response_of_error(lua_State *L, sbx_error **error);

/* Pushes a response that shows what the userdata at an index has, and keeps that userdata; it asks it each time. */
typedef const sbx_response *(*sbx_lua_response_finder)(const void *userdata);
void sbx_lua_push_response_of(lua_State *L, int owner, sbx_lua_response_finder find);

/* Pushes a table of how long the phases took. */
void sbx_lua_push_times(lua_State *L, const sbx_times *times);

/* Makes the metatable. */
void sbx_lua_open_response(lua_State *L);

#endif
