/*
 * The module's entry: which interpreter may load it.
 *
 * SWIG's types and our own are made once in a process, and would be another interpreter's objects in all but the first.
 * From 3.12 on CPython refuses by itself those interpreters that have a lock of their own, and no others.
 */
#include "native.h"

/* Slots hold functions as data, as POSIX allows. */
#pragma GCC diagnostic ignored "-Wpedantic"

PyMODINIT_FUNC PyInit__native(void);

static int (*fill_module)(PyObject *module);

static int fill_in_main_interpreter(PyObject *module)
{
	int64_t id = PyInterpreterState_GetID(PyInterpreterState_Get());

	if (id == 0)
		return fill_module(module);
	if (id > 0)
		PyErr_SetString(PyExc_ImportError,
		                "module sandbox_sdk._native does not support loading in subinterpreters");
	return -1;
}

/* From 3.13 on this runs in the main interpreter, whichever it is that imports: what fills the module does not. */
PyMODINIT_FUNC PyInit__native(void)
{
	PyObject *definition = python_init_module();
	PyModuleDef_Slot *slot = definition ? ((PyModuleDef *)definition)->m_slots : NULL;

	while (slot && slot->slot != 0 && slot->slot != Py_mod_exec)
		slot++;
	if (slot && slot->slot == Py_mod_exec && slot->value != (void *)fill_in_main_interpreter) {
		fill_module = (int (*)(PyObject *))slot->value;
		slot->value = (void *)fill_in_main_interpreter;
	}
	return definition;
}
