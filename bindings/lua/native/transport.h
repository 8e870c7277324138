/*
 * Transports in Lua: a function that is given each request, and returns its answer.
 */
#ifndef SBX_LUA_TRANSPORT_H
#define SBX_LUA_TRANSPORT_H

#include <sandbox_sdk/transport.h>

#include "hooks.h"

/* Makes the library's transport of the function that a mark has. */
void sbx_lua_make_transport(sbx_transport *transport, sbx_lua_mark *mark);

#endif
