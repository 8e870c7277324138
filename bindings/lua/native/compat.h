/*
 * Every Lua by the names of 5.4's C interface. This is the only file that includes Lua's headers. Beyond what is here
 * the functions are those that all Luas have; lua_getfield() and its like return no type before 5.3, so nobody asks for
 * it.
 */
#ifndef SBX_LUA_COMPAT_H
#define SBX_LUA_COMPAT_H

#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* LuaJIT has 5.1's interface and some of the later functions, of which a module of 5.1, which it loads too, uses none.
 */
#define SBX_LUA_IS_51 (LUA_VERSION_NUM == 501)

/* The largest integer of a Lua whose numbers are all doubles: up to it, each integer is a double of its own. */
#define SBX_LUA_EXACT_INTEGER 9007199254740992.0

#ifndef LUA_OK
#define LUA_OK 0
#endif
#ifndef LUA_GCISRUNNING
#define LUA_GCISRUNNING 9 /* LuaJIT's number and everybody's; 5.1 answers -1, since it knows none such */
#endif

#if LUA_VERSION_NUM < 503
/* Where all numbers are doubles, an integer is one that is integral and exact. */
static inline int sbx_compat_isinteger(lua_State *L, int index)
{
	if (lua_type(L, index) != LUA_TNUMBER)
		return 0;
	double number = lua_tonumber(L, index);
	return number >= -SBX_LUA_EXACT_INTEGER && number <= SBX_LUA_EXACT_INTEGER && floor(number) == number;
}
#undef lua_isinteger
#define lua_isinteger sbx_compat_isinteger

/* The name of a type is to be read from its metatable, as in later Luas. */
static inline int sbx_compat_newmetatable(lua_State *L, const char *name)
{
	if (!(luaL_newmetatable)(L, name))
		return 0;
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__name");
	return 1;
}
#undef luaL_newmetatable
#define luaL_newmetatable sbx_compat_newmetatable

/* As 5.3's, without its buffers: pushes the text of any value. */
static inline const char *sbx_compat_tolstring(lua_State *L, int index, size_t *length)
{
	if (!luaL_callmeta(L, index, "__tostring")) {
		switch (lua_type(L, index)) {
		case LUA_TNUMBER:
		case LUA_TSTRING:
			lua_pushvalue(L, index);
			break;
		case LUA_TBOOLEAN:
			lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
			break;
		case LUA_TNIL:
			lua_pushstring(L, "nil");
			break;
		default:
			lua_pushfstring(L, "%s: %p", luaL_typename(L, index), lua_topointer(L, index));
		}
	}
	const char *text = lua_tolstring(L, -1, length);
	if (!text)
		luaL_error(L, "'__tostring' must return a string");
	return text;
}
#undef luaL_tolstring
#define luaL_tolstring sbx_compat_tolstring
#endif

#if SBX_LUA_IS_51
#undef lua_rawlen
#define lua_rawlen lua_objlen

static inline int sbx_compat_absindex(lua_State *L, int index)
{
	return index < 0 && index > LUA_REGISTRYINDEX ? lua_gettop(L) + index + 1 : index;
}
#undef lua_absindex
#define lua_absindex sbx_compat_absindex

static inline void sbx_compat_rawgetp(lua_State *L, int index, const void *key)
{
	int table = sbx_compat_absindex(L, index);
	lua_pushlightuserdata(L, (void *)key);
	lua_rawget(L, table);
}
#undef lua_rawgetp
#define lua_rawgetp sbx_compat_rawgetp

static inline void sbx_compat_rawsetp(lua_State *L, int index, const void *key)
{
	int table = sbx_compat_absindex(L, index);
	lua_pushlightuserdata(L, (void *)key);
	lua_insert(L, -2);
	lua_rawset(L, table);
}
#undef lua_rawsetp
#define lua_rawsetp sbx_compat_rawsetp

static inline void sbx_compat_setmetatable(lua_State *L, const char *name)
{
	luaL_getmetatable(L, name);
	lua_setmetatable(L, -2);
}
#undef luaL_setmetatable
#define luaL_setmetatable sbx_compat_setmetatable

static inline void *sbx_compat_testudata(lua_State *L, int index, const char *name)
{
	void *userdata = lua_touserdata(L, index);
	if (!userdata || !lua_getmetatable(L, index))
		return NULL;
	luaL_getmetatable(L, name);
	bool same = lua_rawequal(L, -1, -2);
	lua_pop(L, 2);
	return same ? userdata : NULL;
}
#undef luaL_testudata
#define luaL_testudata sbx_compat_testudata

static inline void sbx_compat_setfuncs(lua_State *L, const luaL_Reg *functions, int upvalues)
{
	luaL_checkstack(L, upvalues + 2, "too many upvalues");
	for (; functions->name; functions++) {
		for (int count = 0; count < upvalues; count++)
			lua_pushvalue(L, -upvalues);
		lua_pushcclosure(L, functions->func, upvalues);
		lua_setfield(L, -(upvalues + 2), functions->name);
	}
	lua_pop(L, upvalues);
}
#undef luaL_setfuncs
#define luaL_setfuncs sbx_compat_setfuncs

#include <lualib.h> /* LUA_FILEHANDLE */

/* An io file; 5.1 and LuaJIT both begin theirs with the FILE, which a closed one has not. */
typedef struct luaL_Stream {
	FILE *f;
} luaL_Stream;
#endif

static inline bool sbx_lua_stream_is_open(const luaL_Stream *stream)
{
#if SBX_LUA_IS_51
	return stream->f != NULL;
#else
	return stream->closef != NULL;
#endif
}

/* The user value of a userdata is a table everywhere, since 5.1 has it as the environment and 5.2 takes nothing else.
 * Until it is set, it is a table that is somebody else's in 5.1. */
#if SBX_LUA_IS_51
#undef lua_getuservalue
#undef lua_setuservalue
#define lua_getuservalue lua_getfenv
#define lua_setuservalue lua_setfenv
#endif

/* Pushes a new userdata that has room for a user value. */
static inline void *sbx_lua_newuserdata(lua_State *L, size_t size)
{
#if LUA_VERSION_NUM >= 504
	return lua_newuserdatauv(L, size, 1);
#else
	return lua_newuserdata(L, size);
#endif
}

/* Lets the collector work as if so many bytes had been allocated. */
static inline void sbx_lua_gc_step(lua_State *L, size_t bytes)
{
#if LUA_VERSION_NUM >= 505
	lua_gc(L, LUA_GCSTEP, bytes);
#else
	lua_gc(L, LUA_GCSTEP, (int)(bytes / 1024 < INT_MAX / 1024 ? bytes / 1024 : INT_MAX / 1024));
#endif
}

#endif
