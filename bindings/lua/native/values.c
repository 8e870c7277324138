#include "values.h"

#include <math.h>
#include <string.h>

#include "failure.h"
#include "userdata.h"
#include "view.h"

#define ARRAY "sandbox_sdk.array"
#define OBJECT "sandbox_sdk.object"
#define MAX_DEPTH 512 /* what the library reads and prints */

typedef sbx_lua_json_reader reader;

static bool fill(reader *from, sbx_json *made, int depth);

static bool refuse(reader *from, const char *reason)
{
	return sbx_lua_refuse(from->refusal, "", "%s", reason);
}

static sbx_json *check_memory(reader *from, sbx_json *made)
{
	if (!made)
		sbx_lua_refuse_memory(from->refusal);
	return made;
}

/* Whether the value on top of the stack has this metatable. */
static bool has_metatable(reader *from, int metatable)
{
	if (!lua_getmetatable(from->L, -1))
		return false;
	bool same = lua_rawequal(from->L, -1, metatable);
	lua_pop(from->L, 1);
	return same;
}

static sbx_json *make_number(reader *from)
{
	if (lua_isinteger(from->L, -1))
		return check_memory(from, sbx_json_new_integer(lua_tointeger(from->L, -1)));
	double number = lua_tonumber(from->L, -1);
	if (isfinite(number))
		return check_memory(from, sbx_json_new_number(number));
	refuse(from, "must be a finite number");
	return NULL;
}

static sbx_json *make_string(reader *from)
{
	size_t length;
	const char *text = lua_tolstring(from->L, -1, &length);
	sbx_json *made = sbx_json_new_string(text, length);
	if (!made)
		refuse(from, "must be UTF-8 text");
	return made;
}

/* The JSON value of the value on top of the stack, which stays there; that of a table is empty. */
static sbx_json *make_value(reader *from)
{
	lua_State *L = from->L;
	switch (lua_type(L, -1)) {
	case LUA_TNIL:
		refuse(from, "is nil; null is sdk.null");
		return NULL;
	case LUA_TBOOLEAN:
		return check_memory(from, sbx_json_new_boolean(lua_toboolean(L, -1)));
	case LUA_TNUMBER:
		return make_number(from);
	case LUA_TSTRING:
		return make_string(from);
	case LUA_TTABLE:
		if (has_metatable(from, from->array) || (lua_rawlen(L, -1) > 0 && !has_metatable(from, from->object)))
			return check_memory(from, sbx_json_new_array());
		return check_memory(from, sbx_json_new_object());
	case LUA_TLIGHTUSERDATA:
		if (!lua_touserdata(L, -1))
			return check_memory(from, sbx_json_new_null());
		break;
	case LUA_TUSERDATA:
		if (has_metatable(from, from->view))
			return check_memory(from, sbx_json_copy(sbx_lua_view_json(lua_touserdata(L, -1))));
		break;
	}
	sbx_lua_refuse_misuse(from->refusal, "", "is a %s, which JSON cannot carry", luaL_typename(L, -1));
	return NULL;
}

/* Appends the value on top of the stack. */
static bool append_value(reader *from, sbx_json *array, int depth)
{
	sbx_json *element = make_value(from);
	if (!element)
		return false;
	if (sbx_json_append(array, element) < 0)
		return sbx_lua_refuse_memory(from->refusal);
	return fill(from, element, depth);
}

/* How many keys a table has. */
static lua_Integer count_keys(lua_State *L)
{
	lua_Integer count = 0;
	int table = lua_gettop(L);
	lua_pushnil(L);
	for (; lua_next(L, table); lua_pop(L, 1))
		count++;
	return count;
}

static bool fill_array(reader *from, sbx_json *array, int depth)
{
	int table = lua_gettop(from->L);
	lua_Integer count = (lua_Integer)lua_rawlen(from->L, table);
	if (count_keys(from->L) != count)
		return refuse(from, "mixes positions with other keys, or has holes");
	for (lua_Integer position = 1; position <= count; position++) {
		lua_rawgeti(from->L, table, position);
		bool is_filled = append_value(from, array, depth);
		lua_pop(from->L, 1);
		if (!is_filled) {
			sbx_lua_refusal_within(from->refusal, NULL, position);
			return false;
		}
	}
	return true;
}

/* Sets the member whose name and value are on top of the stack. */
static bool set_member(reader *from, sbx_json *object, int depth)
{
	if (lua_type(from->L, -2) != LUA_TSTRING)
		return refuse(from, "mixes names with other keys, or has holes");
	size_t length;
	const char *name = lua_tolstring(from->L, -2, &length);
	if (strlen(name) != length)
		return refuse(from, "has a name with a NUL in it");
	sbx_json *value = make_value(from);
	/* All that is left to fail then, but for memory, is a name that is not UTF-8. */
	if (value && sbx_json_set(object, name, value) < 0)
		return refuse(from, "has a name that is not UTF-8 text");
	if (value && fill(from, value, depth))
		return true;
	sbx_lua_refusal_within(from->refusal, name, 0);
	return false;
}

static bool fill_object(reader *from, sbx_json *object, int depth)
{
	int table = lua_gettop(from->L);
	bool is_filled = true;
	lua_pushnil(from->L);
	while (is_filled && lua_next(from->L, table)) {
		is_filled = set_member(from, object, depth);
		lua_pop(from->L, 1);
	}
	lua_settop(from->L, table);
	return is_filled;
}

/* Puts what the table on top of the stack has into the value that was made of it, which has an owner by now: for more
 * of the stack 5.1 may raise an error. A value of anything else is whole. */
static bool fill(reader *from, sbx_json *made, int depth)
{
	if (!lua_istable(from->L, -1))
		return true;
	if (depth >= MAX_DEPTH)
		return refuse(from, "nests too deep");
	luaL_checkstack(from->L, LUA_MINSTACK, NULL);
	if (sbx_json_type_of(made) == SBX_JSON_ARRAY)
		return fill_array(from, made, depth + 1);
	return fill_object(from, made, depth + 1);
}

static void free_json(void *json)
{
	sbx_json_free(json);
}

/* Puts the value at an index on top, above what reading it needs. Returns what was on top. */
void sbx_lua_begin_members(lua_State *L, sbx_lua_json_reader *from, sbx_lua_refusal *refusal)
{
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	int top = lua_gettop(L);
	luaL_getmetatable(L, ARRAY);
	luaL_getmetatable(L, OBJECT);
	luaL_getmetatable(L, SBX_LUA_VIEW);
	*from = (reader){L, top + 1, top + 2, top + 3, refusal};
}

bool sbx_lua_set_member(sbx_lua_json_reader *from, sbx_json *object)
{
	return set_member(from, object, 0);
}

static int begin(lua_State *L, int index, reader *from, sbx_lua_refusal *refusal)
{
	int top = lua_gettop(L);
	index = lua_absindex(L, index);
	sbx_lua_begin_members(L, from, refusal);
	lua_pushvalue(L, index);
	return top;
}

bool sbx_lua_fill_object(lua_State *L, int index, sbx_json *object, sbx_lua_refusal *refusal)
{
	reader from;
	int top = begin(L, index, &from, refusal);
	bool is_filled = false;
	if (!check_memory(&from, object))
		is_filled = false;
	else if (lua_istable(L, -1) && !has_metatable(&from, from.array))
		is_filled = fill_object(&from, object, 0);
	else
		sbx_lua_refuse_misuse(refusal, "", "must be a table with names for keys, not a %s",
		                      luaL_typename(L, -1));
	lua_settop(L, top);
	return is_filled;
}

const sbx_json *sbx_lua_hold_object(lua_State *L, int index, sbx_lua_refusal *refusal)
{
	index = lua_absindex(L, index);
	sbx_lua_held *held = sbx_lua_hold(L, free_json);
	held->thing = sbx_json_new_object();
	if (!sbx_lua_fill_object(L, index, held->thing, refusal))
		sbx_lua_drop(held);
	return held->thing;
}

const sbx_json *sbx_lua_hold_json(lua_State *L, int index, sbx_lua_refusal *refusal)
{
	reader from;
	index = lua_absindex(L, index);
	sbx_lua_held *held = sbx_lua_hold(L, free_json);
	int top = begin(L, index, &from, refusal);
	sbx_json *made = make_value(&from);
	held->thing = made;
	if (made && !fill(&from, made, 0))
		made = NULL;
	lua_settop(L, top);
	return made;
}

/* JSON's integers reach beyond Lua's; those become floats, as the same numeral in a Lua program does. */
static void push_integer(lua_State *L, const sbx_json *json)
{
	uint64_t unsigned_value = sbx_json_unsigned(json);
	if (unsigned_value > INT64_MAX)
		lua_pushnumber(L, (lua_Number)unsigned_value);
	else
		lua_pushinteger(L, (lua_Integer)sbx_json_integer(json));
}

bool sbx_lua_push_scalar(lua_State *L, const sbx_json *json)
{
	size_t length;
	const char *text;
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_NULL:
		lua_pushlightuserdata(L, NULL);
		return true;
	case SBX_JSON_BOOLEAN:
		lua_pushboolean(L, sbx_json_boolean(json));
		return true;
	case SBX_JSON_INTEGER:
		push_integer(L, json);
		return true;
	case SBX_JSON_NUMBER:
		lua_pushnumber(L, sbx_json_number(json));
		return true;
	case SBX_JSON_STRING:
		text = sbx_json_string(json, &length);
		lua_pushlstring(L, text, length);
		return true;
	case SBX_JSON_ARRAY:
	case SBX_JSON_OBJECT:
		break;
	}
	return false;
}

static void push_array(lua_State *L, const sbx_json *json)
{
	size_t count = sbx_json_count(json);
	lua_createtable(L, (int)count, 0);
	for (size_t index = 0; index < count; index++) {
		sbx_lua_push_json(L, sbx_json_at(json, index));
		lua_rawseti(L, -2, (lua_Integer)index + 1);
	}
	luaL_setmetatable(L, ARRAY);
}

static void push_object(lua_State *L, const sbx_json *json)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	lua_createtable(L, 0, (int)sbx_json_count(json));
	while (sbx_json_next(json, &cursor, &name, &value)) {
		lua_pushstring(L, name);
		sbx_lua_push_json(L, value);
		lua_rawset(L, -3);
	}
}

void sbx_lua_push_json(lua_State *L, const sbx_json *json)
{
	luaL_checkstack(L, 4, "a JSON value nests too deep");
	if (sbx_lua_push_scalar(L, json))
		return;
	if (sbx_json_type_of(json) == SBX_JSON_ARRAY)
		push_array(L, json);
	else
		push_object(L, json);
}

/* Marks a table, or a new one, and returns it; nil and an error where it cannot be marked. */
static int mark(lua_State *L, const char *metatable, const char *argument)
{
	sbx_lua_refusal refusal;
	if (lua_isnoneornil(L, 1)) {
		lua_settop(L, 0);
		lua_newtable(L);
	}
	if (!lua_istable(L, 1)) {
		sbx_lua_refuse_type(&refusal, argument, "a table", luaL_typename(L, 1));
		return sbx_lua_fail_refused(L, &refusal);
	}
	luaL_getmetatable(L, metatable);
	if (lua_getmetatable(L, 1) && !lua_rawequal(L, -1, -2)) {
		sbx_lua_refuse_misuse(&refusal, argument, "has a metatable already");
		return sbx_lua_fail_refused(L, &refusal);
	}
	lua_settop(L, 1);
	luaL_setmetatable(L, metatable);
	return 1;
}

static int mark_array(lua_State *L)
{
	return mark(L, ARRAY, "elements");
}

static int mark_object(lua_State *L)
{
	return mark(L, OBJECT, "members");
}

void sbx_lua_open_values(lua_State *L)
{
	static const luaL_Reg functions[] = {{"array", mark_array}, {"object", mark_object}, {NULL, NULL}};
	luaL_newmetatable(L, ARRAY);
	luaL_newmetatable(L, OBJECT);
	lua_pop(L, 2);
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
	luaL_setfuncs(L, functions, 0);
}
