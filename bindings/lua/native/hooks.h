/*
 * The program's functions that a client has: its log, what is told of attempts, and its transport.
 *
 * The library has a mark, a userdata that stays as long as any client that shares something with the one it was made
 * for. The functions stay as long as the clients that they were given to, the copies of these, and what belongs to
 * them. A callback that does not find them any more does nothing.
 */
#ifndef SBX_LUA_HOOKS_H
#define SBX_LUA_HOOKS_H

#include <sandbox_sdk/client.h>

#include "state.h"

/* The places of a mark's functions. */
enum {
	SBX_LUA_LOG = 1,
	SBX_LUA_ON_ATTEMPT,
	SBX_LUA_TRANSPORT,
	SBX_LUA_EXCHANGES, /* a table by the addresses of a transport's exchanges */
};

/* Where the functions lie on the stack; 0: it was not given. */
typedef struct sbx_lua_hooks {
	int log;
	int on_attempt;
	int transport;
	sbx_transport library; /* what the library is given of it */
} sbx_lua_hooks;

/* What the library is given with its callbacks. */
typedef struct sbx_lua_mark {
	sbx_lua_state *state;
} sbx_lua_mark;

/* Sets the user value of a new client, whose userdata is at an index, from that of the client that it is a copy of; 0:
 * of none. */
void sbx_lua_begin_hooks(lua_State *L, int client, int parent);
/* Keeps the functions with the client at an index, and puts what the library needs into its options. */
void sbx_lua_set_hooks(lua_State *L, int client, sbx_lua_hooks *hooks, sbx_client_options *options);

/* Within a job: pushes what is in a place of the mark. Returns false, and pushes nothing, where there is nothing. */
bool sbx_lua_push_hook(lua_State *L, const sbx_lua_mark *mark, int place);

#endif
