/*
 * A call: what it is given, and what it gives. One userdata owns both, whether the call is waited for or started.
 *
 * Each function of the module that makes a call ends with
 *
 *     sbx_lua_call *call = sbx_lua_new_call(L, client);
 *     ... options, and what else it takes ...
 *     lua_State *before = sbx_lua_begin_call(L, call);
 *     status = started ? sbx_..._start(..., NULL, call, &call->call, &call->error) : sbx_...(..., &call->error);
 *     return sbx_lua_end_call(L, call, before, status, started);
 */
#ifndef SBX_LUA_CALL_H
#define SBX_LUA_CALL_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/response.h>

#include "options.h"
#include "state.h"

typedef struct sbx_lua_call {
	sbx_lua_waitable waitable;
	sbx_lua_call_options options;
	sbx_json *arguments; /* NULL where there are none */
	sbx_response *response;
	sbx_error *error;
	sbx_call *call; /* that was started; NULL: one that is waited for */
	/* Takes what a started call has made from it; NULL: a response, or nothing. */
	sbx_status (*collect)(struct sbx_lua_call *call);
	/* Pushes what a success gave, and returns how many values; NULL: what the response has. */
	int (*push)(lua_State *L, struct sbx_lua_call *call);
	/* What it has made and not yet pushed, and what frees that. */
	void *made;
	void (*free_made)(void *made);
} sbx_lua_call;

/* Pushes the userdata of a new call of the client, or of the session or pages, whose userdata is at an index: it is
 * kept as long as the call. */
sbx_lua_call *sbx_lua_new_call(lua_State *L, int owner);

/* The same for what makes calls again and again, or reads what one gives: has the options at an index, and what they
 * point to, as long as the userdata. NULL and a refusal; the userdata is on top of the stack else. */
sbx_lua_call *sbx_lua_hold_options(lua_State *L, int owner, int options, sbx_lua_refusal *refusal);

/* Before and after the library is entered. What the function was given stays on the stack between the two. */
lua_State *sbx_lua_begin_call(lua_State *L, sbx_lua_call *call);
int sbx_lua_end_call(lua_State *L, sbx_lua_call *call, lua_State *before, sbx_status status, bool started);

/* For `push`: true, and nothing else. */
int sbx_lua_push_done(lua_State *L, sbx_lua_call *call);

/* The functions of the module on a call that was started: what it would have returned if it had been waited for. While
 * it is not over, call_ask() returns false. */
int sbx_lua_call_results(lua_State *L);
int sbx_lua_call_ask(lua_State *L);

/* Makes the metatable. */
void sbx_lua_open_call(lua_State *L);

#endif
