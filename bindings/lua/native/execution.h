/*
 * How a command ended and what it wrote, as a model.
 */
#ifndef SBX_LUA_EXECUTION_H
#define SBX_LUA_EXECUTION_H

#include <sandbox_sdk/models.h>

#include "compat.h"

/* Pushes a view on an execution, which stays its owner's as well. */
void sbx_lua_push_execution(lua_State *L, const sbx_execution *execution);

#endif
