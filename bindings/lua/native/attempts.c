#include "attempts.h"

#include "hooks.h"
#include "options.h"
#include "response.h"

/* Tells that a function has raised what is on top of the stack: where Lua has warnings, by one. */
static void warn_of(lua_State *L, const char *name)
{
	const char *reason = lua_tostring(L, -1);
#if LUA_VERSION_NUM >= 504
	lua_warning(L, "sandbox_sdk: ", 1);
	lua_warning(L, name, 1);
	lua_warning(L, ": ", 1);
	lua_warning(L, reason ? reason : "it raised an error", 0);
#else
	fprintf(stderr, "sandbox_sdk: %s: %s\n", name, reason ? reason : "it raised an error");
#endif
}

/* Calls the function below its arguments. */
static void call(lua_State *L, const char *name, int arguments)
{
	if (lua_pcall(L, arguments, 0, 0) != 0)
		warn_of(L, name);
}

typedef struct line {
	const sbx_lua_mark *mark;
	sbx_log_level level;
	const char *message;
} line;

static void tell_line(lua_State *L, void *data)
{
	const line *told = data;
	if (!sbx_lua_push_hook(L, told->mark, SBX_LUA_LOG))
		return;
	lua_pushstring(L, told->level == SBX_LOG_INFO ? "info" : "debug");
	lua_pushstring(L, told->message);
	call(L, "log", 2);
}

void sbx_lua_tell_log(void *user_data, sbx_log_level level, const char *message)
{
	const sbx_lua_mark *mark = user_data;
	line told = {mark, level, message};
	sbx_lua_protected(mark->state, tell_line, &told);
}

typedef struct told_attempt {
	const sbx_lua_mark *mark;
	const void *call; /* the call's userdata, which may be gone */
	const sbx_attempt *attempt;
} told_attempt;

static void set_text(lua_State *L, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, double number)
{
	lua_pushnumber(L, number);
	lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int64_t number)
{
	lua_pushinteger(L, (lua_Integer)number);
	lua_setfield(L, -2, name);
}

static const char *version_name(int version)
{
	switch (version) {
	case 10:
		return "1.0";
	case 11:
		return "1.1";
	case 20:
		return "2";
	case 30:
		return "3";
	}
	return NULL;
}

/* What became of the call, and what the attempt itself came to. */
static void set_outcome(lua_State *L, const sbx_attempt *attempt)
{
	static const char *const outcomes[] = {"succeeded", "redirected", "retried", "failed"};
	if ((size_t)attempt->outcome < sizeof outcomes / sizeof outcomes[0])
		set_text(L, "outcome", outcomes[attempt->outcome]);
	if (attempt->wait != SBX_DEFAULT)
		set_number(L, "wait", attempt->wait);
	if (attempt->http_status)
		set_integer(L, "status", attempt->http_status);
	if (attempt->status != SBX_OK)
		set_text(L, "code", sbx_status_name(attempt->status));
}

static void push_attempt(lua_State *L, const sbx_attempt *attempt)
{
	lua_createtable(L, 0, 18);
	set_text(L, "operation", attempt->operation);
	set_text(L, "method", attempt->method);
	set_text(L, "url", attempt->url);
	set_text(L, "request_id", attempt->request_id);
	set_text(L, "detail", attempt->detail);
	set_text(L, "http_version", version_name(attempt->http_version));
	set_number(L, "started", attempt->started);
	set_integer(L, "bytes_sent", attempt->bytes_sent);
	set_integer(L, "bytes_received", attempt->bytes_received);
	set_integer(L, "number", attempt->number);
	set_integer(L, "redirects", attempt->redirects);
	set_outcome(L, attempt);
	sbx_lua_push_times(L, attempt->times);
	lua_setfield(L, -2, "times");
}

static void tell_attempt(lua_State *L, void *data)
{
	const told_attempt *told = data;
	if (!sbx_lua_push_hook(L, told->mark, SBX_LUA_ON_ATTEMPT))
		return;
	push_attempt(L, told->attempt);
	if (told->call && sbx_lua_push_slots(L, told->call)) {
		lua_rawgeti(L, -1, SBX_LUA_DATA);
		lua_remove(L, -2);
		if (lua_toboolean(L, -1))
			lua_setfield(L, -2, "data");
		else
			lua_pop(L, 1);
	}
	call(L, "on_attempt", 1);
}

void sbx_lua_tell_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	const sbx_lua_mark *mark = user_data;
	told_attempt told = {mark, call_user_data, attempt};
	sbx_lua_protected(mark->state, tell_attempt, &told);
}
