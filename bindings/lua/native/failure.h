/*
 * Errors as Lua sees them: the second of `nil, err`, a table that prints as its message.
 */
#ifndef SBX_LUA_FAILURE_H
#define SBX_LUA_FAILURE_H

#include <sandbox_sdk/error.h>

#include "compat.h"
#include "refusal.h"

/* Pushes a place for an error, which owns the error. */
sbx_error **sbx_lua_new_error(lua_State *L);

/* Pushes an error, which stays its owner's. */
void sbx_lua_push_error(lua_State *L, const sbx_error *error);

/* Push nil and the error, and return 2, for use in a return statement. */
int sbx_lua_fail(lua_State *L, const sbx_error *error); /* stays its owner's */
int sbx_lua_fail_and_free(lua_State *L, sbx_error **error);
int sbx_lua_fail_refused(lua_State *L, const sbx_lua_refusal *refusal);
/* Sets the response of the error on top of the stack, which takes the library's over then: *error becomes NULL. */
void sbx_lua_keep_response(lua_State *L, sbx_error **error);

/* refuse(argument, reason): nil and the error that says so, for the module's Lua files. */
int sbx_lua_refuse_argument(lua_State *L);
/* cancelled(): nil and the error of what was cancelled, likewise. */
int sbx_lua_cancelled(lua_State *L);

/* Raises the error of a mistake in the program's text, where a function is called that C has written: `usage` is its
 * name, such as "model:has()". */
int sbx_lua_raise_misuse(lua_State *L, const char *usage, const char *argument, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* The userdata with the metatable of that name that a method is called on. */
void *sbx_lua_check_self(lua_State *L, const char *metatable, const char *usage);

/* failure(code, message, cause): nil and an error of the Lua half's own; the code is "closed", "local_file" or
 * "cancelled". */
int sbx_lua_new_failure(lua_State *L);

/* Makes the metatables of errors. */
void sbx_lua_open_failure(lua_State *L);

#endif
