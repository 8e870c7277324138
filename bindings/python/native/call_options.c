/*
 * The options of one call, a dict whose keys are the members of sbx_request_options, and its result.
 */
#include <stdlib.h>

#include "options.h"

static int read_headers(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	if (python_headers_read(value, name, kept, &call->headers, &call->options.headers_count) < 0)
		return -1;
	call->options.headers = call->headers;
	return 0;
}

static int read_credentials(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	if (python_headers_read(value, name, kept, &call->credentials, &call->options.credentials_count) < 0)
		return -1;
	call->options.credentials = call->credentials;
	return 0;
}

static int read_query(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	if (python_read_json(&call->query, value, name, kept) < 0)
		return -1;
	call->options.query = call->query;
	return 0;
}

static int read_body(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	if (python_read_json(&call->body, value, name, kept) < 0)
		return -1;
	call->options.body = call->body;
	return 0;
}

static int read_source(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	(void)name;
	call->options.source = &call->source.source;
	return python_source_read(&call->source, value, &call->callbacks, kept);
}

static int read_sink(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	(void)name;
	call->options.sink = &call->sink.sink;
	return python_sink_read(&call->sink, value, &call->callbacks, kept);
}

/* The callable is told (done, total), of which the latter is None where nobody knows it. */
static void tell_progress(void *user_data, int64_t done, int64_t total)
{
	python_call_options *call = user_data;
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *handle = call->callbacks.handle, *result = NULL;

	Py_XINCREF(handle);
	if (!call->callbacks.raised) {
		result = total == SBX_DEFAULT
		                 ? PyObject_CallFunction(call->progress, "LO", (long long)done, Py_None)
		                 : PyObject_CallFunction(call->progress, "LL", (long long)done, (long long)total);
		if (!result)
			python_callbacks_fail(&call->callbacks);
	}
	Py_XDECREF(result);
	Py_XDECREF(handle);
	PyGILState_Release(state);
}

static int read_progress(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_call_options *call = member;

	if (!PyCallable_Check(value)) {
		PyErr_Format(PyExc_TypeError, "`%s` must be callable", name);
		return -1;
	}
	call->progress = value;
	call->options.progress = tell_progress;
	call->options.progress_user_data = call;
	return PyList_Append(kept, value);
}

#define MEMBER(name, argument, read) {#name, argument, read, offsetof(python_call_options, options.name)}
#define WHOLE(name, argument, read) {#name, argument, read, 0}

static const python_member members[] = {
        WHOLE(headers, "extra_headers", read_headers),
        WHOLE(credentials, "auth_headers", read_credentials),
        WHOLE(query, "extra_query", read_query),
        WHOLE(body, "extra_body", read_body),
        MEMBER(timeout, "timeout", python_read_seconds),
        MEMBER(connect_timeout, "timeout.connect", python_read_seconds),
        MEMBER(read_timeout, "timeout.read", python_read_seconds),
        MEMBER(write_timeout, "timeout.write", python_read_seconds),
        MEMBER(pool_timeout, "timeout.pool", python_read_seconds),
        MEMBER(deadline, "deadline", python_read_seconds),
        MEMBER(max_retries, "max_retries", python_read_count),
        MEMBER(follow_redirects, "follow_redirects", python_read_flag),
        MEMBER(idempotency_key, "idempotency_key", python_read_text),
        WHOLE(source, "file", read_source),
        WHOLE(sink, "into", read_sink),
        WHOLE(progress, "progress", read_progress),
        {NULL, NULL, NULL, 0},
};

int python_call_options_read(python_call_options *call, PyObject *given)
{
	*call = (python_call_options){.options = SBX_REQUEST_OPTIONS_INIT};
	call->options.interrupt = python_interrupted;
	call->options.interrupt_user_data = &call->callbacks;
	call->options.attempt_user_data = call;
	if (given == Py_None)
		return 0;
	call->kept = PyList_New(0);
	return call->kept ? python_members_read(call, members, given, call->kept) : -1;
}

void python_call_options_clear(python_call_options *call)
{
	sbx_response_free(call->response);
	sbx_error_free(call->error);
	sbx_json_free(call->query);
	sbx_json_free(call->body);
	free(call->headers);
	free(call->credentials);
	Py_CLEAR(call->source.chunk);
	Py_CLEAR(call->callbacks.raised);
	Py_CLEAR(call->kept);
	Py_CLEAR(call->exchanges);
}

/* The file on this machine that the call read or wrote. */
static const char *local_path(const python_call_options *call)
{
	return call->source.source.path ? call->source.source.path : call->sink.sink.path;
}

/* What a transport in Python has raised in the last attempt is why there is no answer. */
static void set_cause(PyObject *exception, sbx_status code, PyObject *exchanges)
{
	PyObject *cause = exchanges ? PyDict_GetItemString(exchanges, "failure") : NULL;

	if (!cause || !exception || (code != SBX_ERROR_CONNECTION && code != SBX_ERROR_TIMEOUT))
		return;
	Py_INCREF(cause);
	PyException_SetCause(exception, cause);
}

PyObject *python_call_exception(python_call_options *call)
{
	PyObject *raised = call->callbacks.raised, *exception;
	sbx_error *error = call->error;
	sbx_status code = sbx_error_code(error);

	call->callbacks.raised = NULL;
	call->error = NULL;
	if (!raised) {
		exception = python_exception_from(error, local_path(call));
		set_cause(exception, code, call->exchanges);
		return exception;
	}
	sbx_error_free(error);
	return raised;
}

void python_call_raise(python_call_options *call)
{
	python_raise_exception(python_call_exception(call));
}

PyObject *python_call_result(python_call_options *call, sbx_status status)
{
	PyObject *response;

	/* A callback may have raised and the call ended well all the same: Ctrl-C as the last byte came. */
	if (status < 0 || call->callbacks.raised) {
		python_call_raise(call);
		return NULL;
	}
	response = python_from_response(call->response);
	call->response = NULL;
	return response;
}
