#include "hooks.h"

#include "attempts.h"
#include "transport.h"

/* The user value of a client has the marks that its relatives have in common, then the functions of its own and of
 * those that it is a copy of. */
#define FAMILY 1

void sbx_lua_begin_hooks(lua_State *L, int client, int parent)
{
	client = lua_absindex(L, client);
	lua_newtable(L);
	if (parent) {
		lua_getuservalue(L, parent);
		int count = (int)lua_rawlen(L, -1);
		for (int index = 1; index <= count; index++) {
			lua_rawgeti(L, -1, index);
			lua_rawseti(L, -3, index);
		}
		lua_pop(L, 1);
	} else {
		lua_newtable(L);
		lua_rawseti(L, -2, FAMILY);
	}
	lua_setuservalue(L, client);
}

/* Puts what is on top of the stack, and is taken from it, at the end of one at an index. */
static void append(lua_State *L, int table)
{
	table = lua_absindex(L, table);
	lua_rawseti(L, table, (int)lua_rawlen(L, table) + 1);
}

static void set_place(lua_State *L, int place, int value)
{
	if (value)
		lua_pushvalue(L, value);
	else
		lua_pushboolean(L, 0);
	lua_rawseti(L, -2, place);
}

/* Pushes the table of functions. */
static void push_functions(lua_State *L, const sbx_lua_hooks *hooks)
{
	lua_createtable(L, SBX_LUA_EXCHANGES, 0);
	set_place(L, SBX_LUA_LOG, hooks->log);
	set_place(L, SBX_LUA_ON_ATTEMPT, hooks->on_attempt);
	set_place(L, SBX_LUA_TRANSPORT, hooks->transport);
	lua_newtable(L);
	lua_rawseti(L, -2, SBX_LUA_EXCHANGES);
}

/* Pushes a mark, whose user value does not keep the functions, which are on top of the stack. */
static sbx_lua_mark *push_mark(lua_State *L)
{
	sbx_lua_mark *mark = sbx_lua_newuserdata(L, sizeof *mark);
	mark->state = sbx_lua_state_of(L);
	sbx_lua_make_living(L, -1, 0);
	lua_getuservalue(L, -1);
	lua_newtable(L);
	lua_pushliteral(L, "v");
	lua_setfield(L, -2, "__mode");
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -3);
	lua_rawseti(L, -2, 1);
	lua_pop(L, 1);
	return mark;
}

void sbx_lua_set_hooks(lua_State *L, int client, sbx_lua_hooks *hooks, sbx_client_options *options)
{
	if (!hooks->log && !hooks->on_attempt && !hooks->transport)
		return;
	lua_getuservalue(L, client);
	push_functions(L, hooks);
	sbx_lua_mark *mark = push_mark(L);
	lua_rawgeti(L, -3, FAMILY);
	lua_insert(L, -2);
	append(L, -2);
	lua_pop(L, 1);
	append(L, -2);
	lua_pop(L, 1);
	if (hooks->log) {
		options->log = sbx_lua_tell_log;
		options->log_user_data = mark;
	}
	if (hooks->on_attempt) {
		options->on_attempt = sbx_lua_tell_attempt;
		options->on_attempt_user_data = mark;
	}
	if (hooks->transport) {
		sbx_lua_make_transport(&hooks->library, mark);
		options->transport = &hooks->library;
		mark->state->has_transports = true;
	}
}

bool sbx_lua_push_hook(lua_State *L, const sbx_lua_mark *mark, int place)
{
	if (!sbx_lua_push_slots(L, mark))
		return false;
	lua_rawgeti(L, -1, 1);
	lua_remove(L, -2);
	if (lua_istable(L, -1)) {
		lua_rawgeti(L, -1, place);
		lua_remove(L, -2);
	}
	if (lua_toboolean(L, -1))
		return true;
	lua_pop(L, 1);
	return false;
}
