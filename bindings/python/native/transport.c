/*
 * Transports in Python: sbx_transport over an object with a method `start`, which sandbox_sdk._transport has.
 *
 * The library has a weak reference to it; its owner is the Python client, where a garbage collector sees what hangs on
 * it. `start` is given the exchange as a capsule for the functions exchange_…() of the module, and returns an object
 * with the methods read, resume and stop. An exception of one of them is what the call ends with, as that of any
 * callable (callbacks.c).
 */
#include <stdlib.h>
#include <string.h>

#include "native.h"

#define EXCHANGE "sandbox_sdk exchange"
#define OVER "sandbox_sdk exchange that is over"

/* What belongs to one exchange. */
typedef struct carried {
	PyObject *capsule;
	PyObject *object;    /* what `start` returned; NULL: it raised */
	PyObject *chunk;     /* what `read` gave and the library has not had all of; NULL: nothing */
	Py_ssize_t consumed; /* how much of it the library has had */
} carried;

/* The call that an exchange is made for; NULL: one of the library's own, as sessions make them. */
static python_call_options *call_of(const sbx_exchange *exchange)
{
	return sbx_exchange_call_user_data(exchange);
}

/* Whether the call has ended with what something raised: nothing of Python's is called any more. */
static bool has_raised(const sbx_exchange *exchange)
{
	python_call_options *call = call_of(exchange);

	return call && call->callbacks.raised;
}

/* Keeps what is raised now with the call. */
static void keep_raised(const sbx_exchange *exchange)
{
	python_call_options *call = call_of(exchange);

	if (call)
		python_callbacks_fail(&call->callbacks);
	else
		PyErr_WriteUnraisable(NULL);
}

/* The handle of a started call, which must not be freed by what is called. */
static PyObject *hold(const sbx_exchange *exchange)
{
	python_call_options *call = call_of(exchange);
	PyObject *handle = call ? call->callbacks.handle : NULL;

	Py_XINCREF(handle);
	return handle;
}

static sbx_exchange *exchange_of(PyObject *capsule)
{
	if (PyCapsule_IsValid(capsule, OVER)) {
		PyErr_SetString(PyExc_ValueError, "the exchange is over");
		return NULL;
	}
	return PyCapsule_GetPointer(capsule, EXCHANGE);
}

/* ---- what Python's code calls ---- */

PyObject *python_exchange_read(PyObject *capsule, int size)
{
	sbx_exchange *exchange = exchange_of(capsule);
	PyObject *bytes;
	char *buffer;
	int64_t got;

	if (!exchange)
		return NULL;
	buffer = malloc(size > 0 ? (size_t)size : 1);
	if (!buffer)
		return PyErr_NoMemory();
	Py_BEGIN_ALLOW_THREADS got = sbx_exchange_read(exchange, buffer, size > 0 ? (size_t)size : 1);
	Py_END_ALLOW_THREADS if (got == SBX_TRANSPORT_LATER)
	{
		Py_INCREF(Py_None);
		bytes = Py_None;
	}
	else if (got < 0)
	{
		PyErr_SetString(PyExc_OSError, "the request could not be read");
		bytes = NULL;
	}
	else
	{
		bytes = PyBytes_FromStringAndSize(buffer, (Py_ssize_t)got);
	}
	free(buffer);
	return bytes;
}

PyObject *python_exchange_answer(PyObject *capsule, int http_status, PyObject *headers)
{
	sbx_exchange *exchange = exchange_of(capsule);
	PyObject *kept = exchange ? PyList_New(0) : NULL;
	sbx_pair *pairs = NULL;
	size_t count = 0;
	sbx_status status = SBX_ERROR_INVALID_ARGUMENT;

	if (kept && python_pairs_read(headers, "headers", kept, &pairs, &count) == 0) {
		status = sbx_exchange_answer(exchange, http_status, pairs, count);
		if (status == SBX_ERROR_OUT_OF_MEMORY)
			PyErr_NoMemory();
		else if (status < 0)
			PyErr_Format(PyExc_ValueError, "no answer with status %d and such headers can be given",
			             http_status);
	}
	free(pairs);
	Py_XDECREF(kept);
	if (PyErr_Occurred())
		return NULL;
	Py_RETURN_NONE;
}

PyObject *python_exchange_fail(PyObject *capsule, int failure, PyObject *detail)
{
	sbx_exchange *exchange = exchange_of(capsule);
	PyObject *kept = exchange ? PyList_New(0) : NULL;
	const char *text = kept ? python_text(detail, "detail", kept) : NULL;

	if (text)
		sbx_exchange_fail(exchange, (sbx_exchange_failure)failure, text);
	Py_XDECREF(kept);
	if (!text)
		return NULL;
	Py_RETURN_NONE;
}

PyObject *python_exchange_ready(PyObject *capsule)
{
	sbx_exchange *exchange = exchange_of(capsule);

	if (!exchange)
		return NULL;
	sbx_exchange_ready(exchange);
	Py_RETURN_NONE;
}

/* ---- what the library calls ---- */

static PyObject *headers_of(const sbx_exchange *exchange)
{
	size_t count = sbx_exchange_headers_count(exchange), index;
	PyObject *list = PyList_New(0);

	for (index = 0; list && index < count; index++) {
		PyObject *pair = python_from_pair(sbx_exchange_header_at(exchange, index));

		if (!pair || PyList_Append(list, pair) < 0)
			Py_CLEAR(list);
		Py_XDECREF(pair);
	}
	return list;
}

static PyObject *seconds_of(const sbx_exchange *exchange, sbx_exchange_wait wait)
{
	double seconds = sbx_exchange_timeout(exchange, wait);

	if (seconds == SBX_FOREVER)
		Py_RETURN_NONE;
	return PyFloat_FromDouble(seconds);
}

static PyObject *timeouts_of(const sbx_exchange *exchange)
{
	return Py_BuildValue(
	        "(NNNN)", seconds_of(exchange, SBX_EXCHANGE_WAIT_CONNECT), seconds_of(exchange, SBX_EXCHANGE_WAIT_READ),
	        seconds_of(exchange, SBX_EXCHANGE_WAIT_WRITE), seconds_of(exchange, SBX_EXCHANGE_WAIT_POOL));
}

/* A dict that all exchanges of one call have in common; a new reference. */
static PyObject *memory_of(const sbx_exchange *exchange)
{
	python_call_options *call = call_of(exchange);

	if (!call)
		return PyDict_New();
	if (!call->exchanges)
		call->exchanges = PyDict_New();
	Py_XINCREF(call->exchanges);
	return call->exchanges;
}

static void call_start(PyObject *owner, sbx_exchange *exchange, carried *carries)
{
	PyObject *headers = headers_of(exchange), *url = headers ? python_from_text(sbx_exchange_url(exchange)) : NULL;
	PyObject *timeouts = url ? timeouts_of(exchange) : NULL, *memory = timeouts ? memory_of(exchange) : NULL;
	int64_t length = sbx_exchange_body_length(exchange);

	if (memory)
		carries->object = PyObject_CallMethod(
		        owner, "start", "OsOOLOO", carries->capsule, sbx_exchange_method(exchange), url, headers,
		        (long long)(length == SBX_DEFAULT ? -1 : length), timeouts, memory);
	Py_XDECREF(headers);
	Py_XDECREF(url);
	Py_XDECREF(timeouts);
	Py_XDECREF(memory);
}

static void start(void *user_data, sbx_exchange *exchange)
{
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *owner = has_raised(exchange) ? NULL : PyWeakref_GetObject(user_data), *handle = hold(exchange);
	carried *carries = calloc(1, sizeof(*carries));

	sbx_exchange_set_data(exchange, carries);
	if (carries && owner && owner != Py_None) {
		Py_INCREF(owner);
		carries->capsule = PyCapsule_New(exchange, EXCHANGE, NULL);
		if (carries->capsule)
			call_start(owner, exchange, carries);
		if (!carries->object)
			keep_raised(exchange);
		Py_DECREF(owner);
	}
	/* Another attempt would end the same way. */
	if (!carries || !carries->object)
		sbx_exchange_fail(exchange, SBX_EXCHANGE_REFUSED, "the transport could not be started");
	Py_XDECREF(handle);
	PyGILState_Release(state);
}

/* Asks for the next bytes; an empty chunk is the end. What read() is to return, or the number of bytes that there are.
 */
static int64_t next_chunk(carried *carries, size_t capacity)
{
	carries->consumed = 0;
	carries->chunk = PyObject_CallMethod(carries->object, "read", "n", (Py_ssize_t)capacity);
	if (!carries->chunk)
		return SBX_TRANSPORT_FAILED;
	if (carries->chunk == Py_None) {
		Py_CLEAR(carries->chunk);
		return SBX_TRANSPORT_LATER;
	}
	if (!PyBytes_Check(carries->chunk)) {
		PyErr_SetString(PyExc_TypeError, "the body of an answer is made of bytes");
		Py_CLEAR(carries->chunk);
		return SBX_TRANSPORT_FAILED;
	}
	return (int64_t)PyBytes_Size(carries->chunk);
}

static int64_t read_body(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity)
{
	carried *carries = sbx_exchange_data(exchange);
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *handle = hold(exchange);
	int64_t given = SBX_TRANSPORT_FAILED;
	Py_ssize_t length;

	(void)user_data;
	if (has_raised(exchange) || !carries || !carries->object)
		goto done;
	if (!carries->chunk) {
		given = next_chunk(carries, capacity);
		if (given == SBX_TRANSPORT_FAILED)
			keep_raised(exchange);
		if (given < 0)
			goto done;
	}
	length = PyBytes_Size(carries->chunk) - carries->consumed;
	given = length < (Py_ssize_t)capacity ? length : (int64_t)capacity;
	memcpy(buffer, PyBytes_AsString(carries->chunk) + carries->consumed, (size_t)given);
	carries->consumed += (Py_ssize_t)given;
	if (given == length)
		Py_CLEAR(carries->chunk);
done:
	Py_XDECREF(handle);
	PyGILState_Release(state);
	return given;
}

static void resume(void *user_data, sbx_exchange *exchange)
{
	carried *carries = sbx_exchange_data(exchange);
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *handle = hold(exchange), *result = NULL;

	(void)user_data;
	if (!has_raised(exchange) && carries && carries->object) {
		result = PyObject_CallMethod(carries->object, "resume", NULL);
		if (!result)
			keep_raised(exchange);
	}
	/* Another attempt would end the same way. */
	if (!result)
		sbx_exchange_fail(exchange, SBX_EXCHANGE_REFUSED, "the transport could not go on");
	Py_XDECREF(result);
	Py_XDECREF(handle);
	PyGILState_Release(state);
}

static void stop(void *user_data, sbx_exchange *exchange)
{
	carried *carries = sbx_exchange_data(exchange);
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *type, *value, *traceback, *result;

	(void)user_data;
	PyErr_Fetch(&type, &value, &traceback);
	/* From now on no function takes it for an exchange. */
	if (carries && carries->capsule)
		PyCapsule_SetName(carries->capsule, OVER);
	if (carries && carries->object) {
		result = PyObject_CallMethod(carries->object, "stop", NULL);
		if (!result)
			PyErr_WriteUnraisable(carries->object);
		Py_XDECREF(result);
	}
	if (carries) {
		Py_XDECREF(carries->capsule);
		Py_XDECREF(carries->object);
		Py_XDECREF(carries->chunk);
		free(carries);
	}
	PyErr_Restore(type, value, traceback);
	PyGILState_Release(state);
}

static void release(void *user_data)
{
	PyGILState_STATE state = PyGILState_Ensure();

	Py_DECREF((PyObject *)user_data);
	PyGILState_Release(state);
}

int python_transport_read(sbx_transport *transport, PyObject *owner)
{
	PyObject *reference = PyWeakref_NewRef(owner, NULL);

	if (!reference)
		return -1;
	*transport = (sbx_transport){.size = sizeof(*transport),
	                             .start = start,
	                             .read = read_body,
	                             .resume = resume,
	                             .stop = stop,
	                             .free = release,
	                             .user_data = reference};
	return 0;
}
