/*
 * Headers as Lua sees them: a table by names in small letters that reads names in any case.
 */
#ifndef SBX_LUA_HEADERS_H
#define SBX_LUA_HEADERS_H

#include <sandbox_sdk/common.h>

#include "compat.h"

/* Pushes a table for about so many headers. */
void sbx_lua_push_headers(lua_State *L, size_t count);
/* Adds a header to the table on top; the values of one that comes again are joined. */
void sbx_lua_add_header(lua_State *L, sbx_pair header);

/* Makes the metatable. */
void sbx_lua_open_headers(lua_State *L);

#endif
