/*
 * Names and values: headers, and the environment of a command.
 */
#include <stdlib.h>

#include "native.h"

/* How the text of a name or value becomes bytes. */
typedef const char *text_reader(PyObject *value, const char *name, PyObject *kept);

static int read_pair(PyObject *item, const char *name, text_reader *read, PyObject *kept, sbx_pair *pair)
{
	PyObject *key = PyTuple_GetItem(item, 0), *value = PyTuple_GetItem(item, 1);

	if (!key || !value)
		return -1;
	pair->name = read(key, name, kept);
	if (!pair->name)
		return -1;
	pair->value = NULL;
	if (python_is_absent(value))
		return 0;
	/* A value that is no text is named by its header. */
	pair->value = read(value, pair->name, kept);
	return pair->value ? 0 : -1;
}

static int read_pairs(PyObject *list, const char *name, text_reader *read, PyObject *kept, sbx_pair **pairs,
                      size_t *count)
{
	Py_ssize_t size = PyList_Size(list), index;

	if (size < 0)
		return -1;
	*pairs = calloc(size > 0 ? (size_t)size : 1, sizeof(**pairs));
	if (!*pairs)
		PyErr_NoMemory();
	for (index = 0; *pairs && index < size; index++) {
		if (read_pair(PyList_GetItem(list, index), name, read, kept, &(*pairs)[index]) < 0) {
			free(*pairs);
			*pairs = NULL;
		}
	}
	*count = (size_t)size;
	return *pairs ? 0 : -1;
}

static int read_mapping(PyObject *mapping, const char *name, text_reader *read, PyObject *kept, sbx_pair **pairs,
                        size_t *count)
{
	PyObject *items = PyMapping_Check(mapping) ? PyMapping_Items(mapping) : NULL;
	int failed;

	if (!items) {
		if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_AttributeError))
			PyErr_Format(PyExc_TypeError, "`%s` must be a mapping of names to text", name);
		return -1;
	}
	failed = read_pairs(items, name, read, kept, pairs, count);
	Py_DECREF(items);
	return failed;
}

int python_headers_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **headers, size_t *count)
{
	return read_mapping(mapping, name, python_ascii_text, kept, headers, count);
}

int python_mapping_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **pairs, size_t *count)
{
	return read_mapping(mapping, name, python_text, kept, pairs, count);
}

int python_pairs_read(PyObject *list, const char *name, PyObject *kept, sbx_pair **pairs, size_t *count)
{
	return read_pairs(list, name, python_text, kept, pairs, count);
}
