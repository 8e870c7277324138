/*
 * Lua values and JSON values. Integers stay integers and floats floats; strings are UTF-8 with NULs; sdk.null is null;
 * a table is an array where its keys are 1 to n, else an object; an empty one is an object unless sdk.array() made it.
 */
#ifndef SBX_LUA_VALUES_H
#define SBX_LUA_VALUES_H

#include <sandbox_sdk/json.h>

#include "compat.h"
#include "refusal.h"

/* A reading under way. The metatables lie on the stack from the start: looking one up can raise an error. */
typedef struct sbx_lua_json_reader {
	lua_State *L;
	int array; /* stack indices of the metatables */
	int object;
	int view;
	sbx_lua_refusal *refusal;
} sbx_lua_json_reader;

/* Begins to put members into a new object, which a userdata owns, one by one: pushes what that needs. */
void sbx_lua_begin_members(lua_State *L, sbx_lua_json_reader *reader, sbx_lua_refusal *refusal);
/* Sets the member whose name and value are on top of the stack, where they stay. */
bool sbx_lua_set_member(sbx_lua_json_reader *reader, sbx_json *object);

/* Puts the members of the table at an index, whose keys must be names, into a new object, which a userdata owns: errors
 * of Lua's may be raised meanwhile. False and a refusal where the value is no such table, something in it cannot be
 * sent, or there is no object for want of memory. */
bool sbx_lua_fill_object(lua_State *L, int index, sbx_json *object, sbx_lua_refusal *refusal);

/* The JSON object of such a table, owned by a userdata that is pushed. NULL and a refusal as above. */
const sbx_json *sbx_lua_hold_object(lua_State *L, int index, sbx_lua_refusal *refusal);

/* The same of any value. */
const sbx_json *sbx_lua_hold_json(lua_State *L, int index, sbx_lua_refusal *refusal);

/* Pushes the Lua value of a JSON value that is no array and no object. Returns false, and pushes nothing, for those. */
bool sbx_lua_push_scalar(lua_State *L, const sbx_json *json);

/* Pushes the Lua value of a JSON value, arrays and objects as tables of their own. */
void sbx_lua_push_json(lua_State *L, const sbx_json *json);

/* Sets null, array and object in the table on top of the stack. */
void sbx_lua_open_values(lua_State *L);

#endif
