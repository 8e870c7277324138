#include "options.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "cancel.h"
#include "runtime.h"
#include "values.h"

/* A reading under way: which option, and where its value lies on the stack. */
typedef struct reading {
	lua_State *L;
	int value;
	const char *name; /* of the option, for the refusal */
	sbx_lua_refusal *refusal;
} reading;

/* An option's name, how its value is read, and where it goes in the struct. */
typedef struct option {
	const char *name;
	bool (*read)(const reading *from, void *target);
	size_t offset;
} option;

static bool refuse_type(const reading *from, const char *wanted)
{
	return sbx_lua_refuse_type(from->refusal, from->name, wanted, luaL_typename(from->L, from->value));
}

static bool read_text(const reading *from, void *target)
{
	if (lua_type(from->L, from->value) != LUA_TSTRING)
		return refuse_type(from, "a string");
	size_t length;
	const char *text = lua_tolstring(from->L, from->value, &length);
	if (strlen(text) != length)
		return sbx_lua_refuse(from->refusal, from->name, "must not have a NUL in it");
	*(const char **)target = text;
	return true;
}

/* Seconds; false and math.huge are for ever. The library's marks for "not given" are no durations: they are negative.
 */
static bool read_seconds(const reading *from, void *target)
{
	double *seconds = target;
	if (lua_isboolean(from->L, from->value) && !lua_toboolean(from->L, from->value)) {
		*seconds = SBX_FOREVER;
		return true;
	}
	if (lua_type(from->L, from->value) != LUA_TNUMBER)
		return refuse_type(from, "a number of seconds, or false for none");
	double number = lua_tonumber(from->L, from->value);
	if (!(number >= 0))
		return sbx_lua_refuse(from->refusal, from->name, "must not be negative");
	*seconds = isinf(number) ? SBX_FOREVER : number;
	return true;
}

static bool read_count(const reading *from, void *target)
{
	if (!lua_isinteger(from->L, from->value))
		return refuse_type(from, "an integer");
	lua_Integer count = lua_tointeger(from->L, from->value);
	if (count < 0 || count > INT_MAX)
		return sbx_lua_refuse(from->refusal, from->name, "must be from 0 to %d", INT_MAX);
	*(int *)target = (int)count;
	return true;
}

static bool read_flag(const reading *from, void *target)
{
	if (!lua_isboolean(from->L, from->value))
		return refuse_type(from, "a boolean");
	*(sbx_flag *)target = lua_toboolean(from->L, from->value) ? SBX_FLAG_YES : SBX_FLAG_NO;
	return true;
}

static bool read_log_level(const reading *from, void *target)
{
	static const struct {
		const char *name;
		sbx_log_level level;
	} levels[] = {{"off", SBX_LOG_OFF}, {"info", SBX_LOG_INFO}, {"debug", SBX_LOG_DEBUG}};
	const char *name = NULL;
	if (!read_text(from, &name))
		return false;
	for (size_t index = 0; index < sizeof levels / sizeof levels[0]; index++)
		if (strcmp(levels[index].name, name) == 0) {
			*(sbx_log_level *)target = levels[index].level;
			return true;
		}
	return sbx_lua_refuse(from->refusal, from->name, "must be 'off', 'info' or 'debug'");
}

static bool read_object(const reading *from, void *target)
{
	const sbx_json *object = sbx_lua_hold_object(from->L, from->value, from->refusal);
	if (!object) {
		sbx_lua_refusal_within(from->refusal, from->name, 0);
		return false;
	}
	*(const sbx_json **)target = object;
	return true;
}

/* The value of a header on top of the stack, with its name below it. */
static bool check_header(const reading *from, size_t *size)
{
	lua_State *L = from->L;
	char argument[96];
	if (lua_type(L, -2) != LUA_TSTRING)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "must be a table with names for keys");
	size_t name_length;
	size_t value_length = 0;
	const char *name = lua_tolstring(L, -2, &name_length);
	const char *value = "";
	bool removes = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
	snprintf(argument, sizeof argument, "%s.%s", from->name, name);
	if (!removes && lua_type(L, -1) != LUA_TSTRING)
		return sbx_lua_refuse_type(from->refusal, argument, "a string, or false to remove the header",
		                           luaL_typename(L, -1));
	if (!removes)
		value = lua_tolstring(L, -1, &value_length);
	if (strlen(name) != name_length || strlen(value) != value_length)
		return sbx_lua_refuse(from->refusal, argument, "must not have a NUL in it");
	*size += name_length + value_length + 2;
	return true;
}

/* How many headers a table has and how many bytes their text takes. */
static bool measure_headers(const reading *from, size_t *count, size_t *size)
{
	lua_State *L = from->L;
	lua_pushnil(L);
	for (; lua_next(L, from->value); lua_pop(L, 1), ++*count)
		if (!check_header(from, size))
			return false;
	return true;
}

static const char *copy_text(char **place, const char *text)
{
	char *copy = *place;
	*place = stpcpy(copy, text) + 1;
	return copy;
}

/* Pairs and how many: neighbours in both structs. */
typedef struct headers {
	const sbx_pair *pairs;
	size_t count;
} headers;

/* The text is copied: a Lua function that the call runs may change the table. */
static bool read_headers(const reading *from, void *target)
{
	lua_State *L = from->L;
	size_t count = 0;
	size_t size = 0;
	if (!lua_istable(L, from->value))
		return refuse_type(from, "a table");
	if (!measure_headers(from, &count, &size))
		return false;
	sbx_pair *pairs = lua_newuserdata(L, count * sizeof *pairs + size);
	sbx_pair *pair = pairs;
	char *text = (char *)(pairs + count);
	lua_pushnil(L);
	for (; lua_next(L, from->value); lua_pop(L, 1), pair++) {
		pair->name = copy_text(&text, lua_tostring(L, -2));
		pair->value = lua_isboolean(L, -1) ? NULL : copy_text(&text, lua_tostring(L, -1));
	}
	*(headers *)target = (headers){pairs, count};
	return true;
}

/* The option of the name on top of the stack; NULL where there is none. */
static const option *find_option(const reading *from, const option *options)
{
	if (lua_type(from->L, -1) != LUA_TSTRING) {
		sbx_lua_refuse_misuse(from->refusal, from->name, "must be a table with names for keys");
		return NULL;
	}
	const char *name = lua_tostring(from->L, -1);
	for (; options->name; options++)
		if (strcmp(options->name, name) == 0)
			return options;
	sbx_lua_refuse_misuse(from->refusal, name, "is not an option");
	if (from->name[0])
		sbx_lua_refusal_within(from->refusal, from->name, 0);
	return NULL;
}

/* Reads each member of a table into its place in a struct. The values stay on the stack. */
static bool read_members(const reading *from, const option *options, void *target)
{
	lua_State *L = from->L;
	lua_pushnil(L);
	while (lua_next(L, from->value)) {
		lua_insert(L, -2);
		int key = lua_gettop(L);
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		const option *found = find_option(from, options);
		if (!found)
			return false;
		reading member = {L, key - 1, found->name, from->refusal};
		if (!found->read(&member, (char *)target + found->offset)) {
			if (from->name[0])
				sbx_lua_refusal_within(from->refusal, from->name, 0);
			return false;
		}
		lua_pushvalue(L, key);
	}
	return true;
}

/* All timeouts as one, and each: neighbours in both structs. */
typedef struct timeouts {
	double all;
	double connect;
	double read;
	double write;
	double pool;
} timeouts;

/* One number for all phases, or a table with one for each. */
static bool read_timeouts(const reading *from, void *target)
{
	static const option phases[] = {{"connect", read_seconds, offsetof(timeouts, connect)},
	                                {"read", read_seconds, offsetof(timeouts, read)},
	                                {"write", read_seconds, offsetof(timeouts, write)},
	                                {"pool", read_seconds, offsetof(timeouts, pool)},
	                                {NULL, NULL, 0}};
	if (lua_istable(from->L, from->value))
		return read_members(from, phases, target);
	return read_seconds(from, target);
}

#define CHECK_NEIGHBOURS(type, headers_member, count_member) \
	_Static_assert(offsetof(type, count_member) - offsetof(type, headers_member) == offsetof(headers, count), \
	               "a struct's headers and their number are neighbours"); \
	_Static_assert(offsetof(type, pool_timeout) - offsetof(type, timeout) == offsetof(timeouts, pool), \
	               "a struct's timeouts are neighbours")
CHECK_NEIGHBOURS(sbx_client_options, default_headers, default_headers_count);
CHECK_NEIGHBOURS(sbx_request_options, headers, headers_count);

static bool read_default_headers(const reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->replace_default_headers == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_headers", "excludes default_headers");
	return read_headers(from, &options->default_headers);
}

static bool read_set_headers(const reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->default_headers)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_headers");
	options->replace_default_headers = SBX_FLAG_YES;
	return read_headers(from, &options->default_headers);
}

static bool read_default_query(const reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->replace_default_query == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_query", "excludes default_query");
	return read_object(from, &options->default_query);
}

static bool read_set_query(const reading *from, void *target)
{
	sbx_client_options *options = target;
	if (options->default_query)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_query");
	options->replace_default_query = SBX_FLAG_YES;
	return read_object(from, &options->default_query);
}

#define CLIENT(member) offsetof(sbx_client_options, member)
static const option client_options[] = {{"api_key", read_text, CLIENT(api_key)},
                                        {"base_url", read_text, CLIENT(base_url)},
                                        {"timeout", read_timeouts, CLIENT(timeout)},
                                        {"deadline", read_seconds, CLIENT(deadline)},
                                        {"max_retries", read_count, CLIENT(max_retries)},
                                        {"retry_unsafe", read_flag, CLIENT(retry_unsafe)},
                                        {"default_headers", read_default_headers, 0},
                                        {"default_query", read_default_query, 0},
                                        {"set_default_headers", read_set_headers, 0},
                                        {"set_default_query", read_set_query, 0},
                                        {"strict_response_validation", read_flag, CLIENT(strict_response_validation)},
                                        {"log_level", read_log_level, CLIENT(log_level)},
                                        {NULL, NULL, 0}};

bool sbx_lua_read_client_options(lua_State *L, int index, sbx_client_options *options, sbx_lua_refusal *refusal)
{
	static const sbx_client_options none = SBX_CLIENT_OPTIONS_INIT;
	*options = none;
	options->language = "Lua";
	bool is_given = !lua_isnoneornil(L, index);
	sbx_lua_find_runtime(L, &options->runtime, &options->runtime_version);
	if (!is_given)
		return true;
	luaL_checktype(L, index, LUA_TTABLE);
	reading from = {L, index, "", refusal};
	return read_members(&from, client_options, options);
}

static bool read_source(const reading *from, void *target)
{
	static const sbx_source none = SBX_SOURCE_INIT;
	sbx_lua_call_options *options = target;
	options->source = none;
	options->request.source = &options->source;
	return sbx_lua_read_source(from->L, from->value, &options->source, &options->transfer, from->refusal);
}

static bool read_sink(const reading *from, void *target)
{
	static const sbx_sink none = SBX_SINK_INIT;
	sbx_lua_call_options *options = target;
	options->sink = none;
	options->request.sink = &options->sink;
	return sbx_lua_read_sink(from->L, from->value, &options->sink, &options->transfer, from->refusal);
}

/* A function that is told of the bytes of the file. */
static bool read_progress(const reading *from, void *target)
{
	sbx_lua_call_options *options = target;
	if (!lua_isfunction(from->L, from->value))
		return refuse_type(from, "a function");
	sbx_lua_callbacks_set(from->L, &options->callbacks, SBX_LUA_PROGRESS, from->value);
	options->request.progress = sbx_lua_tell_progress;
	options->request.progress_user_data = &options->callbacks;
	return true;
}

static bool read_cancel(const reading *from, void *target)
{
	sbx_cancel *cancel = sbx_lua_to_cancel(from->L, from->value);
	if (!cancel)
		return refuse_type(from, "what sdk.cancel() gives");
	*(sbx_cancel **)target = cancel;
	return true;
}

#define REQUEST(member) offsetof(sbx_lua_call_options, request.member)
static const option call_options[] = {{"extra_headers", read_headers, REQUEST(headers)},
                                      {"extra_query", read_object, REQUEST(query)},
                                      {"extra_body", read_object, REQUEST(body)},
                                      {"timeout", read_timeouts, REQUEST(timeout)},
                                      {"deadline", read_seconds, REQUEST(deadline)},
                                      {"max_retries", read_count, REQUEST(max_retries)},
                                      {"idempotency_key", read_text, REQUEST(idempotency_key)},
                                      {"follow_redirects", read_flag, REQUEST(follow_redirects)},
                                      {"progress", read_progress, 0},
                                      {"cancel", read_cancel, REQUEST(cancel)},
                                      {"file", read_source, 0},
                                      {"into", read_sink, 0},
                                      {NULL, NULL, 0}};

bool sbx_lua_read_call_options(lua_State *L, int index, sbx_lua_call_options *options, sbx_lua_refusal *refusal)
{
	static const sbx_request_options none = SBX_REQUEST_OPTIONS_INIT;
	options->request = none;
	if (lua_isnoneornil(L, index))
		return true;
	luaL_checktype(L, index, LUA_TTABLE);
	reading from = {L, index, "", refusal};
	return read_members(&from, call_options, options);
}
