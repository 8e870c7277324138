/*
 * The options of calls: a table as the library's struct.
 */
#ifndef SBX_LUA_OPTIONS_H
#define SBX_LUA_OPTIONS_H

#include <sandbox_sdk/request_options.h>

#include "callbacks.h"
#include "option_table.h"
#include "refusal.h"
#include "transfer.h"

/* A call's options, its source and its sink. */
typedef struct sbx_lua_call_options {
	sbx_request_options request;
	sbx_source source;
	sbx_sink sink;
	sbx_lua_callbacks callbacks;
	sbx_lua_transfer transfer;
	bool raw_response; /* the call gives its response, not what that has */
} sbx_lua_call_options;

/* Of a call or stream whose userdata is on top of the stack, and which keeps its owner, the userdata at an index. */
void sbx_lua_begin_call_options(lua_State *L, sbx_lua_call_options *options, sbx_lua_waitable *waitable, int owner);
/* Options that change nothing. */
void sbx_lua_default_call_options(sbx_lua_call_options *options);
/* The option of a call of a name; NULL where there is none. It is read into sbx_lua_call_options. */
const sbx_lua_option *sbx_lua_call_option(const char *name);
/* Reads the table, or nil for none, at an index. What the struct points to is owned by the table's values or by
 * userdata that are pushed: the stack is left as it is until the struct has been used. */
bool sbx_lua_read_call_options(lua_State *L, int index, sbx_lua_call_options *options, sbx_lua_refusal *refusal);

#endif
