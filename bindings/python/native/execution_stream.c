/*
 * The events of a command that runs in a session: waited for, or told when there are any.
 */
#include <stdlib.h>

#include "native.h"

#define STREAM "sandbox_sdk execution stream"

typedef struct stream_handle {
	PyObject *call; /* the handle that holds the options, and the session */
	python_started_call *started;
	sbx_execution_stream *stream;
} stream_handle;

static void free_stream(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	sbx_execution_stream_free(handle->stream);
	Py_XDECREF(handle->call);
	free(handle);
}

static void on_ready(void *user_data, sbx_execution_stream *stream)
{
	PyGILState_STATE state = PyGILState_Ensure();

	(void)stream;
	Py_INCREF(Py_None);
	python_tell(((stream_handle *)user_data)->started->token, Py_None);
	PyGILState_Release(state);
}

static PyObject *new_stream(PyObject *session, PyObject *options, PyObject *token, stream_handle **made)
{
	stream_handle *handle = calloc(1, sizeof(*handle));
	PyObject *capsule = handle ? PyCapsule_New(handle, STREAM, free_stream) : NULL;

	if (!capsule) {
		free(handle);
		return PyErr_Occurred() ? NULL : PyErr_NoMemory();
	}
	handle->call = python_started_call_new(options, token, &handle->started);
	if (handle->call)
		handle->started->request.kept = PyList_New(0);
	if (!handle->call || !handle->started->request.kept) {
		Py_DECREF(capsule);
		return NULL;
	}
	Py_INCREF(session);
	handle->started->owner = session;
	*made = handle;
	return capsule;
}

PyObject *python_session_stream(PyObject *session, PyObject *given, PyObject *options, PyObject *token)
{
	sbx_session *own = python_to_session(session);
	stream_handle *handle;
	PyObject *capsule = own ? new_stream(session, options, token, &handle) : NULL;
	python_call_options *call;
	sbx_run_options run;
	const char *text;
	sbx_status status;

	if (!capsule)
		return NULL;
	call = &handle->started->options;
	if (python_run_read(handle->started, given, &text, &run) < 0)
		goto failed;
	if (token != Py_None) {
		status = sbx_session_stream_start(own, text, &run, &call->options, on_ready, handle, &handle->stream,
		                                  &call->error);
	} else {
		Py_BEGIN_ALLOW_THREADS status =
		        sbx_session_stream(own, text, &run, &call->options, &handle->stream, &call->error);
		Py_END_ALLOW_THREADS
	}
	if (status >= 0 && !call->callbacks.raised)
		return capsule;
	python_call_raise(call);
failed:
	Py_DECREF(capsule);
	return NULL;
}

static PyObject *from_event(const sbx_execution_event *event)
{
	bool is_output = event->kind == SBX_EXECUTION_STDOUT || event->kind == SBX_EXECUTION_STDERR;
	PyObject *data =
	        PyBytes_FromStringAndSize(is_output ? event->data : "", is_output ? (Py_ssize_t)event->length : 0);
	PyObject *result =
	        data ? python_from_json(event->execution ? sbx_execution_json(event->execution) : NULL) : NULL;
	PyObject *id = result ? python_from_text(event->id) : NULL, *made = NULL;

	if (id)
		made = Py_BuildValue("iOOLO", (int)event->kind, data, id, (long long)event->execution_time_ms, result);
	Py_XDECREF(data);
	Py_XDECREF(result);
	Py_XDECREF(id);
	return made;
}

PyObject *python_execution_stream_next(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	python_call_options *call;
	sbx_status status;

	if (!handle)
		return NULL;
	call = &handle->started->options;
	Py_BEGIN_ALLOW_THREADS status = sbx_execution_stream_next(handle->stream, &event, &call->error);
	Py_END_ALLOW_THREADS if (status < 0 || call->callbacks.raised)
	{
		python_call_raise(call);
		return NULL;
	}
	if (status == SBX_WOULD_BLOCK)
		Py_RETURN_FALSE;
	if (status == SBX_DONE)
		Py_RETURN_NONE;
	return from_event(&event);
}

PyObject *python_execution_stream_cancel(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	if (!handle)
		return NULL;
	sbx_execution_stream_cancel(handle->stream);
	Py_RETURN_NONE;
}
