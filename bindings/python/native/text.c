/*
 * Text and paths, in and out.
 */
#include <string.h>

#include "native.h"

/* Raises the package's own exception, which names the argument. */
static void refuse_nul(const char *name)
{
	PyObject *module = PyImport_ImportModule("sandbox_sdk._exceptions"), *exception = NULL;

	if (module)
		exception = PyObject_CallMethod(module, "holds_nul", "s", name);
	python_raise_exception(exception);
	Py_XDECREF(module);
}

/* Puts bytes into `kept`, which takes them over, and gives what is in them. */
static const char *keep(PyObject *bytes, const char *name, PyObject *kept)
{
	char *text = NULL;
	Py_ssize_t length;
	int failed;

	if (!bytes)
		return NULL;
	failed = PyBytes_AsStringAndSize(bytes, &text, &length) < 0 || PyList_Append(kept, bytes) < 0;
	Py_DECREF(bytes);
	if (failed)
		return NULL;
	if (strlen(text) == (size_t)length)
		return text;
	refuse_nul(name);
	return NULL;
}

static const char *encoded_text(PyObject *value, PyObject *(*encode)(PyObject *), const char *name, PyObject *kept)
{
	PyObject *type;

	if (PyUnicode_Check(value))
		return keep(encode(value), name, kept);
	if (PyBytes_Check(value)) {
		Py_INCREF(value);
		return keep(value, name, kept);
	}
	type = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
	if (type)
		PyErr_Format(PyExc_TypeError, "`%s` must be a str, not %U", name, type);
	Py_XDECREF(type);
	return NULL;
}

const char *python_text(PyObject *value, const char *name, PyObject *kept)
{
	return encoded_text(value, PyUnicode_AsUTF8String, name, kept);
}

const char *python_ascii_text(PyObject *value, const char *name, PyObject *kept)
{
	return encoded_text(value, PyUnicode_AsASCIIString, name, kept);
}

const char *python_path(PyObject *value, const char *name, PyObject *kept)
{
	PyObject *path = PyOS_FSPath(value), *bytes = path;

	if (path && PyUnicode_Check(path)) {
		bytes = PyUnicode_EncodeFSDefault(path);
		Py_DECREF(path);
	}
	return keep(bytes, name, kept);
}

PyObject *python_from_text(const char *text)
{
	PyObject *decoded;

	if (!text)
		Py_RETURN_NONE;
	decoded = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), NULL);
	if (decoded || !PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
		return decoded;
	PyErr_Clear();
	return PyUnicode_DecodeLatin1(text, (Py_ssize_t)strlen(text), NULL);
}

PyObject *python_from_pair(sbx_pair pair)
{
	PyObject *name = python_from_text(pair.name), *value = name ? python_from_text(pair.value) : NULL;
	PyObject *result = value ? PyTuple_Pack(2, name, value) : NULL;

	Py_XDECREF(name);
	Py_XDECREF(value);
	return result;
}
