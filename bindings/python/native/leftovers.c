/*
 * What a crashed program left behind. As sessions: with a token it is started, with None it is waited for.
 */
#include "options.h"

#define LEFTOVERS "sandbox_sdk leftovers"

static void free_leftovers(PyObject *capsule)
{
	sbx_leftovers_free(PyCapsule_GetPointer(capsule, LEFTOVERS));
}

/* One leftover as (kind, identifier, name, time of creation, age, outcome, exception or None). */
static PyObject *from_leftover(const sbx_leftover *leftover, PyObject *owner)
{
	PyObject *error = python_from_borrowed_error(leftover->error, owner);

	if (!error)
		return NULL;
	return Py_BuildValue("sNNNdiN", leftover->kind, python_from_text(leftover->id),
	                     python_from_text(leftover->name), python_from_text(leftover->created_at), leftover->age,
	                     (int)leftover->outcome, error);
}

static PyObject *leftover_at(void *leftovers, size_t index, PyObject *owner)
{
	return from_leftover(sbx_leftovers_at(leftovers, index), owner);
}

static void free_made(void *leftovers)
{
	sbx_leftovers_free(leftovers);
}

static sbx_status collect(python_started_call *started)
{
	sbx_leftovers *leftovers = NULL;
	sbx_status status = sbx_call_result_leftovers(started->call, &leftovers, &started->options.error);

	started->made = leftovers;
	return status;
}

static PyObject *convert(python_started_call *started)
{
	sbx_leftovers *leftovers = started->made;

	started->made = NULL;
	return python_list_of(leftovers, LEFTOVERS, free_leftovers, free_made, sbx_leftovers_count(leftovers),
	                      leftover_at);
}

static const python_member members[] = {
        {"name_prefix", "name_prefix", python_read_text, offsetof(sbx_leftovers_params, name_prefix)},
        {"minimum_age", "minimum_age", python_read_seconds, offsetof(sbx_leftovers_params, minimum_age)},
        {"dry_run", "dry_run", python_read_flag, offsetof(sbx_leftovers_params, dry_run)},
        {"volumes", "volumes", python_read_flag, offsetof(sbx_leftovers_params, volumes)},
        {NULL, NULL, NULL, 0},
};

PyObject *python_leftovers_delete(sbx_client *client, PyObject *given, PyObject *options, PyObject *token)
{
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	python_started_call *started;
	PyObject *capsule = python_started_call_new(options, token, &started);
	python_call_options *call = capsule ? &started->options : NULL;
	sbx_leftovers *leftovers = NULL;
	sbx_status status;

	if (!capsule)
		return NULL;
	started->request.kept = PyList_New(0);
	if (!started->request.kept || python_members_read(&params, members, given, started->request.kept) < 0) {
		Py_DECREF(capsule);
		return NULL;
	}
	started->collect = collect;
	started->convert = convert;
	started->free_made = free_made;
	if (token != Py_None)
		return python_started_call_begun(capsule, started,
		                                 sbx_leftovers_delete_start(client, &params, &call->options, NULL,
		                                                            started, &started->call, &call->error));
	Py_BEGIN_ALLOW_THREADS status = sbx_leftovers_delete(client, &params, &call->options, &leftovers, &call->error);
	Py_END_ALLOW_THREADS started->made = leftovers;
	return python_started_call_waited(capsule, started, status);
}
