#include "hostile.h"

#include <stdlib.h>
#include <string.h>

static bool must_fail(hostile *memory, size_t size)
{
	bool is_repetition = memory->repeated && memory->size == size;
	memory->asked++;
	memory->repeated = false;
	if (!memory->failing)
		return false;
	if (memory->asked == memory->failing) {
		memory->repeated = memory->mode == HOSTILE_TWICE;
		memory->size = size;
		return true;
	}
	return is_repetition || (memory->mode == HOSTILE_ALL && memory->asked > memory->failing);
}

/* The allocator: of what is new, `old` is no size. Lua relies on it that no block fails to shrink. What is freed is
 * overwritten: Lua itself may have been built without a sanitizer. */
static void *reallocate(void *user_data, void *block, size_t old, size_t size)
{
	hostile *memory = user_data;
	if (!block)
		old = 0;
	if (size > old && must_fail(memory, size))
		return NULL;
	void *made = NULL;
	if (size == 0 && block)
		memset(block, 0xa5, old);
	if (size == 0)
		free(block);
	else if (!(made = realloc(block, size)))
		abort();
	memory->blocks += (made != NULL) - (block != NULL);
	return made;
}

static void set_path(lua_State *L, const char *name, const char *path)
{
	lua_getglobal(L, "package");
	lua_pushstring(L, path);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}

lua_State *hostile_open(hostile *memory)
{
	*memory = (hostile){0};
#if LUA_VERSION_NUM >= 505
	lua_State *L = lua_newstate(reallocate, memory, 0);
#else
	lua_State *L = lua_newstate(reallocate, memory);
#endif
	if (!L)
		return NULL;
	luaL_openlibs(L);
	/* Where memory ends in a function that it has compiled LuaJIT crashes by itself, whatever the program is. */
	lua_getglobal(L, "jit");
	if (lua_istable(L, -1)) {
		lua_getfield(L, -1, "off");
		lua_call(L, 0, 0);
	}
	lua_pop(L, 1);
	set_path(L, "path", SBX_LUA_TREE "/share/?.lua;" SBX_LUA_TREE "/share/?/init.lua");
	set_path(L, "cpath", SBX_LUA_TREE "/" SBX_LUA_VERSION "/?.so");
	return L;
}

void hostile_begin(hostile *memory, hostile_mode mode, long failing)
{
	memory->asked = 0;
	memory->repeated = false;
	memory->mode = mode;
	memory->failing = failing;
}

void hostile_end(hostile *memory)
{
	memory->failing = 0;
	memory->repeated = false;
}
