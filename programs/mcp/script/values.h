/* Lua values and JSON values, as the Lua module has them: integers stay integers; null is json.null; a table is an
 * array where its keys are 1 to n, else an object; an empty one is an object unless json.array() or an answer made it.
 */
#ifndef MCP_SCRIPT_VALUES_H
#define MCP_SCRIPT_VALUES_H

#include <sandbox_sdk/json.h>

#include <lua.h>
#include <stdbool.h>

/* A new JSON value of the one at an index; NULL, and a string that says why is pushed: it cannot be one. */
sbx_json *values_read(lua_State *L, int index);
/* Pushes the Lua value of a JSON value. Of an object's members those that are null are left out. */
void values_push(lua_State *L, const sbx_json *json);
/* Pushes the table `json`. */
void values_open(lua_State *L);

#endif
