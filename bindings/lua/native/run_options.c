#include "run_options.h"

#include "option_table.h"

#define RUN(member) offsetof(sbx_run_options, member)
static const sbx_lua_option run_options[] = {{"env", sbx_lua_option_pairs, RUN(env)},
                                             {"api_timeout", sbx_lua_option_amount, RUN(timeout)},
                                             {"working_dir", sbx_lua_option_text, RUN(working_dir)},
                                             {"check", sbx_lua_option_flag, RUN(check)},
                                             {NULL, NULL, 0}};

_Static_assert(RUN(env_count) - RUN(env) == offsetof(sbx_lua_pairs, count),
               "the variables and their number are neighbours");

bool sbx_lua_read_run_options(lua_State *L, int index, sbx_run_options *run, sbx_lua_refusal *refusal)
{
	static const sbx_run_options none = SBX_RUN_OPTIONS_INIT;
	*run = none;
	return sbx_lua_read_option_table(L, index, run_options, run, refusal);
}
