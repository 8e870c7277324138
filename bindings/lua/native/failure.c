#include "failure.h"

#include <sandbox_sdk/session.h>
#include <stdarg.h>
#include <stdio.h>

#include "execution.h"
#include "headers.h"
#include "response.h"
#include "userdata.h"
#include "values.h"

#define ERROR "sandbox_sdk.error"
#define PLACE "sandbox_sdk.error_place"

/* The setters leave out what is not there: the field reads as nil. */
static void set_text(lua_State *L, const char *name, const char *text)
{
	if (text && *text) {
		lua_pushstring(L, text);
		lua_setfield(L, -2, name);
	}
}

static void set_integer(lua_State *L, const char *name, lua_Integer value)
{
	lua_pushinteger(L, value);
	lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, int value)
{
	lua_pushboolean(L, value);
	lua_setfield(L, -2, name);
}

static void set_headers(lua_State *L, const sbx_error *error)
{
	size_t count = sbx_error_headers_count(error);
	sbx_lua_push_headers(L, count);
	for (size_t index = 0; index < count; index++)
		sbx_lua_add_header(L, sbx_error_header_at(error, index));
	lua_setfield(L, -2, "headers");
}

/* What only an error that an answer led to has. */
static void set_answer(lua_State *L, const sbx_error *error)
{
	size_t length;
	const char *body = sbx_error_body(error, &length);
	set_integer(L, "status", sbx_error_http_status(error));
	if (sbx_error_json(error))
		sbx_lua_push_json(L, sbx_error_json(error));
	else
		lua_pushlstring(L, body, length);
	lua_setfield(L, -2, "body");
	set_headers(L, error);
	set_text(L, "request_id", sbx_error_request_id(error));
}

/* The command that has failed. */
static void set_execution(lua_State *L, const sbx_error *error)
{
	const sbx_execution *execution = sbx_error_execution(error);
	if (!execution)
		return;
	sbx_lua_push_execution(L, execution);
	lua_setfield(L, -2, "execution");
}

sbx_error **sbx_lua_new_error(lua_State *L)
{
	return sbx_lua_new_userdata(L, sizeof(sbx_error *), PLACE);
}

static int collect_place(lua_State *L)
{
	sbx_error **place = lua_touserdata(L, 1);
	sbx_error_free(*place);
	*place = NULL;
	return 0;
}

/* What Lua raises, and does not return. */
static void set_misuse(lua_State *L, bool is_misuse)
{
	if (is_misuse)
		set_boolean(L, "is_misuse", 1);
}

void sbx_lua_push_error(lua_State *L, const sbx_error *error)
{
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_createtable(L, 0, 16);
	set_text(L, "code", sbx_error_name(error));
	lua_pushstring(L, sbx_error_message(error));
	lua_setfield(L, -2, "message");
	set_text(L, "detail", sbx_error_detail(error));
	set_text(L, "argument", sbx_error_argument(error));
	set_text(L, "method", sbx_error_method(error));
	set_text(L, "url", sbx_error_url(error));
	set_integer(L, "attempts", sbx_error_attempts(error));
	set_boolean(L, "retryable", sbx_error_retryable(error));
	set_boolean(L, "outcome_unknown", sbx_error_outcome_unknown(error));
	if (sbx_error_retry_after(error) >= 0) {
		lua_pushnumber(L, sbx_error_retry_after(error));
		lua_setfield(L, -2, "retry_after");
	}
	set_misuse(L, sbx_error_is_misuse(error));
	if (sbx_error_body(error, NULL))
		set_answer(L, error);
	set_execution(L, error);
	luaL_setmetatable(L, ERROR);
}

int sbx_lua_fail(lua_State *L, const sbx_error *error)
{
	lua_pushnil(L);
	sbx_lua_push_error(L, error);
	return 2;
}

void sbx_lua_keep_response(lua_State *L, sbx_error **error)
{
	if (!sbx_response_of_error(*error))
		return;
	sbx_lua_push_response_of_error(L, error);
	lua_setfield(L, -2, "response");
}

int sbx_lua_fail_and_free(lua_State *L, sbx_error **error)
{
	int results = sbx_lua_fail(L, *error);
	sbx_lua_keep_response(L, error);
	sbx_error_free(*error);
	*error = NULL;
	return results;
}

int sbx_lua_fail_refused(lua_State *L, const sbx_lua_refusal *refusal)
{
	lua_pushnil(L);
	lua_createtable(L, 0, 6);
	set_text(L, "code", sbx_status_name(refusal->code));
	set_text(L, "argument", refusal->argument);
	set_misuse(L, refusal->is_misuse);
	lua_pushfstring(L, refusal->argument[0] ? "%s: %s" : "%s%s", refusal->argument, refusal->reason);
	lua_setfield(L, -2, "message");
	set_integer(L, "attempts", 0);
	set_boolean(L, "retryable", 0);
	set_boolean(L, "outcome_unknown", 0);
	luaL_setmetatable(L, ERROR);
	return 2;
}

int sbx_lua_refuse_argument(lua_State *L)
{
	sbx_lua_refusal refusal;
	sbx_lua_refuse_misuse(&refusal, luaL_checkstring(L, 1), "%s", luaL_checkstring(L, 2));
	return sbx_lua_fail_refused(L, &refusal);
}

int sbx_lua_cancelled(lua_State *L)
{
	sbx_lua_refusal refusal;
	sbx_lua_refuse(&refusal, "", "Cancelled");
	refusal.code = SBX_ERROR_CANCELLED;
	return sbx_lua_fail_refused(L, &refusal);
}

int sbx_lua_raise_misuse(lua_State *L, const char *usage, const char *argument, const char *format, ...)
{
	sbx_lua_refusal refusal = {.code = SBX_ERROR_INVALID_ARGUMENT};
	va_list values;
	va_start(values, format);
	vsnprintf(refusal.reason, sizeof refusal.reason, format, values);
	va_end(values);
	snprintf(refusal.argument, sizeof refusal.argument, "%s", argument);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	sbx_lua_fail_refused(L, &refusal);
	luaL_where(L, 1);
	lua_pushfstring(L, "%s: %s: %s", usage, refusal.argument, refusal.reason);
	lua_concat(L, 2);
	lua_setfield(L, -2, "message");
	return lua_error(L);
}

void *sbx_lua_check_self(lua_State *L, const char *metatable, const char *usage)
{
	void *self = luaL_testudata(L, 1, metatable);
	if (!self)
		sbx_lua_raise_misuse(L, usage, "self", "it is called with a colon");
	return self;
}

int sbx_lua_new_failure(lua_State *L)
{
	static const sbx_status codes[] = {SBX_ERROR_CLOSED, SBX_ERROR_LOCAL_FILE, SBX_ERROR_CANCELLED};
	static const char *const names[] = {"closed", "local_file", "cancelled", NULL};
	sbx_lua_refusal refusal;
	sbx_lua_refuse(&refusal, "", "%s", luaL_checkstring(L, 2));
	refusal.code = codes[luaL_checkoption(L, 1, NULL, names)];
	sbx_lua_fail_refused(L, &refusal);
	if (!lua_isnoneornil(L, 3)) {
		lua_pushvalue(L, 3);
		lua_setfield(L, -2, "cause");
	}
	return 2;
}

static int to_string(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_pushstring(L, "message");
	lua_rawget(L, 1);
	luaL_tolstring(L, -1, NULL);
	return 1;
}

/* "could not start: " .. err */
static int concatenate(lua_State *L)
{
	luaL_tolstring(L, 1, NULL);
	luaL_tolstring(L, 2, NULL);
	lua_concat(L, 2);
	return 1;
}

void sbx_lua_open_failure(lua_State *L)
{
	static const luaL_Reg error[] = {{"__tostring", to_string}, {"__concat", concatenate}, {NULL, NULL}};
	static const luaL_Reg place[] = {{"__gc", collect_place}, {NULL, NULL}};
	sbx_lua_new_metatable(L, ERROR, error);
	sbx_lua_new_metatable(L, PLACE, place);
	lua_pop(L, 2);
}
