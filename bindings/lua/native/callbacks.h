/*
 * The program's functions that one call or stream uses, such as the source of an upload: kept with the call's userdata,
 * called protected. What one raises, or gives as a failure, is kept too and told as the reason of the call's failure.
 */
#ifndef SBX_LUA_CALLBACKS_H
#define SBX_LUA_CALLBACKS_H

#include <sandbox_sdk/request_options.h>

#include "state.h"

/* The places of a call's slots. */
enum {
	SBX_LUA_OWNER = 1,                 /* the client or session whose call it is */
	SBX_LUA_SOURCE,                    /* three of the source: see transfer.h */
	SBX_LUA_SINK = SBX_LUA_SOURCE + 3, /* the function or io file that takes chunks */
	SBX_LUA_PROGRESS,
	SBX_LUA_SKIPPED,
	SBX_LUA_REASON, /* what a function failed with */
	SBX_LUA_MADE,   /* the userdata for what the call makes */
	SBX_LUA_DATA,   /* what the program knows the call by */
	SBX_LUA_LOST,   /* why its transport had no answer */
	SBX_LUA_CALL_SLOTS = SBX_LUA_LOST
};

typedef struct sbx_lua_callbacks {
	sbx_lua_waitable *waitable; /* the userdata that they are kept with: a call or a stream */
	lua_Hook hook;              /* of the main thread as the library was entered */
	int owner;                  /* stack indices, while the call is prepared */
	int userdata;
	bool has_slots;
	bool failed;       /* one of them did; nothing is called any more */
	bool has_reason;   /* the reason's slot has what it failed with */
	const char *name;  /* of the argument that failed, such as "file" */
	const char *fault; /* why, where that is no function's own words; static, or NULL */
} sbx_lua_callbacks;

/* While a call is prepared: sees that it has slots, and puts the value at an index into one. */
void sbx_lua_callbacks_set(lua_State *L, sbx_lua_callbacks *callbacks, int slot, int value);
/* While a call is prepared: sees that it has slots, and keeps the value at an index as long as the call. */
void sbx_lua_callbacks_keep(lua_State *L, sbx_lua_callbacks *callbacks, int value);
/* The same without a value. */
void sbx_lua_callbacks_prepare(lua_State *L, sbx_lua_callbacks *callbacks);

/* Before the library is entered: it asks whether a function has failed or a signal wants the call to end. */
lua_State *sbx_lua_callbacks_enter(lua_State *L, sbx_lua_callbacks *callbacks, sbx_request_options *options);

/* Runs a job in protected mode unless one has failed before. Returns whether none has failed. */
bool sbx_lua_callbacks_run(sbx_lua_callbacks *callbacks, const char *name, sbx_lua_job job, void *data);

/* The same in a callback whose result the library does not ask for: where the job fails, the call ends. */
void sbx_lua_callbacks_tell(sbx_lua_callbacks *callbacks, const char *name, sbx_lua_job job, void *data);

/* Within a job. The slots of the call are pushed; false: they are gone, and nothing is pushed. */
bool sbx_lua_callbacks_slots(lua_State *L, const sbx_lua_callbacks *callbacks);
/* Calls the function below its arguments for two results. Returns false, with nothing left on the stack, where it
 * raised an error or told of a failure: `false`, or `nil, reason`. */
bool sbx_lua_callbacks_call(lua_State *L, sbx_lua_callbacks *callbacks, int arguments);
/* Notes a failure in our own words. */
void sbx_lua_callbacks_fault(sbx_lua_callbacks *callbacks, const char *fault);

/* Puts what a function failed with into the error on top of the stack. */
void sbx_lua_callbacks_explain(lua_State *L, const sbx_lua_callbacks *callbacks);

/* Told how far the file is; `user_data` are the callbacks. */
void sbx_lua_tell_progress(void *user_data, int64_t done, int64_t total);

#endif
