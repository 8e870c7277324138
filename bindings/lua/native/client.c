#include "client.h"

#include <lauxlib.h>

#include "failure.h"
#include "userdata.h"
#include "view.h"

#define CLIENT "sandbox_sdk.client"
#define CALL "sandbox_sdk.call"
#define ERROR "sandbox_sdk.error_place"

/* What a client takes in memory once it has a connection, measured. */
#define CLIENT_SIZE 32768

sbx_client **sbx_lua_new_client(lua_State *L)
{
	sbx_client **place = sbx_lua_new_userdata(L, sizeof(sbx_client *), CLIENT);
	sbx_lua_account(L, CLIENT_SIZE);
	return place;
}

sbx_client *sbx_lua_check_client(lua_State *L, int index)
{
	sbx_client **place = luaL_checkudata(L, index, CLIENT);
	if (!*place)
		luaL_argerror(L, index, "the client was collected");
	return *place;
}

static int collect_client(lua_State *L)
{
	sbx_client **place = lua_touserdata(L, 1);
	sbx_client *client = *place;
	*place = NULL;
	sbx_client_free(client);
	return 0;
}

sbx_error **sbx_lua_new_error(lua_State *L)
{
	return sbx_lua_new_userdata(L, sizeof(sbx_error *), ERROR);
}

static int collect_error(lua_State *L)
{
	sbx_error **place = lua_touserdata(L, 1);
	sbx_error_free(*place);
	*place = NULL;
	return 0;
}

sbx_lua_call *sbx_lua_new_call(lua_State *L)
{
	return sbx_lua_new_userdata(L, sizeof(sbx_lua_call), CALL);
}

static void free_outputs(sbx_lua_call *call)
{
	sbx_response_free(call->response);
	sbx_error_free(call->error);
	call->response = NULL;
	call->error = NULL;
}

static int collect_call(lua_State *L)
{
	free_outputs(lua_touserdata(L, 1));
	return 0;
}

static int push_bytes(lua_State *L, const sbx_response *response)
{
	size_t length;
	const char *bytes = sbx_response_body(response, &length);
	lua_pushlstring(L, bytes, length);
	lua_pushinteger(L, (lua_Integer)sbx_response_size(response));
	return 2;
}

int sbx_lua_finish_call(lua_State *L, sbx_lua_call *call, sbx_status status)
{
	sbx_lua_refusal refusal;
	int results = 1;
	if (status < 0) {
		results = sbx_lua_fail(L, call->error);
		sbx_lua_explain_transfer(L, &call->options.transfer);
	} else if (!sbx_lua_finish_transfer(&call->options.transfer, &refusal)) {
		results = sbx_lua_fail_refused(L, &refusal);
	} else if (sbx_response_json(call->response)) {
		sbx_lua_push_response(L, &call->response);
	} else {
		results = push_bytes(L, call->response);
	}
	free_outputs(call);
	return results;
}

void sbx_lua_open_client(lua_State *L)
{
	static const luaL_Reg client[] = {{"__gc", collect_client}, {NULL, NULL}};
	static const luaL_Reg call[] = {{"__gc", collect_call}, {NULL, NULL}};
	static const luaL_Reg error[] = {{"__gc", collect_error}, {NULL, NULL}};
	sbx_lua_new_metatable(L, CLIENT, client);
	sbx_lua_new_metatable(L, CALL, call);
	sbx_lua_new_metatable(L, ERROR, error);
	lua_pop(L, 3);
}
