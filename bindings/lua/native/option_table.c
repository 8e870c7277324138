#include "option_table.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "values.h"

bool sbx_lua_refuse_option(const sbx_lua_reading *from, const char *wanted)
{
	return sbx_lua_refuse_type(from->refusal, from->name, wanted, luaL_typename(from->L, from->value));
}

bool sbx_lua_option_text(const sbx_lua_reading *from, void *target)
{
	if (lua_type(from->L, from->value) != LUA_TSTRING)
		return sbx_lua_refuse_option(from, "a string");
	size_t length;
	const char *text = lua_tolstring(from->L, from->value, &length);
	if (strlen(text) != length)
		return sbx_lua_refuse(from->refusal, from->name, "must not have a NUL in it");
	*(const char **)target = text;
	return true;
}

/* Seconds; false and math.huge are for ever. The library's marks for "not given" are no durations: they are negative.
 */
bool sbx_lua_option_seconds(const sbx_lua_reading *from, void *target)
{
	double *seconds = target;
	if (lua_isboolean(from->L, from->value) && !lua_toboolean(from->L, from->value)) {
		*seconds = SBX_FOREVER;
		return true;
	}
	if (lua_type(from->L, from->value) != LUA_TNUMBER)
		return sbx_lua_refuse_option(from, "a number of seconds, or false for none");
	double number = lua_tonumber(from->L, from->value);
	if (!(number >= 0))
		return sbx_lua_refuse(from->refusal, from->name, "must not be negative");
	*seconds = isinf(number) ? SBX_FOREVER : number;
	return true;
}

bool sbx_lua_option_count(const sbx_lua_reading *from, void *target)
{
	if (!lua_isinteger(from->L, from->value))
		return sbx_lua_refuse_option(from, "an integer");
	lua_Integer count = lua_tointeger(from->L, from->value);
	if (count < 0 || count > INT_MAX)
		return sbx_lua_refuse(from->refusal, from->name, "must be from 0 to %d", INT_MAX);
	*(int *)target = (int)count;
	return true;
}

bool sbx_lua_option_amount(const sbx_lua_reading *from, void *target)
{
	if (!lua_isinteger(from->L, from->value))
		return sbx_lua_refuse_option(from, "an integer");
	lua_Integer amount = lua_tointeger(from->L, from->value);
	if (amount < 0)
		return sbx_lua_refuse(from->refusal, from->name, "must not be negative");
	*(int64_t *)target = (int64_t)amount;
	return true;
}

bool sbx_lua_option_flag(const sbx_lua_reading *from, void *target)
{
	if (!lua_isboolean(from->L, from->value))
		return sbx_lua_refuse_option(from, "a boolean");
	*(sbx_flag *)target = lua_toboolean(from->L, from->value) ? SBX_FLAG_YES : SBX_FLAG_NO;
	return true;
}

bool sbx_lua_option_object(const sbx_lua_reading *from, void *target)
{
	const sbx_json *object = sbx_lua_hold_object(from->L, from->value, from->refusal);
	if (!object) {
		sbx_lua_refusal_within(from->refusal, from->name, 0);
		return false;
	}
	*(const sbx_json **)target = object;
	return true;
}

/* The value of a pair on top of the stack, with its name below it. */
static bool check_pair(const sbx_lua_reading *from, bool may_be_false, size_t *size)
{
	lua_State *L = from->L;
	char argument[96];
	if (lua_type(L, -2) != LUA_TSTRING)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "must be a table with names for keys");
	size_t name_length;
	size_t value_length = 0;
	const char *name = lua_tolstring(L, -2, &name_length);
	const char *value = "";
	bool is_false = may_be_false && lua_isboolean(L, -1) && !lua_toboolean(L, -1);
	snprintf(argument, sizeof argument, "%s.%s", from->name, name);
	if (!is_false && lua_type(L, -1) != LUA_TSTRING)
		return sbx_lua_refuse_type(from->refusal, argument,
		                           may_be_false ? "a string, or false to remove the header" : "a string",
		                           luaL_typename(L, -1));
	if (!is_false)
		value = lua_tolstring(L, -1, &value_length);
	if (strlen(name) != name_length || strlen(value) != value_length)
		return sbx_lua_refuse(from->refusal, argument, "must not have a NUL in it");
	*size += name_length + value_length + 2;
	return true;
}

/* How many pairs a table has and how many bytes their text takes. */
static bool measure_pairs(const sbx_lua_reading *from, bool may_be_false, size_t *count, size_t *size)
{
	lua_State *L = from->L;
	lua_pushnil(L);
	for (; lua_next(L, from->value); lua_pop(L, 1), ++*count)
		if (!check_pair(from, may_be_false, size))
			return false;
	return true;
}

static const char *copy_text(char **place, const char *text)
{
	char *copy = *place;
	*place = stpcpy(copy, text) + 1;
	return copy;
}

/* The text is copied: a Lua function that the call runs may change the table. */
static bool read_pairs(const sbx_lua_reading *from, bool may_be_false, sbx_lua_pairs *target)
{
	lua_State *L = from->L;
	size_t count = 0;
	size_t size = 0;
	if (!lua_istable(L, from->value))
		return sbx_lua_refuse_option(from, "a table");
	if (!measure_pairs(from, may_be_false, &count, &size))
		return false;
	sbx_pair *pairs = lua_newuserdata(L, count * sizeof *pairs + size);
	sbx_pair *pair = pairs;
	char *text = (char *)(pairs + count);
	lua_pushnil(L);
	for (; lua_next(L, from->value); lua_pop(L, 1), pair++) {
		pair->name = copy_text(&text, lua_tostring(L, -2));
		pair->value = lua_isboolean(L, -1) ? NULL : copy_text(&text, lua_tostring(L, -1));
	}
	*target = (sbx_lua_pairs){pairs, count};
	return true;
}

bool sbx_lua_option_pairs(const sbx_lua_reading *from, void *target)
{
	return read_pairs(from, false, target);
}

bool sbx_lua_option_headers(const sbx_lua_reading *from, void *target)
{
	return read_pairs(from, true, target);
}

const sbx_lua_option *sbx_lua_find_option(const sbx_lua_option *options, const char *name)
{
	while (options->name && strcmp(options->name, name) != 0)
		options++;
	return options->name ? options : NULL;
}

bool sbx_lua_read_one(const sbx_lua_reading *from, const sbx_lua_option *option, void *target)
{
	return option->read(from, (char *)target + option->offset);
}

/* The option of the name on top of the stack; NULL and a refusal where there is none. */
static const sbx_lua_option *find_option(const sbx_lua_reading *from, const sbx_lua_option *options)
{
	if (lua_type(from->L, -1) != LUA_TSTRING) {
		sbx_lua_refuse_misuse(from->refusal, from->name, "must be a table with names for keys");
		return NULL;
	}
	const char *name = lua_tostring(from->L, -1);
	const sbx_lua_option *found = sbx_lua_find_option(options, name);
	if (!found) {
		sbx_lua_refuse_misuse(from->refusal, name, "is not an option");
		if (from->name[0])
			sbx_lua_refusal_within(from->refusal, from->name, 0);
	}
	return found;
}

/* Reads each member of a table into its place in a struct. The values stay on the stack. */
bool sbx_lua_read_table(const sbx_lua_reading *from, const sbx_lua_option *options, void *target)
{
	lua_State *L = from->L;
	lua_pushnil(L);
	while (lua_next(L, from->value)) {
		lua_insert(L, -2);
		int key = lua_gettop(L);
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		const sbx_lua_option *found = find_option(from, options);
		if (!found)
			return false;
		sbx_lua_reading member = {L, key - 1, found->name, from->refusal};
		if (!sbx_lua_read_one(&member, found, target)) {
			if (from->name[0])
				sbx_lua_refusal_within(from->refusal, from->name, 0);
			return false;
		}
		lua_pushvalue(L, key);
	}
	return true;
}

bool sbx_lua_read_option_table(lua_State *L, int index, const sbx_lua_option *options, void *target,
                               sbx_lua_refusal *refusal)
{
	if (lua_isnoneornil(L, index))
		return true;
	luaL_checktype(L, index, LUA_TTABLE);
	sbx_lua_reading from = {L, index, "", refusal};
	return sbx_lua_read_table(&from, options, target);
}

bool sbx_lua_read_text(lua_State *L, int index, const char *name, const char **text, sbx_lua_refusal *refusal)
{
	sbx_lua_reading from = {L, index, name, refusal};
	return sbx_lua_option_text(&from, text);
}

bool sbx_lua_option_choice(const sbx_lua_reading *from, int *number, const sbx_lua_choice *choices, const char *wanted)
{
	const char *text = NULL;
	if (!sbx_lua_option_text(from, &text))
		return false;
	while (choices->text && strcmp(choices->text, text) != 0)
		choices++;
	if (!choices->text)
		return sbx_lua_refuse(from->refusal, from->name, "must be %s", wanted);
	*number = choices->number;
	return true;
}

bool sbx_lua_option_timeouts(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_option phases[] = {
	        {"connect", sbx_lua_option_seconds, offsetof(sbx_lua_timeouts, connect)},
	        {"read", sbx_lua_option_seconds, offsetof(sbx_lua_timeouts, read)},
	        {"write", sbx_lua_option_seconds, offsetof(sbx_lua_timeouts, write)},
	        {"pool", sbx_lua_option_seconds, offsetof(sbx_lua_timeouts, pool)},
	        {NULL, NULL, 0}};
	if (lua_istable(from->L, from->value))
		return sbx_lua_read_table(from, phases, target);
	return sbx_lua_option_seconds(from, target);
}
