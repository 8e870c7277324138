/*
 * One command in many sandboxes. As sessions: with a token it is started, with None it is waited for.
 */
#include <stdlib.h>

#include "options.h"

#define RESULTS "sandbox_sdk run results"

static void free_results(PyObject *capsule)
{
	sbx_run_results_free(PyCapsule_GetPointer(capsule, RESULTS));
}

/* One result as (identifier, execution, exception), of which the last two may be None. */
static PyObject *from_result(const sbx_run_result *result, PyObject *owner)
{
	PyObject *error = python_from_borrowed_error(result->error, owner);
	const sbx_json *execution = result->execution ? sbx_execution_json(result->execution) : NULL;

	return error ? Py_BuildValue("NNN", python_from_text(result->id), python_from_json(execution), error) : NULL;
}

static PyObject *result_at(void *results, size_t index, PyObject *owner)
{
	return from_result(sbx_run_results_at(results, index), owner);
}

static void free_made(void *results)
{
	sbx_run_results_free(results);
}

static sbx_status collect(python_started_call *started)
{
	sbx_run_results *results = NULL;
	sbx_status status = sbx_call_result_run_results(started->call, &results, &started->options.error);

	started->made = results;
	return status;
}

static PyObject *convert(python_started_call *started)
{
	sbx_run_results *results = started->made;

	started->made = NULL;
	return python_list_of(results, RESULTS, free_results, free_made, sbx_run_results_count(results), result_at);
}

/* The identifiers, whose bytes stay as long as the call. NULL: an exception is raised. */
static const char **read_ids(PyObject *ids, PyObject *kept, size_t *count)
{
	Py_ssize_t size = PyList_Size(ids), index;
	const char **read = size < 0 ? NULL : calloc(size ? (size_t)size : 1, sizeof(*read));

	if (!read && !PyErr_Occurred())
		PyErr_NoMemory();
	for (index = 0; read && index < size; index++) {
		read[index] = python_text(PyList_GetItem(ids, index), "ids", kept);
		if (!read[index]) {
			free(read);
			read = NULL;
		}
	}
	*count = (size_t)size;
	return read;
}

PyObject *python_run_many(sbx_client *client, PyObject *ids, PyObject *run, PyObject *concurrency, PyObject *options,
                          PyObject *token)
{
	sbx_run_many_options many = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_run_options how;
	const char *command = NULL, **read = NULL;
	int limit = SBX_DEFAULT;
	size_t count;
	python_started_call *started;
	PyObject *capsule = python_started_call_new(options, token, &started);
	python_call_options *call = capsule ? &started->options : NULL;
	sbx_run_results *results = NULL;
	sbx_status status;

	if (!capsule)
		return NULL;
	started->request.kept = PyList_New(0);
	if (started->request.kept)
		read = read_ids(ids, started->request.kept, &count);
	if (!read || python_run_read(started, run, &command, &how) < 0 ||
	    (concurrency != Py_None && python_read_count(&limit, concurrency, "concurrency", NULL) < 0)) {
		free(read);
		Py_DECREF(capsule);
		return NULL;
	}
	many.run = &how;
	many.concurrency = limit;
	started->collect = collect;
	started->convert = convert;
	started->free_made = free_made;
	if (token != Py_None) {
		status = sbx_run_many_start(client, read, count, command, &many, &call->options, NULL, started,
		                            &started->call, &call->error);
		free(read);
		return python_started_call_begun(capsule, started, status);
	}
	Py_BEGIN_ALLOW_THREADS status =
	        sbx_run_many(client, read, count, command, &many, &call->options, &results, &call->error);
	Py_END_ALLOW_THREADS free(read);
	started->made = results;
	return python_started_call_waited(capsule, started, status);
}
