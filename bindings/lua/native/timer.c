#include "timer.h"

#include <errno.h>
#include <math.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "userdata.h"

#define TIMER "sandbox_sdk.timer"

/* About thirty years: what is longer does not end while the process lives. */
#define LONGEST 1e9

typedef struct timer_place {
	int descriptor;
	bool is_open;
} timer_place;

static int close_timer(lua_State *L)
{
	timer_place *self = luaL_checkudata(L, 1, TIMER);
	if (self->is_open)
		close(self->descriptor);
	self->is_open = false;
	return 0;
}

/* A time of zero would mean never. */
static struct itimerspec after(double seconds)
{
	struct itimerspec time = {.it_value = {.tv_nsec = 1}};
	if (seconds > 0) {
		seconds = fmin(seconds, LONGEST);
		time.it_value.tv_sec = (time_t)floor(seconds);
		time.it_value.tv_nsec = (long)((seconds - floor(seconds)) * 1e9) + 1;
	}
	return time;
}

int sbx_lua_new_timer(lua_State *L)
{
	struct itimerspec time = after(luaL_checknumber(L, 1));
	timer_place *made = sbx_lua_new_userdata(L, sizeof *made, TIMER);
	made->descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	made->is_open = made->descriptor >= 0;
	if (!made->is_open || timerfd_settime(made->descriptor, 0, &time, NULL) < 0)
		return luaL_error(L, "no timer: %s", strerror(errno));
	lua_pushinteger(L, made->descriptor);
	lua_insert(L, -2);
	return 2;
}

void sbx_lua_open_timer(lua_State *L)
{
	static const luaL_Reg metamethods[] = {{"__gc", close_timer}, {NULL, NULL}};
	static const luaL_Reg methods[] = {{"close", close_timer}, {NULL, NULL}};
	sbx_lua_new_metatable(L, TIMER, metamethods);
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
