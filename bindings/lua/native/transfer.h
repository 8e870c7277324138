/*
 * The bytes of an upload and of a download: strings, paths, io files and Lua functions as the library's sources and
 * sinks. Lua functions are called protected: what they raise is kept and told as the reason of the failure.
 */
#ifndef SBX_LUA_TRANSFER_H
#define SBX_LUA_TRANSFER_H

#include <lua.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <stdio.h>
#include <sys/types.h>

#include "refusal.h"

/* What the callbacks of one call need. Stack indices are those of the function that makes the call. */
typedef struct sbx_lua_transfer {
	lua_State *L;
	int function; /* the Lua function that gives or takes chunks */
	int rewind;   /* the Lua function that goes back to the first chunk, or 0 */
	int chunk;    /* the string that a function gave and that is not yet sent, or nil */
	size_t chunk_done;
	int reason; /* what a Lua function failed with, or nil */
	bool failed;
	const char *fault; /* what was wrong with what a function gave, or NULL */
	FILE *file;
	off_t file_start; /* where the file stood; -1: it cannot be moved */
	bool is_output;
} sbx_lua_transfer;

/* Each reads the value at an index, which must stay on the stack as long as the transfer is used, and may push more. */
bool sbx_lua_read_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer,
                         sbx_lua_refusal *refusal);
bool sbx_lua_read_sink(lua_State *L, int index, sbx_sink *sink, sbx_lua_transfer *transfer, sbx_lua_refusal *refusal);

/* After a success: hands an io file's buffer to the system, so that a full disk is not found out later. */
bool sbx_lua_finish_transfer(const sbx_lua_transfer *transfer, sbx_lua_refusal *refusal);

/* After a failure: puts what a Lua function failed with into the error on top of the stack. */
void sbx_lua_explain_transfer(lua_State *L, const sbx_lua_transfer *transfer);

#endif
