#include "client.h"

#include <sandbox_sdk/loop.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request.h>
#include <time.h>

#include "call.h"
#include "client_options.h"
#include "failure.h"
#include "userdata.h"
#include "values.h"

#define CLIENT "sandbox_sdk.client"

/* What a client takes in memory once it has a connection, measured. */
#define CLIENT_SIZE 32768

typedef struct client_place {
	sbx_client *client;
	sbx_lua_state *state;
	size_t weight; /* that the collector was told of */
} client_place;

/* Pushes a userdata that owns the client which is still to be put at the returned place. */
static sbx_client **new_client(lua_State *L)
{
	client_place *made = sbx_lua_new_userdata(L, sizeof *made, CLIENT);
	made->state = sbx_lua_state_of(L);
	made->weight = CLIENT_SIZE;
	sbx_lua_grow(L, made->weight);
	return &made->client;
}

static client_place *check_client(lua_State *L, int index)
{
	client_place *self = luaL_checkudata(L, index, CLIENT);
	if (!self->client)
		luaL_argerror(L, index, "the client was collected");
	return self;
}

sbx_client *sbx_lua_check_client(lua_State *L, int index)
{
	return check_client(L, index)->client;
}

#define DELETE_SECONDS 10.0 /* as sbx_session_free() */

/* Sandboxes of dropped sessions are deleted by the loop, which nobody drives any more when the client goes. */
static void wait_for_deletes(const client_place *self)
{
	struct timespec start;
	struct timespec now;
	double left = self->state->deletes ? DELETE_SECONDS : 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (left > 0 && sbx_client_poll(self->client, left, NULL) == SBX_OK) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = DELETE_SECONDS - (double)(now.tv_sec - start.tv_sec) -
		       (double)(now.tv_nsec - start.tv_nsec) / 1e9;
	}
}

/* Calls that are under way end here, and their functions may be told. */
static int collect(lua_State *L)
{
	client_place *self = lua_touserdata(L, 1);
	sbx_client *freed = self->client;
	if (self->weight)
		sbx_lua_shrink(self->state, self->weight);
	self->weight = 0;
	if (!freed)
		return 0;
	lua_State *before = sbx_lua_enter(self->state, L);
	wait_for_deletes(self);
	self->client = NULL;
	sbx_client_free(freed);
	sbx_lua_leave(self->state, before);
	return 0;
}

int sbx_lua_client_close(lua_State *L)
{
	client_place *self = check_client(L, 1);
	lua_State *before = sbx_lua_enter(self->state, L);
	sbx_client_close(self->client);
	sbx_lua_leave(self->state, before);
	return 0;
}

typedef sbx_status (*maker)(sbx_client *parent, const sbx_client_options *options, sbx_client **made,
                            sbx_error **error);

static sbx_status make_new(sbx_client *parent, const sbx_client_options *options, sbx_client **made, sbx_error **error)
{
	(void)parent;
	return sbx_client_new(made, options, error);
}

static sbx_status make_local(sbx_client *parent, const sbx_client_options *options, sbx_client **made,
                             sbx_error **error)
{
	(void)parent;
	return sbx_client_new_local(made, options, error);
}

/* Makes a client of the options at an index; the one that it is a copy of is at another, or 0. */
static int make_client(lua_State *L, int options, int parent, maker make)
{
	sbx_lua_client_options read;
	sbx_lua_refusal refusal;
	client_place *existing = parent ? check_client(L, parent) : NULL;
	lua_settop(L, options);
	sbx_client **made = new_client(L);
	int place = lua_gettop(L);
	sbx_lua_begin_hooks(L, place, parent);
	sbx_error **error = sbx_lua_new_error(L);
	if (!sbx_lua_read_client_options(L, options, &read, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	sbx_lua_set_hooks(L, place, &read.hooks, &read.client);
	sbx_lua_state *state = sbx_lua_state_of(L);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_State *before = sbx_lua_enter(state, L);
	sbx_status status = make(existing ? existing->client : NULL, &read.client, made, error);
	sbx_lua_leave(state, before);
	if (status < 0)
		return sbx_lua_fail_and_free(L, error);
	lua_pushvalue(L, place);
	return 1;
}

int sbx_lua_client_new(lua_State *L)
{
	return make_client(L, 1, 0, make_new);
}

int sbx_lua_client_new_local(lua_State *L)
{
	return make_client(L, 1, 0, make_local);
}

int sbx_lua_client_with_options(lua_State *L)
{
	return make_client(L, 2, 1, sbx_client_with_options);
}

int sbx_lua_client_set_options(lua_State *L)
{
	sbx_lua_client_options read;
	sbx_lua_refusal refusal;
	client_place *self = check_client(L, 1);
	lua_settop(L, 2);
	sbx_error **error = sbx_lua_new_error(L);
	if (!sbx_lua_read_client_options(L, 2, &read, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	sbx_lua_set_hooks(L, 1, &read.hooks, &read.client);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_State *before = sbx_lua_enter(self->state, L);
	sbx_status status = sbx_client_set_options(self->client, &read.client, error);
	sbx_lua_leave(self->state, before);
	if (status < 0)
		return sbx_lua_fail_and_free(L, error);
	lua_pushboolean(L, 1);
	return 1;
}

static void free_json(void *json)
{
	sbx_json_free(json);
}

/* Pushes an object that the client gives out, as a table. */
static int push_object(lua_State *L, sbx_json *(*get)(const sbx_client *client))
{
	client_place *self = check_client(L, 1);
	sbx_lua_held *held = sbx_lua_hold(L, free_json);
	held->thing = get(self->client);
	if (!held->thing)
		return luaL_error(L, "Out of memory");
	sbx_lua_push_json(L, held->thing);
	return 1;
}

int sbx_lua_client_default_headers(lua_State *L)
{
	return push_object(L, sbx_client_default_headers);
}

int sbx_lua_client_default_query(lua_State *L)
{
	return push_object(L, sbx_client_default_query);
}

int sbx_lua_operation_find(lua_State *L)
{
	const sbx_operation *found = sbx_operation_find(sbx_lua_check_text(L, 1));
	if (!found)
		return 0;
	lua_pushlightuserdata(L, (void *)found);
	return 1;
}

/* Where the arguments of sbx_lua_client_invoke() are on the stack. */
enum { INVOKE_SOURCE = 4, INVOKE_SINK, INVOKE_GIVEN, INVOKE_PATH };

/* The option that a name in a call's table stands for; NULL: it is an argument. What an operation calls the bytes of an
 * upload, and where those of a download go, are the names of the only such options that it has. */
static const sbx_lua_option *option_of(lua_State *L, int key)
{
	if (lua_type(L, key) != LUA_TSTRING)
		return NULL;
	const char *name = lua_tostring(L, key);
	if (lua_rawequal(L, key, INVOKE_SOURCE))
		return sbx_lua_call_option("file");
	if (lua_rawequal(L, key, INVOKE_SINK))
		return sbx_lua_call_option("into");
	return strcmp(name, "file") == 0 || strcmp(name, "into") == 0 ? NULL : sbx_lua_call_option(name);
}

/* An argument, whose name and value are on top of the stack. */
static bool read_argument(sbx_lua_json_reader *from, sbx_lua_call *call)
{
	lua_State *L = from->L;
	if (lua_type(L, -2) == LUA_TSTRING && sbx_json_get(call->arguments, lua_tostring(L, -2)))
		return sbx_lua_refuse_misuse(from->refusal, lua_tostring(L, -2), "is given twice");
	return sbx_lua_set_member(from, call->arguments);
}

/* Takes the table of a call apart: arguments, and options, whose values stay on the stack. */
static bool read_given(sbx_lua_json_reader *from, sbx_lua_call *call)
{
	lua_State *L = from->L;
	if (lua_isnil(L, INVOKE_GIVEN))
		return true;
	lua_pushnil(L);
	while (lua_next(L, INVOKE_GIVEN)) {
		int key = lua_gettop(L) - 1;
		const sbx_lua_option *option = option_of(L, key);
		if (!option) {
			if (!read_argument(from, call))
				return false;
			lua_pop(L, 1);
			continue;
		}
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		sbx_lua_reading member = {L, key + 1, option->name, from->refusal};
		if (!sbx_lua_read_one(&member, option, &call->options))
			return false;
		lua_pushvalue(L, key);
	}
	return true;
}

/* The arguments of the path: an array of their names, and behind it their values. One that is nil is not given. */
static bool read_path(sbx_lua_json_reader *from, sbx_lua_call *call, int values)
{
	lua_State *L = from->L;
	int count = (int)lua_rawlen(L, INVOKE_PATH);
	for (int position = 1; position <= count && position <= values; position++) {
		lua_rawgeti(L, INVOKE_PATH, position);
		lua_pushvalue(L, INVOKE_PATH + position);
		if (!lua_isnil(L, -1) && !sbx_lua_set_member(from, call->arguments))
			return false;
		lua_pop(L, 2);
	}
	return true;
}

int sbx_lua_client_invoke(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	luaL_checktype(L, 3, LUA_TLIGHTUSERDATA);
	const sbx_operation *operation = lua_touserdata(L, 3);
	if (!lua_isnoneornil(L, INVOKE_GIVEN))
		luaL_checktype(L, INVOKE_GIVEN, LUA_TTABLE);
	luaL_checktype(L, INVOKE_PATH, LUA_TTABLE);
	int values = lua_gettop(L) - INVOKE_PATH;
	sbx_lua_refusal refusal;
	sbx_lua_json_reader from;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	sbx_lua_default_call_options(&call->options);
	call->arguments = sbx_json_new_object();
	if (!call->arguments) {
		sbx_lua_refuse_memory(&refusal);
		return sbx_lua_fail_refused(L, &refusal);
	}
	sbx_lua_begin_members(L, &from, &refusal);
	if (!read_path(&from, call, values) || !read_given(&from, call))
		return sbx_lua_fail_refused(L, &refusal);
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status;
	if (started) {
		sbx_request request = SBX_REQUEST_INIT;
		request.operation = operation;
		request.arguments = call->arguments;
		status = sbx_client_start(client, &request, options, NULL, call, &call->call, &call->error);
	} else {
		status = sbx_client_invoke(client, operation, call->arguments, options, &call->response, &call->error);
	}
	return sbx_lua_end_call(L, call, before, status, started);
}

void sbx_lua_open_client(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, CLIENT, functions);
	lua_pop(L, 1);
}
