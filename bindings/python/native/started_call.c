/*
 * Calls: waited for with the GIL released, or started and driven by the program's event loop, which calls
 * client_process() whenever the client's descriptor is readable.
 */
#include <stdlib.h>
#include <string.h>

#include "native.h"

#define CALL "sandbox_sdk call"

static void free_call(PyObject *capsule)
{
	python_started_call *started = PyCapsule_GetPointer(capsule, CALL);

	/* The library may tell the log of the call's end. */
	sbx_call_free(started->call);
	if (started->made && started->free_made)
		started->free_made(started->made);
	python_request_clear(&started->request);
	python_call_options_clear(&started->options);
	Py_XDECREF(started->token);
	Py_XDECREF(started->owner);
	free(started->pairs);
	free(started);
}

PyObject *python_started_call_new(PyObject *options, PyObject *token, python_started_call **started)
{
	python_started_call *made = calloc(1, sizeof(*made));
	PyObject *capsule = made ? PyCapsule_New(made, CALL, free_call) : NULL;

	if (!capsule) {
		free(made);
		return PyErr_Occurred() ? NULL : PyErr_NoMemory();
	}
	if (python_call_options_read(&made->options, options) < 0) {
		Py_DECREF(capsule);
		return NULL;
	}
	if (token != Py_None) {
		made->options.options.interrupt = NULL;
		made->options.callbacks.handle = capsule;
		made->options.callbacks.may_wait = true;
		Py_INCREF(token);
		made->token = token;
	}
	*started = made;
	return capsule;
}

PyObject *python_started_call_begun(PyObject *handle, python_started_call *started, sbx_status status)
{
	if (status >= 0)
		return handle;
	python_call_raise(&started->options);
	Py_DECREF(handle);
	return NULL;
}

static PyObject *convert(python_started_call *started, sbx_status status)
{
	if (status >= 0 && !started->options.callbacks.raised && started->convert)
		return started->convert(started);
	return python_call_result(&started->options, status);
}

PyObject *python_started_call_waited(PyObject *handle, python_started_call *started, sbx_status status)
{
	PyObject *result = convert(started, status);

	Py_DECREF(handle);
	return result;
}

PyObject *python_client_send(sbx_client *client, PyObject *request, PyObject *options)
{
	python_call_options call;
	python_request read;
	PyObject *response = NULL;
	sbx_status status;

	memset(&read, 0, sizeof(read));
	if (python_call_options_read(&call, options) < 0 || python_request_read(&read, request, &call.callbacks) < 0)
		goto done;
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_client_send(client, &read.request, &call.options, &call.response, &call.error);
	Py_END_ALLOW_THREADS if (status < 0 || call.callbacks.raised)
	{
		python_call_raise(&call);
		goto done;
	}
	response = python_from_response(call.response);
	call.response = NULL;
done:
	python_request_clear(&read);
	python_call_options_clear(&call);
	return response;
}

PyObject *python_client_start(sbx_client *client, PyObject *request, PyObject *options, PyObject *token)
{
	python_started_call *started;
	PyObject *capsule = python_started_call_new(options, token, &started);
	python_call_options *call;

	if (!capsule)
		return NULL;
	call = &started->options;
	if (python_request_read(&started->request, request, &call->callbacks) < 0) {
		Py_DECREF(capsule);
		return NULL;
	}
	return python_started_call_begun(capsule, started,
	                                 sbx_client_start(client, &started->request.request, &call->options, NULL,
	                                                  started, &started->call, &call->error));
}

/* ---- what is told ---- */

/* Where python_tell() puts what happens; there is one only inside client_process(). Of each thread its own: Python code
 * that runs in there lets other threads run too, which may drive this client or another. */
static _Thread_local PyObject *told;

void python_tell(PyObject *token, PyObject *outcome)
{
	PyObject *entry = outcome ? PyTuple_Pack(2, token, outcome) : NULL;

	if (!entry || PyList_Append(told, entry) < 0)
		PyErr_WriteUnraisable(token);
	Py_XDECREF(entry);
	Py_XDECREF(outcome);
}

static void tell_end(python_started_call *started)
{
	python_call_options *call = &started->options;
	PyObject *capsule = call->callbacks.handle, *outcome;
	sbx_status status;

	/* Making an exception runs Python code, in which whoever waits for the call may drop it. */
	Py_INCREF(capsule);
	status = started->collect ? started->collect(started)
	                          : sbx_call_result(started->call, &call->response, &call->error);
	outcome = convert(started, status);
	if (!outcome) {
		python_callbacks_fail(&call->callbacks);
		outcome = python_call_exception(call);
	}
	python_tell(started->token, outcome);
	Py_DECREF(capsule);
}

PyObject *python_client_process(sbx_client *client)
{
	PyObject *outer = told, *list = PyList_New(0);
	sbx_error *error = NULL;
	sbx_status status;
	sbx_call *call;

	if (!list)
		return NULL;
	told = list;
	status = sbx_client_process(client, &error);
	while (status == SBX_OK && sbx_client_next(client, &call) == SBX_OK)
		tell_end(sbx_call_user_data(call));
	told = outer;
	/* What was told before it failed must not be lost. */
	if (status == SBX_OK || PyList_Size(list) > 0) {
		sbx_error_free(error);
		return list;
	}
	Py_DECREF(list);
	python_raise(error, NULL);
	return NULL;
}

PyObject *python_call_cancel(PyObject *capsule)
{
	python_started_call *started = PyCapsule_GetPointer(capsule, CALL);

	if (!started)
		return NULL;
	sbx_call_cancel(started->call);
	Py_RETURN_NONE;
}

PyObject *python_call_resume(PyObject *capsule)
{
	python_started_call *started = PyCapsule_GetPointer(capsule, CALL);

	if (!started)
		return NULL;
	sbx_call_resume(started->call);
	Py_RETURN_NONE;
}
