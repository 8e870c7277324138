#include "headers.h"

#include <ctype.h>

#include "userdata.h"

#define HEADERS "sandbox_sdk.headers"

/* Pushes the name with small letters: the key of a header. */
static void push_header_name(lua_State *L, const char *name)
{
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (; *name; name++)
		luaL_addchar(&buffer, (char)tolower((unsigned char)*name));
	luaL_pushresult(&buffer);
}

/* headers[name] in any case */
static int get_header(lua_State *L)
{
	if (lua_type(L, 2) != LUA_TSTRING)
		return 0;
	push_header_name(L, lua_tostring(L, 2));
	lua_rawget(L, 1);
	return 1;
}

void sbx_lua_push_headers(lua_State *L, size_t count)
{
	lua_createtable(L, 0, (int)count);
	luaL_setmetatable(L, HEADERS);
}

void sbx_lua_add_header(lua_State *L, sbx_pair header)
{
	push_header_name(L, header.name);
	lua_pushvalue(L, -1);
	lua_rawget(L, -3);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		lua_pushstring(L, header.value);
	} else {
		lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), header.value);
		lua_remove(L, -2);
	}
	lua_rawset(L, -3);
}

void sbx_lua_open_headers(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__index", get_header}, {NULL, NULL}};
	sbx_lua_new_metatable(L, HEADERS, functions);
	lua_pop(L, 1);
}
