/*
 * The C half of the Lua module: the library's public functions, with Lua values in the place of its structs, JSON values
 * and errors. The Lua half, in ../sandbox_sdk, is what programs see.
 */
%module sandbox_sdk_core

%{
#include <pthread.h>

/* SWIG sets two helpers in the table that this pushes. A module leaves the global table alone. */
#undef lua_pushglobaltable
#define lua_pushglobaltable(L) lua_newtable(L)

/* SWIG's tables of types, of which nothing here is made, are the process's and not a Lua state's: whoever is first fills them,
 * and then the states of all threads only read them. They stay apart from other modules'. */
#undef SWIG_GetModule
#undef SWIG_SetModule
#define SWIG_GetModule(state) ((void)(state), (swig_module_info *)NULL)
#define SWIG_SetModule(state, module) ((void)(state), (void)(module))
SWIGRUNTIME void SWIG_InitializeModule(void *state);
SWIGRUNTIME void SWIG_PropagateClientData(void);
static void fill_types(void)
{
	SWIG_InitializeModule(NULL);
	SWIG_PropagateClientData();
}

SWIGEXPORT int luaopen_sandbox_sdk_core(lua_State *L);
#undef SWIG_init
#undef SWIGEXPORT
#define SWIG_init open_core
#define SWIGEXPORT static
static int open_core(lua_State *L);
int luaopen_sandbox_sdk_core(lua_State *L)
{
	static pthread_once_t types_are_filled = PTHREAD_ONCE_INIT;
	pthread_once(&types_are_filled, fill_types);
	return SWIG_init(L);
}

#include "call.h"
#include "cancel.h"
#include "client.h"
#include "execution_stream.h"
#include "failure.h"
#include "headers.h"
#include "leftovers.h"
#include "loop.h"
#include "pages.h"
#include "request.h"
#include "response.h"
#include "run_many.h"
#include "session.h"
#include "state.h"
#include "stream.h"
#include "timer.h"
#include "userdata.h"
#include "values.h"
#include "view.h"
%}

%include "names.i"

/* Answers and errors reach Lua as values, codes as names, and the operations are known from the generated files. */
%rename("$ignore", regextarget=1) "^sbx_(error|response)_";
%rename("$ignore", regextarget=1, %$isenumitem) "^SBX_";
%rename("$ignore", regextarget=1, %$isconstant) "^SBX_";
%ignore sbx_status_name;
%ignore sbx_operation_count;
%ignore sbx_operation_at;
%ignore sbx_operation_name;
%ignore sbx_client_default_headers;
%ignore sbx_client_default_query;

/* A wrong type here is a mistake in a program: it raises an error. What a user gave comes back as `nil, err`. */
%typemap(in) const char * "$1 = (char *)sbx_lua_check_text(L, $input);"
%typemap(in) sbx_client *client, const sbx_client *client "$1 = sbx_lua_check_client(L, $input);"

%typemap(out) int "lua_pushinteger(L, $1); SWIG_arg++;"
%typemap(out) int sbx_client_is_closed "lua_pushboolean(L, $1); SWIG_arg++;"

/* What enters the library and may call back, and what makes calls. */
%ignore sbx_client_new;
%ignore sbx_client_new_local;
%ignore sbx_client_with_options;
%ignore sbx_client_set_options;
%ignore sbx_client_close;
%ignore sbx_client_invoke;
%ignore sbx_operation_find;
%native(operation_find) int sbx_lua_operation_find(lua_State *L);
%native(client_new) int sbx_lua_client_new(lua_State *L);
%native(client_new_local) int sbx_lua_client_new_local(lua_State *L);
%native(client_with_options) int sbx_lua_client_with_options(lua_State *L);
%native(client_set_options) int sbx_lua_client_set_options(lua_State *L);
%native(client_default_headers) int sbx_lua_client_default_headers(lua_State *L);
%native(client_default_query) int sbx_lua_client_default_query(lua_State *L);
%native(client_close) int sbx_lua_client_close(lua_State *L);
%native(client_invoke) int sbx_lua_client_invoke(lua_State *L);
%native(client_send) int sbx_lua_client_send(lua_State *L);
%native(client_open) int sbx_lua_client_open(lua_State *L);
%native(stream_head) int sbx_lua_stream_head(lua_State *L);
%native(stream_read) int sbx_lua_stream_read(lua_State *L);
%native(stream_line) int sbx_lua_stream_line(lua_State *L);
%native(stream_event) int sbx_lua_stream_event(lua_State *L);
%native(stream_save) int sbx_lua_stream_save(lua_State *L);
%native(stream_is_started) int sbx_lua_stream_is_started(lua_State *L);
%native(stream_close) int sbx_lua_stream_close(lua_State *L);
%native(client_descriptor) int sbx_lua_client_descriptor(lua_State *L);
%native(client_process) int sbx_lua_client_process(lua_State *L);
%native(client_poll) int sbx_lua_client_poll(lua_State *L);
%native(client_next_told) int sbx_lua_client_next_told(lua_State *L);
%native(session_create) int sbx_lua_session_create(lua_State *L);
%native(session_adopt) int sbx_lua_session_adopt(lua_State *L);
%native(session_id) int sbx_lua_session_id(lua_State *L);
%native(session_sandbox) int sbx_lua_session_sandbox(lua_State *L);
%native(session_run) int sbx_lua_session_run(lua_State *L);
%native(session_read) int sbx_lua_session_read(lua_State *L);
%native(session_write) int sbx_lua_session_write(lua_State *L);
%native(session_upload) int sbx_lua_session_upload(lua_State *L);
%native(session_download) int sbx_lua_session_download(lua_State *L);
%native(session_close) int sbx_lua_session_close(lua_State *L);
%native(session_keep) int sbx_lua_session_keep(lua_State *L);
%native(pages_new) int sbx_lua_pages_new(lua_State *L);
%native(pages_next) int sbx_lua_pages_next(lua_State *L);
%native(pages_fetch) int sbx_lua_pages_fetch(lua_State *L);
%native(run_many) int sbx_lua_run_many(lua_State *L);
%native(leftovers_delete) int sbx_lua_leftovers_delete(lua_State *L);
%native(session_stream) int sbx_lua_session_stream(lua_State *L);
%native(execution_stream_begun) int sbx_lua_execution_stream_begun(lua_State *L);
%native(execution_stream_next) int sbx_lua_execution_stream_next(lua_State *L);
%native(execution_stream_close) int sbx_lua_execution_stream_close(lua_State *L);
%native(call_results) int sbx_lua_call_results(lua_State *L);
%native(call_ask) int sbx_lua_call_ask(lua_State *L);
%native(cancel_waitable) int sbx_lua_cancel_waitable(lua_State *L);
%native(cancel) int sbx_lua_new_cancel(lua_State *L);
%native(poll) int sbx_lua_poll(lua_State *L);
%native(now) int sbx_lua_now(lua_State *L);
%native(timer) int sbx_lua_new_timer(lua_State *L);
%native(refuse) int sbx_lua_refuse_argument(lua_State *L);
%native(cancelled) int sbx_lua_cancelled(lua_State *L);
%native(failure) int sbx_lua_new_failure(lua_State *L);

%init %{
	sbx_lua_open_state(L);
	sbx_lua_open_userdata(L);
	sbx_lua_open_values(L);
	sbx_lua_open_view(L);
	sbx_lua_open_headers(L);
	sbx_lua_open_failure(L);
	sbx_lua_open_response(L);
	sbx_lua_open_client(L);
	sbx_lua_open_call(L);
	sbx_lua_open_stream(L);
	sbx_lua_open_cancel(L);
	sbx_lua_open_pages(L);
	sbx_lua_open_session(L);
	sbx_lua_open_execution_stream(L);
	sbx_lua_open_timer(L);
%}

%include "sandbox_sdk.i"
