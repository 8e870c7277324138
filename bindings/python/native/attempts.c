/*
 * The client's hook of attempts, which runs while a call does: what the library tells becomes a tuple, of which
 * sandbox_sdk._attempt makes what the caller's function is given.
 */
#include <stdint.h>

#include "native.h"

static PyObject *times_of(const sbx_times *times)
{
	return Py_BuildValue("(dddddd)", times->name_lookup, times->connect, times->tls, times->request_sent,
	                     times->first_byte, times->total);
}

/* The members in the order of the Python class. */
static PyObject *tuple_of(const sbx_attempt *attempt)
{
	PyObject *url = python_from_text(attempt->url), *detail = url ? python_from_text(attempt->detail) : NULL;
	PyObject *request_id = detail ? python_from_text(attempt->request_id) : NULL;
	PyObject *times = request_id ? times_of(attempt->times) : NULL, *tuple = NULL;

	if (times)
		tuple = Py_BuildValue("(ssOOOOddLLiiiiii)", attempt->operation, attempt->method, url, request_id,
		                      detail, times, attempt->started, attempt->wait, (long long)attempt->bytes_sent,
		                      (long long)attempt->bytes_received, attempt->number, attempt->redirects,
		                      attempt->http_status, attempt->http_version, (int)attempt->outcome,
		                      (int)attempt->status);
	Py_XDECREF(url);
	Py_XDECREF(detail);
	Py_XDECREF(request_id);
	Py_XDECREF(times);
	return tuple;
}

/* A hook that fails must not change what the call does. */
static void report(PyObject *module)
{
	if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
		PyErr_WriteUnraisable(module);
		return;
	}
	/* It is the call's to raise: the signal comes again where it asks for signals. */
	PyErr_Clear();
	PyErr_SetInterrupt();
}

void python_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *type, *value, *traceback, *module, *members, *result = NULL;

	(void)call_user_data;
	PyErr_Fetch(&type, &value, &traceback);
	module = PyImport_ImportModule("sandbox_sdk._attempt");
	members = module ? tuple_of(attempt) : NULL;
	if (members)
		result = PyObject_CallMethod(module, "tell", "nO", (Py_ssize_t)(intptr_t)user_data, members);
	if (!result)
		report(module);
	Py_XDECREF(result);
	Py_XDECREF(members);
	Py_XDECREF(module);
	PyErr_Restore(type, value, traceback);
	PyGILState_Release(state);
}
