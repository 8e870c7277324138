/*
 * A Lua state as a hostile host has it: with an allocator of its own, which counts, and fails when it is told to.
 */
#ifndef TESTS_LUA_HOSTILE_H
#define TESTS_LUA_HOSTILE_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stddef.h>

/* How requests for memory fail, from the chosen one on. */
typedef enum hostile_mode {
	HOSTILE_ONCE,  /* that one alone: Luas since 5.2 collect all their garbage then, and ask again */
	HOSTILE_TWICE, /* that one and its repetition */
	HOSTILE_ALL    /* that one and all that follow */
} hostile_mode;

typedef struct hostile {
	long asked;   /* requests for memory since hostile_begin() */
	long failing; /* the one that fails; 0: none */
	hostile_mode mode;
	bool repeated; /* the next request for this size fails, too */
	size_t size;
	long blocks; /* that the state has */
} hostile;

/* Opens a state with Lua's libraries and with the paths of this build's module. NULL where this Lua takes no allocator.
 */
lua_State *hostile_open(hostile *memory);

/* Between the two requests fail. */
void hostile_begin(hostile *memory, hostile_mode mode, long failing);
void hostile_end(hostile *memory);

#endif
