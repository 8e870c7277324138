#include "session.h"

#include "call.h"
#include "client.h"
#include "failure.h"
#include "option_table.h"
#include "run_options.h"
#include "userdata.h"
#include "values.h"
#include "view.h"

#define SESSION "sandbox_sdk.session"

typedef struct session_place {
	sbx_session *session;
	sbx_lua_state *state;
	bool started; /* nothing may wait */
} session_place;

sbx_session *sbx_lua_check_session(lua_State *L, int index)
{
	session_place *self = luaL_checkudata(L, index, SESSION);
	if (!self->session)
		luaL_argerror(L, index, "the session was collected");
	return self->session;
}

/* ---- the beginning ---- */

#define SESSION_OPTION(member) offsetof(sbx_session_options, member)
static const sbx_lua_option session_options[] = {
        {"name_prefix", sbx_lua_option_text, SESSION_OPTION(name_prefix)},
        {"ready_timeout", sbx_lua_option_seconds, SESSION_OPTION(ready_timeout)},
        {"keep", sbx_lua_option_flag, SESSION_OPTION(keep)},
        {NULL, NULL, 0}};

/* Pushes the userdata of a session that is still to be put there. */
static session_place *new_session(lua_State *L, bool started)
{
	session_place *made = sbx_lua_new_userdata(L, sizeof *made, SESSION);
	made->state = sbx_lua_state_of(L);
	made->started = started;
	return made;
}

/* The session goes where its userdata is. */
static int push_session(lua_State *L, sbx_lua_call *call)
{
	if (!sbx_lua_push_slots(L, call))
		return 0;
	lua_rawgeti(L, -1, SBX_LUA_MADE);
	session_place *made = lua_touserdata(L, -1);
	made->session = call->made;
	call->made = NULL;
	return 1;
}

static sbx_status collect_session(sbx_lua_call *call)
{
	sbx_session *made = NULL;
	sbx_status status = sbx_call_result_session(call->call, &made, &call->error);
	call->made = made;
	return status;
}

static void free_session(void *session)
{
	sbx_session_free(session);
}

int sbx_lua_session_create(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	lua_settop(L, 5);
	sbx_lua_refusal refusal;
	sbx_session_options how = SBX_SESSION_OPTIONS_INIT;
	sbx_session *made = NULL;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	how.arguments = sbx_lua_hold_object(L, 3, &refusal);
	if (!how.arguments || !sbx_lua_read_option_table(L, 4, session_options, &how, &refusal) ||
	    !sbx_lua_read_call_options(L, 5, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	new_session(L, started);
	sbx_lua_callbacks_set(L, &call->options.callbacks, SBX_LUA_MADE, -1);
	call->collect = collect_session;
	call->push = push_session;
	call->free_made = free_session;
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status =
	        started ? sbx_session_create_start(client, &how, options, NULL, call, &call->call, &call->error)
		        : sbx_session_create(client, &how, options, &made, &call->error);
	call->made = made;
	return sbx_lua_end_call(L, call, before, status, started);
}

int sbx_lua_session_adopt(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	lua_settop(L, 4);
	sbx_lua_refusal refusal;
	sbx_session_options how = SBX_SESSION_OPTIONS_INIT;
	const char *id;
	if (!sbx_lua_read_text(L, 3, "id", &id, &refusal) ||
	    !sbx_lua_read_option_table(L, 4, session_options, &how, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	sbx_error **error = sbx_lua_new_error(L);
	session_place *made = new_session(L, started);
	if (sbx_session_adopt(client, id, &how, &made->session, error) < 0)
		return sbx_lua_fail_and_free(L, error);
	return 1;
}

int sbx_lua_session_id(lua_State *L)
{
	lua_pushstring(L, sbx_session_id(sbx_lua_check_session(L, 1)));
	return 1;
}

static void free_sandbox(void *sandbox)
{
	sbx_sandbox_free(sandbox);
}

int sbx_lua_session_sandbox(lua_State *L)
{
	const sbx_sandbox *sandbox = sbx_session_sandbox(sbx_lua_check_session(L, 1));
	if (!sandbox)
		return 0;
	sbx_lua_held *held = sbx_lua_hold(L, free_sandbox);
	held->thing = sbx_sandbox_ref(sandbox);
	sbx_lua_push_held(L, held, sbx_sandbox_json(sandbox), 0);
	return 1;
}

/* ---- commands ---- */

int sbx_lua_session_run(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	lua_settop(L, 5);
	sbx_lua_refusal refusal;
	sbx_run_options how;
	const char *command;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	if (!sbx_lua_read_text(L, 3, "command", &command, &refusal) ||
	    !sbx_lua_read_run_options(L, 4, &how, &refusal) ||
	    !sbx_lua_read_call_options(L, 5, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	sbx_request_options *options = &call->options.request;
	if (!started)
		options->response = &call->response;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status =
	        started ? sbx_session_run_start(session, command, &how, options, NULL, call, &call->call, &call->error)
		        : sbx_session_run(session, command, &how, options, NULL, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}

/* ---- files ---- */

/* Begins a call that moves a file: started, session, path, options. */
static sbx_lua_call *new_file_call(lua_State *L, const char **path, sbx_lua_refusal *refusal)
{
	lua_settop(L, 4);
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	if (!sbx_lua_read_text(L, 3, "path", path, refusal) ||
	    !sbx_lua_read_call_options(L, 4, &call->options, refusal))
		return NULL;
	return call;
}

int sbx_lua_session_read(lua_State *L)
{
	static const sbx_sink memory = SBX_SINK_INIT;
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	sbx_lua_refusal refusal;
	const char *path;
	sbx_lua_call *call = new_file_call(L, &path, &refusal);
	if (!call)
		return sbx_lua_fail_refused(L, &refusal);
	sbx_request_options *options = &call->options.request;
	const sbx_sink *sink = options->sink ? options->sink : &memory;
	options->sink = NULL;
	if (!started)
		options->response = &call->response;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = started ? sbx_session_read_into_start(session, path, sink, options, NULL, call, &call->call,
	                                                          &call->error)
	                            : sbx_session_read_into(session, path, sink, options, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}

int sbx_lua_session_write(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	sbx_lua_refusal refusal;
	const char *path;
	sbx_lua_call *call = new_file_call(L, &path, &refusal);
	if (!call)
		return sbx_lua_fail_refused(L, &refusal);
	call->push = sbx_lua_push_done;
	sbx_request_options *options = &call->options.request;
	const sbx_source *source = options->source;
	options->source = NULL;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = started ? sbx_session_write_from_start(session, path, source, options, NULL, call,
	                                                           &call->call, &call->error)
	                            : sbx_session_write_from(session, path, source, options, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}

/* ---- files and directories ---- */

typedef struct skipping {
	sbx_lua_callbacks *callbacks;
	const char *path;
	const char *reason;
} skipping;

static void tell_entry(lua_State *L, void *data)
{
	const skipping *what = data;
	if (!sbx_lua_push_slots(L, what->callbacks->waitable))
		return;
	lua_rawgeti(L, -1, SBX_LUA_SKIPPED);
	lua_pushstring(L, what->path);
	lua_pushstring(L, what->reason);
	sbx_lua_callbacks_call(L, what->callbacks, 2);
}

static void tell_skipped(void *user_data, const char *path, const char *reason)
{
	skipping what = {user_data, path, reason};
	sbx_lua_callbacks_tell(user_data, "skipped", tell_entry, &what);
}

typedef struct transfer {
	sbx_transfer_options options;
	sbx_lua_callbacks *callbacks;
} transfer;

static bool read_skipped(const sbx_lua_reading *from, void *target)
{
	transfer *read = target;
	if (!lua_isfunction(from->L, from->value))
		return sbx_lua_refuse_option(from, "a function");
	sbx_lua_callbacks_set(from->L, read->callbacks, SBX_LUA_SKIPPED, from->value);
	read->options.skipped = tell_skipped;
	read->options.skipped_user_data = read->callbacks;
	return true;
}

#define TRANSFER(member) offsetof(transfer, options.member)
static const sbx_lua_option transfer_options[] = {{"directory", sbx_lua_option_flag, TRANSFER(directory)},
                                                  {"skipped", read_skipped, 0},
                                                  {"max_entries", sbx_lua_option_amount, TRANSFER(max_entries)},
                                                  {"max_bytes", sbx_lua_option_amount, TRANSFER(max_bytes)},
                                                  {"remote_temporary", sbx_lua_option_text, TRANSFER(remote_temporary)},
                                                  {NULL, NULL, 0}};

/* Begins a call that moves a file or a directory: started, session, from, to, how, options. */
static sbx_lua_call *new_transfer(lua_State *L, transfer *how, sbx_lua_refusal *refusal)
{
	static const sbx_transfer_options none = SBX_TRANSFER_OPTIONS_INIT;
	lua_settop(L, 6);
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	call->push = sbx_lua_push_done;
	*how = (transfer){none, &call->options.callbacks};
	if (!sbx_lua_read_option_table(L, 5, transfer_options, how, refusal) ||
	    !sbx_lua_read_call_options(L, 6, &call->options, refusal))
		return NULL;
	return call;
}

typedef sbx_status (*mover)(sbx_session *session, const char *from, const char *to, const sbx_transfer_options *how,
                            const sbx_request_options *options, sbx_error **error);
typedef sbx_status (*starter)(sbx_session *session, const char *from, const char *to, const sbx_transfer_options *how,
                              const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                              sbx_call **call, sbx_error **error);

/* Moves a file or a directory; `from_name` and `to_name` are what its arguments are called. */
static int move(lua_State *L, const char *from_name, const char *to_name, mover wait, starter start)
{
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	sbx_lua_refusal refusal;
	transfer how;
	const char *from;
	const char *to;
	sbx_lua_call *call = new_transfer(L, &how, &refusal);
	if (!call || !sbx_lua_read_text(L, 3, from_name, &from, &refusal) ||
	    !sbx_lua_read_text(L, 4, to_name, &to, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status =
	        started ? start(session, from, to, &how.options, options, NULL, call, &call->call, &call->error)
		        : wait(session, from, to, &how.options, options, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}

int sbx_lua_session_upload(lua_State *L)
{
	return move(L, "local", "remote", sbx_session_upload, sbx_session_upload_start);
}

int sbx_lua_session_download(lua_State *L)
{
	return move(L, "remote", "local", sbx_session_download, sbx_session_download_start);
}

/* ---- the end ---- */

int sbx_lua_session_close(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_session *session = sbx_lua_check_session(L, 2);
	lua_settop(L, 3);
	sbx_lua_refusal refusal;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	call->push = sbx_lua_push_done;
	if (!sbx_lua_read_call_options(L, 3, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status = started ? sbx_session_close_start(session, options, NULL, call, &call->call, &call->error)
	                            : sbx_session_close(session, options, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}

int sbx_lua_session_keep(lua_State *L)
{
	sbx_session_keep(sbx_lua_check_session(L, 1), lua_toboolean(L, 2));
	return 0;
}

/* A session that was dropped and not closed: its sandbox is deleted, by the loop if that is driven again. */
static int collect(lua_State *L)
{
	session_place *self = lua_touserdata(L, 1);
	sbx_session *dropped = self->session;
	if (!dropped)
		return 0;
	self->session = NULL;
	lua_State *before = sbx_lua_enter(self->state, L);
	if (self->started) {
		self->state->deletes = true;
		sbx_session_close_start(dropped, NULL, NULL, NULL, NULL, NULL);
		sbx_session_keep(dropped, 1);
	}
	sbx_session_free(dropped);
	sbx_lua_leave(self->state, before);
	return 0;
}

void sbx_lua_open_session(lua_State *L)
{
	static const luaL_Reg functions[] = {{"__gc", collect}, {NULL, NULL}};
	sbx_lua_new_metatable(L, SESSION, functions);
	lua_pop(L, 1);
}
