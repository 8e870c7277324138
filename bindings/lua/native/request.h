/*
 * Requests of the program's own making: a table as the library's struct.
 */
#ifndef SBX_LUA_REQUEST_H
#define SBX_LUA_REQUEST_H

#include <sandbox_sdk/request.h>

#include "options.h"

/* Reads the table at an index: method, url, json, data, form, parts, content_type, undecoded; or operation, what
 * operation_find() gives, and arguments. What the struct points to lies on the stack or is kept with the call. */
bool sbx_lua_read_request(lua_State *L, int index, sbx_request *request, sbx_lua_call_options *options,
                          sbx_lua_refusal *refusal);

/* client_send(started, client, request, options) */
int sbx_lua_client_send(lua_State *L);

#endif
