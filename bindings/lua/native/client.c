#include "client.h"

#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request.h>

#include "call.h"
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

sbx_client **sbx_lua_new_client(lua_State *L)
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
