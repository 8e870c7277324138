#include "scenario.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/lua/hosts/scenarios"

/* What the error on top of the stack says. Asks for no memory. */
static const char *error_text(lua_State *L)
{
	if (lua_istable(L, -1)) {
		lua_getfield(L, -1, "message");
		lua_replace(L, -2);
	}
	return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_typename(L, -1);
}

const char *scenario_open(scenario *one)
{
	char path[256];
	char url[64];
	one->L = hostile_open(&one->memory);
	lua_State *L = one->L;
	if (!L)
		return "this Lua takes no allocator";
	snprintf(path, sizeof path, FOLDER "/%s.lua", one->name);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", one->port);
	if (luaL_loadfile(L, path) != 0)
		return error_text(L);
	lua_pushstring(L, url);
	if (lua_pcall(L, 1, 2, 0) != 0)
		return error_text(L);
	const char *kind = lua_tostring(L, -1);
	one->is_fresh = kind && strcmp(kind, "fresh") == 0;
	one->is_long = kind && strcmp(kind, "long") == 0;
	lua_pop(L, 1);
	one->function = luaL_ref(L, LUA_REGISTRYINDEX);
	return NULL;
}

const char *scenario_run(scenario *one, hostile_mode mode, long failing)
{
	lua_State *L = one->L;
	lua_settop(L, 0);
	lua_rawgeti(L, LUA_REGISTRYINDEX, one->function);
	/* A finalizer that Lua cannot call, since the stack cannot grow, it has forgotten. */
	if (failing)
		lua_gc(L, LUA_GCSTOP, 0);
	hostile_begin(&one->memory, mode, failing);
	int status = lua_pcall(L, 0, 0, 0);
	hostile_end(&one->memory);
	if (failing)
		lua_gc(L, LUA_GCRESTART, 0);
	return status ? error_text(L) : NULL;
}

long scenario_close(scenario *one)
{
	if (one->L)
		lua_close(one->L);
	one->L = NULL;
	return one->memory.blocks;
}

static int is_scenario(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');
	return end && strcmp(end, ".lua") == 0;
}

char **scenario_names(void)
{
	struct dirent **files = NULL;
	int count = scandir(FOLDER, &files, is_scenario, alphasort);
	static char *names[64];
	for (int index = 0; index < count && index < 63; index++) {
		names[index] = files[index]->d_name;
		*strrchr(names[index], '.') = '\0';
	}
	free(files);
	return names;
}
