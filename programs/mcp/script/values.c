#include "values.h"

#include <sandbox_sdk/error.h>

#include <lauxlib.h>
#include <math.h>
#include <string.h>

/* What an error of Lua's leaves behind here, for want of memory, ends with the process. */

#define ARRAY "array"
#define DEPTH_MAX 100

/* ---- of Lua ---- */

static sbx_json *read_value(lua_State *L, int depth);

/* Says why a value cannot be JSON, and where: the place goes before what is said already. */
static sbx_json *refuse(lua_State *L, sbx_json *made, const char *reason)
{
	sbx_json_free(made);
	lua_pushstring(L, reason);
	return NULL;
}

static bool is_array(lua_State *L)
{
	bool marked = luaL_getmetafield(L, -1, "__name") != LUA_TNIL;

	if (marked) {
		marked = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), ARRAY) == 0;
		lua_pop(L, 1);
	}
	return marked || lua_rawlen(L, -1) > 0;
}

static lua_Integer count_keys(lua_State *L)
{
	lua_Integer count = 0;

	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
		count++;
	return count;
}

static sbx_json *read_array(lua_State *L, int depth)
{
	lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
	sbx_json *array = sbx_json_new_array();

	if (count_keys(L) != count)
		return refuse(L, array, "a table mixes positions with other keys, or has holes");
	for (lua_Integer i = 1; i <= count; i++) {
		lua_rawgeti(L, -1, i);
		sbx_json *value = read_value(L, depth + 1);
		if (!value) {
			sbx_json_free(array);
			return NULL;
		}
		lua_pop(L, 1);
		if (sbx_json_append(array, value) != SBX_OK)
			return refuse(L, array, "not enough memory");
	}
	return array;
}

static sbx_json *read_object(lua_State *L, int depth)
{
	sbx_json *object = sbx_json_new_object();

	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			return refuse(L, object, "a table mixes names with other keys, or has holes");
		size_t length;
		const char *name = lua_tolstring(L, -2, &length);
		sbx_json *value = read_value(L, depth + 1);
		if (!value) {
			sbx_json_free(object);
			return NULL;
		}
		if (strlen(name) != length || sbx_json_set(object, name, value) != SBX_OK)
			return refuse(L, object, "a name is not UTF-8 text, or has a NUL in it");
	}
	return object;
}

static sbx_json *read_number(lua_State *L)
{
	lua_Number number = lua_tonumber(L, -1);

	if (lua_isinteger(L, -1))
		return sbx_json_new_integer(lua_tointeger(L, -1));
	return isfinite(number) ? sbx_json_new_number(number) : refuse(L, NULL, "a number is not finite");
}

static sbx_json *read_string(lua_State *L)
{
	size_t length;
	const char *text = lua_tolstring(L, -1, &length);
	sbx_json *string = sbx_json_new_string(text, length);

	return string ? string : refuse(L, NULL, "a string is not UTF-8 text");
}

/* Of the value on top, which stays there; what says why it cannot be comes above it. */
static sbx_json *read_value(lua_State *L, int depth)
{
	if (depth > DEPTH_MAX || !lua_checkstack(L, LUA_MINSTACK))
		return refuse(L, NULL, "a table is within itself, or nests too deep");
	switch (lua_type(L, -1)) {
	case LUA_TNIL:
		return sbx_json_new_null();
	case LUA_TBOOLEAN:
		return sbx_json_new_boolean(lua_toboolean(L, -1));
	case LUA_TNUMBER:
		return read_number(L);
	case LUA_TSTRING:
		return read_string(L);
	case LUA_TTABLE:
		return is_array(L) ? read_array(L, depth) : read_object(L, depth);
	case LUA_TLIGHTUSERDATA:
		return sbx_json_new_null();
	default:
		return refuse(L, NULL, lua_pushfstring(L, "a %s cannot be JSON", luaL_typename(L, -1)));
	}
}

sbx_json *values_read(lua_State *L, int index)
{
	lua_pushvalue(L, index);
	int top = lua_gettop(L);
	sbx_json *json = read_value(L, 0);
	if (!json && lua_gettop(L) == top)
		lua_pushliteral(L, "not enough memory");
	lua_replace(L, top);
	lua_settop(L, json ? top - 1 : top);
	return json;
}

/* ---- of JSON ---- */

static void push_array(lua_State *L, const sbx_json *json)
{
	size_t count = sbx_json_count(json);

	lua_createtable(L, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		values_push(L, sbx_json_at(json, i));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
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
		if (sbx_json_type_of(value) == SBX_JSON_NULL)
			continue;
		values_push(L, value);
		lua_setfield(L, -2, name);
	}
}

static void push_integer(lua_State *L, const sbx_json *json)
{
	uint64_t beyond = sbx_json_unsigned(json);

	if (beyond > INT64_MAX)
		lua_pushnumber(L, (lua_Number)beyond);
	else
		lua_pushinteger(L, (lua_Integer)sbx_json_integer(json));
}

void values_push(lua_State *L, const sbx_json *json)
{
	size_t length;
	const char *text;

	luaL_checkstack(L, LUA_MINSTACK, "a JSON value nests too deep");
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_NULL:
		lua_pushlightuserdata(L, NULL);
		break;
	case SBX_JSON_BOOLEAN:
		lua_pushboolean(L, sbx_json_boolean(json));
		break;
	case SBX_JSON_INTEGER:
		push_integer(L, json);
		break;
	case SBX_JSON_NUMBER:
		lua_pushnumber(L, sbx_json_number(json));
		break;
	case SBX_JSON_STRING:
		text = sbx_json_string(json, &length);
		lua_pushlstring(L, text, length);
		break;
	case SBX_JSON_ARRAY:
		push_array(L, json);
		break;
	case SBX_JSON_OBJECT:
		push_object(L, json);
		break;
	}
}

/* ---- the table ---- */

static int encode(lua_State *L)
{
	char *printed = NULL;
	size_t length = 0;

	luaL_checkany(L, 1);
	sbx_json *json = values_read(L, 1);
	if (!json)
		return luaL_error(L, "json.encode: %s", lua_tostring(L, -1));
	sbx_status status = sbx_json_print(json, 0, &printed, &length);
	sbx_json_free(json);
	if (status != SBX_OK)
		return luaL_error(L, "not enough memory");
	lua_pushlstring(L, printed, length);
	sbx_string_free(printed);
	return 1;
}

static int decode(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	sbx_json *json = NULL;
	sbx_error *error = NULL;

	if (sbx_json_parse(text, length, &json, &error) != SBX_OK) {
		const char *detail = sbx_error_detail(error);
		lua_pushfstring(L, "json.decode: %s", detail && *detail ? detail : sbx_error_message(error));
		sbx_error_free(error);
		return lua_error(L);
	}
	values_push(L, json);
	sbx_json_free(json);
	return 1;
}

static int array(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	luaL_setmetatable(L, ARRAY);
	return 1;
}

void values_open(lua_State *L)
{
	static const luaL_Reg functions[] = {{"array", array}, {"decode", decode}, {"encode", encode}, {NULL, NULL}};

	luaL_newmetatable(L, ARRAY);
	lua_pop(L, 1);
	luaL_newlib(L, functions);
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
}
