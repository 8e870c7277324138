#include "pages.h"

#include <sandbox_sdk/pages.h>

#include "call.h"
#include "client.h"
#include "failure.h"
#include "userdata.h"
#include "values.h"
#include "view.h"

#define PAGES "sandbox_sdk.pages"

/* What an item takes in memory, measured. */
#define ITEM_SIZE 1024

typedef struct pages_place {
	sbx_pages *pages;
	sbx_lua_call *call; /* has the options of each request; kept by the userdata */
} pages_place;

static pages_place *check_pages(lua_State *L, int index)
{
	pages_place *self = luaL_checkudata(L, index, PAGES);
	if (!self->pages)
		luaL_argerror(L, index, "the pages were collected");
	return self;
}

int sbx_lua_pages_new(lua_State *L)
{
	sbx_client *client = sbx_lua_check_client(L, 1);
	luaL_checktype(L, 2, LUA_TLIGHTUSERDATA);
	const sbx_operation *operation = lua_touserdata(L, 2);
	lua_settop(L, 4);
	sbx_lua_refusal refusal;
	sbx_lua_call *call = sbx_lua_hold_options(L, 1, 4, &refusal);
	int userdata = lua_gettop(L);
	const sbx_json *arguments = call ? sbx_lua_hold_object(L, 3, &refusal) : NULL;
	if (!arguments)
		return sbx_lua_fail_refused(L, &refusal);
	pages_place *self = sbx_lua_new_living(L, sizeof *self, PAGES, 0);
	self->call = call;
	sbx_lua_keep(L, -1, userdata);
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status =
	        sbx_client_pages(client, operation, arguments, &call->options.request, &self->pages, &call->error);
	sbx_lua_leave(call->waitable.state, before);
	return status < 0 ? sbx_lua_fail_and_free(L, &call->error) : 1;
}

static void free_item(void *item)
{
	sbx_json_free(item);
}

int sbx_lua_pages_next(lua_State *L)
{
	const pages_place *self = check_pages(L, 1);
	sbx_lua_call *call = self->call;
	sbx_lua_held *held = sbx_lua_hold(L, free_item);
	const sbx_json *item = NULL;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = sbx_pages_next(self->pages, &item, &call->error);
	sbx_lua_leave(call->waitable.state, before);
	if (status < 0)
		return sbx_lua_fail_and_free(L, &call->error);
	if (status == SBX_DONE)
		return 0;
	if (status == SBX_WOULD_BLOCK) {
		lua_pushboolean(L, 0);
		return 1;
	}
	/* The item is the pages' until the next one is asked for. */
	held->thing = sbx_json_copy(item);
	if (!held->thing)
		return luaL_error(L, "Out of memory");
	sbx_lua_push_held(L, held, held->thing, ITEM_SIZE);
	return 1;
}

int sbx_lua_pages_fetch(lua_State *L)
{
	const pages_place *self = check_pages(L, 1);
	lua_settop(L, 1);
	sbx_lua_call *call = sbx_lua_new_call(L, 1);
	call->push = sbx_lua_push_done;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = sbx_pages_fetch_start(self->pages, NULL, call, &call->call, &call->error);
	return sbx_lua_end_call(L, call, before, status, true);
}

static int collect(lua_State *L)
{
	pages_place *self = lua_touserdata(L, 1);
	sbx_pages *pages = self->pages;
	self->pages = NULL;
	sbx_pages_free(pages);
	return 0;
}

void sbx_lua_open_pages(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, PAGES, functions);
	lua_pop(L, 1);
}
