#include "stream.h"

#include <sandbox_sdk/stream.h>

#include "call.h"
#include "client.h"
#include "failure.h"
#include "request.h"
#include "response.h"
#include "userdata.h"

#define STREAM "sandbox_sdk.stream"

/* How many bytes of a body cross at once. */
#define PIECE ((size_t)32 << 10)

/* What a stream takes in memory, its buffer half full. */
#define STREAM_SIZE 65536

typedef enum reading_form { BYTES, LINES, EVENTS } reading_form;

typedef struct stream {
	sbx_lua_waitable waitable;
	sbx_lua_call_options options;
	sbx_stream *stream; /* NULL: it was not opened, or was collected */
	sbx_error *error;
	reading_form form;
	bool is_started;
	bool is_read; /* a read that waits has not returned */
	bool is_closed;
	size_t weight; /* that the collector was told of */
} stream;

static void cancel(sbx_lua_waitable *waitable)
{
	sbx_stream_cancel(((stream *)waitable)->stream);
}

static void on_ready(void *user_data, sbx_stream *told)
{
	stream *self = user_data;
	(void)told;
	sbx_lua_tell(&self->waitable);
}

static stream *check_stream(lua_State *L)
{
	return luaL_checkudata(L, 1, STREAM);
}

/* Pushes nil and the error. */
static int fail(lua_State *L, stream *self)
{
	int results = sbx_lua_fail(L, self->error);
	sbx_lua_keep_response(L, &self->error);
	sbx_lua_callbacks_explain(L, &self->options.callbacks);
	sbx_error_free(self->error);
	self->error = NULL;
	return results;
}

static int fail_closed(lua_State *L)
{
	sbx_lua_refusal refusal;
	sbx_lua_refuse(&refusal, "", "The stream is closed");
	refusal.code = SBX_ERROR_CLOSED;
	return sbx_lua_fail_refused(L, &refusal);
}

static lua_State *enter(lua_State *L, stream *self)
{
	return sbx_lua_callbacks_enter(L, &self->options.callbacks, &self->options.request);
}

int sbx_lua_client_open(lua_State *L)
{
	sbx_client *client = sbx_lua_check_client(L, 2);
	bool is_started = lua_toboolean(L, 1);
	lua_settop(L, 4);
	sbx_lua_refusal refusal;
	sbx_request request;
	stream *self = sbx_lua_new_userdata(L, sizeof *self, STREAM);
	int place = lua_gettop(L);
	self->waitable.state = sbx_lua_state_of(L);
	self->waitable.cancel = cancel;
	self->is_started = is_started;
	sbx_lua_begin_call_options(L, &self->options, &self->waitable, 2);
	sbx_lua_callbacks_prepare(L, &self->options.callbacks);
	if (!sbx_lua_read_request(L, 3, &request, &self->options, &refusal) ||
	    !sbx_lua_read_call_options(L, 4, &self->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	const sbx_request_options *options = &self->options.request;
	lua_State *before = enter(L, self);
	sbx_status status;
	if (is_started)
		status = sbx_client_open_start(client, &request, options, on_ready, self, &self->stream, &self->error);
	else
		status = sbx_client_open(client, &request, options, &self->stream, &self->error);
	sbx_lua_leave(self->waitable.state, before);
	if (status < 0)
		return fail(L, self);
	self->weight = STREAM_SIZE;
	sbx_lua_grow(L, self->weight);
	lua_pushvalue(L, place);
	return 1;
}

static const sbx_response *find_head(const void *userdata)
{
	return sbx_stream_response(((const stream *)userdata)->stream);
}

int sbx_lua_stream_head(lua_State *L)
{
	stream *self = check_stream(L);
	const sbx_response *head;
	sbx_status status = sbx_stream_head(self->stream, &head, &self->error);
	if (status < 0)
		return fail(L, self);
	if (status == SBX_WOULD_BLOCK)
		lua_pushboolean(L, 0);
	else
		sbx_lua_push_response_of(L, 1, find_head);
	return 1;
}

/* A read under way: what it reads into, and what pushes it. */
typedef struct read_piece {
	char bytes[PIECE];
	size_t capacity;
	const char *text;
	size_t length;
	sbx_event event;
} read_piece;

static sbx_status read_next(stream *self, read_piece *piece)
{
	switch (self->form) {
	case LINES:
		return sbx_stream_line(self->stream, &piece->text, &piece->length, &self->error);
	case EVENTS:
		return sbx_stream_event(self->stream, &piece->event, &self->error);
	case BYTES:
		break;
	}
	piece->text = piece->bytes;
	return sbx_stream_read(self->stream, piece->bytes, piece->capacity, &piece->length, &self->error);
}

static void push_event(lua_State *L, const sbx_event *event)
{
	lua_createtable(L, 0, 4);
	lua_pushlstring(L, event->type, event->type_length);
	lua_setfield(L, -2, "type");
	lua_pushlstring(L, event->data, event->data_length);
	lua_setfield(L, -2, "data");
	if (*event->id) {
		lua_pushstring(L, event->id);
		lua_setfield(L, -2, "id");
	}
	if (event->retry != SBX_DEFAULT) {
		lua_pushinteger(L, (lua_Integer)event->retry);
		lua_setfield(L, -2, "retry");
	}
}

static int push_piece(lua_State *L, stream *self, const read_piece *piece, sbx_status status)
{
	if (self->is_closed)
		return fail_closed(L);
	if (status < 0)
		return fail(L, self);
	if (status == SBX_DONE)
		lua_pushnil(L);
	else if (status == SBX_WOULD_BLOCK)
		lua_pushboolean(L, 0);
	else if (self->form == EVENTS)
		push_event(L, &piece->event);
	else
		lua_pushlstring(L, piece->text, piece->length);
	return 1;
}

static int read_in(lua_State *L, reading_form form, size_t capacity)
{
	static const sbx_event none = SBX_EVENT_INIT;
	stream *self = check_stream(L);
	if (!self->stream || self->is_closed)
		return fail_closed(L);
	if (self->is_read)
		return luaL_error(L, "the stream is read by a call that has not returned");
	read_piece piece;
	piece.capacity = capacity;
	piece.event = none;
	self->form = form;
	lua_State *before = enter(L, self);
	self->is_read = !self->is_started;
	sbx_status status = read_next(self, &piece);
	self->is_read = false;
	sbx_lua_leave(self->waitable.state, before);
	return push_piece(L, self, &piece, status);
}

int sbx_lua_stream_read(lua_State *L)
{
	lua_Number size = luaL_checknumber(L, 2);
	luaL_argcheck(L, size >= 1, 2, "must be at least one byte");
	return read_in(L, BYTES, size < PIECE ? (size_t)size : PIECE);
}

int sbx_lua_stream_line(lua_State *L)
{
	return read_in(L, LINES, 0);
}

int sbx_lua_stream_event(lua_State *L)
{
	return read_in(L, EVENTS, 0);
}

int sbx_lua_stream_is_started(lua_State *L)
{
	lua_pushboolean(L, check_stream(L)->is_started);
	return 1;
}

int sbx_lua_stream_save(lua_State *L)
{
	stream *self = check_stream(L);
	sbx_lua_transfer *transfer = &self->options.transfer;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_lua_refusal refusal;
	if (!self->stream || self->is_closed)
		return fail_closed(L);
	if (self->is_read)
		return luaL_error(L, "the stream is read by a call that has not returned");
	self->options.callbacks.userdata = 1;
	if (!sbx_lua_read_sink(L, 2, &sink, transfer, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	lua_State *before = enter(L, self);
	self->is_read = true;
	sbx_status status = sbx_stream_save(self->stream, &sink, &self->error);
	self->is_read = false;
	sbx_lua_leave(self->waitable.state, before);
	if (status < 0)
		return fail(L, self);
	if (!sbx_lua_finish_transfer(transfer, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	lua_pushboolean(L, 1);
	return 1;
}

/* A connection that waits is driven, and closed, by reads only. The stream itself stays: it has the head. */
static void let_go(stream *self)
{
	read_piece piece;
	static const sbx_event none = SBX_EVENT_INIT;
	piece.capacity = PIECE;
	piece.event = none;
	self->is_read = true;
	while (read_next(self, &piece) == SBX_OK)
		continue;
	self->is_read = false;
	sbx_error_free(self->error);
	self->error = NULL;
}

int sbx_lua_stream_close(lua_State *L)
{
	stream *self = check_stream(L);
	if (!self->stream || self->is_closed)
		return 0;
	lua_State *before = enter(L, self);
	self->is_closed = true;
	sbx_stream_cancel(self->stream);
	if (!self->is_started && !self->is_read)
		let_go(self);
	sbx_lua_leave(self->waitable.state, before);
	return 0;
}

/* A stream that is left before its end ends here, and with it the use of its connection. */
static int collect(lua_State *L)
{
	stream *self = lua_touserdata(L, 1);
	sbx_stream *freed = self->stream;
	sbx_lua_state *state = self->waitable.state;
	if (!state)
		return 0;
	sbx_lua_shrink(state, self->weight);
	self->weight = 0;
	lua_State *before = sbx_lua_enter(state, L);
	self->stream = NULL;
	sbx_lua_forget(&self->waitable);
	sbx_stream_free(freed);
	sbx_error_free(self->error);
	self->error = NULL;
	sbx_lua_leave(state, before);
	return 0;
}

void sbx_lua_open_stream(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, STREAM, functions);
	lua_pushboolean(L, 1);
	lua_setfield(L, -2, SBX_LUA_WAITABLE);
	lua_pop(L, 1);
}
