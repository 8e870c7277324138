/*
 * Streams: answers whose body the program reads as it comes, waiting for it or driven by its event loop.
 */
#include <stdlib.h>

#include "native.h"

#define STREAM "sandbox_sdk stream"

typedef struct stream_handle {
	python_call_options options;
	python_request request;
	PyObject *token; /* what the program knows it by; NULL: its reads wait */
	sbx_stream *stream;
	char *buffer; /* for reads */
	size_t capacity;
	bool is_read; /* a thread reads now */
} stream_handle;

static void free_stream(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	sbx_stream_free(handle->stream);
	python_request_clear(&handle->request);
	python_call_options_clear(&handle->options);
	Py_XDECREF(handle->token);
	free(handle->buffer);
	free(handle);
}

static PyObject *new_stream(PyObject *request, PyObject *options, stream_handle **handle)
{
	stream_handle *made = calloc(1, sizeof(*made));
	PyObject *capsule = made ? PyCapsule_New(made, STREAM, free_stream) : NULL;

	if (!capsule) {
		free(made);
		return PyErr_Occurred() ? NULL : PyErr_NoMemory();
	}
	*handle = made;
	if (python_call_options_read(&made->options, options) == 0 &&
	    python_request_read(&made->request, request, &made->options.callbacks) == 0)
		return capsule;
	Py_DECREF(capsule);
	return NULL;
}

/* The handle, or the exception that opening has ended with. */
static PyObject *opened(PyObject *capsule, stream_handle *handle, sbx_status status)
{
	if (status >= 0 && !handle->options.callbacks.raised)
		return capsule;
	python_call_raise(&handle->options);
	Py_DECREF(capsule);
	return NULL;
}

PyObject *python_client_open(sbx_client *client, PyObject *request, PyObject *options)
{
	stream_handle *handle;
	PyObject *capsule = new_stream(request, options, &handle);
	sbx_status status;

	if (!capsule)
		return NULL;
	Py_BEGIN_ALLOW_THREADS status = sbx_client_open(client, &handle->request.request, &handle->options.options,
	                                                &handle->stream, &handle->options.error);
	Py_END_ALLOW_THREADS return opened(capsule, handle, status);
}

static void on_ready(void *user_data, sbx_stream *stream)
{
	PyGILState_STATE state = PyGILState_Ensure();

	(void)stream;
	Py_INCREF(Py_None);
	python_tell(((stream_handle *)user_data)->token, Py_None);
	PyGILState_Release(state);
}

PyObject *python_client_open_start(sbx_client *client, PyObject *request, PyObject *options, PyObject *token)
{
	stream_handle *handle;
	PyObject *capsule = new_stream(request, options, &handle);
	python_call_options *call = &handle->options;

	if (!capsule)
		return NULL;
	call->options.interrupt = NULL;
	call->callbacks.handle = capsule;
	call->callbacks.may_wait = true;
	Py_INCREF(token);
	handle->token = token;
	return opened(capsule, handle,
	              sbx_client_open_start(client, &handle->request.request, &call->options, on_ready, handle,
	                                    &handle->stream, &call->error));
}

/* None while a started stream has no head. */
PyObject *python_stream_head(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);
	const sbx_response *response = NULL;
	sbx_status status;

	if (!handle)
		return NULL;
	status = sbx_stream_head(handle->stream, &response, &handle->options.error);
	if (status == SBX_OK)
		return python_from_borrowed_response(response, capsule);
	if (status == SBX_WOULD_BLOCK)
		Py_RETURN_NONE;
	python_call_raise(&handle->options);
	return NULL;
}

static int make_room(stream_handle *handle, size_t size)
{
	char *grown;

	if (size < 1) {
		PyErr_SetString(PyExc_ValueError, "a read asks for at least one byte");
		return -1;
	}
	if (handle->is_read) {
		PyErr_SetString(PyExc_RuntimeError, "another thread reads this already");
		return -1;
	}
	if (handle->capacity >= size)
		return 0;
	grown = realloc(handle->buffer, size);
	if (!grown) {
		PyErr_NoMemory();
		return -1;
	}
	handle->buffer = grown;
	handle->capacity = size;
	return 0;
}

/* Bytes; none at the end. None where a started stream has nothing yet. */
PyObject *python_stream_read(PyObject *capsule, size_t size)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);
	python_call_options *call = &handle->options;
	size_t got = 0;
	sbx_status status;

	if (!handle || make_room(handle, size) < 0)
		return NULL;
	handle->is_read = true;
	Py_BEGIN_ALLOW_THREADS status = sbx_stream_read(handle->stream, handle->buffer, size, &got, &call->error);
	Py_END_ALLOW_THREADS handle->is_read = false;
	if (status == SBX_WOULD_BLOCK)
		Py_RETURN_NONE;
	if (status >= 0 && !call->callbacks.raised)
		return PyBytes_FromStringAndSize(handle->buffer, (Py_ssize_t)got);
	python_call_raise(call);
	return NULL;
}

PyObject *python_stream_resume(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	if (!handle)
		return NULL;
	sbx_stream_resume(handle->stream);
	Py_RETURN_NONE;
}

PyObject *python_stream_cancel(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	if (!handle)
		return NULL;
	sbx_stream_cancel(handle->stream);
	Py_RETURN_NONE;
}
