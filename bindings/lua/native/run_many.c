#include "run_many.h"

#include <sandbox_sdk/run_many.h>
#include <string.h>

#include "call.h"
#include "client.h"
#include "execution.h"
#include "failure.h"
#include "option_table.h"
#include "userdata.h"

static bool refuse_id(sbx_lua_refusal *refusal, lua_Integer position)
{
	sbx_lua_refusal_within(refusal, NULL, position);
	sbx_lua_refusal_within(refusal, "ids", 0);
	return false;
}

/* How much memory the texts of an array take. */
static bool measure_ids(lua_State *L, int index, size_t count, size_t *size, sbx_lua_refusal *refusal)
{
	for (size_t position = 1; position <= count; position++) {
		const char *id;
		lua_rawgeti(L, index, (int)position);
		if (!sbx_lua_read_text(L, lua_gettop(L), "", &id, refusal))
			return refuse_id(refusal, (lua_Integer)position);
		*size += strlen(id) + 1;
		lua_pop(L, 1);
	}
	return true;
}

/* The identifiers, copied to a userdata that is pushed: a function that the call runs may change the table. */
static bool read_ids(lua_State *L, int index, const char *const **ids, size_t *count, sbx_lua_refusal *refusal)
{
	size_t size = 0;
	if (!lua_istable(L, index))
		return sbx_lua_refuse_type(refusal, "ids", "a table", luaL_typename(L, index));
	*count = lua_rawlen(L, index);
	if (!measure_ids(L, index, *count, &size, refusal))
		return false;
	const char **made = lua_newuserdata(L, *count * sizeof *made + size + 1);
	char *text = (char *)(made + *count);
	for (size_t position = 0; position < *count; position++) {
		lua_rawgeti(L, index, (int)position + 1);
		made[position] = text;
		text = stpcpy(text, lua_tostring(L, -1)) + 1;
		lua_pop(L, 1);
	}
	*ids = made;
	return true;
}

/* ---- results ---- */

static void push_result(lua_State *L, const sbx_run_result *result)
{
	lua_createtable(L, 0, 3);
	lua_pushstring(L, result->id);
	lua_setfield(L, -2, "id");
	if (result->execution) {
		sbx_lua_push_execution(L, result->execution);
		lua_setfield(L, -2, "execution");
	}
	if (result->error) {
		sbx_lua_push_error(L, result->error);
		lua_setfield(L, -2, "error");
	}
}

static int push_results(lua_State *L, sbx_lua_call *call)
{
	const sbx_run_results *results = call->made;
	size_t count = sbx_run_results_count(results);
	lua_createtable(L, (int)count, 1);
	for (size_t index = 0; index < count; index++) {
		push_result(L, sbx_run_results_at(results, index));
		lua_rawseti(L, -2, (int)index + 1);
	}
	lua_pushinteger(L, (lua_Integer)sbx_run_results_failed(results));
	lua_setfield(L, -2, "failed");
	return 1;
}

static sbx_status collect_results(sbx_lua_call *call)
{
	sbx_run_results *made = NULL;
	sbx_status status = sbx_call_result_run_results(call->call, &made, &call->error);
	call->made = made;
	return status;
}

static void free_results(void *results)
{
	sbx_run_results_free(results);
}

/* ---- the call ---- */

typedef struct how {
	sbx_run_options run;
	int64_t concurrency;
} how;

static const sbx_lua_option many_options[] = {{"env", sbx_lua_option_pairs, offsetof(how, run.env)},
                                              {"api_timeout", sbx_lua_option_amount, offsetof(how, run.timeout)},
                                              {"working_dir", sbx_lua_option_text, offsetof(how, run.working_dir)},
                                              {"check", sbx_lua_option_flag, offsetof(how, run.check)},
                                              {"concurrency", sbx_lua_option_amount, offsetof(how, concurrency)},
                                              {NULL, NULL, 0}};

int sbx_lua_run_many(lua_State *L)
{
	static const how none = {SBX_RUN_OPTIONS_INIT, SBX_DEFAULT};
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	lua_settop(L, 6);
	sbx_lua_refusal refusal;
	how given = none;
	const char *const *ids = NULL;
	const char *command;
	size_t count = 0;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	if (!read_ids(L, 3, &ids, &count, &refusal) || !sbx_lua_read_text(L, 4, "command", &command, &refusal) ||
	    !sbx_lua_read_option_table(L, 5, many_options, &given, &refusal) ||
	    !sbx_lua_read_call_options(L, 6, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	sbx_run_many_options many = SBX_RUN_MANY_OPTIONS_INIT;
	many.run = &given.run;
	many.concurrency = given.concurrency;
	call->collect = collect_results;
	call->push = push_results;
	call->free_made = free_results;
	const sbx_request_options *options = &call->options.request;
	sbx_run_results *made = NULL;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = started ? sbx_run_many_start(client, ids, count, command, &many, options, NULL, call,
	                                                 &call->call, &call->error)
	                            : sbx_run_many(client, ids, count, command, &many, options, &made, &call->error);
	call->made = made;
	return sbx_lua_end_call(L, call, before, status, started);
}
