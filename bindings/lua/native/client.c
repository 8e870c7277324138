#include "client.h"

#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request.h>

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

int sbx_lua_client_invoke(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	luaL_checktype(L, 3, LUA_TLIGHTUSERDATA);
	const sbx_operation *operation = lua_touserdata(L, 3);
	lua_settop(L, 5);
	sbx_lua_refusal refusal;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	call->arguments = sbx_json_new_object();
	if (!sbx_lua_fill_object(L, 4, call->arguments, &refusal) ||
	    !sbx_lua_read_call_options(L, 5, &call->options, &refusal))
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
