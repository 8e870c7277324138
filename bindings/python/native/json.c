/*
 * JSON values of Python's and back. Whatever JSON can carry goes as it is given; what it cannot is refused with the
 * place where it stands, such as `resources.cpus`.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "native.h"

/* The library's own limit (json.h). It ends a value that contains itself, too. */
#define DEEPEST 512

/* Where a value stands in the arguments; the chain is on the stack and read only to say where something is wrong. */
typedef struct place {
	const struct place *outer; /* NULL: of the value that `name` names */
	const char *name;          /* of the outermost: "" for the arguments themselves, whose members need no other */
	PyObject *key;             /* of a member */
	Py_ssize_t index;          /* of an element */
	int depth;
	bool as_pydantic; /* numbers are written as that writes them, and not as the C library and Python do */
} place;

static PyObject *omit_type;
static PyObject *not_given_type;

int python_json_init(void)
{
	PyObject *types = PyImport_ImportModule("sandbox_sdk._types");

	if (!types)
		return -1;
	omit_type = PyObject_GetAttrString(types, "Omit");
	not_given_type = PyObject_GetAttrString(types, "NotGiven");
	Py_DECREF(types);
	return omit_type && not_given_type ? 0 : -1;
}

bool python_is_absent(PyObject *value)
{
	PyObject *type = (PyObject *)Py_TYPE(value);

	return type == omit_type || type == not_given_type;
}

static PyObject *place_text(const place *where)
{
	PyObject *outer, *text;

	if (!where->outer)
		return PyUnicode_FromString(where->name);
	outer = place_text(where->outer);
	if (!outer)
		return NULL;
	if (!where->key)
		text = PyUnicode_FromFormat("%U[%zd]", outer, where->index);
	else if (where->outer->outer || *where->outer->name)
		text = PyUnicode_FromFormat("%U.%S", outer, where->key);
	else
		text = PyUnicode_FromFormat("%S", where->key);
	Py_DECREF(outer);
	return text;
}

/* Raises "`place`: complaint". */
static sbx_json *refuse(PyObject *exception, const place *where, const char *complaint)
{
	PyObject *text = place_text(where);

	if (text)
		PyErr_Format(exception, "`%U`: %s", text, complaint);
	Py_XDECREF(text);
	return NULL;
}

static sbx_json *convert(PyObject *value, const place *where);

static sbx_json *or_no_memory(sbx_json *json)
{
	if (!json)
		PyErr_NoMemory();
	return json;
}

static sbx_json *convert_string(PyObject *value)
{
	PyObject *bytes = PyUnicode_AsUTF8String(value);
	sbx_json *json = NULL;
	char *text;
	Py_ssize_t length;

	if (!bytes)
		return NULL;
	if (PyBytes_AsStringAndSize(bytes, &text, &length) == 0)
		json = or_no_memory(sbx_json_new_string(text, (size_t)length));
	Py_DECREF(bytes);
	return json;
}

/* By its digits, of which Python itself makes only so many. */
static sbx_json *convert_large(PyObject *value, const place *where)
{
	PyObject *digits = PyNumber_ToBase(value, 10);
	PyObject *bytes = digits ? PyUnicode_AsUTF8String(digits) : NULL;
	sbx_json *json = NULL;
	char *text;
	Py_ssize_t length;

	if (bytes && PyBytes_AsStringAndSize(bytes, &text, &length) == 0)
		json = sbx_json_new_number_text(text, (size_t)length);
	Py_XDECREF(bytes);
	Py_XDECREF(digits);
	if (json)
		return json;
	if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_ValueError))
		return NULL;
	PyErr_Clear();
	return refuse(PyExc_ValueError, where, "the integer has too many digits");
}

static sbx_json *convert_integer(PyObject *value, const place *where)
{
	int overflow;
	long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
	unsigned long long large;

	if (!overflow)
		return number == -1 && PyErr_Occurred() ? NULL : or_no_memory(sbx_json_new_integer(number));
	if (overflow > 0) {
		large = PyLong_AsUnsignedLongLong(value);
		if (!PyErr_Occurred())
			return or_no_memory(sbx_json_new_unsigned(large));
	}
	PyErr_Clear();
	return convert_large(value, where);
}

/* The shortest text, with neither an exponent at 0.00001 nor a zero in front of one. */
static sbx_json *number_as_pydantic(double number)
{
	char *text = PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
	char *exponent = text ? strstr(text, "e-0") : NULL;
	char decimals[40];
	sbx_json *json;

	if (!text)
		return NULL;
	if (exponent && exponent[3] == '5') {
		const char *digits = text + (*text == '-'), *fraction = digits[1] == '.' ? digits + 2 : exponent;

		snprintf(decimals, sizeof(decimals), "%s0.0000%c%.*s", *text == '-' ? "-" : "", *digits,
		         (int)(exponent - fraction), fraction);
	} else if (exponent) {
		memmove(exponent + 2, exponent + 3, strlen(exponent + 2));
		exponent = NULL;
	}
	json = sbx_json_new_number_text(exponent ? decimals : text, strlen(exponent ? decimals : text));
	PyMem_Free(text);
	return or_no_memory(json);
}

static sbx_json *convert_number(PyObject *value, const place *where)
{
	double number = PyFloat_AsDouble(value);
	double magnitude = fabs(number);

	if (!isfinite(number))
		return refuse(PyExc_ValueError, where, "JSON has neither infinities nor NaN");
	/* Between these all write the same. */
	if (where->as_pydantic && number != 0 && (magnitude < 1e-4 || magnitude >= 1e15))
		return number_as_pydantic(number);
	return or_no_memory(sbx_json_new_number(number));
}

/* Sets one member; an absent one is left out. */
static int convert_member(sbx_json *object, PyObject *key, PyObject *value, const place *outer)
{
	place where = {.outer = outer, .key = key, .depth = outer->depth + 1, .as_pydantic = outer->as_pydantic};
	PyObject *bytes;
	sbx_json *json;
	char *name;
	int result = -1;

	if (python_is_absent(value))
		return 0;
	if (!PyUnicode_Check(key)) {
		refuse(PyExc_TypeError, &where, "a name in a JSON object is a str");
		return -1;
	}
	bytes = PyUnicode_AsUTF8String(key);
	if (!bytes)
		return -1;
	if (PyBytes_AsStringAndSize(bytes, &name, NULL) < 0) {
		PyErr_Clear();
		refuse(PyExc_ValueError, outer, "a name in a JSON object holds a NUL");
		goto done;
	}
	json = convert(value, &where);
	if (!json)
		goto done;
	if (sbx_json_set(object, name, json) < 0)
		PyErr_NoMemory();
	else
		result = 0;
done:
	Py_DECREF(bytes);
	return result;
}

static sbx_json *convert_dict(PyObject *dict, const place *where)
{
	sbx_json *object = or_no_memory(sbx_json_new_object());
	PyObject *key, *value;
	Py_ssize_t position = 0;
	int result = 0;

	while (object && result == 0 && PyDict_Next(dict, &position, &key, &value)) {
		/* Converting a value may run the caller's code, which may drop it from the dict. */
		Py_INCREF(key);
		Py_INCREF(value);
		result = convert_member(object, key, value, where);
		Py_DECREF(key);
		Py_DECREF(value);
	}
	if (result == 0)
		return object;
	sbx_json_free(object);
	return NULL;
}

static sbx_json *convert_sequence(PyObject *sequence, const place *outer)
{
	sbx_json *array = or_no_memory(sbx_json_new_array());
	Py_ssize_t index;

	for (index = 0; array && index < PySequence_Size(sequence); index++) {
		place where = {
		        .outer = outer, .index = index, .depth = outer->depth + 1, .as_pydantic = outer->as_pydantic};
		PyObject *value = PySequence_GetItem(sequence, index);
		sbx_json *json = value ? convert(value, &where) : NULL;

		Py_XDECREF(value);
		if (json && sbx_json_append(array, json) == SBX_OK)
			continue;
		if (!PyErr_Occurred())
			PyErr_NoMemory();
		sbx_json_free(array);
		return NULL;
	}
	return array;
}

/* A mapping that is no dict, or a model: either gives a dict. */
static sbx_json *convert_other(PyObject *value, const place *where)
{
	PyObject *dict = NULL;
	sbx_json *json;

	if (PyObject_HasAttrString(value, "to_dict")) {
		dict = PyObject_CallMethod(value, "to_dict", NULL);
	} else if (PyMapping_Check(value) && PyObject_HasAttrString(value, "keys")) {
		dict = PyDict_New();
		if (dict && PyDict_Update(dict, value) < 0)
			Py_CLEAR(dict);
	} else {
		PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
		PyObject *text = type ? place_text(where) : NULL;

		if (text)
			PyErr_Format(PyExc_TypeError, "`%U`: a value of type %U is nothing that JSON can carry", text,
			             type);
		Py_XDECREF(type);
		Py_XDECREF(text);
		return NULL;
	}
	if (!dict)
		return NULL;
	json = PyDict_Check(dict) ? convert_dict(dict, where)
	                          : refuse(PyExc_TypeError, where, "its to_dict() does not give a dict");
	Py_DECREF(dict);
	return json;
}

static sbx_json *convert(PyObject *value, const place *where)
{
	if (PyUnicode_Check(value))
		return convert_string(value);
	if (value == Py_None)
		return sbx_json_new_null();
	if (PyBool_Check(value))
		return or_no_memory(sbx_json_new_boolean(value == Py_True));
	if (PyLong_Check(value))
		return convert_integer(value, where);
	if (PyFloat_Check(value))
		return convert_number(value, where);
	if (where->depth >= DEEPEST)
		return refuse(PyExc_ValueError, where, "values are nested too deep, or contain themselves");
	if (PyDict_Check(value))
		return convert_dict(value, where);
	if (PyList_Check(value) || PyTuple_Check(value))
		return convert_sequence(value, where);
	return convert_other(value, where);
}

sbx_json *python_to_json(PyObject *value, const char *name)
{
	place where = {.name = name};

	return convert(value, &where);
}

static PyObject *array_to_list(const sbx_json *array)
{
	size_t count = sbx_json_count(array), index;
	PyObject *list = PyList_New((Py_ssize_t)count);

	for (index = 0; list && index < count; index++) {
		PyObject *element = python_from_json(sbx_json_at(array, index));

		if (!element || PyList_SetItem(list, (Py_ssize_t)index, element) < 0)
			Py_CLEAR(list);
	}
	return list;
}

static PyObject *object_to_dict(const sbx_json *object)
{
	PyObject *dict = PyDict_New();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *member;
	const char *name;

	while (dict && sbx_json_next(object, &cursor, &name, &member)) {
		PyObject *key = PyUnicode_FromString(name);
		PyObject *value = key ? python_from_json(member) : NULL;

		if (!value || PyDict_SetItem(dict, key, value) < 0)
			Py_CLEAR(dict);
		Py_XDECREF(key);
		Py_XDECREF(value);
	}
	return dict;
}

static PyObject *integer_to_python(const sbx_json *json)
{
	int64_t number = sbx_json_integer(json);

	/* The signed reading is cut to its range. */
	return number == INT64_MAX ? PyLong_FromUnsignedLongLong(sbx_json_unsigned(json)) : PyLong_FromLongLong(number);
}

static PyObject *number_to_python(const sbx_json *json)
{
	const char *text = sbx_json_number_text(json);

	if (text && !text[strcspn(text, ".eE")])
		return PyLong_FromString(text, NULL, 10);
	return PyFloat_FromDouble(sbx_json_number(json));
}

PyObject *python_from_json(const sbx_json *json)
{
	const char *text;
	size_t length;

	switch (sbx_json_type_of(json)) {
	case SBX_JSON_STRING:
		text = sbx_json_string(json, &length);
		return PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "replace");
	case SBX_JSON_INTEGER:
		return integer_to_python(json);
	case SBX_JSON_NUMBER:
		return number_to_python(json);
	case SBX_JSON_BOOLEAN:
		return PyBool_FromLong(sbx_json_boolean(json));
	case SBX_JSON_ARRAY:
		return array_to_list(json);
	case SBX_JSON_OBJECT:
		return object_to_dict(json);
	default:
		Py_INCREF(Py_None);
		return Py_None;
	}
}

PyObject *python_json_parse(PyObject *text)
{
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	PyObject *value = NULL;
	char *data;
	Py_ssize_t length;

	if (PyBytes_AsStringAndSize(text, &data, &length) < 0)
		return NULL;
	if (sbx_json_parse(data, (size_t)length, &json, &error) == SBX_OK)
		value = python_from_json(json);
	else if (sbx_error_code(error) == SBX_ERROR_OUT_OF_MEMORY)
		PyErr_NoMemory();
	else
		PyErr_SetString(PyExc_ValueError, sbx_error_message(error));
	sbx_json_free(json);
	sbx_error_free(error);
	return value;
}

PyObject *python_json_print(PyObject *value, int indent)
{
	place where = {.name = "", .as_pydantic = true};
	sbx_json *json = convert(value, &where);
	PyObject *printed = NULL;
	char *text = NULL;
	size_t length;

	if (!json)
		return NULL;
	if (sbx_json_print(json, indent, &text, &length) == SBX_OK)
		printed = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, NULL);
	else
		PyErr_NoMemory();
	sbx_string_free(text);
	sbx_json_free(json);
	return printed;
}
