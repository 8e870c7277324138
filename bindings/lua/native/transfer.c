#include "transfer.h"

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define SOURCE "file"
#define SINK "into"

/* No callback may raise an error or allocate in Lua outside lua_pcall(): a longjmp would pass through the library. */

static int fail_with_top(sbx_lua_transfer *transfer)
{
	lua_replace(transfer->L, transfer->reason);
	transfer->failed = true;
	return -1;
}

/* Whether the last result says that the function failed: `false`, or `nil, reason`. Two results are on top. */
static bool told_failure(lua_State *L)
{
	return (lua_isnil(L, -2) && !lua_isnil(L, -1)) || (lua_isboolean(L, -2) && !lua_toboolean(L, -2));
}

/* Puts the next string that the function gives in the place of the chunk. 1: there is one; 0: the end; -1: failure. */
static int next_chunk(sbx_lua_transfer *transfer, size_t capacity)
{
	lua_State *L = transfer->L;
	lua_pushvalue(L, transfer->function);
	lua_pushinteger(L, (lua_Integer)capacity);
	if (lua_pcall(L, 1, 2, 0) != 0)
		return fail_with_top(transfer);
	if (told_failure(L)) {
		lua_remove(L, -2);
		return fail_with_top(transfer);
	}
	lua_pop(L, 1);
	int type = lua_type(L, -1);
	lua_replace(L, transfer->chunk);
	transfer->chunk_done = 0;
	if (type == LUA_TNIL)
		return 0;
	if (type == LUA_TSTRING)
		return 1;
	transfer->failed = true;
	transfer->fault = "the function must return strings, and nil at the end";
	return -1;
}

static int64_t read_function(void *user_data, void *buffer, size_t capacity)
{
	sbx_lua_transfer *transfer = user_data;
	for (;;) {
		size_t length = 0;
		const char *chunk = NULL;
		if (lua_type(transfer->L, transfer->chunk) == LUA_TSTRING)
			chunk = lua_tolstring(transfer->L, transfer->chunk, &length);
		size_t left = length - transfer->chunk_done;
		if (left) {
			size_t taken = left < capacity ? left : capacity;
			memcpy(buffer, chunk + transfer->chunk_done, taken);
			transfer->chunk_done += taken;
			return (int64_t)taken;
		}
		/* An empty string is no end: there is more to come. */
		int more = next_chunk(transfer, capacity);
		if (more <= 0)
			return more;
	}
}

static int rewind_function(void *user_data)
{
	sbx_lua_transfer *transfer = user_data;
	lua_State *L = transfer->L;
	lua_pushvalue(L, transfer->rewind);
	if (lua_pcall(L, 0, 2, 0) != 0)
		return fail_with_top(transfer);
	if (told_failure(L)) {
		lua_remove(L, -2);
		return fail_with_top(transfer);
	}
	lua_pop(L, 2);
	lua_pushnil(L);
	lua_replace(L, transfer->chunk);
	transfer->chunk_done = 0;
	return 0;
}

/* What one call of the sink's function is given: the string is made in protected mode. */
typedef struct delivery {
	const void *data;
	size_t length;
} delivery;

static int deliver(lua_State *L)
{
	const delivery *what = lua_touserdata(L, 2);
	lua_settop(L, 1);
	lua_pushlstring(L, what->data, what->length);
	lua_call(L, 1, 2);
	return 2;
}

static int write_function(void *user_data, const void *data, size_t length)
{
	sbx_lua_transfer *transfer = user_data;
	lua_State *L = transfer->L;
	delivery what = {data, length};
	lua_pushcfunction(L, deliver);
	lua_pushvalue(L, transfer->function);
	lua_pushlightuserdata(L, &what);
	if (lua_pcall(L, 2, 2, 0) != 0)
		return fail_with_top(transfer);
	if (told_failure(L)) {
		lua_remove(L, -2);
		return fail_with_top(transfer);
	}
	lua_pop(L, 2);
	return 0;
}

static int64_t read_file(void *user_data, void *buffer, size_t capacity)
{
	sbx_lua_transfer *transfer = user_data;
	size_t got = fread(buffer, 1, capacity, transfer->file);
	if (got || !ferror(transfer->file))
		return (int64_t)got;
	transfer->failed = true;
	transfer->fault = strerror(errno);
	return -1;
}

static int rewind_file(void *user_data)
{
	sbx_lua_transfer *transfer = user_data;
	clearerr(transfer->file);
	return fseeko(transfer->file, transfer->file_start, SEEK_SET);
}

static int write_file(void *user_data, const void *data, size_t length)
{
	sbx_lua_transfer *transfer = user_data;
	if (fwrite(data, 1, length, transfer->file) == length)
		return 0;
	transfer->failed = true;
	transfer->fault = strerror(errno);
	return -1;
}

/* Keeps two places on the stack for the callbacks, and room for what they push. */
static void prepare(lua_State *L, sbx_lua_transfer *transfer)
{
	transfer->L = L;
	lua_pushnil(L);
	transfer->chunk = lua_gettop(L);
	lua_pushnil(L);
	transfer->reason = lua_gettop(L);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
}

/* The FILE of an open io file. */
static bool get_file(lua_State *L, int index, const char *argument, FILE **file, sbx_lua_refusal *refusal)
{
	luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
	if (!stream)
		return sbx_lua_refuse(refusal, argument, "must be a string, an io file or a function, not a %s",
		                      luaL_typename(L, index));
	if (!stream->closef)
		return sbx_lua_refuse(refusal, argument, "must be an open file, not a closed one");
	*file = stream->f;
	return true;
}

static bool read_text(lua_State *L, int index, const char *argument, const char **text, sbx_lua_refusal *refusal)
{
	size_t length;
	*text = lua_tolstring(L, index, &length);
	return strlen(*text) == length || sbx_lua_refuse(refusal, argument, "must not have a NUL in it");
}

static bool read_memory_source(lua_State *L, int index, sbx_source *source)
{
	source->kind = SBX_SOURCE_MEMORY;
	source->data = lua_tolstring(L, index, &source->length);
	return true;
}

static bool read_function_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer)
{
	source->kind = SBX_SOURCE_CALLBACK;
	source->read = read_function;
	source->user_data = transfer;
	transfer->function = index;
	prepare(L, transfer);
	return true;
}

/* The FILE is read through its own buffer, from where the program stands in it. */
static bool read_file_source(lua_State *L, sbx_source *source, sbx_lua_transfer *transfer)
{
	FILE *file = transfer->file;
	struct stat status;
	prepare(L, transfer);
	clearerr(file); /* an error of before is not one of this transfer */
	transfer->file_start = ftello(file);
	source->kind = SBX_SOURCE_CALLBACK;
	source->read = read_file;
	source->user_data = transfer;
	if (transfer->file_start >= 0 && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode)) {
		source->rewind = rewind_file;
		source->total = status.st_size > transfer->file_start ? status.st_size - transfer->file_start : 0;
	}
	return true;
}

static bool read_plain_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer,
                              sbx_lua_refusal *refusal)
{
	if (lua_type(L, index) == LUA_TSTRING)
		return read_memory_source(L, index, source);
	if (lua_isfunction(L, index))
		return read_function_source(L, index, source, transfer);
	return get_file(L, index, SOURCE, &transfer->file, refusal) && read_file_source(L, source, transfer);
}

/* Pushes a member of a source that is a table. Its place on the stack; 0, and nothing pushed, where there is none. */
static int push_member(lua_State *L, int table, const char *name)
{
	lua_pushstring(L, name);
	lua_rawget(L, table);
	if (!lua_isnil(L, -1))
		return lua_gettop(L);
	lua_pop(L, 1);
	return 0;
}

static bool check_members(lua_State *L, int table, sbx_lua_refusal *refusal)
{
	static const char *const names[] = {"path", "data", "filename", "content_type", "size", "rewind", NULL};
	lua_pushnil(L);
	while (lua_next(L, table)) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			return sbx_lua_refuse(refusal, SOURCE, "must be a table with names for keys");
		int known = 0;
		while (names[known] && strcmp(names[known], lua_tostring(L, -1)) != 0)
			known++;
		if (!names[known])
			return sbx_lua_refuse(refusal, SOURCE, "has no member '%s'", lua_tostring(L, -1));
	}
	return true;
}

static bool read_text_member(lua_State *L, int table, const char *name, const char **text, sbx_lua_refusal *refusal)
{
	char argument[32];
	int index = push_member(L, table, name);
	if (!index)
		return true;
	snprintf(argument, sizeof argument, SOURCE ".%s", name);
	if (lua_type(L, index) != LUA_TSTRING)
		return sbx_lua_refuse(refusal, argument, "must be a string, not a %s", luaL_typename(L, index));
	return read_text(L, index, argument, text, refusal);
}

static bool read_size(lua_State *L, int table, sbx_source *source, sbx_lua_refusal *refusal)
{
	int index = push_member(L, table, "size");
	if (!index)
		return true;
	if (!lua_isinteger(L, index) || lua_tointeger(L, index) < 0)
		return sbx_lua_refuse(refusal, SOURCE ".size", "must be an integer that is not negative");
	source->total = lua_tointeger(L, index);
	return true;
}

static bool read_rewind(lua_State *L, int table, sbx_source *source, sbx_lua_transfer *transfer,
                        sbx_lua_refusal *refusal)
{
	int index = push_member(L, table, "rewind");
	if (!index)
		return true;
	if (!transfer->function || !lua_isfunction(L, index))
		return sbx_lua_refuse(refusal, SOURCE ".rewind", "must be a function, beside data that is one");
	transfer->rewind = index;
	source->rewind = rewind_function;
	return true;
}

static bool read_table_source(lua_State *L, int table, sbx_source *source, sbx_lua_transfer *transfer,
                              sbx_lua_refusal *refusal)
{
	if (!check_members(L, table, refusal) || !read_text_member(L, table, "path", &source->path, refusal))
		return false;
	int data = push_member(L, table, "data");
	if (!data == !source->path)
		return sbx_lua_refuse(refusal, SOURCE, "must have either a path or data");
	if (source->path)
		source->kind = SBX_SOURCE_PATH;
	else if (!read_plain_source(L, data, source, transfer, refusal))
		return false;
	return read_text_member(L, table, "filename", &source->filename, refusal) &&
	       read_text_member(L, table, "content_type", &source->content_type, refusal) &&
	       read_size(L, table, source, refusal) && read_rewind(L, table, source, transfer, refusal);
}

bool sbx_lua_read_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer,
                         sbx_lua_refusal *refusal)
{
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	if (lua_istable(L, index))
		return read_table_source(L, index, source, transfer, refusal);
	return read_plain_source(L, index, source, transfer, refusal);
}

bool sbx_lua_read_sink(lua_State *L, int index, sbx_sink *sink, sbx_lua_transfer *transfer, sbx_lua_refusal *refusal)
{
	if (lua_type(L, index) == LUA_TSTRING) {
		sink->kind = SBX_SINK_PATH;
		return read_text(L, index, SINK, &sink->path, refusal);
	}
	transfer->is_output = true;
	sink->kind = SBX_SINK_CALLBACK;
	sink->user_data = transfer;
	if (lua_isfunction(L, index)) {
		transfer->function = index;
		sink->write = write_function;
	} else if (get_file(L, index, SINK, &transfer->file, refusal)) {
		sink->write = write_file;
	} else {
		return false;
	}
	prepare(L, transfer);
	return true;
}

bool sbx_lua_finish_transfer(const sbx_lua_transfer *transfer, sbx_lua_refusal *refusal)
{
	if (!transfer->is_output || !transfer->file || fflush(transfer->file) == 0)
		return true;
	sbx_lua_refuse(refusal, SINK, "%s", strerror(errno));
	refusal->code = SBX_ERROR_LOCAL_FILE;
	return false;
}

void sbx_lua_explain_transfer(lua_State *L, const sbx_lua_transfer *transfer)
{
	if (!transfer->failed)
		return;
	const char *reason = transfer->fault;
	if (!reason)
		reason = lua_type(L, transfer->reason) == LUA_TSTRING ? lua_tostring(L, transfer->reason)
		                                                      : "the function failed";
	lua_pushfstring(L, "%s: %s", transfer->is_output ? SINK : SOURCE, reason);
	lua_setfield(L, -2, "message");
	lua_pushstring(L, reason);
	lua_setfield(L, -2, "detail");
	if (!transfer->fault) {
		lua_pushvalue(L, transfer->reason);
		lua_setfield(L, -2, "cause");
	}
}
