/*
 * Why a Lua value cannot be sent: found while values are read, told to the caller as `nil, err` afterwards.
 */
#ifndef SBX_LUA_REFUSAL_H
#define SBX_LUA_REFUSAL_H

#include <sandbox_sdk/status.h>
#include <stdbool.h>

#include "compat.h"

typedef struct sbx_lua_refusal {
	sbx_status code;
	bool is_misuse;     /* a mistake in the program's text: a wrong type, an unknown name */
	char argument[128]; /* such as "env.PATH"; "" while the reader of a nested value has not said where it was */
	char reason[160];
} sbx_lua_refusal;

/* Notes that an argument is refused. Returns false, for use in a return statement. */
bool sbx_lua_refuse(sbx_lua_refusal *refusal, const char *argument, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The same for a mistake in the program's text. */
bool sbx_lua_refuse_misuse(sbx_lua_refusal *refusal, const char *argument, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The same for a value that is not of the type that is wanted, such as "a string". */
bool sbx_lua_refuse_type(sbx_lua_refusal *refusal, const char *argument, const char *wanted, const char *actual);
/* Notes that memory has run out. Returns false. */
bool sbx_lua_refuse_memory(sbx_lua_refusal *refusal);
/* Puts the name, or the position if the name is NULL, of the value around the refused one before the argument's name.
 */
void sbx_lua_refusal_within(sbx_lua_refusal *refusal, const char *name, lua_Integer position);

#endif
