/*
 * What the library calls while a request runs and the GIL is released, on the thread that made the call.
 *
 * An exception that a callback raises stays where Python keeps it, in the thread's state: it survives the GIL's going
 * and coming, and is what the call raises in the end. Until then no other Python code may run on top of it.
 */
#include "native.h"

int python_interrupted(void *user_data)
{
	PyGILState_STATE state = PyGILState_Ensure();
	int interrupted;

	(void)user_data;
	interrupted = PyErr_Occurred() || PyErr_CheckSignals() < 0;
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
