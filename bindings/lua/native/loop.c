#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <sandbox_sdk/loop.h>
#include <time.h>

#include "call.h"
#include "client.h"
#include "failure.h"
#include "userdata.h"

int sbx_lua_client_descriptor(lua_State *L)
{
	sbx_client *client = sbx_lua_check_client(L, 1);
	sbx_error **error = sbx_lua_new_error(L);
	int descriptor;
	if (sbx_client_fd(client, &descriptor, error) < 0)
		return sbx_lua_fail_and_free(L, error);
	lua_pushinteger(L, descriptor);
	return 1;
}

static void tell_finished(sbx_client *client)
{
	sbx_call *call;
	while (sbx_client_next(client, &call) == SBX_OK) {
		sbx_lua_call *own = sbx_call_user_data(call);
		sbx_lua_tell(&own->waitable);
	}
}

int sbx_lua_client_process(lua_State *L)
{
	sbx_client *client = sbx_lua_check_client(L, 1);
	sbx_lua_state *state = sbx_lua_state_of(L);
	sbx_error **error = sbx_lua_new_error(L);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_State *before = sbx_lua_enter(state, L);
	sbx_status status = sbx_client_process(client, error);
	tell_finished(client);
	sbx_lua_leave(state, before);
	if (status < 0)
		return sbx_lua_fail_and_free(L, error);
	lua_pushboolean(L, 1);
	return 1;
}

int sbx_lua_client_poll(lua_State *L)
{
	sbx_client *client = sbx_lua_check_client(L, 1);
	double seconds = luaL_optnumber(L, 2, SBX_FOREVER);
	sbx_lua_state *state = sbx_lua_state_of(L);
	sbx_error **error = sbx_lua_new_error(L);
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_State *before = sbx_lua_enter(state, L);
	sbx_status status = sbx_client_poll(client, seconds, error);
	tell_finished(client);
	sbx_lua_leave(state, before);
	if (status < 0)
		return sbx_lua_fail_and_free(L, error);
	lua_pushboolean(L, status == SBX_OK);
	return 1;
}

int sbx_lua_client_next_told(lua_State *L)
{
	return sbx_lua_push_told(L, sbx_lua_state_of(L)) ? 1 : 0;
}

int sbx_lua_cancel_waitable(lua_State *L)
{
	sbx_lua_waitable *waitable = lua_touserdata(L, 1);
	luaL_argcheck(L, sbx_lua_is_waitable(L, 1), 1, "neither a call nor a stream");
	lua_State *before = sbx_lua_enter(waitable->state, L);
	waitable->cancel(waitable);
	sbx_lua_leave(waitable->state, before);
	return 0;
}

/* Rounded up: a wait that is too short by a fraction of a millisecond would be repeated until it is over. */
static int milliseconds(lua_State *L, int index)
{
	if (lua_isnoneornil(L, index))
		return -1;
	double seconds = luaL_checknumber(L, index);
	if (!(seconds > 0))
		return 0;
	return seconds < INT_MAX / 1000 ? (int)ceil(seconds * 1000) : INT_MAX;
}

static struct pollfd *read_descriptors(lua_State *L, size_t count)
{
	struct pollfd *polled = lua_newuserdata(L, (count ? count : 1) * sizeof *polled);
	for (size_t index = 0; index < count; index++) {
		lua_rawgeti(L, 1, (int)index + 1);
		polled[index] = (struct pollfd){(int)luaL_checkinteger(L, -1), POLLIN, 0};
		lua_pop(L, 1);
	}
	return polled;
}

int sbx_lua_poll(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checktype(L, 3, LUA_TTABLE);
	int wait = milliseconds(L, 2);
	size_t count = lua_rawlen(L, 1);
	struct pollfd *polled = read_descriptors(L, count);
	int found = poll(polled, count, wait);
	if (found < 0 && errno != EINTR)
		return luaL_error(L, "poll: %s", strerror(errno));
	int ready = 0;
	for (size_t index = 0; found > 0 && index < count; index++)
		if (polled[index].revents) {
			lua_pushinteger(L, polled[index].fd);
			lua_rawseti(L, 3, ++ready);
		}
	lua_pushinteger(L, ready);
	return 1;
}

int sbx_lua_now(lua_State *L)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
	return 1;
}
