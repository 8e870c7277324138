/*
 * Options in a dict: the walk over its items, and the readers of the kinds of members that several structs have.
 */
#include "options.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const python_member *member_of(const python_member *members, PyObject *key)
{
	for (; members->name; members++)
		if (PyUnicode_CompareWithASCIIString(key, members->name) == 0)
			return members;
	PyErr_Format(PyExc_TypeError, "there is no option %R", key);
	return NULL;
}

int python_members_read(void *target, const python_member *members, PyObject *given, PyObject *kept)
{
	PyObject *key, *value;
	Py_ssize_t position = 0;

	if (!PyDict_Check(given)) {
		PyErr_SetString(PyExc_TypeError, "options are a dict");
		return -1;
	}
	while (PyDict_Next(given, &position, &key, &value)) {
		const python_member *member = PyUnicode_Check(key) ? member_of(members, key) : NULL;

		if (!member || member->read((char *)target + member->offset, value, member->argument, kept) < 0) {
			if (!PyErr_Occurred())
				PyErr_SetString(PyExc_TypeError, "the name of an option is a str");
			return -1;
		}
	}
	return 0;
}

static int wrong_type(const char *name, const char *wanted, PyObject *value)
{
	PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");

	if (type)
		PyErr_Format(PyExc_TypeError, "`%s` must be %s, not %U", name, wanted, type);
	Py_XDECREF(type);
	return -1;
}

int python_read_seconds(void *member, PyObject *value, const char *name, PyObject *kept)
{
	double seconds = SBX_FOREVER;

	(void)kept;
	if (value != Py_None) {
		if (!PyFloat_Check(value) && !PyLong_Check(value))
			return wrong_type(name, "a number of seconds, a Timeout or None", value);
		seconds = PyFloat_AsDouble(value);
		if (PyErr_Occurred())
			return -1;
		if (isnan(seconds) || seconds < 0) {
			PyErr_Format(PyExc_ValueError, "`%s` must not be negative or NaN", name);
			return -1;
		}
		if (isinf(seconds))
			seconds = SBX_FOREVER;
	}
	memcpy(member, &seconds, sizeof(seconds));
	return 0;
}

int python_read_count(void *member, PyObject *value, const char *name, PyObject *kept)
{
	int number = -1, overflow = 0;
	long given;

	(void)kept;
	if (!PyLong_Check(value))
		return wrong_type(name, "an int", value);
	given = PyLong_AsLongAndOverflow(value, &overflow);
	if (!overflow && given >= 0 && given <= INT_MAX)
		number = (int)given;
	if (number < 0) {
		PyErr_Format(PyExc_ValueError, "`%s` must be between 0 and %d", name, INT_MAX);
		return -1;
	}
	memcpy(member, &number, sizeof(number));
	return 0;
}

int python_read_flag(void *member, PyObject *value, const char *name, PyObject *kept)
{
	int truth = PyObject_IsTrue(value);
	sbx_flag flag = truth ? SBX_FLAG_YES : SBX_FLAG_NO;

	(void)name;
	(void)kept;
	if (truth < 0)
		return -1;
	memcpy(member, &flag, sizeof(flag));
	return 0;
}

int python_read_text(void *member, PyObject *value, const char *name, PyObject *kept)
{
	const char *text = python_text(value, name, kept);

	memcpy(member, &text, sizeof(text));
	return text ? 0 : -1;
}

int python_read_ascii(void *member, PyObject *value, const char *name, PyObject *kept)
{
	const char *text = python_ascii_text(value, name, kept);

	memcpy(member, &text, sizeof(text));
	return text ? 0 : -1;
}

int python_read_json(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_json *json;

	(void)kept;
	if (PyUnicode_Check(value) || PyList_Check(value) || !PyMapping_Check(value))
		return wrong_type(name, "a mapping", value);
	json = python_to_json(value, name);
	memcpy(member, &json, sizeof(json));
	return json ? 0 : -1;
}
