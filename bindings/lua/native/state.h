/*
 * What one Lua state has of this module: on whom the library's callbacks run Lua code, and how they find what is Lua's.
 *
 * A callback must not let an error of Lua's pass through the library, and nearly everything in Lua can raise one, since
 * memory may end. So it does all in sbx_lua_protected().
 */
#ifndef SBX_LUA_STATE_H
#define SBX_LUA_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "compat.h"

/* What a coroutine can wait for: a call or a stream. The first member of its userdata. */
typedef struct sbx_lua_waitable {
	struct sbx_lua_state *state;
	struct sbx_lua_waitable *next; /* in the state's list */
	void (*cancel)(struct sbx_lua_waitable *waitable);
	bool told;   /* there is something new since it was last waited for */
	bool listed; /* it is in the state's list */
} sbx_lua_waitable;

/* Native memory below which nothing is collected for its sake, in bytes. */
#define SBX_LUA_FIRST_LIMIT ((size_t)16 * 1024 * 1024)

typedef struct sbx_lua_state {
	lua_State *L;            /* who has entered the library last; NULL: nobody is in it */
	lua_State *main;         /* whose hook a signal handler sets */
	sbx_lua_waitable *first; /* what is told and not yet fetched, oldest first */
	sbx_lua_waitable *last;
	bool has_transports; /* a client has one in Lua: calls keep why there was no answer */
	size_t weight;       /* native memory that the collector has not been told of yet, in bytes */
	size_t native;       /* native memory that userdata keep */
	size_t limit;        /* where all garbage is collected, so that what it keeps is freed */
	bool deletes;        /* a session was dropped whose sandbox a loop is to delete */
} sbx_lua_state;

/* The state's own; it stays until the Lua state is closed. */
sbx_lua_state *sbx_lua_state_of(lua_State *L);

/* Before the library is entered: callbacks run on L, which has LUA_MINSTACK free slots. Returns who they ran on before,
 * for sbx_lua_leave(). Between the two nothing may raise an error. */
lua_State *sbx_lua_enter(sbx_lua_state *state, lua_State *L);
void sbx_lua_leave(sbx_lua_state *state, lua_State *before);

/* In a callback: runs a function in protected mode, with the stack as it was afterwards. Returns false where memory or
 * the stack ended in it; what the program's functions raise is for the function itself to catch. */
typedef void (*sbx_lua_job)(lua_State *L, void *data);
bool sbx_lua_protected(sbx_lua_state *state, sbx_lua_job run, void *data);

/* Pushes a new, zeroed userdata that callbacks find again, with a table as its user value: `slots` places, all false,
 * which can be set without memory. */
void *sbx_lua_new_living(lua_State *L, size_t size, const char *metatable, int slots);
/* The same table for a userdata that has none yet. The userdata is at an index. */
void sbx_lua_make_living(lua_State *L, int index, int slots);
/* Pushes the table of a living userdata by its address and returns true; false, and nothing pushed, where the userdata
 * was collected. Raises no error. */
bool sbx_lua_push_slots(lua_State *L, const void *userdata);

/* Keeps the value at an index as long as the living userdata at another. */
void sbx_lua_keep(lua_State *L, int userdata, int value);

/* Whether the value at an index is the userdata of a waitable, whose metatable has this field. */
#define SBX_LUA_WAITABLE "__sandbox_sdk_waitable"
bool sbx_lua_is_waitable(lua_State *L, int index);
/* Notes that a waitable has something new. */
void sbx_lua_tell(sbx_lua_waitable *waitable);
/* Takes it out of the list, before it is collected. */
void sbx_lua_forget(sbx_lua_waitable *waitable);
/* Pushes the userdata of the next one that was told; false, and nothing pushed, where there is none. */
bool sbx_lua_push_told(lua_State *L, sbx_lua_state *state);

/* Makes the state's own. The library's module calls it first. */
void sbx_lua_open_state(lua_State *L);

#endif
