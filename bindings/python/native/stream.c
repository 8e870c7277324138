/*
 * Streams: answers whose body the program reads as it comes, waiting for it or driven by its event loop.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "native.h"

#define STREAM "sandbox_sdk stream"

typedef struct stream_handle {
	python_call_options options;
	python_request request;
	PyObject *token; /* what the program knows it by; NULL: its reads wait */
	sbx_stream *stream;
	bool is_read;    /* a thread reads now */
	PyObject *place; /* bytes that nobody has yet, for the next read; NULL: none */
	long long saved; /* bytes that went to a file */
} stream_handle;

static void free_stream(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	sbx_stream_free(handle->stream);
	python_request_clear(&handle->request);
	python_call_options_clear(&handle->options);
	Py_XDECREF(handle->token);
	Py_XDECREF(handle->place);
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

static int check_read(const stream_handle *handle, size_t size)
{
	if (size < 1 || size > PY_SSIZE_T_MAX)
		PyErr_SetString(PyExc_ValueError, "a read asks for at least one byte, and for less than memory holds");
	else if (handle->is_read)
		PyErr_SetString(PyExc_RuntimeError, "another thread reads this already");
	else
		return 0;
	return -1;
}

/* Bytes of a size for the library to write to: nobody else knows of them yet. */
static PyObject *take_place(stream_handle *handle, size_t size)
{
	PyObject *place = handle->place;

	handle->place = NULL;
	if (place && PyBytes_Size(place) == (Py_ssize_t)size)
		return place;
	Py_XDECREF(place);
	return PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
}

/* A place that is full is given out as it is; of another what is in it, and the place stays for the next read. */
static PyObject *give_out(stream_handle *handle, PyObject *place, size_t got)
{
	PyObject *bytes;

	if (PyBytes_Size(place) == (Py_ssize_t)got)
		return place;
	bytes = PyBytes_FromStringAndSize(PyBytes_AsString(place), (Py_ssize_t)got);
	handle->place = place;
	return bytes;
}

/* Bytes; none at the end. None where a started stream has nothing yet. */
PyObject *python_stream_read(PyObject *capsule, size_t size)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);
	PyObject *place = handle && check_read(handle, size) == 0 ? take_place(handle, size) : NULL;
	python_call_options *call = &handle->options;
	size_t got = 0;
	sbx_status status;

	if (!place)
		return NULL;
	char *buffer = PyBytes_AsString(place);
	handle->is_read = true;
	Py_BEGIN_ALLOW_THREADS status = sbx_stream_read(handle->stream, buffer, size, &got, &call->error);
	Py_END_ALLOW_THREADS handle->is_read = false;
	if (status >= 0 && status != SBX_WOULD_BLOCK && !call->callbacks.raised)
		return give_out(handle, place, got);
	handle->place = place;
	if (status == SBX_WOULD_BLOCK)
		Py_RETURN_NONE;
	python_call_raise(call);
	return NULL;
}

/* Where a body is saved. */
typedef struct saved_file {
	int descriptor;
	int system_errno;
	long long *written;
	python_callbacks *callbacks;
} saved_file;

static int write_to_file(void *user_data, const void *data, size_t length)
{
	saved_file *file = user_data;
	const char *bytes = data;

	while (length) {
		ssize_t put = write(file->descriptor, bytes, length);
		if (put < 0 && errno == EINTR) {
			/* What a handler of the program's raises is raised, not that the write was interrupted. */
			if (python_interrupted(file->callbacks))
				return -1;
			continue;
		}
		if (put < 0) {
			file->system_errno = errno;
			return -1;
		}
		bytes += put;
		length -= (size_t)put;
		*file->written += put;
	}
	return 0;
}

/* Writes the rest of the body to an open file. What writing fails with is raised as Python's own write() does. */
PyObject *python_stream_save(PyObject *capsule, int descriptor)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);
	python_call_options *call = &handle->options;
	saved_file file = {descriptor, 0, &handle->saved, &call->callbacks};
	sbx_sink sink = SBX_SINK_INIT;
	sbx_status status;

	if (!handle || check_read(handle, 1) < 0)
		return NULL;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = write_to_file;
	sink.user_data = &file;
	handle->is_read = true;
	Py_BEGIN_ALLOW_THREADS status = sbx_stream_save(handle->stream, &sink, &call->error);
	Py_END_ALLOW_THREADS handle->is_read = false;
	if (status >= 0 && !call->callbacks.raised)
		Py_RETURN_NONE;
	python_call_raise(call);
	if (file.system_errno && PyErr_ExceptionMatches(PyExc_Exception)) {
		PyErr_Clear();
		errno = file.system_errno;
		PyErr_SetFromErrno(PyExc_OSError);
	}
	return NULL;
}

/* How many bytes that was, also where it failed. */
PyObject *python_stream_saved(PyObject *capsule)
{
	stream_handle *handle = PyCapsule_GetPointer(capsule, STREAM);

	return handle ? PyLong_FromLongLong(handle->saved) : NULL;
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
