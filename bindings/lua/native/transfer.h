/*
 * The bytes of an upload and of a download: strings, paths, io files and Lua functions as the library's sources and
 * sinks.
 */
#ifndef SBX_LUA_TRANSFER_H
#define SBX_LUA_TRANSFER_H

#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <sys/types.h>

#include "callbacks.h"
#include "refusal.h"

/* What the transfer of one call needs beside its functions. */
typedef struct sbx_lua_transfer {
	sbx_lua_callbacks *callbacks;
	int slots; /* the first of three of the call's: the function or io file that gives chunks, the function that
	              goes back to the first one, the string that a function gave and that is not yet sent */
	size_t chunk_done;   /* of the chunk in its slot */
	bool is_function;    /* the source is one */
	luaL_Stream *source; /* an io file that is kept; NULL */
	luaL_Stream *sink;
	off_t file_start; /* where the source's file stood; -1: it cannot be moved */
} sbx_lua_transfer;

/* Each reads the value at an index, and keeps it with the call. They may push more. */
bool sbx_lua_read_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer,
                         sbx_lua_refusal *refusal);
bool sbx_lua_read_sink(lua_State *L, int index, sbx_sink *sink, sbx_lua_transfer *transfer, sbx_lua_refusal *refusal);

/* After a success: hands an io file's buffer to the system, so that a full disk is not found out later. */
bool sbx_lua_finish_transfer(const sbx_lua_transfer *transfer, sbx_lua_refusal *refusal);

#endif
