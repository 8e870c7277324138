/*
 * What drives calls that were started: the functions of the module that a loop of the program's is made of.
 */
#ifndef SBX_LUA_LOOP_H
#define SBX_LUA_LOOP_H

#include "compat.h"

/* client_descriptor(client): what to watch until it is readable. */
int sbx_lua_client_descriptor(lua_State *L);
/* client_process(client): does what can be done without waiting; true, or nil and an error. What is over then, or has
 * something new, comes from client_next_told(): calls and streams, and nil after the last. */
int sbx_lua_client_process(lua_State *L);
int sbx_lua_client_next_told(lua_State *L);
/* cancel_waitable(call or stream): ends it, which is told as any end. */
int sbx_lua_cancel_waitable(lua_State *L);
/* client_poll(client, seconds): waits for work, and does it; false where no call is under way. */
int sbx_lua_client_poll(lua_State *L);

/* poll(descriptors, seconds, ready): waits until one of an array of descriptors is readable, a signal comes or the time
 * has passed, without end where seconds is nil. Puts those that are readable into the array `ready`, and returns how
 * many; nil and an error where it cannot. */
int sbx_lua_poll(lua_State *L);
/* now(): seconds of a clock that nobody sets. */
int sbx_lua_now(lua_State *L);

#endif
