/*
 * Sessions. Each function is given a token where the call is to be started and driven by the program's event loop, and
 * then gives out its handle; with None it waits, with the GIL released, and gives out the result.
 */
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define SESSION "sandbox_sdk session"

typedef struct session_handle {
	sbx_session *session;
	bool started; /* nothing may wait */
} session_handle;

/* A session that was dropped and not closed: its sandbox is deleted, by the loop if that is driven again. */
static void free_session(PyObject *capsule)
{
	session_handle *handle = PyCapsule_GetPointer(capsule, SESSION);

	if (handle->started) {
		sbx_session_close_start(handle->session, NULL, NULL, NULL, NULL, NULL);
		sbx_session_keep(handle->session, 1);
	}
	Py_BEGIN_ALLOW_THREADS sbx_session_free(handle->session);
	Py_END_ALLOW_THREADS free(handle);
}

/* Takes the session over. */
static PyObject *from_session(sbx_session *session, bool started)
{
	session_handle *handle = calloc(1, sizeof(*handle));
	PyObject *capsule = handle ? PyCapsule_New(handle, SESSION, free_session) : NULL;

	if (capsule) {
		handle->session = session;
		handle->started = started;
		return capsule;
	}
	free(handle);
	sbx_session_keep(session, started);
	sbx_session_free(session);
	return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

sbx_session *python_to_session(PyObject *object)
{
	session_handle *handle = PyCapsule_GetPointer(object, SESSION);

	return handle ? handle->session : NULL;
}

/* A new call of a session. */
static PyObject *new_call(PyObject *session, PyObject *options, PyObject *token, python_started_call **started)
{
	PyObject *capsule = python_to_session(session) ? python_started_call_new(options, token, started) : NULL;

	if (!capsule)
		return NULL;
	Py_INCREF(session);
	(*started)->owner = session;
	(*started)->request.kept = PyList_New(0);
	/* A call that waits puts its response there; one that is started ignores it. */
	(*started)->options.options.response = &(*started)->options.response;
	if ((*started)->request.kept)
		return capsule;
	Py_DECREF(capsule);
	return NULL;
}

static PyObject *no_value(python_started_call *started)
{
	(void)started;
	Py_RETURN_NONE;
}

/* ---- the beginning ---- */

static int read_arguments(void *member, PyObject *value, const char *name, PyObject *kept)
{
	return python_read_json(member, value, name, kept);
}

static const python_member session_members[] = {
        {"arguments", "arguments", read_arguments, offsetof(sbx_session_options, arguments)},
        {"name_prefix", "name_prefix", python_read_text, offsetof(sbx_session_options, name_prefix)},
        {"ready_timeout", "ready_timeout", python_read_seconds, offsetof(sbx_session_options, ready_timeout)},
        {"keep", "keep", python_read_flag, offsetof(sbx_session_options, keep)},
        {NULL, NULL, NULL, 0},
};

static sbx_status collect_session(python_started_call *started)
{
	sbx_session *session = NULL;
	sbx_status status = sbx_call_result_session(started->call, &session, &started->options.error);

	started->made = session;
	return status;
}

static PyObject *convert_session(python_started_call *started)
{
	return from_session(started->made, started->token != NULL);
}

PyObject *python_session_create(sbx_client *client, PyObject *given, PyObject *options, PyObject *token)
{
	sbx_session_options session = SBX_SESSION_OPTIONS_INIT;
	python_started_call *started;
	PyObject *capsule = python_started_call_new(options, token, &started), *result = NULL;
	PyObject *kept = PyList_New(0);
	python_call_options *call = capsule ? &started->options : NULL;
	sbx_session *made = NULL;
	sbx_status status;

	if (!capsule || !kept || python_members_read(&session, session_members, given, kept) < 0) {
		Py_XDECREF(capsule);
		goto done;
	}
	started->collect = collect_session;
	started->convert = convert_session;
	if (token != Py_None) {
		status = sbx_session_create_start(client, &session, &call->options, NULL, started, &started->call,
		                                  &call->error);
		result = python_started_call_begun(capsule, started, status);
		goto done;
	}
	Py_BEGIN_ALLOW_THREADS status = sbx_session_create(client, &session, &call->options, &made, &call->error);
	Py_END_ALLOW_THREADS started->made = made;
	/* Ctrl-C came as it was ready. */
	if (status >= 0 && call->callbacks.raised)
		Py_XDECREF(from_session(made, false));
	result = python_started_call_waited(capsule, started, status);
done:
	sbx_json_free((sbx_json *)session.arguments);
	Py_XDECREF(kept);
	return result;
}

PyObject *python_session_adopt(sbx_client *client, PyObject *id, int keep, int started)
{
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	PyObject *kept = PyList_New(0);
	const char *text = kept ? python_text(id, "id", kept) : NULL;
	sbx_session *session = NULL;
	sbx_error *error = NULL;
	sbx_status status;

	options.keep = keep ? SBX_FLAG_YES : SBX_FLAG_NO;
	status = text ? sbx_session_adopt(client, text, &options, &session, &error) : SBX_ERROR_INVALID_ARGUMENT;
	Py_XDECREF(kept);
	if (status >= 0)
		return from_session(session, started != 0);
	python_raise(error, NULL);
	return NULL;
}

/* ---- commands ---- */

typedef struct command {
	const char *text;
	sbx_run_options *run;
	python_started_call *started;
} command;

static int read_command(void *member, PyObject *value, const char *name, PyObject *kept)
{
	((command *)member)->text = python_text(value, name, kept);
	return ((command *)member)->text ? 0 : -1;
}

static int read_env(void *member, PyObject *value, const char *name, PyObject *kept)
{
	command *read = member;

	if (python_mapping_read(value, name, kept, &read->started->pairs, &read->run->env_count) < 0)
		return -1;
	read->run->env = read->started->pairs;
	return 0;
}

static int read_timeout(void *member, PyObject *value, const char *name, PyObject *kept)
{
	int seconds;

	if (python_read_count(&seconds, value, name, kept) < 0)
		return -1;
	((command *)member)->run->timeout = seconds;
	return 0;
}

static int read_working_dir(void *member, PyObject *value, const char *name, PyObject *kept)
{
	return python_read_text(&((command *)member)->run->working_dir, value, name, kept);
}

static int read_check(void *member, PyObject *value, const char *name, PyObject *kept)
{
	return python_read_flag(&((command *)member)->run->check, value, name, kept);
}

static const python_member run_members[] = {
        {"command", "command", read_command, 0},     {"env", "env", read_env, 0},
        {"timeout", "api_timeout", read_timeout, 0}, {"working_dir", "working_dir", read_working_dir, 0},
        {"check", "check", read_check, 0},           {NULL, NULL, NULL, 0},
};

int python_run_read(python_started_call *started, PyObject *given, const char **text, sbx_run_options *run)
{
	command read = {NULL, run, started};

	*run = (sbx_run_options)SBX_RUN_OPTIONS_INIT;
	if (python_members_read(&read, run_members, given, started->request.kept) < 0)
		return -1;
	*text = read.text;
	return 0;
}

PyObject *python_session_run(PyObject *session, PyObject *given, PyObject *options, PyObject *token)
{
	sbx_run_options run;
	const char *text;
	python_started_call *started;
	PyObject *capsule = new_call(session, options, token, &started);
	sbx_session *own = python_to_session(session);
	python_call_options *call;
	sbx_status status;

	if (!capsule)
		return NULL;
	call = &started->options;
	if (python_run_read(started, given, &text, &run) < 0) {
		Py_DECREF(capsule);
		return NULL;
	}
	if (token != Py_None)
		return python_started_call_begun(capsule, started,
		                                 sbx_session_run_start(own, text, &run, &call->options, NULL, started,
		                                                       &started->call, &call->error));
	Py_BEGIN_ALLOW_THREADS status = sbx_session_run(own, text, &run, &call->options, NULL, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

/* ---- files ---- */

/* The path, as text that stays as long as the call. */
static const char *call_path(python_started_call *started, PyObject *path)
{
	return python_text(path, "path", started->request.kept);
}

PyObject *python_session_read(PyObject *session, PyObject *path, PyObject *options, PyObject *token)
{
	python_started_call *started;
	PyObject *capsule = new_call(session, options, token, &started);
	sbx_session *own = python_to_session(session);
	const char *text = capsule ? call_path(started, path) : NULL;
	python_call_options *call;
	sbx_status status;

	if (!text) {
		Py_XDECREF(capsule);
		return NULL;
	}
	call = &started->options;
	if (!call->options.sink)
		call->sink.sink = (sbx_sink)SBX_SINK_INIT;
	if (token != Py_None)
		return python_started_call_begun(capsule, started,
		                                 sbx_session_read_into_start(own, text, &call->sink.sink,
		                                                             &call->options, NULL, started,
		                                                             &started->call, &call->error));
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_session_read_into(own, text, &call->sink.sink, &call->options, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

PyObject *python_session_write(PyObject *session, PyObject *path, PyObject *options, PyObject *token)
{
	python_started_call *started;
	PyObject *capsule = new_call(session, options, token, &started);
	sbx_session *own = python_to_session(session);
	const char *text = capsule ? call_path(started, path) : NULL;
	python_call_options *call;
	sbx_status status;

	if (!text) {
		Py_XDECREF(capsule);
		return NULL;
	}
	call = &started->options;
	started->convert = no_value;
	if (token != Py_None)
		return python_started_call_begun(capsule, started,
		                                 sbx_session_write_from_start(own, text, call->options.source,
		                                                              &call->options, NULL, started,
		                                                              &started->call, &call->error));
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_session_write_from(own, text, call->options.source, &call->options, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

/* ---- files and directories ---- */

typedef struct transfer {
	const char *local;
	const char *remote;
	sbx_transfer_options options;
	python_started_call *started;
} transfer;

static int read_local(void *member, PyObject *value, const char *name, PyObject *kept)
{
	((transfer *)member)->local = python_path(value, name, kept);
	return ((transfer *)member)->local ? 0 : -1;
}

static int read_limit(void *member, PyObject *value, const char *name, PyObject *kept)
{
	int64_t limit = PyLong_AsLongLong(value);

	(void)kept;
	if (PyErr_Occurred())
		return -1;
	if (limit < 0) {
		PyErr_Format(PyExc_ValueError, "`%s` must not be negative", name);
		return -1;
	}
	memcpy(member, &limit, sizeof(limit));
	return 0;
}

/* What is not moved is told as (path, reason). */
static void tell_skipped(void *user_data, const char *path, const char *reason)
{
	python_started_call *started = user_data;
	python_callbacks *callbacks = &started->options.callbacks;
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *handle = callbacks->handle, *text, *result;

	Py_XINCREF(handle);
	if (!callbacks->raised) {
		text = PyUnicode_DecodeFSDefault(path);
		result = text ? PyObject_CallFunction(started->skipped, "Os", text, reason) : NULL;
		if (!result)
			python_callbacks_fail(callbacks);
		Py_XDECREF(result);
		Py_XDECREF(text);
	}
	Py_XDECREF(handle);
	PyGILState_Release(state);
}

static int read_skipped(void *member, PyObject *value, const char *name, PyObject *kept)
{
	transfer *read = member;

	if (!PyCallable_Check(value)) {
		PyErr_Format(PyExc_TypeError, "`%s` must be callable", name);
		return -1;
	}
	read->started->skipped = value;
	read->options.skipped = tell_skipped;
	read->options.skipped_user_data = read->started;
	return PyList_Append(kept, value);
}

static const python_member transfer_members[] = {
        {"local", "local", read_local, 0},
        {"remote", "remote", python_read_text, offsetof(transfer, remote)},
        {"directory", "directory", python_read_flag, offsetof(transfer, options.directory)},
        {"max_entries", "max_entries", read_limit, offsetof(transfer, options.max_entries)},
        {"max_bytes", "max_bytes", read_limit, offsetof(transfer, options.max_bytes)},
        {"remote_temporary", "remote_temporary", python_read_text, offsetof(transfer, options.remote_temporary)},
        {"skipped", "skipped", read_skipped, 0},
        {NULL, NULL, NULL, 0},
};

/* A new call that moves something. */
static PyObject *new_transfer(PyObject *session, PyObject *given, PyObject *options, PyObject *token, transfer *read,
                              python_started_call **started)
{
	PyObject *capsule = new_call(session, options, token, started);

	if (!capsule)
		return NULL;
	*read = (transfer){.options = SBX_TRANSFER_OPTIONS_INIT, .started = *started};
	(*started)->convert = no_value;
	if (python_members_read(read, transfer_members, given, (*started)->request.kept) < 0) {
		Py_DECREF(capsule);
		return NULL;
	}
	/* The file that an exception is about. */
	(*started)->options.sink.sink.path = read->local;
	return capsule;
}

PyObject *python_session_upload(PyObject *session, PyObject *given, PyObject *options, PyObject *token)
{
	transfer read;
	python_started_call *started;
	PyObject *capsule = new_transfer(session, given, options, token, &read, &started);
	sbx_session *own = python_to_session(session);
	python_call_options *call;
	sbx_status status;

	if (!capsule)
		return NULL;
	call = &started->options;
	if (token != Py_None) {
		status = sbx_session_upload_start(own, read.local, read.remote, &read.options, &call->options, NULL,
		                                  started, &started->call, &call->error);
		return python_started_call_begun(capsule, started, status);
	}
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_session_upload(own, read.local, read.remote, &read.options, &call->options, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

PyObject *python_session_download(PyObject *session, PyObject *given, PyObject *options, PyObject *token)
{
	transfer read;
	python_started_call *started;
	PyObject *capsule = new_transfer(session, given, options, token, &read, &started);
	sbx_session *own = python_to_session(session);
	python_call_options *call;
	sbx_status status;

	if (!capsule)
		return NULL;
	call = &started->options;
	if (token != Py_None) {
		status = sbx_session_download_start(own, read.remote, read.local, &read.options, &call->options, NULL,
		                                    started, &started->call, &call->error);
		return python_started_call_begun(capsule, started, status);
	}
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_session_download(own, read.remote, read.local, &read.options, &call->options, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

/* ---- the end ---- */

PyObject *python_session_close(PyObject *session, PyObject *options, PyObject *token)
{
	python_started_call *started;
	PyObject *capsule = new_call(session, options, token, &started);
	sbx_session *own = python_to_session(session);
	python_call_options *call;
	sbx_status status;

	if (!capsule)
		return NULL;
	call = &started->options;
	started->convert = no_value;
	if (token != Py_None)
		return python_started_call_begun(
		        capsule, started,
		        sbx_session_close_start(own, &call->options, NULL, started, &started->call, &call->error));
	Py_BEGIN_ALLOW_THREADS status = sbx_session_close(own, &call->options, &call->error);
	Py_END_ALLOW_THREADS return python_started_call_waited(capsule, started, status);
}

PyObject *python_session_keep(PyObject *session, int keep)
{
	sbx_session *own = python_to_session(session);

	if (!own)
		return NULL;
	sbx_session_keep(own, keep);
	Py_RETURN_NONE;
}

PyObject *python_session_id(PyObject *session)
{
	sbx_session *own = python_to_session(session);

	return own ? python_from_text(sbx_session_id(own)) : NULL;
}

PyObject *python_session_sandbox(PyObject *session)
{
	sbx_session *own = python_to_session(session);
	const sbx_sandbox *sandbox = own ? sbx_session_sandbox(own) : NULL;

	if (!own)
		return NULL;
	return python_from_json(sandbox ? sbx_sandbox_json(sandbox) : NULL);
}

PyObject *python_error_execution(PyObject *error)
{
	const sbx_error *own = python_to_error(error);
	const sbx_execution *execution = own ? sbx_error_execution(own) : NULL;

	if (!own)
		return NULL;
	return python_from_json(execution ? sbx_execution_json(execution) : NULL);
}
