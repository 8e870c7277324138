#include "execution_stream.h"

#include <sandbox_sdk/execution_stream.h>

#include "call.h"
#include "execution.h"
#include "failure.h"
#include "option_table.h"
#include "run_options.h"
#include "session.h"
#include "userdata.h"

#define STREAM "sandbox_sdk.execution_stream"

/* What a stream takes in memory, its buffer half full. */
#define STREAM_SIZE 65536

typedef struct stream {
	sbx_lua_waitable waitable;
	sbx_lua_call *call; /* has the options; kept by the userdata */
	sbx_execution_stream *stream;
	size_t weight; /* that the collector was told of */
	bool started;
	bool is_read; /* by a function that has not returned */
	bool is_closed;
} stream;

static void cancel(sbx_lua_waitable *waitable)
{
	sbx_execution_stream_cancel(((stream *)waitable)->stream);
}

static void on_ready(void *user_data, sbx_execution_stream *told)
{
	stream *self = user_data;
	(void)told;
	sbx_lua_tell(&self->waitable);
}

/* Pushes the userdata of a stream that is still to be opened. */
static stream *new_stream(lua_State *L, sbx_lua_call *call, int userdata, bool started)
{
	stream *self = sbx_lua_new_living(L, sizeof *self, STREAM, 0);
	self->waitable.state = sbx_lua_state_of(L);
	self->waitable.cancel = cancel;
	self->call = call;
	self->started = started;
	sbx_lua_keep(L, -1, userdata);
	self->weight = STREAM_SIZE;
	sbx_lua_grow(L, self->weight);
	return self;
}

int sbx_lua_session_stream(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	lua_settop(L, 5);
	sbx_lua_refusal refusal;
	sbx_run_options how;
	const char *command;
	sbx_lua_call *call = sbx_lua_hold_options(L, 2, 5, &refusal);
	int userdata = lua_gettop(L);
	if (!call || !sbx_lua_read_text(L, 3, "command", &command, &refusal) ||
	    !sbx_lua_read_run_options(L, 4, &how, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	stream *self = new_stream(L, call, userdata, started);
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = started ? sbx_session_stream_start(session, command, &how, options, on_ready, self,
	                                                       &self->stream, &call->error)
	                            : sbx_session_stream(session, command, &how, options, &self->stream, &call->error);
	sbx_lua_leave(self->waitable.state, before);
	return status < 0 ? sbx_lua_fail_and_free(L, &call->error) : 1;
}

static stream *check_stream(lua_State *L)
{
	stream *self = luaL_checkudata(L, 1, STREAM);
	if (self->is_read)
		luaL_error(L, "the stream is read by a call that has not returned");
	return self;
}

static int fail_closed(lua_State *L)
{
	sbx_lua_refusal refusal;
	sbx_lua_refuse(&refusal, "", "The stream is closed");
	refusal.code = SBX_ERROR_CLOSED;
	return sbx_lua_fail_refused(L, &refusal);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void push_event(lua_State *L, const sbx_execution_event *event)
{
	static const char *const kinds[] = {
	        [SBX_EXECUTION_STARTED] = "started", [SBX_EXECUTION_STDOUT] = "stdout",
	        [SBX_EXECUTION_STDERR] = "stderr",   [SBX_EXECUTION_HEARTBEAT] = "heartbeat",
	        [SBX_EXECUTION_RESULT] = "result",
	};
	lua_createtable(L, 0, 3);
	set_text(L, "kind", kinds[event->kind]);
	set_text(L, "id", event->id);
	if (event->kind == SBX_EXECUTION_STDOUT || event->kind == SBX_EXECUTION_STDERR) {
		lua_pushlstring(L, event->data, event->length);
		lua_setfield(L, -2, "data");
	} else if (event->kind == SBX_EXECUTION_HEARTBEAT) {
		lua_pushinteger(L, (lua_Integer)event->execution_time_ms);
		lua_setfield(L, -2, "execution_time_ms");
	} else if (event->kind == SBX_EXECUTION_RESULT) {
		sbx_lua_push_execution(L, event->execution);
		lua_setfield(L, -2, "execution");
	}
}

static int push_next(lua_State *L, stream *self, sbx_status status, const sbx_execution_event *event)
{
	if (self->is_closed)
		return fail_closed(L);
	if (status < 0)
		return sbx_lua_fail_and_free(L, &self->call->error);
	if (status == SBX_DONE)
		return 0;
	if (status == SBX_WOULD_BLOCK)
		lua_pushboolean(L, 0);
	else
		push_event(L, event);
	return 1;
}

int sbx_lua_execution_stream_next(lua_State *L)
{
	stream *self = check_stream(L);
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	if (!self->stream || self->is_closed)
		return fail_closed(L);
	lua_State *before = sbx_lua_begin_call(L, self->call);
	self->is_read = true;
	sbx_status status = sbx_execution_stream_next(self->stream, &event, &self->call->error);
	self->is_read = false;
	sbx_lua_leave(self->waitable.state, before);
	return push_next(L, self, status, &event);
}

/* Until there is an answer there is nothing to read but an error. */
int sbx_lua_execution_stream_begun(lua_State *L)
{
	stream *self = check_stream(L);
	if (!self->stream || self->is_closed || !sbx_execution_stream_response(self->stream))
		return sbx_lua_execution_stream_next(L);
	lua_pushboolean(L, 1);
	return 1;
}

/* Frees one that no function reads. */
static void let_go(stream *self)
{
	sbx_execution_stream *freed = self->stream;
	self->stream = NULL;
	sbx_execution_stream_free(freed);
}

int sbx_lua_execution_stream_close(lua_State *L)
{
	stream *self = luaL_checkudata(L, 1, STREAM);
	if (!self->stream || self->is_closed)
		return 0;
	self->is_closed = true;
	lua_State *before = sbx_lua_enter(self->waitable.state, L);
	if (self->started || self->is_read)
		sbx_execution_stream_cancel(self->stream);
	else
		let_go(self);
	sbx_lua_leave(self->waitable.state, before);
	return 0;
}

/* A command that still runs ends here. */
static int collect(lua_State *L)
{
	stream *self = lua_touserdata(L, 1);
	sbx_lua_state *state = self->waitable.state;
	if (!state)
		return 0;
	sbx_lua_shrink(state, self->weight);
	self->weight = 0;
	sbx_lua_forget(&self->waitable);
	lua_State *before = sbx_lua_enter(state, L);
	let_go(self);
	sbx_lua_leave(state, before);
	return 0;
}

void sbx_lua_open_execution_stream(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, STREAM, functions);
	lua_pushboolean(L, 1);
	lua_setfield(L, -2, SBX_LUA_WAITABLE);
	lua_pop(L, 1);
}
