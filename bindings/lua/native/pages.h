/*
 * The userdata of all pages of a list, and the functions of the module on it.
 */
#ifndef SBX_LUA_PAGES_H
#define SBX_LUA_PAGES_H

#include "compat.h"

/* pages_new(client, operation, arguments, options): begins to go through the pages. Nothing is sent. */
int sbx_lua_pages_new(lua_State *L);
/* pages_next(pages): the next item; nil after the last; false where the page that it is on has to be fetched first,
 * once pages_fetch() was used; nil and an error. */
int sbx_lua_pages_next(lua_State *L);
/* pages_fetch(pages): the call that fetches that page. */
int sbx_lua_pages_fetch(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_pages(lua_State *L);

#endif
