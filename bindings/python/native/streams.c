/*
 * The bytes of uploads and downloads: where they are in memory, a file's path, or Python callables that are asked for
 * them or given them while the request runs.
 */
#include <string.h>

#include "options.h"

/* A turn of one of the caller's callables: the GIL, and the handle of the call, which the callable may drop. */
typedef struct turn {
	PyGILState_STATE state;
	PyObject *handle;
} turn;

static turn begin(const python_callbacks *callbacks)
{
	turn begun = {.state = PyGILState_Ensure(), .handle = callbacks->handle};

	Py_XINCREF(begun.handle);
	return begun;
}

/* Nothing of the call may be used after this. */
static void end(turn begun)
{
	Py_XDECREF(begun.handle);
	PyGILState_Release(begun.state);
}

/* What a callable gave; NULL where it raised, or an exception is already on its way out. Takes over `argument`. */
static PyObject *call(python_callbacks *callbacks, PyObject *callable, PyObject *argument)
{
	PyObject *result = NULL;

	if (!callbacks->raised && (argument || !PyErr_Occurred()))
		result = PyObject_CallFunctionObjArgs(callable, argument, NULL);
	Py_XDECREF(argument);
	if (!result && !callbacks->raised)
		python_callbacks_fail(callbacks);
	return result;
}

/* Asks the caller's source for its next bytes. 1: they are in `chunk`, none are the end; 0: later; -1: it failed. */
static int next_chunk(python_source *source, size_t capacity)
{
	PyObject *chunk = call(source->callbacks, source->read, PyLong_FromSize_t(capacity));

	if (!chunk)
		return -1;
	if (chunk == Py_None && source->callbacks->may_wait) {
		Py_DECREF(chunk);
		return 0;
	}
	if (PyBytes_Check(chunk)) {
		source->chunk = chunk;
		source->consumed = 0;
		return 1;
	}
	PyErr_SetString(PyExc_TypeError,
	                "`file` gave something else than bytes; a file is opened in binary mode, \"rb\"");
	python_callbacks_fail(source->callbacks);
	Py_DECREF(chunk);
	return -1;
}

/* Copies what there is of the chunk, which is dropped with its last byte. */
static int64_t take_chunk(python_source *source, void *buffer, size_t capacity)
{
	Py_ssize_t length = PyBytes_Size(source->chunk) - source->consumed;
	Py_ssize_t given = length < (Py_ssize_t)capacity ? length : (Py_ssize_t)capacity;

	memcpy(buffer, PyBytes_AsString(source->chunk) + source->consumed, (size_t)given);
	source->consumed += given;
	if (given == length)
		Py_CLEAR(source->chunk);
	return given;
}

static int64_t read_source(void *user_data, void *buffer, size_t capacity)
{
	python_source *source = user_data;
	turn begun = begin(source->callbacks);
	int there = source->chunk ? 1 : next_chunk(source, capacity);
	int64_t given = there < 0 ? -1 : there == 0 ? SBX_SOURCE_LATER : take_chunk(source, buffer, capacity);

	end(begun);
	return given;
}

static int rewind_source(void *user_data)
{
	python_source *source = user_data;
	turn begun = begin(source->callbacks);
	PyObject *result;
	int rewound;

	Py_CLEAR(source->chunk);
	result = call(source->callbacks, source->rewind, NULL);
	rewound = result ? 0 : -1;
	Py_XDECREF(result);
	end(begun);
	return rewound;
}

static int write_sink(void *user_data, const void *data, size_t length)
{
	python_sink *sink = user_data;
	turn begun = begin(sink->callbacks);
	PyObject *result = call(sink->callbacks, sink->write, PyBytes_FromStringAndSize(data, (Py_ssize_t)length));
	int written = result ? 0 : -1;

	Py_XDECREF(result);
	end(begun);
	return written;
}

static int read_bytes(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_source *source = &((python_source *)member)->source;
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
	sbx_source *source = &((python_source *)member)->source;

	source->kind = SBX_SOURCE_PATH;
	source->path = python_path(value, name, kept);
	return source->path ? 0 : -1;
}

static int read_reader(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_source *source = member;

	(void)name;
	source->source.kind = SBX_SOURCE_CALLBACK;
	source->source.read = read_source;
	source->source.user_data = source;
	source->read = value;
	return PyList_Append(kept, value);
}

static int read_rewinder(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_source *source = member;

	(void)name;
	source->source.rewind = rewind_source;
	source->rewind = value;
	return PyList_Append(kept, value);
}

static int read_total(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_source *source = member;

	(void)name;
	(void)kept;
	source->source.total = PyLong_AsLongLong(value);
	return PyErr_Occurred() ? -1 : 0;
}

static int read_sink_path(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_sink *sink = &((python_sink *)member)->sink;

	sink->kind = SBX_SINK_PATH;
	sink->path = python_path(value, name, kept);
	return sink->path ? 0 : -1;
}

static int read_writer(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_sink *sink = member;

	(void)name;
	sink->sink.kind = SBX_SINK_CALLBACK;
	sink->sink.write = write_sink;
	sink->sink.user_data = sink;
	sink->write = value;
	return PyList_Append(kept, value);
}

static const python_member source_members[] = {
        {"data", "file", read_bytes, 0},
        {"path", "file", read_source_path, 0},
        {"read", "file", read_reader, 0},
        {"rewind", "file", read_rewinder, 0},
        {"total", "file", read_total, 0},
        {"filename", "file's name", python_read_text, offsetof(python_source, source.filename)},
        {"content_type", "file's content type", python_read_text, offsetof(python_source, source.content_type)},
        {NULL, NULL, NULL, 0},
};

static const python_member sink_members[] = {
        {"path", "into", read_sink_path, 0},
        {"write", "into", read_writer, 0},
        {NULL, NULL, NULL, 0},
};

int python_source_read(python_source *source, PyObject *given, python_callbacks *callbacks, PyObject *kept)
{
	*source = (python_source){.source = SBX_SOURCE_INIT, .callbacks = callbacks};
	return python_members_read(source, source_members, given, kept);
}

int python_sink_read(python_sink *sink, PyObject *given, python_callbacks *callbacks, PyObject *kept)
{
	*sink = (python_sink){.sink = SBX_SINK_INIT, .callbacks = callbacks};
	return python_members_read(sink, sink_members, given, kept);
}
