#include "worker.h"

#include "confine.h"
#include "frame.h"
#include "operation_tools.h"
#include "values.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a script may have in values of Lua. */
#define LUA_MEMORY_MAX ((size_t)64 << 20)
/* What it prints is told in pieces, when it waits and at its end. */
#define PRINTED_MAX ((size_t)16 * 1024)
#define PIECE 65536
/* Of what it raises so much is told. */
#define FAILURE_MAX ((size_t)16 * 1024)
#define SCRIPT_NAME "=script"

extern const char script_runtime_begin[], script_runtime_end[];

static struct {
	struct text in;
	struct text printed;
	size_t memory;
	lua_Integer calls;
	struct frame first; /* the code, and what is offered */
} worker;

/* Whoever is at the other end has gone away, or there is no memory to go on with. */
static _Noreturn void leave(void)
{
	_exit(1);
}

/* ---- the socket ---- */

static void send_frame(const sbx_json *json, const char *bytes, size_t length, lua_State *L)
{
	struct text text = {0};
	size_t done = 0;

	if (!frame_add(&text, json, bytes, length) || text.failed) {
		bool failed = text.failed;
		text_free(&text);
		if (!L)
			leave();
		luaL_error(L, failed ? "not enough memory"
		                     : "this is too much at a time: 4 MiB and 32,768 values of JSON, 4 MiB of a file");
	}
	while (done < text.length) {
		ssize_t written = write(WORKER_SOCKET, text.data + done, text.length - done);
		if (written <= 0 && errno != EINTR)
			leave();
		done += written > 0 ? (size_t)written : 0;
	}
	text_free(&text);
}

static void receive_frame(struct frame *frame)
{
	static char piece[PIECE];
	int found;

	while ((found = frame_read(&worker.in, frame)) == 0) {
		ssize_t got = read(WORKER_SOCKET, piece, sizeof(piece));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			leave();
		text_append(&worker.in, piece, (size_t)got);
		if (worker.in.failed)
			leave();
	}
	if (found < 0)
		leave();
}

static void tell(const char *name, sbx_json *value, const char *bytes, size_t length)
{
	sbx_json *json = sbx_json_new_object();

	if (sbx_json_set(json, name, value) != SBX_OK)
		leave();
	send_frame(json, bytes, length, NULL);
	sbx_json_free(json);
}

static void flush_printed(void)
{
	if (worker.printed.length > 0)
		tell("printed", sbx_json_new_boolean(1), worker.printed.data, worker.printed.length);
	text_free(&worker.printed);
}

/* ---- what the runtime is given ---- */

static int send_call(lua_State *L)
{
	size_t length = 0;
	const char *operation = luaL_checkstring(L, 1);
	const char *file = luaL_optlstring(L, 3, "", &length);
	sbx_json *json = sbx_json_new_object();

	flush_printed();
	sbx_json *arguments = values_read(L, 2);
	if (!arguments) {
		sbx_json_free(json);
		return luaL_error(L, "%s: %s", operation, lua_tostring(L, -1));
	}
	if (sbx_json_set(json, "arguments", arguments) != SBX_OK ||
	    sbx_json_set(json, "call", sbx_json_new_integer(++worker.calls)) != SBX_OK ||
	    sbx_json_set(json, "has_file", sbx_json_new_boolean(!lua_isnoneornil(L, 3))) != SBX_OK ||
	    sbx_json_set(json, "operation", sbx_json_new_string(operation, strlen(operation))) != SBX_OK)
		leave();
	send_frame(json, file, length, L);
	sbx_json_free(json);
	lua_pushinteger(L, worker.calls);
	return 1;
}

/* The bytes of a download are a string, any other answer is a table. */
static int push_answer(lua_State *L)
{
	const struct frame *frame = lua_touserdata(L, 1);
	const sbx_json *value = sbx_json_get(frame->json, "value");
	const sbx_json *error = sbx_json_get(frame->json, "error");

	lua_pushinteger(L, (lua_Integer)sbx_json_integer(sbx_json_get(frame->json, "call")));
	lua_pushboolean(L, !error);
	if (error || value)
		values_push(L, error ? error : value);
	else
		lua_pushlstring(L, frame->bytes, frame->length);
	return 3;
}

/* No finalizer runs until the frame is dropped: it could call an operation, and receive the same frame. Where memory
 * has run out the frame stays, for whoever tries again. */
static int receive_answer(lua_State *L)
{
	struct frame frame;

	lua_pushcfunction(L, push_answer);
	lua_pushlightuserdata(L, &frame);
	receive_frame(&frame);
	lua_gc(L, LUA_GCSTOP);
	int status = lua_pcall(L, 1, 3, 0);
	if (status == LUA_OK)
		frame_drop(&worker.in, &frame);
	else
		sbx_json_free(frame.json);
	lua_gc(L, LUA_GCRESTART);
	return status == LUA_OK ? 3 : lua_error(L);
}

static int print_text(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);

	while (length > 0) {
		size_t room = PRINTED_MAX - worker.printed.length;
		size_t taken = length < room ? length : room;
		text_append(&worker.printed, text, taken);
		if (worker.printed.failed)
			leave();
		if (worker.printed.length == PRINTED_MAX)
			flush_printed();
		text += taken;
		length -= taken;
	}
	return 0;
}

/* Where the script is, as far as it can be known: a tail call leaves no trace. */
static int tell_where(lua_State *L)
{
	lua_Debug frame;

	for (int level = 1; lua_getstack(L, level, &frame); level++)
		if (lua_getinfo(L, "Sl", &frame) && strcmp(frame.source, SCRIPT_NAME) == 0) {
			lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
			return 1;
		}
	lua_pushliteral(L, "");
	return 1;
}

static bool is_offered(const struct operation_tool *tool)
{
	const sbx_json *offered = sbx_json_get(worker.first.json, "offered");

	for (size_t i = 0; i < sbx_json_count(offered); i++)
		if (strcmp(sbx_json_string(sbx_json_at(offered, i), NULL), tool->operation) == 0)
			return true;
	return false;
}

static void push_operation(lua_State *L, const struct operation_tool *tool)
{
	const char *dot = strchr(tool->operation, '.');
	bool has_roots = sbx_json_boolean(sbx_json_get(worker.first.json, "has_roots"));

	lua_newtable(L);
	lua_pushstring(L, tool->operation);
	lua_setfield(L, -2, "name");
	lua_pushlstring(L, tool->operation, (size_t)(dot - tool->operation));
	lua_setfield(L, -2, "resource");
	lua_pushstring(L, dot + 1);
	lua_setfield(L, -2, "verb");
	lua_pushstring(L, tool->path_parameter);
	lua_setfield(L, -2, "path_parameter");
	lua_pushboolean(L, tool->body == OPERATION_UPLOAD);
	lua_setfield(L, -2, "has_file");
	lua_pushboolean(L, is_offered(tool));
	lua_setfield(L, -2, "is_offered");
	lua_pushstring(L, tool->summary);
	lua_setfield(L, -2, "summary");
	lua_pushstring(L, has_roots && tool->with_roots ? tool->with_roots : tool->definition);
	lua_setfield(L, -2, "definition");
}

/* Called with nothing: raises an error where there is no memory. */
static int open_runtime(lua_State *L)
{
	static const luaL_Reg libraries[] = {
	        {LUA_GNAME, luaopen_base},        {LUA_COLIBNAME, luaopen_coroutine}, {LUA_MATHLIBNAME, luaopen_math},
	        {LUA_STRLIBNAME, luaopen_string}, {LUA_TABLIBNAME, luaopen_table},    {LUA_UTF8LIBNAME, luaopen_utf8},
	};
	static const luaL_Reg process[] = {{"send", send_call},
	                                   {"receive", receive_answer},
	                                   {"write", print_text},
	                                   {"where", tell_where},
	                                   {NULL, NULL}};

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
		lua_pop(L, 1);
	}
	values_open(L);
	lua_setglobal(L, "json");
	if (luaL_loadbufferx(L, script_runtime_begin, (size_t)(script_runtime_end - script_runtime_begin), "=runtime",
	                     "t") != LUA_OK)
		return lua_error(L);
	lua_createtable(L, (int)operation_tools_count, 0);
	for (size_t i = 0; i < operation_tools_count; i++) {
		push_operation(L, &operation_tools[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	luaL_newlib(L, process);
	lua_call(L, 2, 0);
	return 0;
}

/* ---- the script ---- */

static void *allocate(void *context, void *block, size_t old, size_t wanted)
{
	size_t had = block ? old : 0;

	(void)context;
	if (wanted > had && wanted - had > LUA_MEMORY_MAX - worker.memory)
		return NULL;
	void *made = NULL;
	if (wanted == 0)
		free(block);
	else if (!(made = realloc(block, wanted)))
		return NULL;
	worker.memory += wanted - had;
	return made;
}

/* What was raised becomes text while it can: an error's own __tostring may raise another. */
static int explain(lua_State *L)
{
	luaL_tolstring(L, 1, NULL);
	return 1;
}

static int run_script(lua_State *L)
{
	lua_call(L, 0, 1);
	sbx_json *result = values_read(L, -1);
	if (!result)
		return luaL_error(L, "what the script returns: %s", lua_tostring(L, -1));
	sbx_json *json = sbx_json_new_object();
	if (sbx_json_set(json, "result", result) != SBX_OK)
		leave();
	flush_printed();
	send_frame(json, NULL, 0, L);
	return 0;
}

static void tell_error(const char *words, size_t length)
{
	flush_printed();
	tell("error", sbx_json_new_boolean(1), words, length < FAILURE_MAX ? length : FAILURE_MAX);
}

static int load_script(lua_State *L)
{
	lua_pushcfunction(L, run_script);
	int status = luaL_loadbufferx(L, worker.first.bytes, worker.first.length, SCRIPT_NAME, "t");
	frame_drop(&worker.in, &worker.first);
	return status;
}

static int run(lua_State *L)
{
	size_t length;

	lua_pushcfunction(L, explain);
	int status = load_script(L);
	if (status == LUA_OK)
		status = lua_pcall(L, 1, 0, 1);
	if (status == LUA_OK)
		return 0;
	const char *words = lua_tolstring(L, -1, &length);
	tell_error(words ? words : "an error without words", words ? length : 22);
	return 0;
}

/* Whether the parent is still the one that has made the socket: of its death before confine_resources() nothing tells.
 */
static bool has_parent(const struct ucred *maker)
{
	return maker->pid == getppid();
}

int worker_run(void)
{
	struct ucred maker;
	socklen_t size = sizeof(maker);

	if (getsockopt(WORKER_SOCKET, SOL_SOCKET, SO_PEERCRED, &maker, &size) < 0) {
		fprintf(stderr, "sandbox-sdk-mcp: " WORKER_WORD " is what it starts for a script by itself\n");
		return 2;
	}
	lua_State *L = lua_newstate(allocate, NULL);
	if (!L || confine_resources() < 0 || !has_parent(&maker))
		return 1;
	receive_frame(&worker.first);
	lua_pushcfunction(L, open_runtime);
	if (lua_pcall(L, 0, 0, 0) != LUA_OK || confine_calls() < 0)
		return 1;
	lua_pushcfunction(L, run);
	_exit(lua_pcall(L, 0, 0, 0) == LUA_OK ? 0 : 1);
}
