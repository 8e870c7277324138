/*
 * Models of Python's own values, leniently: what an answer would give, of dicts instead of JSON. What is not simple is
 * sandbox_sdk/_construct.py's.
 */
#include "plan.h"

/* Whether a value of a union with None is what it would be without one (see plan.c). -1 on failure. */
static int coerces_nothing(plan *mine, plan_field *field, PyObject *value);

static int coerces_nothing_of_model(plan *mine, plan_field *outer, PyObject *dict)
{
	plan *nested = python_plan_of_field(mine, outer);
	Py_ssize_t index;
	int result = 1;

	if (!nested)
		return -1;
	/* Any other mapping may be valid; an instance is. */
	if (!PyDict_CheckExact(dict))
		return PyMapping_Check(dict) ? PyList_Check(dict) || PyUnicode_Check(dict) : 1;
	if (!nested->plain)
		return 0;
	for (index = 0; result > 0 && index < nested->count; index++) {
		PyObject *value = PyDict_GetItemWithError(dict, nested->fields[index].wire);

		/* Python code that runs meanwhile may drop it from the dict. */
		Py_XINCREF(value);
		if (value)
			result = coerces_nothing(nested, &nested->fields[index], value);
		else if (PyErr_Occurred())
			result = -1;
		Py_XDECREF(value);
	}
	return result;
}

static bool is_exact_integer(PyObject *value)
{
	int overflow;
	long long number;

	if (!PyLong_CheckExact(value))
		return false;
	number = PyLong_AsLongLongAndOverflow(value, &overflow);
	return !overflow && number >= -(INT64_C(1) << 53) && number <= INT64_C(1) << 53;
}

static int coerces_nothing(plan *mine, plan_field *field, PyObject *value)
{
	Py_ssize_t index;
	int result = 1;

	if (value == Py_None)
		return 1;
	switch (field->kind) {
	case ANY:
		return 1;
	case STRING:
		return PyUnicode_Check(value) || PyLong_Check(value) || PyFloat_Check(value);
	case INTEGER:
		return PyLong_CheckExact(value);
	case NUMBER:
		return PyFloat_CheckExact(value) || is_exact_integer(value);
	case BOOLEAN:
		return PyBool_Check(value);
	case MODEL:
		return coerces_nothing_of_model(mine, field, value);
	case STRINGS:
		for (index = 0; PyList_CheckExact(value) && index < PyList_Size(value); index++)
			if (!PyUnicode_CheckExact(PyList_GetItem(value, index)))
				return 0;
		return PyList_CheckExact(value);
	case MODELS:
		if (!PyList_CheckExact(value))
			return 0;
		for (index = 0; result > 0 && index < PyList_Size(value); index++) {
			PyObject *element = PyList_GetItem(value, index);

			Py_INCREF(element);
			result = coerces_nothing_of_model(mine, field, element);
			Py_DECREF(element);
		}
		return result;
	default:
		return 0;
	}
}

static PyObject *construct_element(plan_field *field, PyObject *nested, PyObject *value)
{
	if (PyDict_CheckExact(value))
		return python_plan_construct(nested, value);
	if (PyMapping_Check(value) && !PyList_Check(value) && !PyUnicode_Check(value))
		return PyObject_CallMethod(field->class, "_from_json", "O", value);
	Py_INCREF(value);
	return value;
}

static PyObject *construct_list(plan *mine, plan_field *field, PyObject *values)
{
	PyObject *nested = (PyObject *)python_plan_of_field(mine, field);
	PyObject *list = nested ? PyList_New(0) : NULL;
	Py_ssize_t index;

	/* Whatever runs meanwhile may change the list that was given. */
	for (index = 0; list && index < PyList_Size(values); index++) {
		PyObject *value = PyList_GetItem(values, index), *element;

		Py_INCREF(value);
		element = construct_element(field, nested, value);
		Py_DECREF(value);
		if (!element || PyList_Append(list, element) < 0)
			Py_CLEAR(list);
		Py_XDECREF(element);
	}
	return list;
}

static PyObject *convert(plan *mine, plan_field *field, PyObject *value)
{
	plan *nested;

	if (field->optional || field->kind == OTHER) {
		int as_it_came = coerces_nothing(mine, field, value);

		if (as_it_came < 0)
			return NULL;
		if (!as_it_came)
			return python_plan_convert(mine, field, value);
	}
	if (field->kind == NUMBER && is_exact_integer(value))
		return PyFloat_FromDouble(PyLong_AsDouble(value));
	/* Any other number: whether it is a float without loss, Python finds out. */
	if (field->kind == NUMBER && PyLong_Check(value))
		return python_plan_convert(mine, field, value);
	if ((field->kind == MODEL || field->kind == MODELS) && PyList_Check(value))
		return construct_list(mine, field, value);
	if (field->kind == MODEL) {
		nested = python_plan_of_field(mine, field);
		return nested ? construct_element(field, (PyObject *)nested, value) : NULL;
	}
	Py_INCREF(value);
	return value;
}

/* The value of a field that was given; NULL without an exception: none was. */
static PyObject *given_value(plan *mine, plan_field *field, PyObject *values)
{
	PyObject *value = PyDict_GetItemWithError(values, field->wire);

	if (!value && mine->by_name && !PyErr_Occurred())
		value = PyDict_GetItemWithError(values, field->name);
	Py_XINCREF(value);
	return value;
}

/* What stands in the place of a null, or of nothing. */
static PyObject *default_of(plan *mine, plan_field *field)
{
	PyObject *value;

	if (field->fresh)
		return PyObject_CallMethod(mine->class, "_default_of", "O", field->name);
	value = PyDict_GetItemWithError(mine->defaults, field->name);
	Py_XINCREF(value);
	return value;
}

static int construct_field(plan *mine, Py_ssize_t index, PyObject *values, python_decoded *decoded)
{
	plan_field *field = &mine->fields[index];
	PyObject *value = given_value(mine, field, values), *converted;
	int result = 0;

	if (value) {
		converted = value == Py_None ? default_of(mine, field) : convert(mine, field, value);
		result = python_plan_set(mine, index, converted, decoded);
		Py_DECREF(value);
		return result;
	}
	if (PyErr_Occurred())
		return -1;
	if (field->fresh) {
		converted = default_of(mine, field);
		result = converted ? PyDict_SetItem(decoded->dict, field->name, converted) : -1;
		Py_XDECREF(converted);
	}
	return result;
}

/* Whether a name is that of a field. */
static bool is_field(const plan *mine, PyObject *name)
{
	Py_ssize_t index;

	for (index = 0; index < mine->count; index++) {
		const plan_field *field = &mine->fields[index];

		if (field->wire == name || PyUnicode_Compare(field->wire, name) == 0)
			return true;
		if (mine->by_name && PyUnicode_Compare(field->name, name) == 0)
			return true;
	}
	return false;
}

static int add_extra(plan *mine, PyObject *name, PyObject *value, PyObject *extra)
{
	int result;

	if (!PyUnicode_Check(name)) {
		PyErr_SetString(PyExc_TypeError, "keywords must be strings");
		return -1;
	}
	if (is_field(mine, name))
		return 0;
	if (!mine->typed_extra)
		return PyDict_SetItem(extra, name, value);
	value = PyObject_CallMethod(mine->class, "_convert_extra", "O", value);
	result = value ? PyDict_SetItem(extra, name, value) : -1;
	Py_XDECREF(value);
	return result;
}

static int construct_extra(plan *mine, PyObject *values, python_decoded *decoded)
{
	PyObject *items = PyDict_Items(values);
	Py_ssize_t index;
	int result = items ? 0 : -1;

	decoded->extra = PyDict_New();
	if (!decoded->extra)
		result = -1;
	for (index = 0; result == 0 && index < PyList_Size(items); index++) {
		PyObject *item = PyList_GetItem(items, index);

		result = add_extra(mine, PyTuple_GetItem(item, 0), PyTuple_GetItem(item, 1), decoded->extra);
	}
	Py_XDECREF(items);
	return result;
}

static Py_ssize_t count_given(const python_decoded *decoded)
{
	return decoded->set ? PySet_Size(decoded->set) : __builtin_popcountll(decoded->given);
}

PyObject *python_plan_construct(PyObject *self, PyObject *values)
{
	plan *mine = (plan *)self;
	python_decoded decoded = {0};
	Py_ssize_t index;
	int result;

	if (!PyDict_Check(values)) {
		PyErr_SetString(PyExc_TypeError, "a model is made of a dict");
		return NULL;
	}
	/* Values that contain themselves would otherwise end in a crash. */
	if (Py_EnterRecursiveCall(" while a model is made"))
		return NULL;
	result = python_plan_begin(mine, &decoded);
	for (index = 0; result == 0 && index < mine->count; index++)
		result = construct_field(mine, index, values, &decoded);
	if (result == 0 && count_given(&decoded) < PyDict_Size(values))
		result = construct_extra(mine, values, &decoded);
	Py_LeaveRecursiveCall();
	if (result == 0)
		return python_model_new(mine->class, self, &decoded);
	Py_XDECREF(decoded.dict);
	Py_XDECREF(decoded.extra);
	Py_XDECREF(decoded.set);
	return NULL;
}
