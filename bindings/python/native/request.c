/*
 * One call: its options, a dict whose keys are the members of sbx_request_options, and its result.
 */
#include <stdlib.h>

#include "options.h"

static int read_headers(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	if (python_headers_read(value, name, kept, &request->headers, &request->options.headers_count) < 0)
		return -1;
	request->options.headers = request->headers;
	return 0;
}

static int read_query(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	if (python_read_json(&request->query, value, name, kept) < 0)
		return -1;
	request->options.query = request->query;
	return 0;
}

static int read_body(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_request *request = member;

	if (python_read_json(&request->body, value, name, kept) < 0)
		return -1;
	request->options.body = request->body;
	return 0;
}

static int read_source(void *member, PyObject *value, const char *name, PyObject *kept)
{
	(void)name;
	(void)kept;
	return python_source_read(member, value);
}

static int read_sink(void *member, PyObject *value, const char *name, PyObject *kept)
{
	(void)name;
	(void)kept;
	return python_sink_read(member, value);
}

#define MEMBER(name, argument, read) {#name, argument, read, offsetof(python_request, options.name)}
#define WHOLE(name, argument, read) {#name, argument, read, 0}

static const python_member members[] = {
        WHOLE(headers, "extra_headers", read_headers),
        WHOLE(query, "extra_query", read_query),
        WHOLE(body, "extra_body", read_body),
        MEMBER(timeout, "timeout", python_read_seconds),
        MEMBER(connect_timeout, "timeout.connect", python_read_seconds),
        MEMBER(read_timeout, "timeout.read", python_read_seconds),
        MEMBER(write_timeout, "timeout.write", python_read_seconds),
        MEMBER(pool_timeout, "timeout.pool", python_read_seconds),
        WHOLE(source, "file", read_source),
        WHOLE(sink, "into", read_sink),
        {NULL, NULL, NULL, 0},
};

int python_request_read(python_request *request, PyObject *given)
{
	*request =
	        (python_request){.options = SBX_REQUEST_OPTIONS_INIT, .source = SBX_SOURCE_INIT, .sink = SBX_SINK_INIT};
	request->options.interrupt = python_interrupted;
	if (given == Py_None)
		return 0;
	request->kept = PyList_New(0);
	return request->kept ? python_members_read(request, members, given, request->kept) : -1;
}

void python_request_clear(python_request *request)
{
	sbx_response_free(request->response);
	sbx_error_free(request->error);
	sbx_json_free(request->query);
	sbx_json_free(request->body);
	free(request->headers);
	Py_CLEAR(request->chunk);
	Py_CLEAR(request->kept);
}

/* The file on this machine that the call read or wrote. */
static const char *local_path(const python_request *request)
{
	return request->source.path ? request->source.path : request->sink.path;
}

PyObject *python_request_result(python_request *request, sbx_status status)
{
	PyObject *body, *response, *result;

	/* A callback may have raised and the call ended well all the same: Ctrl-C as the last byte came. */
	if (status < 0 || PyErr_Occurred()) {
		python_raise(request->error, local_path(request));
		request->error = NULL;
		return NULL;
	}
	body = python_from_json(sbx_response_json(request->response));
	if (!body)
		return NULL;
	response = python_from_response(request->response);
	request->response = NULL;
	result = response ? PyTuple_Pack(2, body, response) : NULL;
	Py_DECREF(body);
	Py_XDECREF(response);
	return result;
}
