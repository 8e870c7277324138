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

/* What is shown: an answer, or something else that owns it, and how many userdata show parts of it. They are collected
 * in any order. */
typedef struct sbx_lua_document {
	size_t holders;
	size_t size; /* of the memory that it takes */
	sbx_lua_state *state;
	void *owner;
	void (*release)(void *owner);
} sbx_lua_document;

/* Makes a document with one holder, whose owner is still to be put in its place: nothing raises an error before that,
 * and afterwards sbx_lua_grow() is told of the size. */
sbx_lua_document *sbx_lua_new_document(lua_State *L, size_t size, void (*release)(void *owner));
/* One holder less; NULL is accepted. */
void sbx_lua_drop_document(sbx_lua_document *document);
/* How much memory a response takes. */
size_t sbx_lua_response_size(const sbx_response *response);

/* Pushes a view on the JSON of a response, which it takes over: *response becomes NULL. */
void sbx_lua_push_model(lua_State *L, sbx_response **response);
/* Pushes a view on JSON that a document has. */
void sbx_lua_push_view(lua_State *L, sbx_lua_document *document, const sbx_json *json);

/* The same for JSON that the thing has which a userdata holds: the view takes the thing over, and with it so much
 * memory.
 */
void sbx_lua_push_held(lua_State *L, sbx_lua_held *held, const sbx_json *json, size_t size);

/* The JSON value that the userdata of a view shows. */
const sbx_json *sbx_lua_view_json(const void *view);

/* Makes the metatable of views. */
void sbx_lua_open_view(lua_State *L);

#endif
