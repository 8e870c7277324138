/*
 * All pages of a list, item by item.
 */
#include <stdlib.h>

#include "native.h"

#define PAGES "sandbox_sdk pages"

typedef struct pages_handle {
	PyObject *client;
	python_call_options options; /* of each request */
	sbx_pages *pages;
} pages_handle;

static void free_pages(PyObject *capsule)
{
	pages_handle *handle = PyCapsule_GetPointer(capsule, PAGES);

	sbx_pages_free(handle->pages);
	python_call_options_clear(&handle->options);
	Py_XDECREF(handle->client);
	free(handle);
}

PyObject *python_client_pages(PyObject *client, PyObject *operation, PyObject *given, PyObject *options)
{
	sbx_client *own = python_to_client(client);
	const sbx_operation *known = own ? python_to_operation(operation) : NULL;
	pages_handle *handle = known ? calloc(1, sizeof(*handle)) : NULL;
	PyObject *capsule = handle ? PyCapsule_New(handle, PAGES, free_pages) : NULL;
	sbx_json *arguments;

	if (!capsule) {
		free(handle);
		return PyErr_Occurred() ? NULL : PyErr_NoMemory();
	}
	Py_INCREF(client);
	handle->client = client;
	if (python_call_options_read(&handle->options, options) < 0 || !(arguments = python_to_json(given, "")))
		goto failed;
	if (sbx_client_pages(own, known, arguments, &handle->options.options, &handle->pages, &handle->options.error) <
	    0) {
		sbx_json_free(arguments);
		python_call_raise(&handle->options);
		goto failed;
	}
	sbx_json_free(arguments);
	return capsule;
failed:
	Py_DECREF(capsule);
	return NULL;
}

PyObject *python_pages_next(PyObject *capsule)
{
	pages_handle *handle = PyCapsule_GetPointer(capsule, PAGES);
	const sbx_json *item = NULL;
	sbx_status status;

	if (!handle)
		return NULL;
	Py_BEGIN_ALLOW_THREADS status = sbx_pages_next(handle->pages, &item, &handle->options.error);
	Py_END_ALLOW_THREADS if (status < 0 || handle->options.callbacks.raised)
	{
		python_call_raise(&handle->options);
		return NULL;
	}
	if (status == SBX_WOULD_BLOCK)
		Py_RETURN_FALSE;
	return python_from_json(status == SBX_DONE ? NULL : item);
}

static PyObject *no_value(python_started_call *started)
{
	(void)started;
	Py_RETURN_NONE;
}

PyObject *python_pages_fetch(PyObject *capsule, PyObject *token)
{
	pages_handle *handle = PyCapsule_GetPointer(capsule, PAGES);
	python_started_call *started;
	PyObject *call = handle ? python_started_call_new(Py_None, token, &started) : NULL;

	if (!call)
		return NULL;
	Py_INCREF(capsule);
	started->owner = capsule;
	started->convert = no_value;
	return python_started_call_begun(
	        call, started,
	        sbx_pages_fetch_start(handle->pages, NULL, started, &started->call, &started->options.error));
}
