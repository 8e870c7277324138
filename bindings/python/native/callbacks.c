/*
 * What the library calls while a request runs, with or without the GIL, on the thread that made the call or drives it.
 *
 * An exception that a callable raises is kept with its call and is what the call ends with.
 */
#include "native.h"

void python_callbacks_fail(python_callbacks *callbacks)
{
	PyObject *type, *value, *traceback;

	PyErr_Fetch(&type, &value, &traceback);
	PyErr_NormalizeException(&type, &value, &traceback);
	if (value && traceback)
		PyException_SetTraceback(value, traceback);
	Py_XDECREF(type);
	Py_XDECREF(traceback);
	if (callbacks->raised)
		Py_XDECREF(value);
	else
		callbacks->raised = value;
}

int python_interrupted(void *user_data)
{
	python_callbacks *callbacks = user_data;
	PyGILState_STATE state = PyGILState_Ensure();
	int interrupted;

	if (!callbacks->raised && PyErr_CheckSignals() < 0)
		python_callbacks_fail(callbacks);
	interrupted = callbacks->raised != NULL;
	PyGILState_Release(state);
	return interrupted;
}

void python_log(void *user_data, sbx_log_level level, const char *message)
{
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *type, *value, *traceback, *module, *result = NULL;

	(void)user_data;
	PyErr_Fetch(&type, &value, &traceback);
	module = PyImport_ImportModule("sandbox_sdk._logs");
	if (module)
		result = PyObject_CallMethod(module, "write", "is", (int)level, message);
	/* A handler that fails must not change what the call does; logging itself reports it by its own rules. */
	if (!result)
		PyErr_WriteUnraisable(module);
	Py_XDECREF(module);
	Py_XDECREF(result);
	PyErr_Restore(type, value, traceback);
	PyGILState_Release(state);
}
