#include "execution.h"

#include "userdata.h"
#include "view.h"

static void release(void *execution)
{
	sbx_execution_free(execution);
}

void sbx_lua_push_execution(lua_State *L, const sbx_execution *execution)
{
	size_t size = sbx_execution_stdout_length(execution) + sbx_execution_stderr_length(execution);
	sbx_lua_held *held = sbx_lua_hold(L, release);
	held->thing = sbx_execution_ref(execution);
	sbx_lua_push_held(L, held, sbx_execution_json(execution), size);
	lua_remove(L, -2);
}
