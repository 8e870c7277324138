/*
 * The options of clients: one flat table as the library's structs.
 */
#ifndef SBX_LUA_CLIENT_OPTIONS_H
#define SBX_LUA_CLIENT_OPTIONS_H

#include <sandbox_sdk/client.h>

#include "hooks.h"
#include "refusal.h"

typedef struct sbx_lua_client_options {
	sbx_client_options client;
	sbx_http_options http; /* pointed to by the client's where any of them is given */
	sbx_lua_hooks hooks;
} sbx_lua_client_options;

/* Reads the table, or nil for none, at an index. What the structs point to is owned by the table's values or by
 * userdata that are pushed: the stack is left as it is until the structs have been used. */
bool sbx_lua_read_client_options(lua_State *L, int index, sbx_lua_client_options *options, sbx_lua_refusal *refusal);

#endif
