#include "transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* The places of a source, from the first of its slots on. */
enum { GIVER, REWINDER, CHUNK };

#define SOURCE "file"
#define SINK "into"

/* The FILE of an io file; NULL where the program has closed it. */
static FILE *open_file(const luaL_Stream *stream)
{
	return sbx_lua_stream_is_open(stream) ? stream->f : NULL;
}

typedef struct pull {
	sbx_lua_transfer *transfer;
	void *buffer;
	size_t capacity;
	int64_t result;
} pull;

/* Puts the next string that the function gives in the place of the chunk. The slots are at index 2. */
static bool next_chunk(lua_State *L, pull *what)
{
	sbx_lua_callbacks *callbacks = what->transfer->callbacks;
	lua_rawgeti(L, 2, what->transfer->slots + GIVER);
	lua_pushinteger(L, (lua_Integer)what->capacity);
	if (!sbx_lua_callbacks_call(L, callbacks, 1))
		return false;
	lua_pop(L, 1);
	int type = lua_type(L, -1);
	lua_rawseti(L, 2, what->transfer->slots + CHUNK);
	what->transfer->chunk_done = 0;
	if (type == LUA_TNIL)
		what->result = 0;
	else if (type != LUA_TSTRING)
		sbx_lua_callbacks_fault(callbacks, "the function must return strings, and nil at the end");
	return type == LUA_TSTRING;
}

/* Copies what is left of the chunk at the top of the stack. */
static bool take_chunk(lua_State *L, pull *what)
{
	size_t length = 0;
	const char *chunk = NULL;
	if (lua_type(L, -1) == LUA_TSTRING)
		chunk = lua_tolstring(L, -1, &length);
	size_t left = length - what->transfer->chunk_done;
	if (!left)
		return false;
	size_t taken = left < what->capacity ? left : what->capacity;
	memcpy(what->buffer, chunk + what->transfer->chunk_done, taken);
	what->transfer->chunk_done += taken;
	what->result = (int64_t)taken;
	return true;
}

static void pull_chunk(lua_State *L, void *data)
{
	pull *what = data;
	if (!sbx_lua_callbacks_slots(L, what->transfer->callbacks))
		return;
	/* An empty string is no end: there is more to come. */
	do {
		lua_settop(L, 2);
		lua_rawgeti(L, 2, what->transfer->slots + CHUNK);
		if (take_chunk(L, what))
			return;
		lua_pop(L, 1);
	} while (next_chunk(L, what));
}

static int64_t read_function(void *user_data, void *buffer, size_t capacity)
{
	sbx_lua_transfer *transfer = user_data;
	pull what = {transfer, buffer, capacity, -1};
	return sbx_lua_callbacks_run(transfer->callbacks, SOURCE, pull_chunk, &what) ? what.result : -1;
}

static void go_back(lua_State *L, void *data)
{
	sbx_lua_transfer *transfer = data;
	if (!sbx_lua_callbacks_slots(L, transfer->callbacks))
		return;
	lua_pushboolean(L, 0);
	lua_rawseti(L, -2, transfer->slots + CHUNK);
	transfer->chunk_done = 0;
	lua_rawgeti(L, -1, transfer->slots + REWINDER);
	sbx_lua_callbacks_call(L, transfer->callbacks, 0);
}

static int rewind_function(void *user_data)
{
	sbx_lua_transfer *transfer = user_data;
	return sbx_lua_callbacks_run(transfer->callbacks, SOURCE, go_back, transfer) ? 0 : -1;
}

/* What one call of the sink's function is given. */
typedef struct delivery {
	sbx_lua_callbacks *callbacks;
	const void *data;
	size_t length;
} delivery;

static void deliver(lua_State *L, void *data)
{
	const delivery *what = data;
	if (!sbx_lua_callbacks_slots(L, what->callbacks))
		return;
	lua_rawgeti(L, -1, SBX_LUA_SINK);
	lua_pushlstring(L, what->data, what->length);
	sbx_lua_callbacks_call(L, what->callbacks, 1);
}

static int write_function(void *user_data, const void *data, size_t length)
{
	sbx_lua_transfer *transfer = user_data;
	delivery what = {transfer->callbacks, data, length};
	return sbx_lua_callbacks_run(transfer->callbacks, SINK, deliver, &what) ? 0 : -1;
}

static int fail_file(const sbx_lua_transfer *transfer, const char *name, const char *fault)
{
	transfer->callbacks->name = name;
	sbx_lua_callbacks_fault(transfer->callbacks, fault);
	return -1;
}

/* A program may close its file while a call uses it. */
#define FILE_CLOSED "the file was closed"

static int64_t read_file(void *user_data, void *buffer, size_t capacity)
{
	sbx_lua_transfer *transfer = user_data;
	FILE *file = open_file(transfer->source);
	if (!file)
		return fail_file(transfer, SOURCE, FILE_CLOSED);
	size_t got = fread(buffer, 1, capacity, file);
	if (got || !ferror(file))
		return (int64_t)got;
	return fail_file(transfer, SOURCE, strerror(errno));
}

static int rewind_file(void *user_data)
{
	sbx_lua_transfer *transfer = user_data;
	FILE *file = open_file(transfer->source);
	if (!file)
		return fail_file(transfer, SOURCE, FILE_CLOSED);
	clearerr(file);
	return fseeko(file, transfer->file_start, SEEK_SET);
}

static int write_file(void *user_data, const void *data, size_t length)
{
	sbx_lua_transfer *transfer = user_data;
	FILE *file = open_file(transfer->sink);
	if (!file)
		return fail_file(transfer, SINK, FILE_CLOSED);
	if (fwrite(data, 1, length, file) == length)
		return 0;
	return fail_file(transfer, SINK, strerror(errno));
}

/* The open io file at an index. */
static bool get_file(lua_State *L, int index, const char *argument, luaL_Stream **stream, sbx_lua_refusal *refusal)
{
	*stream = luaL_testudata(L, index, LUA_FILEHANDLE);
	if (!*stream)
		return sbx_lua_refuse_type(refusal, argument, "a string, an io file or a function",
		                           luaL_typename(L, index));
	return open_file(*stream) || sbx_lua_refuse(refusal, argument, "must be an open file, not a closed one");
}

static bool read_text(lua_State *L, int index, sbx_lua_transfer *transfer, const char *argument, const char **text,
                      sbx_lua_refusal *refusal)
{
	size_t length;
	*text = lua_tolstring(L, index, &length);
	if (strlen(*text) != length)
		return sbx_lua_refuse(refusal, argument, "must not have a NUL in it");
	sbx_lua_callbacks_keep(L, transfer->callbacks, index);
	return true;
}

static bool read_memory_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer)
{
	source->kind = SBX_SOURCE_MEMORY;
	source->data = lua_tolstring(L, index, &source->length);
	sbx_lua_callbacks_keep(L, transfer->callbacks, index);
	return true;
}

static bool read_function_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer)
{
	source->kind = SBX_SOURCE_CALLBACK;
	source->read = read_function;
	source->user_data = transfer;
	transfer->is_function = true;
	sbx_lua_callbacks_set(L, transfer->callbacks, transfer->slots + GIVER, index);
	return true;
}

/* The FILE is read through its own buffer, from where the program stands in it. */
static bool read_file_source(lua_State *L, int index, sbx_source *source, sbx_lua_transfer *transfer)
{
	FILE *file = transfer->source->f;
	struct stat status;
	sbx_lua_callbacks_set(L, transfer->callbacks, transfer->slots + GIVER, index);
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
		return read_memory_source(L, index, source, transfer);
	if (lua_isfunction(L, index))
		return read_function_source(L, index, source, transfer);
	return get_file(L, index, SOURCE, &transfer->source, refusal) && read_file_source(L, index, source, transfer);
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
			return sbx_lua_refuse_misuse(refusal, SOURCE, "must be a table with names for keys");
		int known = 0;
		while (names[known] && strcmp(names[known], lua_tostring(L, -1)) != 0)
			known++;
		if (!names[known])
			return sbx_lua_refuse_misuse(refusal, SOURCE, "has no member '%s'", lua_tostring(L, -1));
	}
	return true;
}

static bool read_text_member(lua_State *L, int table, sbx_lua_transfer *transfer, const char *name, const char **text,
                             sbx_lua_refusal *refusal)
{
	char argument[32];
	int index = push_member(L, table, name);
	if (!index)
		return true;
	snprintf(argument, sizeof argument, SOURCE ".%s", name);
	if (lua_type(L, index) != LUA_TSTRING)
		return sbx_lua_refuse_type(refusal, argument, "a string", luaL_typename(L, index));
	return read_text(L, index, transfer, argument, text, refusal);
}

static bool read_size(lua_State *L, int table, sbx_source *source, sbx_lua_refusal *refusal)
{
	int index = push_member(L, table, "size");
	if (!index)
		return true;
	if (!lua_isinteger(L, index))
		return sbx_lua_refuse_type(refusal, SOURCE ".size", "an integer", luaL_typename(L, index));
	if (lua_tointeger(L, index) < 0)
		return sbx_lua_refuse(refusal, SOURCE ".size", "must not be negative");
	source->total = lua_tointeger(L, index);
	return true;
}

static bool read_rewind(lua_State *L, int table, sbx_source *source, sbx_lua_transfer *transfer,
                        sbx_lua_refusal *refusal)
{
	int index = push_member(L, table, "rewind");
	if (!index)
		return true;
	if (!transfer->is_function || !lua_isfunction(L, index))
		return sbx_lua_refuse_misuse(refusal, SOURCE ".rewind", "must be a function, beside data that is one");
	sbx_lua_callbacks_set(L, transfer->callbacks, transfer->slots + REWINDER, index);
	source->rewind = rewind_function;
	return true;
}

static bool read_table_source(lua_State *L, int table, sbx_source *source, sbx_lua_transfer *transfer,
                              sbx_lua_refusal *refusal)
{
	if (!check_members(L, table, refusal) || !read_text_member(L, table, transfer, "path", &source->path, refusal))
		return false;
	int data = push_member(L, table, "data");
	if (!data == !source->path)
		return sbx_lua_refuse_misuse(refusal, SOURCE, "must have either a path or data");
	if (source->path)
		source->kind = SBX_SOURCE_PATH;
	else if (!read_plain_source(L, data, source, transfer, refusal))
		return false;
	return read_text_member(L, table, transfer, "filename", &source->filename, refusal) &&
	       read_text_member(L, table, transfer, "content_type", &source->content_type, refusal) &&
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
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	if (lua_type(L, index) == LUA_TSTRING) {
		sink->kind = SBX_SINK_PATH;
		return read_text(L, index, transfer, SINK, &sink->path, refusal);
	}
	sink->kind = SBX_SINK_CALLBACK;
	sink->user_data = transfer;
	if (lua_isfunction(L, index))
		sink->write = write_function;
	else if (get_file(L, index, SINK, &transfer->sink, refusal))
		sink->write = write_file;
	else
		return false;
	sbx_lua_callbacks_set(L, transfer->callbacks, SBX_LUA_SINK, index);
	return true;
}

bool sbx_lua_finish_transfer(const sbx_lua_transfer *transfer, sbx_lua_refusal *refusal)
{
	if (!transfer->sink)
		return true;
	FILE *file = open_file(transfer->sink);
	if (file && fflush(file) == 0)
		return true;
	sbx_lua_refuse(refusal, SINK, "%s", file ? strerror(errno) : FILE_CLOSED);
	refusal->code = SBX_ERROR_LOCAL_FILE;
	return false;
}
