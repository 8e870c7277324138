/*
 * What bindings/python/typemaps.i calls: the crossing between Python's values and the library's. All of it runs
 * with the GIL held, but for the callbacks that the library calls during a request, which take it.
 *
 * A function that fails has set Python's exception.
 */
#ifndef SBX_PYTHON_NATIVE_H
#define SBX_PYTHON_NATIVE_H

/* Before any other header, as Python wants it. */
#include <Python.h>
#include <sandbox_sdk.h>
#include <stdbool.h>

/* json.c */

/* Remembers the classes whose values stand for "not given" (Omit, NotGiven) in arguments. Called when the module is
 * made. */
int python_json_init(void);
/* Whether a value stands for "not given". */
bool python_is_absent(PyObject *value);
/* A new JSON value of a Python one; `name` is what it is called in an exception. NULL on failure. */
sbx_json *python_to_json(PyObject *value, const char *name);
/* A new Python value of a JSON one. */
PyObject *python_from_json(const sbx_json *json);

/* text.c */

/* Text for the wire or the file system, where a NUL would cut it short. The bytes stay as long as the list `kept`. */
const char *python_text(PyObject *value, const char *name, PyObject *kept);
/* The same for a path: text, bytes or an object with a path, in the file system's encoding. */
const char *python_path(PyObject *value, const char *name, PyObject *kept);
/* Text that the library gave out: UTF-8, else every byte the character of its number, as headers are. NULL is None. */
PyObject *python_from_text(const char *text);
/* A name and a value of a header. */
PyObject *python_from_pair(sbx_pair pair);

/* handles.c */

PyObject *python_from_client(sbx_client *client);
PyObject *python_from_response(sbx_response *response);
PyObject *python_from_operation(const sbx_operation *operation);
sbx_client *python_to_client(PyObject *object);
sbx_response *python_to_response(PyObject *object);
sbx_error *python_to_error(PyObject *object);
const sbx_operation *python_to_operation(PyObject *object);
/* Raises the exception that stands for an error, which is taken over; `path` is the file on this machine that the call
 * was about, or NULL. Does nothing but free the error where a callback has raised already. */
void python_raise(sbx_error *error, const char *path);

/* client_options.c */

/* Options of a client and what they point to. */
typedef struct python_client_options {
	sbx_client_options options;
	PyObject *kept;    /* the list that keeps text alive */
	sbx_pair *headers; /* NULL: none */
	sbx_json *query;   /* NULL: none */
} python_client_options;

/* Reads a dict whose keys are the members of sbx_client_options. Clear it also where that fails. */
int python_client_options_read(python_client_options *read, PyObject *given);
void python_client_options_clear(python_client_options *read);

/* request.c */

/* What one call is made with, what that points to, and what comes of it. The library's callbacks get a pointer to it.
 */
typedef struct python_request {
	sbx_request_options options;
	sbx_source source;
	sbx_sink sink;
	PyObject *kept; /* the list that keeps text, bytes and callables alive; NULL: no options were given */
	sbx_pair *headers;
	sbx_json *query;
	sbx_json *body;
	PyObject *read;      /* a callable that is given a size and returns bytes; borrowed from `kept` */
	PyObject *rewind;    /* a callable without arguments, borrowed */
	PyObject *write;     /* a callable that is given bytes, borrowed */
	PyObject *chunk;     /* what `read` returned and the library has not had all of; NULL: nothing */
	Py_ssize_t consumed; /* how much of it the library has had */
	sbx_response *response;
	sbx_error *error;
} python_request;

/* Reads None, or a dict whose keys are the members of sbx_request_options. Clear it also where that fails. */
int python_request_read(python_request *request, PyObject *given);
void python_request_clear(python_request *request);
/* What a finished call returns: (decoded body, response). Raises where the call failed or a callback did. */
PyObject *python_request_result(python_request *request, sbx_status status);

/* streams.c */

/* Read the dict of an upload's source, and of a download's sink. */
int python_source_read(python_request *request, PyObject *given);
int python_sink_read(python_request *request, PyObject *given);

/* pairs.c */

/* Headers of a mapping; a value that stands for "not given" removes its header. */
int python_headers_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **headers, size_t *count);

/* callbacks.c */

int python_interrupted(void *user_data);
void python_log(void *user_data, sbx_log_level level, const char *message);

#endif
