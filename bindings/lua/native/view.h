/*
 * Models: read-only views on a decoded answer. A view reads fields by name, elements by position, and keeps the answer
 * that it shows alive; fields of a field are views of their own, made when they are asked for.
 */
#ifndef SBX_LUA_VIEW_H
#define SBX_LUA_VIEW_H

#include <sandbox_sdk/json.h>
#include <sandbox_sdk/response.h>

#include "compat.h"
#include "userdata.h"

#define SBX_LUA_VIEW "sandbox_sdk.model"

/* Pushes a view on the JSON of a response, which it takes over: *response becomes NULL. */
void sbx_lua_push_response(lua_State *L, sbx_response **response);

/* The same for JSON that the thing has which a userdata holds: the view takes the thing over, and with it so much
 * memory.
 */
void sbx_lua_push_held(lua_State *L, sbx_lua_held *held, const sbx_json *json, size_t size);

/* The JSON value that the userdata of a view shows. */
const sbx_json *sbx_lua_view_json(const void *view);

/* Makes the metatable of views. */
void sbx_lua_open_view(lua_State *L);

#endif
