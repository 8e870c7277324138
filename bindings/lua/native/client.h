/*
 * The userdata of a client, and of a call while it is made.
 */
#ifndef SBX_LUA_CLIENT_H
#define SBX_LUA_CLIENT_H

#include <lua.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/response.h>

#include "options.h"

/* Pushes a userdata that owns the client which is still to be put at the returned place. */
sbx_client **sbx_lua_new_client(lua_State *L);
/* The client at an index; raises an error if there is none. */
sbx_client *sbx_lua_check_client(lua_State *L, int index);

/* Pushes a place for an error, which owns the error. */
sbx_error **sbx_lua_new_error(lua_State *L);

/* A call of sbx_client_invoke(): what it is given, and what it gives. */
typedef struct sbx_lua_call {
	sbx_lua_call_options options;
	sbx_response *response;
	sbx_error *error;
} sbx_lua_call;

/* Pushes a userdata that owns the call's outputs. */
sbx_lua_call *sbx_lua_new_call(lua_State *L);

/* Pushes what a call gave, and returns how many values: a model; bytes and their number; nil and an error. */
int sbx_lua_finish_call(lua_State *L, sbx_lua_call *call, sbx_status status);

/* Makes the metatables. */
void sbx_lua_open_client(lua_State *L);

#endif
