/*
 * The userdata of a client, and the functions of the module on it.
 */
#ifndef SBX_LUA_CLIENT_H
#define SBX_LUA_CLIENT_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/error.h>

#include "compat.h"

/* The client at an index; raises an error if there is none. */
sbx_client *sbx_lua_check_client(lua_State *L, int index);

/* client_new(options), client_new_local(options), client_with_options(client, options): a client, or nil and an error.
 */
int sbx_lua_client_new(lua_State *L);
int sbx_lua_client_new_local(lua_State *L);
int sbx_lua_client_with_options(lua_State *L);
/* client_set_options(client, options): true, or nil and an error. */
int sbx_lua_client_set_options(lua_State *L);
/* client_default_headers(client), client_default_query(client): tables. */
int sbx_lua_client_default_headers(lua_State *L);
int sbx_lua_client_default_query(lua_State *L);
/* client_invoke(started, client, operation, source, sink, given, path, ...): calls an operation with a program's table
 * of arguments and options, or nil. `source` and `sink` are what it calls the bytes of an upload and where those of a
 * download go, or nil; `path` an array of names, whose values are the rest. */
int sbx_lua_client_invoke(lua_State *L);
/* client_close(client) */
int sbx_lua_client_close(lua_State *L);
/* operation_find(name): what client_invoke() takes; nil where there is none of that name. */
int sbx_lua_operation_find(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_client(lua_State *L);

#endif
