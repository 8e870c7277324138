/*
 * Options of the HTTP client: a dict whose keys are the members of sbx_http_options.
 */
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* A choice and its number. */
typedef struct choice {
	const char *text;
	int number;
} choice;

/* Reads one of a few texts into an enum. */
static int read_choice(void *member, PyObject *value, const char *name, const choice *choices, const char *wanted)
{
	for (; choices->text; choices++) {
		if (PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, choices->text) == 0) {
			memcpy(member, &choices->number, sizeof(choices->number));
			return 0;
		}
	}
	PyErr_Format(PyUnicode_Check(value) ? PyExc_ValueError : PyExc_TypeError, "`%s` must be %s, not %R", name,
	             wanted, value);
	return -1;
}

static int read_tls(void *member, PyObject *value, const char *name, PyObject *kept)
{
	static const choice choices[] = {{"1.2", SBX_TLS_1_2}, {"1.3", SBX_TLS_1_3}, {NULL, 0}};

	(void)kept;
	return read_choice(member, value, name, choices, "\"1.2\" or \"1.3\"");
}

static int read_version(void *member, PyObject *value, const char *name, PyObject *kept)
{
	static const choice choices[] = {{"1.1", SBX_HTTP_1_1}, {"2", SBX_HTTP_2}, {NULL, 0}};

	(void)kept;
	return read_choice(member, value, name, choices, "\"1.1\" or \"2\"");
}

static int read_compression(void *member, PyObject *value, const char *name, PyObject *kept)
{
	static const choice choices[] = {{"none", SBX_COMPRESSION_NONE},
	                                 {"documents", SBX_COMPRESSION_DOCUMENTS},
	                                 {"all", SBX_COMPRESSION_ALL},
	                                 {NULL, 0}};

	(void)kept;
	return read_choice(member, value, name, choices, "\"none\", \"documents\" or \"all\"");
}

static int read_path(void *member, PyObject *value, const char *name, PyObject *kept)
{
	const char *path = python_path(value, name, kept);

	memcpy(member, &path, sizeof(path));
	return path ? 0 : -1;
}

static int read_size(void *member, PyObject *value, const char *name, PyObject *kept)
{
	long long given = PyLong_Check(value) ? PyLong_AsLongLong(value) : -1;
	int64_t size = given;

	(void)kept;
	if (!PyLong_Check(value))
		PyErr_Format(PyExc_TypeError, "`%s` must be a number of bytes", name);
	else if (given < 0 && !PyErr_Occurred())
		PyErr_Format(PyExc_ValueError, "`%s` must not be negative", name);
	memcpy(member, &size, sizeof(size));
	return PyErr_Occurred() ? -1 : 0;
}

/* Bytes in memory: the pointer goes to the member, the length to the one after it. */
static int read_data(const void **data, size_t *length, PyObject *value, const char *name, PyObject *kept)
{
	char *bytes;
	Py_ssize_t size;

	if (!PyBytes_Check(value)) {
		PyErr_Format(PyExc_TypeError, "`%s` must be bytes", name);
		return -1;
	}
	if (PyBytes_AsStringAndSize(value, &bytes, &size) < 0 || PyList_Append(kept, value) < 0)
		return -1;
	*data = bytes;
	*length = (size_t)size;
	return 0;
}

static int read_ca_data(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_http_options *options = &((python_http_options *)member)->options;

	return read_data(&options->ca_data, &options->ca_length, value, name, kept);
}

static int read_certificate_data(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_http_options *options = &((python_http_options *)member)->options;

	return read_data(&options->certificate_data, &options->certificate_length, value, name, kept);
}

static int read_key_data(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_http_options *options = &((python_http_options *)member)->options;

	return read_data(&options->key_data, &options->key_length, value, name, kept);
}

static int read_overrides(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_http_options *read = member;
	Py_ssize_t count = PyUnicode_Check(value) || !PySequence_Check(value) ? -1 : PySequence_Size(value), index;

	if (count < 0) {
		PyErr_Format(PyExc_TypeError, "`%s` must be a sequence of texts such as \"host:port:address\"", name);
		return -1;
	}
	free(read->overrides);
	read->overrides = calloc(count > 0 ? (size_t)count : 1, sizeof(*read->overrides));
	if (!read->overrides) {
		PyErr_NoMemory();
		return -1;
	}
	for (index = 0; index < count; index++) {
		PyObject *item = PySequence_GetItem(value, index);

		read->overrides[index] = item ? python_text(item, name, kept) : NULL;
		Py_XDECREF(item);
		if (!read->overrides[index])
			return -1;
	}
	read->options.name_overrides = read->overrides;
	read->options.name_overrides_count = (size_t)count;
	return 0;
}

#define MEMBER(name, read) {#name, "http_options." #name, read, offsetof(python_http_options, options.name)}
#define WHOLE(name, read) {#name, "http_options." #name, read, 0}

static const python_member members[] = {
        MEMBER(proxy, python_read_text),
        MEMBER(proxy_username, python_read_text),
        MEMBER(proxy_password, python_read_text),
        MEMBER(no_proxy, python_read_text),
        MEMBER(environment_proxies, python_read_flag),
        MEMBER(accept_invalid_certificates, python_read_flag),
        MEMBER(minimum_tls, read_tls),
        MEMBER(version, read_version),
        MEMBER(ca_file, read_path),
        MEMBER(ca_directory, read_path),
        WHOLE(ca_data, read_ca_data),
        MEMBER(crl_file, read_path),
        MEMBER(certificate_file, read_path),
        WHOLE(certificate_data, read_certificate_data),
        MEMBER(key_file, read_path),
        WHOLE(key_data, read_key_data),
        MEMBER(key_password, python_read_text),
        MEMBER(unix_socket, read_path),
        MEMBER(local_address, python_read_text),
        MEMBER(network_interface, python_read_text),
        WHOLE(name_overrides, read_overrides),
        MEMBER(keep_alive_interval, python_read_seconds),
        MEMBER(compression, read_compression),
        MEMBER(follow_redirects, python_read_flag),
        MEMBER(max_redirects, python_read_count),
        MEMBER(max_connections, python_read_count),
        MEMBER(max_idle_connections, python_read_count),
        MEMBER(idle_expiry, python_read_seconds),
        MEMBER(max_header_bytes, read_size),
        MEMBER(max_document_bytes, read_size),
        MEMBER(max_event_line_bytes, read_size),
        MEMBER(max_body_bytes, read_size),
        {NULL, NULL, NULL, 0},
};

int python_http_options_read(python_http_options *read, PyObject *given, PyObject *kept)
{
	*read = (python_http_options){.options = SBX_HTTP_OPTIONS_INIT};
	return python_members_read(read, members, given, kept);
}

void python_http_options_clear(python_http_options *read)
{
	free(read->overrides);
	read->overrides = NULL;
}
