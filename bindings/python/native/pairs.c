/*
 * Headers: a mapping of names to text.
 */
#include <stdlib.h>

#include "native.h"

static int read_header(PyObject *item, const char *name, PyObject *kept, sbx_pair *header)
{
	PyObject *key = PyTuple_GetItem(item, 0), *value = PyTuple_GetItem(item, 1);

	if (!key || !value)
		return -1;
	header->name = python_text(key, name, kept);
	if (!header->name)
		return -1;
	header->value = NULL;
	if (python_is_absent(value))
		return 0;
	/* A value that is no text is named by its header. */
	header->value = python_text(value, header->name, kept);
	return header->value ? 0 : -1;
}

int python_pairs_read(PyObject *list, const char *name, PyObject *kept, sbx_pair **headers, size_t *count)
{
	Py_ssize_t size = PyList_Size(list), index;

	if (size < 0)
		return -1;
	*headers = calloc(size > 0 ? (size_t)size : 1, sizeof(**headers));
	if (!*headers)
		PyErr_NoMemory();
	for (index = 0; *headers && index < size; index++) {
		if (read_header(PyList_GetItem(list, index), name, kept, &(*headers)[index]) < 0) {
			free(*headers);
			*headers = NULL;
		}
	}
	*count = (size_t)size;
	return *headers ? 0 : -1;
}

int python_headers_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **headers, size_t *count)
{
	PyObject *items = PyMapping_Check(mapping) ? PyMapping_Items(mapping) : NULL;
	int failed;

	if (!items) {
		if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_AttributeError))
			PyErr_Format(PyExc_TypeError, "`%s` must be a mapping of names to text", name);
		return -1;
	}
	failed = python_pairs_read(items, name, kept, headers, count);
	Py_DECREF(items);
	return failed;
}
