/*
 * Models as dicts, where all values are such that JSON has. What is not simple is sandbox_sdk/_model_dump.py's.
 */
#include "plan.h"

typedef struct dump_options {
	bool by_alias;
	bool exclude_unset;
	bool exclude_none;
	bool check; /* whether each value fits its field's type, or else Python has to warn */
} dump_options;

/* A new reference to NotImplemented: Python has to do it. */
static PyObject *not_simple(void)
{
	Py_INCREF(Py_NotImplemented);
	return Py_NotImplemented;
}

static PyObject *dump_model(plan *mine, PyObject *instance, const dump_options *options);
static PyObject *dump_value(plan *mine, PyObject *value, const dump_options *options);

static bool is_scalar(PyObject *value)
{
	return PyUnicode_CheckExact(value) || value == Py_None || PyLong_CheckExact(value) || PyBool_Check(value) ||
	       PyFloat_CheckExact(value);
}

static PyObject *dump_list(plan *mine, PyObject *values, const dump_options *options)
{
	PyObject *list = PyList_New(0);
	Py_ssize_t index;

	for (index = 0; list && index < PyList_Size(values); index++) {
		PyObject *value = PyList_GetItem(values, index), *dumped;

		Py_INCREF(value);
		dumped = dump_value(mine, value, options);
		Py_DECREF(value);
		if (dumped == Py_NotImplemented) {
			Py_DECREF(list);
			return dumped;
		}
		if (!dumped || PyList_Append(list, dumped) < 0)
			Py_CLEAR(list);
		Py_XDECREF(dumped);
	}
	return list;
}

static PyObject *dump_dict(plan *mine, PyObject *values, const dump_options *options)
{
	PyObject *dict = PyDict_New(), *key, *value;
	Py_ssize_t position = 0;

	while (dict && PyDict_Next(values, &position, &key, &value)) {
		PyObject *dumped;

		/* Whatever runs meanwhile may drop them from the dict. */
		Py_INCREF(key);
		Py_INCREF(value);
		dumped = PyUnicode_CheckExact(key) ? dump_value(mine, value, options) : not_simple();
		if (dumped == Py_NotImplemented)
			Py_CLEAR(dict);
		else if (!dumped || PyDict_SetItem(dict, key, dumped) < 0)
			Py_CLEAR(dict);
		Py_DECREF(key);
		Py_DECREF(value);
		if (dumped == Py_NotImplemented)
			return dumped;
		Py_XDECREF(dumped);
	}
	return dict;
}

/* By the plan of its own class. Most instances were made by that. */
static PyObject *dump_other_model(plan *mine, PyObject *instance, const dump_options *options)
{
	PyObject *found = python_model_plan(instance), *dumped;

	if (!found || ((plan *)found)->class != (PyObject *)Py_TYPE(instance)) {
		Py_XDECREF(found);
		found = PyObject_CallMethod((PyObject *)Py_TYPE(instance), "_answer_plan", NULL);
	}

	if (!found || Py_TYPE(found) != Py_TYPE(mine)) {
		Py_XDECREF(found);
		return PyErr_Occurred() ? NULL : not_simple();
	}
	dumped = dump_model((plan *)found, instance, options);
	Py_DECREF(found);
	return dumped;
}

static PyObject *dump_value(plan *mine, PyObject *value, const dump_options *options)
{
	PyObject *dumped;

	if (is_scalar(value)) {
		Py_INCREF(value);
		return value;
	}
	if (Py_EnterRecursiveCall(" while a model is dumped"))
		return NULL;
	if (PyList_CheckExact(value))
		dumped = dump_list(mine, value, options);
	else if (PyDict_CheckExact(value))
		dumped = dump_dict(mine, value, options);
	else if (python_is_model_class((PyObject *)Py_TYPE(value)))
		dumped = dump_other_model(mine, value, options);
	else
		dumped = not_simple();
	Py_LeaveRecursiveCall();
	return dumped;
}

static bool is_model_of(const plan_field *field, PyObject *value)
{
	return value == Py_None || PyType_IsSubtype(Py_TYPE(value), (PyTypeObject *)field->class);
}

static bool all_fit(const plan_field *field, PyObject *values)
{
	Py_ssize_t index;

	if (!PyList_CheckExact(values))
		return false;
	for (index = 0; index < PyList_Size(values); index++) {
		PyObject *value = PyList_GetItem(values, index);
		bool fits =
		        field->kind == MODELS ? is_model_of(field, value) : PyUnicode_Check(value) || value == Py_None;

		if (!fits)
			return false;
	}
	return true;
}

/* Whether a value is of its field's type, so that nobody needs to be warned. */
static bool fits(const plan_field *field, PyObject *value)
{
	if (value == Py_None)
		return true;
	switch (field->kind) {
	case ANY:
		return true;
	case STRING:
		return PyUnicode_Check(value);
	case INTEGER:
		return PyLong_Check(value);
	case NUMBER:
		return PyFloat_Check(value) || PyLong_Check(value);
	case BOOLEAN:
		return PyBool_Check(value);
	case MODEL:
		return is_model_of(field, value);
	case MODELS:
	case STRINGS:
		return all_fit(field, value);
	default:
		return false;
	}
}

/* Adds one member. 1: done, 0: Python has to do it, -1: an exception. */
static int add_member(plan *mine, PyObject *dict, PyObject *key, PyObject *value, const dump_options *options)
{
	PyObject *dumped;
	int result;

	if (options->exclude_none && value == Py_None)
		return 1;
	dumped = dump_value(mine, value, options);
	if (dumped == Py_NotImplemented)
		result = 0;
	else
		result = dumped && PyDict_SetItem(dict, key, dumped) == 0 ? 1 : -1;
	Py_XDECREF(dumped);
	return result;
}

static int add_fields(plan *mine, PyObject *instance, PyObject *fields, PyObject *dict, const dump_options *options)
{
	Py_ssize_t index;
	int result = 1;

	for (index = 0; result > 0 && index < mine->count; index++) {
		plan_field *field = &mine->fields[index];
		PyObject *value = PyDict_GetItemWithError(fields, field->name);
		int given = value && !field->hidden;

		if (!value && PyErr_Occurred())
			return -1;
		Py_XINCREF(value);
		if (given && options->exclude_unset)
			given = python_model_has(instance, index, field->name);
		if (given < 0)
			result = -1;
		else if (given && options->check && !fits(field, value))
			result = 0;
		else if (given)
			result = add_member(mine, dict, options->by_alias ? field->dump : field->name, value, options);
		Py_XDECREF(value);
	}
	return result;
}

static int add_extra(plan *mine, PyObject *extra, PyObject *dict, const dump_options *options)
{
	PyObject *key, *value;
	Py_ssize_t position = 0;
	int result = 1;

	while (result > 0 && PyDict_Next(extra, &position, &key, &value)) {
		Py_INCREF(key);
		Py_INCREF(value);
		result = add_member(mine, dict, key, value, options);
		Py_DECREF(key);
		Py_DECREF(value);
	}
	return result;
}

static PyObject *dump_model(plan *mine, PyObject *instance, const dump_options *options)
{
	PyObject *dict = PyDict_New(), *fields = NULL, *extra = NULL;
	int result = dict ? python_model_parts(instance, &fields, &extra) : -1;

	if (result == 0)
		result = fields ? add_fields(mine, instance, fields, dict, options) : 1;
	if (result > 0 && extra)
		result = add_extra(mine, extra, dict, options);
	Py_XDECREF(fields);
	Py_XDECREF(extra);
	if (result > 0)
		return dict;
	Py_XDECREF(dict);
	return result < 0 ? NULL : not_simple();
}

PyObject *python_plan_dump(PyObject *self, PyObject *arguments)
{
	PyObject *instance;
	int by_alias, exclude_unset, exclude_none, check;
	dump_options options;

	if (!PyArg_ParseTuple(arguments, "Opppp", &instance, &by_alias, &exclude_unset, &exclude_none, &check))
		return NULL;
	if ((PyObject *)Py_TYPE(instance) != ((plan *)self)->class) {
		PyErr_SetString(PyExc_TypeError, "the model is of another class than the plan");
		return NULL;
	}
	options = (dump_options){by_alias, exclude_unset, exclude_none, check};
	return dump_model((plan *)self, instance, &options);
}
