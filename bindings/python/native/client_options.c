/*
 * Options of a client: a dict whose keys are the members of sbx_client_options.
 */
#include <stdint.h>
#include <stdlib.h>

#include "options.h"

static int read_headers(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_client_options *read = member;

	if (python_headers_read(value, name, kept, &read->headers, &read->options.default_headers_count) < 0)
		return -1;
	read->options.default_headers = read->headers;
	return 0;
}

static int read_query(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_client_options *read = member;

	if (python_read_json(&read->query, value, name, kept) < 0)
		return -1;
	read->options.default_query = read->query;
	return 0;
}

static int read_log_level(void *member, PyObject *value, const char *name, PyObject *kept)
{
	sbx_client_options *options = member;
	int level = 0;

	if (python_read_count(&level, value, name, kept) < 0)
		return -1;
	options->log_level = (sbx_log_level)level;
	return 0;
}

static int read_http(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_client_options *read = member;

	(void)name;
	if (python_http_options_read(&read->http, value, kept) < 0)
		return -1;
	read->options.http = &read->http.options;
	return 0;
}

/* The hook's number: whatever outlives its client, such as a session that is closed last, has no pointer to it. */
static int read_hook(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_client_options *read = member;
	Py_ssize_t number = PyLong_AsSsize_t(value);

	(void)name;
	(void)kept;
	read->options.on_attempt = python_attempt;
	read->options.on_attempt_user_data = (void *)(intptr_t)number;
	return PyErr_Occurred() ? -1 : 0;
}

static int read_transport(void *member, PyObject *value, const char *name, PyObject *kept)
{
	python_client_options *read = member;

	(void)name;
	(void)kept;
	if (python_transport_read(&read->transport, value) < 0)
		return -1;
	read->options.transport = &read->transport;
	return 0;
}

#define MEMBER(name, argument, read) {#name, argument, read, offsetof(sbx_client_options, name)}
#define WHOLE(name, argument, read) {#name, argument, read, 0}

static const python_member members[] = {
        MEMBER(api_key, "api_key", python_read_ascii),
        MEMBER(base_url, "base_url", python_read_text),
        MEMBER(timeout, "timeout", python_read_seconds),
        MEMBER(connect_timeout, "timeout.connect", python_read_seconds),
        MEMBER(read_timeout, "timeout.read", python_read_seconds),
        MEMBER(write_timeout, "timeout.write", python_read_seconds),
        MEMBER(pool_timeout, "timeout.pool", python_read_seconds),
        MEMBER(deadline, "deadline", python_read_seconds),
        MEMBER(max_retries, "max_retries", python_read_count),
        MEMBER(retry_unsafe, "retry_unsafe", python_read_flag),
        WHOLE(default_headers, "default_headers", read_headers),
        WHOLE(default_query, "default_query", read_query),
        MEMBER(replace_default_headers, "set_default_headers", python_read_flag),
        MEMBER(replace_default_query, "set_default_query", python_read_flag),
        MEMBER(strict_response_validation, "_strict_response_validation", python_read_flag),
        WHOLE(log_level, "log_level", read_log_level),
        MEMBER(client_name, "client_name", python_read_text),
        MEMBER(language, "language", python_read_text),
        MEMBER(runtime, "runtime", python_read_text),
        MEMBER(runtime_version, "runtime_version", python_read_text),
        WHOLE(http, "http_options", read_http),
        WHOLE(on_attempt, "on_attempt", read_hook),
        WHOLE(transport, "transport", read_transport),
        {NULL, NULL, NULL, 0},
};

int python_client_options_read(python_client_options *read, PyObject *given)
{
	*read = (python_client_options){.options = SBX_CLIENT_OPTIONS_INIT, .kept = PyList_New(0)};
	if (!read->kept)
		return -1;
	/* Both are Python's manners: what JSON can carry is sent as it is given, and the log goes to Python's. */
	read->options.lenient_arguments = SBX_FLAG_YES;
	read->options.log = python_log;
	return python_members_read(read, members, given, read->kept);
}

void python_client_options_clear(python_client_options *read)
{
	Py_CLEAR(read->kept);
	free(read->headers);
	sbx_json_free(read->query);
	python_http_options_clear(&read->http);
	if (!read->made)
		Py_XDECREF((PyObject *)read->transport.user_data);
	read->transport.user_data = NULL;
}
