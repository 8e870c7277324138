/*
 * The library's handles are capsules: the last reference frees what is in them, in whatever order a garbage collector
 * drops them, and nothing else does.
 */
#include "native.h"

#define CLIENT "sandbox_sdk client"
#define RESPONSE "sandbox_sdk response"
#define ERROR "sandbox_sdk error"
#define OPERATION "sandbox_sdk operation"

static void free_client(PyObject *capsule)
{
	sbx_client_free(PyCapsule_GetPointer(capsule, CLIENT));
}

static void free_response(PyObject *capsule)
{
	sbx_response_free(PyCapsule_GetPointer(capsule, RESPONSE));
}

static void free_error(PyObject *capsule)
{
	sbx_error_free(PyCapsule_GetPointer(capsule, ERROR));
}

PyObject *python_list_of(void *things, const char *name, PyCapsule_Destructor destructor, void (*release)(void *things),
                         size_t count, PyObject *(*at)(void *things, size_t index, PyObject *owner))
{
	PyObject *owner = PyCapsule_New(things, name, destructor);
	PyObject *list = owner ? PyList_New((Py_ssize_t)count) : NULL;
	size_t index;

	if (!owner)
		release(things);
	for (index = 0; list && index < count; index++) {
		PyObject *made = at(things, index, owner);

		if (made) {
			PyList_SetItem(list, (Py_ssize_t)index, made);
		} else {
			Py_DECREF(list);
			list = NULL;
		}
	}
	Py_XDECREF(owner);
	return list;
}

PyObject *python_from_client(sbx_client *client)
{
	PyObject *capsule = PyCapsule_New(client, CLIENT, free_client);

	if (!capsule)
		sbx_client_free(client);
	return capsule;
}

PyObject *python_from_response(sbx_response *response)
{
	PyObject *capsule = PyCapsule_New(response, RESPONSE, free_response);

	if (!capsule)
		sbx_response_free(response);
	return capsule;
}

static void drop_owner(PyObject *capsule)
{
	Py_XDECREF(PyCapsule_GetContext(capsule));
}

/* A handle of what belongs to another one, which it keeps alive. */
static PyObject *borrowed(const void *pointer, const char *kind, PyObject *owner)
{
	PyObject *capsule = PyCapsule_New((void *)pointer, kind, drop_owner);

	if (!capsule)
		return NULL;
	Py_INCREF(owner);
	PyCapsule_SetContext(capsule, owner);
	return capsule;
}

PyObject *python_from_borrowed_response(const sbx_response *response, PyObject *owner)
{
	return borrowed(response, RESPONSE, owner);
}

PyObject *python_response_previous(PyObject *response)
{
	const sbx_response *own = PyCapsule_GetPointer(response, RESPONSE), *previous;

	if (!own)
		return NULL;
	previous = sbx_response_previous(own);
	if (previous)
		return python_from_borrowed_response(previous, response);
	Py_RETURN_NONE;
}

PyObject *python_error_response(PyObject *error)
{
	const sbx_error *own = PyCapsule_GetPointer(error, ERROR);
	const sbx_response *response;

	if (!own)
		return NULL;
	response = sbx_response_of_error(own);
	if (response)
		return python_from_borrowed_response(response, error);
	Py_RETURN_NONE;
}

PyObject *python_from_operation(const sbx_operation *operation)
{
	if (!operation)
		Py_RETURN_NONE;
	return PyCapsule_New((void *)operation, OPERATION, NULL);
}

sbx_client *python_to_client(PyObject *object)
{
	return PyCapsule_GetPointer(object, CLIENT);
}

sbx_response *python_to_response(PyObject *object)
{
	return PyCapsule_GetPointer(object, RESPONSE);
}

bool python_is_response(PyObject *object)
{
	return PyCapsule_IsValid(object, RESPONSE);
}

sbx_error *python_to_error(PyObject *object)
{
	return PyCapsule_GetPointer(object, ERROR);
}

const sbx_operation *python_to_operation(PyObject *object)
{
	return PyCapsule_GetPointer(object, OPERATION);
}

/* The exception that sandbox_sdk._exceptions makes of the handle of an error. */
static PyObject *make_exception(PyObject *capsule, const char *path)
{
	PyObject *module, *file, *exception = NULL;

	file = path ? PyUnicode_DecodeFSDefault(path) : PyUnicode_FromString("");
	module = PyImport_ImportModule("sandbox_sdk._exceptions");
	if (file && module)
		exception = PyObject_CallMethod(module, "from_native", "OO", capsule, file);
	Py_XDECREF(module);
	Py_XDECREF(file);
	return exception;
}

/* What is raised now, as a reference to it. */
static PyObject *take_raised(void)
{
	python_callbacks raised = {NULL, NULL, false};

	python_callbacks_fail(&raised);
	return raised.raised;
}

PyObject *python_from_borrowed_error(const sbx_error *error, PyObject *owner)
{
	PyObject *capsule, *exception;

	if (!error)
		Py_RETURN_NONE;
	if (sbx_error_code(error) == SBX_ERROR_OUT_OF_MEMORY) {
		PyErr_NoMemory();
		return take_raised();
	}
	capsule = borrowed(error, ERROR, owner);
	exception = capsule ? make_exception(capsule, NULL) : NULL;
	Py_XDECREF(capsule);
	return exception ? exception : take_raised();
}

PyObject *python_exception_from(sbx_error *error, const char *path)
{
	PyObject *exception = NULL, *capsule;

	if (!error || sbx_error_code(error) == SBX_ERROR_OUT_OF_MEMORY) {
		sbx_error_free(error);
		PyErr_NoMemory();
	} else {
		capsule = PyCapsule_New(error, ERROR, free_error);
		if (!capsule)
			sbx_error_free(error);
		exception = capsule ? make_exception(capsule, path) : NULL;
		Py_XDECREF(capsule);
	}
	return exception ? exception : take_raised();
}

void python_raise_exception(PyObject *exception)
{
	if (exception)
		PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
	Py_XDECREF(exception);
}

void python_raise(sbx_error *error, const char *path)
{
	if (PyErr_Occurred())
		sbx_error_free(error);
	else
		python_raise_exception(python_exception_from(error, path));
}
