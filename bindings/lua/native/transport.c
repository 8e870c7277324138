#include "transport.h"

#include "callbacks.h"
#include "headers.h"
#include "userdata.h"
#include "values.h"

/* What the table of exchanges has for one: the string that is being read, how much of it is, and what gives more. */
enum { CHUNK = 1, DONE, GIVER };

#define PIECE 16384

typedef struct carried {
	const sbx_lua_mark *mark;
	sbx_exchange *exchange;
	char *buffer; /* of a read */
	size_t capacity;
	int64_t result;
} carried;

/* ---- failures ---- */

/* Ends the exchange with the reason on top of the stack, which the call's error has as its cause. */
static void fail(lua_State *L, const carried *what, sbx_exchange_failure failure)
{
	const void *call = sbx_exchange_call_user_data(what->exchange);
	if (call && sbx_lua_push_slots(L, call)) {
		lua_pushvalue(L, -2);
		lua_rawseti(L, -2, SBX_LUA_LOST);
		lua_pop(L, 1);
	}
	sbx_exchange_fail(what->exchange, failure, luaL_tolstring(L, -1, NULL));
}

static void fail_text(lua_State *L, const carried *what, const char *reason)
{
	lua_pushstring(L, reason);
	fail(L, what, SBX_EXCHANGE_REFUSED);
}

/* ---- the request ---- */

static void push_request_headers(lua_State *L, const sbx_exchange *exchange)
{
	size_t count = sbx_exchange_headers_count(exchange);
	sbx_lua_push_headers(L, count);
	for (size_t index = 0; index < count; index++) {
		sbx_pair header = sbx_exchange_header_at(exchange, index);
		if (header.value)
			sbx_lua_add_header(L, header);
	}
}

/* Pushes the body; false, and something pushed, where it could not be read: the exchange ends by itself. */
static bool push_request_body(lua_State *L, sbx_exchange *exchange)
{
	luaL_Buffer buffer;
	char piece[PIECE];
	int64_t got;
	luaL_buffinit(L, &buffer);
	while ((got = sbx_exchange_read(exchange, piece, sizeof piece)) > 0)
		luaL_addlstring(&buffer, piece, (size_t)got);
	luaL_pushresult(&buffer);
	return got == SBX_TRANSPORT_END;
}

static bool push_request(lua_State *L, sbx_exchange *exchange)
{
	lua_createtable(L, 0, 4);
	lua_pushstring(L, sbx_exchange_method(exchange));
	lua_setfield(L, -2, "method");
	lua_pushstring(L, sbx_exchange_url(exchange));
	lua_setfield(L, -2, "url");
	push_request_headers(L, exchange);
	lua_setfield(L, -2, "headers");
	if (!push_request_body(L, exchange))
		return false;
	lua_setfield(L, -2, "body");
	return true;
}

/* ---- the answer, a table at an index ---- */

static void raw_field(lua_State *L, int table, const char *name)
{
	lua_pushstring(L, name);
	lua_rawget(L, table);
}

/* The name and the value on top of the stack; a value may be an array of several. */
static size_t count_values(lua_State *L)
{
	if (lua_type(L, -2) != LUA_TSTRING)
		luaL_error(L, "the answer's headers must have names");
	if (lua_istable(L, -1))
		return lua_rawlen(L, -1);
	if (!lua_isstring(L, -1))
		luaL_error(L, "the answer's header '%s' must be a string", lua_tostring(L, -2));
	return 1;
}

/* A value as a string that the table `kept` keeps. */
static const char *keep_text(lua_State *L, int kept)
{
	const char *text = lua_tostring(L, -1);
	if (!text)
		luaL_error(L, "the answer's headers must be strings");
	lua_rawseti(L, kept, (int)lua_rawlen(L, kept) + 1);
	return text;
}

/* Pushes pairs of the headers, and what keeps their texts below. */
static sbx_pair *push_pairs(lua_State *L, int headers, bool is_json, size_t *count)
{
	size_t room = is_json;
	lua_newtable(L);
	int kept = lua_gettop(L);
	if (!lua_isnil(L, headers)) {
		luaL_checktype(L, headers, LUA_TTABLE);
		lua_pushnil(L);
		for (; lua_next(L, headers); lua_pop(L, 1))
			room += count_values(L);
	}
	sbx_pair *pairs = lua_newuserdata(L, (room ? room : 1) * sizeof *pairs);
	*count = 0;
	if (is_json)
		pairs[(*count)++] = (sbx_pair){"Content-Type", "application/json"};
	if (lua_isnil(L, headers))
		return pairs;
	lua_pushnil(L);
	for (; lua_next(L, headers); lua_pop(L, 1)) {
		size_t values = count_values(L);
		for (size_t index = 1; index <= values; index++) {
			if (lua_istable(L, -1))
				lua_rawgeti(L, -1, (int)index);
			else
				lua_pushvalue(L, -1);
			const char *value = keep_text(L, kept);
			pairs[(*count)++] = (sbx_pair){lua_tostring(L, -2), value};
		}
	}
	return pairs;
}

static void free_text(void *text)
{
	sbx_string_free(text);
}

/* Pushes the text of the JSON value on top of the stack. */
static void push_json_text(lua_State *L)
{
	sbx_lua_refusal refusal;
	size_t length;
	char *text = NULL;
	/* Both are freed here: what is made while the Lua state is closed is not collected any more. */
	sbx_lua_held *held = sbx_lua_hold(L, free_text);
	const sbx_json *json = sbx_lua_hold_json(L, -2, &refusal);
	sbx_lua_held *json_held = lua_touserdata(L, -1);
	if (!json)
		luaL_error(L, "the answer's json%s%s %s", refusal.argument[0] == '[' || !refusal.argument[0] ? "" : ".",
		           refusal.argument, refusal.reason);
	if (sbx_json_print(json, 0, &text, &length) < 0)
		luaL_error(L, "not enough memory");
	held->thing = text;
	lua_pushlstring(L, text, length);
	sbx_lua_drop(json_held);
	sbx_lua_drop(held);
}

/* Pushes the body: a string, or a function that gives strings. */
static void push_body(lua_State *L, int answer, bool is_json)
{
	raw_field(L, answer, is_json ? "json" : "body");
	if (is_json)
		push_json_text(L);
	if (lua_isnil(L, -1))
		lua_pushliteral(L, "");
	if (!lua_isfunction(L, -1) && lua_type(L, -1) != LUA_TSTRING)
		luaL_error(L, "the answer's body must be a string or a function, not a %s", luaL_typename(L, -1));
}

/* Keeps what is on top of the stack as the body of the exchange. */
static void keep_body(lua_State *L, const carried *what)
{
	int body = lua_gettop(L);
	bool is_function = lua_isfunction(L, body);
	if (!sbx_lua_push_hook(L, what->mark, SBX_LUA_EXCHANGES))
		return;
	lua_createtable(L, 3, 0);
	lua_pushvalue(L, body);
	lua_rawseti(L, -2, is_function ? GIVER : CHUNK);
	lua_pushinteger(L, 0);
	lua_rawseti(L, -2, DONE);
	lua_rawsetp(L, -2, what->exchange);
	lua_settop(L, body);
}

static int give_answer(lua_State *L)
{
	const carried *what = lua_touserdata(L, 1);
	size_t count;
	if (!lua_istable(L, 2))
		return luaL_error(L, "it must return a table, or nil and a reason, not a %s", luaL_typename(L, 2));
	raw_field(L, 2, "json");
	bool is_json = !lua_isnil(L, -1);
	raw_field(L, 2, "status");
	if (!lua_isnil(L, -1) && !lua_isinteger(L, -1))
		return luaL_error(L, "the answer's status must be an integer, not a %s", luaL_typename(L, -1));
	int status = lua_isnil(L, -1) ? 200 : (int)lua_tointeger(L, -1);
	push_body(L, 2, is_json);
	keep_body(L, what);
	raw_field(L, 2, "headers");
	sbx_pair *pairs = push_pairs(L, lua_gettop(L), is_json, &count);
	if (sbx_exchange_answer(what->exchange, status, pairs, count) < 0)
		return luaL_error(L, "no answer with status %d and such headers can be given", status);
	return 0;
}

/* ---- what the library calls ---- */

/* The reason of an earlier attempt is none of this one's. */
static void forget_reason(lua_State *L, const sbx_exchange *exchange)
{
	const void *call = sbx_exchange_call_user_data(exchange);
	if (!call || !sbx_lua_push_slots(L, call))
		return;
	lua_pushboolean(L, 0);
	lua_rawseti(L, -2, SBX_LUA_LOST);
	lua_pop(L, 1);
}

static void start_exchange(lua_State *L, void *data)
{
	carried *what = data;
	what->result = 0;
	forget_reason(L, what->exchange);
	if (!sbx_lua_push_hook(L, what->mark, SBX_LUA_TRANSPORT)) {
		fail_text(L, what, "the client of the transport was collected");
		return;
	}
	if (!push_request(L, what->exchange))
		return;
	if (lua_pcall(L, 1, 2, 0) != 0) {
		fail(L, what, SBX_EXCHANGE_REFUSED);
		return;
	}
	if (!lua_toboolean(L, -2)) {
		if (lua_isnil(L, -1))
			lua_pushliteral(L, "the transport has no answer");
		fail(L, what, SBX_EXCHANGE_LOST);
		return;
	}
	lua_pop(L, 1);
	lua_pushcfunction(L, give_answer);
	lua_pushlightuserdata(L, what);
	lua_pushvalue(L, -3);
	if (lua_pcall(L, 2, 0, 0) != 0)
		fail(L, what, SBX_EXCHANGE_REFUSED);
}

static void start(void *user_data, sbx_exchange *exchange)
{
	carried what = {user_data, exchange, NULL, 0, -1};
	if (!sbx_lua_protected(what.mark->state, start_exchange, &what))
		sbx_exchange_fail(exchange, SBX_EXCHANGE_REFUSED, "not enough memory for the transport");
	else if (what.result < 0)
		sbx_exchange_fail(exchange, SBX_EXCHANGE_REFUSED, "the transport could not be called");
}

/* Puts the next string of the function in the place of the chunk. The exchange's table is at an index. */
static bool next_chunk(lua_State *L, carried *what, int entry)
{
	lua_rawgeti(L, entry, GIVER);
	if (!lua_isfunction(L, -1)) {
		what->result = SBX_TRANSPORT_END;
		return false;
	}
	lua_pushinteger(L, (lua_Integer)what->capacity);
	bool raised = lua_pcall(L, 1, 2, 0) != 0;
	if (raised || (lua_isnil(L, -2) && !lua_isnil(L, -1))) {
		fail(L, what, SBX_EXCHANGE_LOST);
		return false;
	}
	lua_pop(L, 1);
	if (lua_isnil(L, -1)) {
		what->result = SBX_TRANSPORT_END;
		return false;
	}
	if (lua_type(L, -1) != LUA_TSTRING) {
		fail_text(L, what, "the body's function must return strings, and nil at the end");
		return false;
	}
	lua_rawseti(L, entry, CHUNK);
	lua_pushinteger(L, 0);
	lua_rawseti(L, entry, DONE);
	return true;
}

/* Copies what is left of the chunk; false: nothing is. */
static bool take_chunk(lua_State *L, carried *what, int entry)
{
	size_t length = 0;
	lua_rawgeti(L, entry, CHUNK);
	lua_rawgeti(L, entry, DONE);
	const char *chunk = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : NULL;
	size_t done = (size_t)lua_tointeger(L, -1);
	size_t taken = length - done < what->capacity ? length - done : what->capacity;
	lua_pop(L, 2);
	if (!taken)
		return false;
	memcpy(what->buffer, chunk + done, taken);
	lua_pushinteger(L, (lua_Integer)(done + taken));
	lua_rawseti(L, entry, DONE);
	what->result = (int64_t)taken;
	return true;
}

static void read_exchange(lua_State *L, void *data)
{
	carried *what = data;
	if (!sbx_lua_push_hook(L, what->mark, SBX_LUA_EXCHANGES))
		return;
	lua_rawgetp(L, -1, what->exchange);
	if (!lua_istable(L, -1))
		return;
	int entry = lua_gettop(L);
	/* An empty string is no end: there is more to come. */
	while (!take_chunk(L, what, entry) && next_chunk(L, what, entry))
		lua_settop(L, entry);
}

static int64_t read_body(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity)
{
	carried what = {user_data, exchange, buffer, capacity, SBX_TRANSPORT_FAILED};
	if (!sbx_lua_protected(what.mark->state, read_exchange, &what))
		return SBX_TRANSPORT_FAILED;
	return what.result;
}

static void stop_exchange(lua_State *L, void *data)
{
	const carried *what = data;
	if (!sbx_lua_push_hook(L, what->mark, SBX_LUA_EXCHANGES))
		return;
	lua_pushnil(L);
	lua_rawsetp(L, -2, what->exchange);
}

static void stop(void *user_data, sbx_exchange *exchange)
{
	carried what = {user_data, exchange, NULL, 0, 0};
	sbx_lua_protected(what.mark->state, stop_exchange, &what);
}

void sbx_lua_make_transport(sbx_transport *transport, sbx_lua_mark *mark)
{
	static const sbx_transport none = SBX_TRANSPORT_INIT;
	*transport = none;
	transport->start = start;
	transport->read = read_body;
	transport->stop = stop;
	transport->user_data = mark;
}
