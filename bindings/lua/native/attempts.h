/*
 * What a client tells the program while it works: lines of its log, and each attempt of a call. A function that fails
 * does not change what the call does: that is told as a warning.
 */
#ifndef SBX_LUA_ATTEMPTS_H
#define SBX_LUA_ATTEMPTS_H

#include <sandbox_sdk/attempt.h>
#include <sandbox_sdk/log.h>

/* `user_data` is a mark. */
void sbx_lua_tell_log(void *user_data, sbx_log_level level, const char *message);
void sbx_lua_tell_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt);

#endif
