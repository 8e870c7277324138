#include "leftovers.h"

#include <sandbox_sdk/leftovers.h>

#include "call.h"
#include "client.h"
#include "failure.h"
#include "option_table.h"

static const char *const outcomes[] = {
        [SBX_LEFTOVER_FOUND] = "found",   [SBX_LEFTOVER_DELETED] = "deleted", [SBX_LEFTOVER_GONE] = "gone",
        [SBX_LEFTOVER_FAILED] = "failed", [SBX_LEFTOVER_UNDATED] = "undated",
};

static void set_text(lua_State *L, const char *name, const char *text)
{
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void push_leftover(lua_State *L, const sbx_leftover *leftover)
{
	lua_createtable(L, 0, 7);
	set_text(L, "kind", leftover->kind);
	set_text(L, "id", leftover->id);
	set_text(L, "name", leftover->name);
	set_text(L, "created_at", leftover->created_at);
	set_text(L, "outcome", outcomes[leftover->outcome]);
	if (leftover->age >= 0) {
		lua_pushnumber(L, leftover->age);
		lua_setfield(L, -2, "age");
	}
	if (leftover->error) {
		sbx_lua_push_error(L, leftover->error);
		lua_setfield(L, -2, "error");
	}
}

static int push_leftovers(lua_State *L, sbx_lua_call *call)
{
	const sbx_leftovers *leftovers = call->made;
	size_t count = sbx_leftovers_count(leftovers);
	lua_createtable(L, (int)count, sizeof outcomes / sizeof outcomes[0]);
	for (size_t index = 0; index < count; index++) {
		push_leftover(L, sbx_leftovers_at(leftovers, index));
		lua_rawseti(L, -2, (int)index + 1);
	}
	for (size_t outcome = 0; outcome < sizeof outcomes / sizeof outcomes[0]; outcome++) {
		size_t those = sbx_leftovers_count_of(leftovers, (sbx_leftover_outcome)outcome);
		lua_pushinteger(L, (lua_Integer)those);
		lua_setfield(L, -2, outcomes[outcome]);
	}
	return 1;
}

static sbx_status collect_leftovers(sbx_lua_call *call)
{
	sbx_leftovers *made = NULL;
	sbx_status status = sbx_call_result_leftovers(call->call, &made, &call->error);
	call->made = made;
	return status;
}

static void free_leftovers(void *leftovers)
{
	sbx_leftovers_free(leftovers);
}

#define LEFTOVERS(member) offsetof(sbx_leftovers_params, member)
static const sbx_lua_option leftovers_options[] = {{"name_prefix", sbx_lua_option_text, LEFTOVERS(name_prefix)},
                                                   {"minimum_age", sbx_lua_option_seconds, LEFTOVERS(minimum_age)},
                                                   {"dry_run", sbx_lua_option_flag, LEFTOVERS(dry_run)},
                                                   {"volumes", sbx_lua_option_flag, LEFTOVERS(volumes)},
                                                   {NULL, NULL, 0}};

int sbx_lua_leftovers_delete(lua_State *L)
{
	static const sbx_leftovers_params none = SBX_LEFTOVERS_PARAMS_INIT;
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	lua_settop(L, 4);
	sbx_lua_refusal refusal;
	sbx_leftovers_params which = none;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	if (!sbx_lua_read_option_table(L, 3, leftovers_options, &which, &refusal) ||
	    !sbx_lua_read_call_options(L, 4, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	call->collect = collect_leftovers;
	call->push = push_leftovers;
	call->free_made = free_leftovers;
	const sbx_request_options *options = &call->options.request;
	sbx_leftovers *made = NULL;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status =
	        started ? sbx_leftovers_delete_start(client, &which, options, NULL, call, &call->call, &call->error)
		        : sbx_leftovers_delete(client, &which, options, &made, &call->error);
	call->made = made;
	return sbx_lua_end_call(L, call, before, status, started);
}
