#include "runtime.h"

#if SBX_LUA_IS_51
/* Pushes what LuaJIT says of itself, "LuaJIT 2.1.0" say; NULL, and nothing is pushed, in another Lua: one module of 5.1
 * runs in both. */
static const char *push_luajit_version(lua_State *L)
{
	lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
	lua_getfield(L, -1, "jit");
	lua_remove(L, -2);
	if (lua_istable(L, -1)) {
		lua_pushliteral(L, "version");
		lua_rawget(L, -2);
		lua_remove(L, -2);
		if (lua_type(L, -1) == LUA_TSTRING)
			return lua_tostring(L, -1);
	}
	lua_pop(L, 1);
	return NULL;
}
#endif

void sbx_lua_find_runtime(lua_State *L, const char **name, const char **version)
{
	*name = "Lua";
	*version = LUA_RELEASE + strlen("Lua ");
#if SBX_LUA_IS_51
	const char *text = push_luajit_version(L);
	if (text && strncmp(text, "LuaJIT ", strlen("LuaJIT ")) == 0) {
		*name = "LuaJIT";
		*version = text + strlen("LuaJIT ");
	}
#else
	(void)L;
#endif
}
