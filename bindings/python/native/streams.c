/*
 * The bytes of uploads and downloads: where they are in memory, a file's path, or Python callables that are asked for
 * them or given them while the request runs.
 */
#include <string.h>

#include "options.h"

/* Calls a callable of the request's with the GIL. NULL where it raised, or an exception is already on its way out. */
static PyObject *call(PyObject *callable, const char *format, const void *data, Py_ssize_t length)
{
	if (PyErr_Occurred())
		return NULL;
	if (!format)
		return PyObject_CallFunction(callable, NULL);
	return data ? PyObject_CallFunction(callable, format, data, length)
	            : PyObject_CallFunction(callable, format, length);
}

/* The next bytes of the caller's source, as a reference in `chunk`; an empty one is the end. */
static int next_chunk(python_request *request, size_t capacity)
{
	Py_CLEAR(request->chunk);
	request->consumed = 0;
	request->chunk = call(request->read, "n", NULL, (Py_ssize_t)capacity);
	if (!request->chunk)
		return -1;
	if (PyBytes_Check(request->chunk))
		return 0;
	PyErr_SetString(PyExc_TypeError,
	                "`file` gave something else than bytes; a file is opened in binary mode, \"rb\"");
	return -1;
}

static int64_t read_source(void *user_data, void *buffer, size_t capacity)
{
	python_request *request = user_data;
	PyGILState_STATE state = PyGILState_Ensure();
	int64_t given = -1;
	Py_ssize_t length;

	if (!request->chunk && next_chunk(request, capacity) < 0)
		goto done;
	length = PyBytes_Size(request->chunk) - request->consumed;
	given = length < (Py_ssize_t)capacity ? length : (int64_t)capacity;
	memcpy(buffer, PyBytes_AsString(request->chunk) + request->consumed, (size_t)given);
	request->consumed += (Py_ssize_t)given;
	if (given == length)
		Py_CLEAR(request->chunk);
done:
	PyGILState_Release(state);
	return given;
}

static int rewind_source(void *user_data)
{
	python_request *request = user_data;
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *result;

	Py_CLEAR(request->chunk);
	result = call(request->rewind, NULL, NULL, 0);
	Py_XDECREF(result);
	PyGILState_Release(state);
	return result ? 0 : -1;
}

static int write_sink(void *user_data, const void *data, size_t length)
{
	python_request *request = user_data;
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *result = call(request->write, "y#", data, (Py_ssize_t)length);

	Py_XDECREF(result);
	PyGILState_Release(state);
	return result ? 0 : -1;
}

static int read_bytes(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_source *source = &((python_request *)member)->source;
	char *data;
	Py_ssize_t length;

	(void)name;
	if (PyBytes_AsStringAndSize(value, &data, &length) < 0 || PyList_Append(kept, value) < 0)
		return -1;
	source->kind = SBX_SOURCE_MEMORY;
	source->data = data;
	source->length = (size_t)length;
	return 0;
}

static int read_source_path(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_source *source = &((python_request *)member)->source;

	source->kind = SBX_SOURCE_PATH;
	source->path = python_path(value, name, kept);
	return source->path ? 0 : -1;
}

static int read_reader(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	request->source.kind = SBX_SOURCE_CALLBACK;
	request->source.read = read_source;
	request->source.user_data = request;
	request->read = value;
	return PyList_Append(kept, value);
}

static int read_rewinder(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	request->source.rewind = rewind_source;
	request->rewind = value;
	return PyList_Append(kept, value);
}

static int read_total(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	(void)kept;
	request->source.total = PyLong_AsLongLong(value);
	return PyErr_Occurred() ? -1 : 0;
}

static int read_sink_path(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_sink *sink = &((python_request *)member)->sink;

	sink->kind = SBX_SINK_PATH;
	sink->path = python_path(value, name, kept);
	return sink->path ? 0 : -1;
}

static int read_writer(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	request->sink.kind = SBX_SINK_CALLBACK;
	request->sink.write = write_sink;
	request->sink.user_data = request;
	request->write = value;
	return PyList_Append(kept, value);
}

static const python_member source_members[] = {
        {"data", "file", read_bytes, 0},
        {"path", "file", read_source_path, 0},
        {"read", "file", read_reader, 0},
        {"rewind", "file", read_rewinder, 0},
        {"total", "file", read_total, 0},
        {"filename", "file's name", python_read_text, offsetof(python_request, source.filename)},
        {"content_type", "file's content type", python_read_text, offsetof(python_request, source.content_type)},
        {NULL, NULL, NULL, 0},
};

static const python_member sink_members[] = {
        {"path", "into", read_sink_path, 0},
        {"write", "into", read_writer, 0},
        {NULL, NULL, NULL, 0},
};

int python_source_read(python_request *request, PyObject *given)
{
	request->options.source = &request->source;
	return python_members_read(request, source_members, given, request->kept);
}

int python_sink_read(python_request *request, PyObject *given)
{
	request->options.sink = &request->sink;
	return python_members_read(request, sink_members, given, request->kept);
}
