/*
 * A request: a dict whose keys are the members of sbx_request.
 */
#include <stdlib.h>

#include "options.h"

static int read_operation(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	(void)kept;
	request->request.operation = python_to_operation(value);
	return request->request.operation ? 0 : -1;
}

static int read_arguments(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)name;
	(void)kept;
	request->request.arguments = request->arguments = python_to_json(value, "");
	return request->arguments ? 0 : -1;
}

static int read_json(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	(void)kept;
	request->request.json = request->json = python_to_json(value, name);
	return request->json ? 0 : -1;
}

static int read_data(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;
	char *data;
	Py_ssize_t length;

	(void)name;
	if (PyBytes_AsStringAndSize(value, &data, &length) < 0 || PyList_Append(kept, value) < 0)
		return -1;
	request->request.data = data;
	request->request.length = (size_t)length;
	return 0;
}

/* ---- the parts of a multipart form ---- */

/* One part while it is read, and whose file it may have. */
typedef struct part {
	sbx_part *part;
	python_source *file;
	sbx_pair **headers;
	python_callbacks *callbacks;
} part;

static int read_part_text(void *member, PyObject *value, const char *name, PyObject *kept)
{
	part *read = member;
	char *text;
	Py_ssize_t length;

	(void)name;
	if (PyBytes_AsStringAndSize(value, &text, &length) < 0 || PyList_Append(kept, value) < 0)
		return -1;
	read->part->text = text;
	read->part->text_length = (size_t)length;
	return 0;
}

static int read_part_name(void *member, PyObject *value, const char *name, PyObject *kept)
{
	part *read = member;

	read->part->name = python_text(value, name, kept);
	return read->part->name ? 0 : -1;
}

static int read_part_type(void *member, PyObject *value, const char *name, PyObject *kept)
{
	part *read = member;

	read->part->content_type = python_text(value, name, kept);
	return read->part->content_type ? 0 : -1;
}

/* In any letters, as the names of files are. */
static int read_part_headers(void *member, PyObject *value, const char *name, PyObject *kept)
{
	part *read = member;

	if (python_mapping_read(value, name, kept, read->headers, &read->part->headers_count) < 0)
		return -1;
	read->part->headers = *read->headers;
	return 0;
}

static int read_part_source(void *member, PyObject *value, const char *name, PyObject *kept)
{
	part *read = member;

	(void)name;
	read->part->source = &read->file->source;
	return python_source_read(read->file, value, read->callbacks, kept);
}

static const python_member part_members[] = {
        {"name", "files", read_part_name, 0},         {"text", "files", read_part_text, 0},
        {"content_type", "files", read_part_type, 0}, {"headers", "files", read_part_headers, 0},
        {"source", "files", read_part_source, 0},     {NULL, NULL, NULL, 0},
};

static int read_parts(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;
	Py_ssize_t count = PyList_Size(value), index;

	(void)name;
	if (count < 0)
		return -1;
	request->parts = calloc(count ? (size_t)count : 1, sizeof(*request->parts));
	request->files = calloc(count ? (size_t)count : 1, sizeof(*request->files));
	request->headers = calloc(count ? (size_t)count : 1, sizeof(*request->headers));
	if (!request->parts || !request->files || !request->headers) {
		PyErr_NoMemory();
		return -1;
	}
	request->files_count = (size_t)count;
	for (index = 0; index < count; index++) {
		part read = {&request->parts[index], &request->files[index], &request->headers[index],
		             request->callbacks};

		request->parts[index] = (sbx_part)SBX_PART_INIT;
		if (python_members_read(&read, part_members, PyList_GetItem(value, index), kept) < 0)
			return -1;
	}
	request->request.parts = request->parts;
	request->request.parts_count = (size_t)count;
	return 0;
}

#define MEMBER(name, read) {#name, #name, read, offsetof(python_request, request.name)}
#define WHOLE(name, argument, read) {#name, argument, read, 0}

static const python_member members[] = {
        WHOLE(operation, "operation", read_operation),
        WHOLE(arguments, "arguments", read_arguments),
        MEMBER(method, python_read_text),
        MEMBER(url, python_read_text),
        WHOLE(json, "body", read_json),
        WHOLE(data, "content", read_data),
        MEMBER(content_type, python_read_text),
        WHOLE(parts, "files", read_parts),
        MEMBER(undecoded, python_read_flag),
        {NULL, NULL, NULL, 0},
};

int python_request_read(python_request *request, PyObject *given, python_callbacks *callbacks)
{
	*request = (python_request){.request = SBX_REQUEST_INIT, .kept = PyList_New(0), .callbacks = callbacks};
	return request->kept ? python_members_read(request, members, given, request->kept) : -1;
}

void python_request_clear(python_request *request)
{
	size_t index;

	sbx_json_free(request->arguments);
	sbx_json_free(request->json);
	free(request->parts);
	for (index = 0; index < request->files_count; index++) {
		Py_CLEAR(request->files[index].chunk);
		free(request->headers[index]);
	}
	free(request->files);
	free(request->headers);
	Py_CLEAR(request->kept);
}
