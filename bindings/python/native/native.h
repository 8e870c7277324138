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

/* What SWIG makes: the module itself, for interpreter.c, which decides whether there is to be one. */
PyObject *python_init_module(void);

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
/* The Python value of JSON text in bytes; a ValueError where it is none. */
PyObject *python_json_parse(PyObject *text);
/* JSON text of a Python value, in one line or with spaces a level, its numbers as pydantic writes them; a ValueError or
 * TypeError where JSON cannot carry it. */
PyObject *python_json_print(PyObject *value, int indent);

/* text.c */

/* Text for the wire or the file system, where a NUL would cut it short. The bytes stay as long as the list `kept`. */
const char *python_text(PyObject *value, const char *name, PyObject *kept);
/* The same where other letters than those of ASCII are refused by a UnicodeEncodeError. Bytes may be any. */
const char *python_ascii_text(PyObject *value, const char *name, PyObject *kept);
/* The same for a path: text, bytes or an object with a path, in the file system's encoding. */
const char *python_path(PyObject *value, const char *name, PyObject *kept);
/* Text that the library gave out: UTF-8, else every byte the character of its number, as headers are. NULL is None. */
PyObject *python_from_text(const char *text);
/* A name and a value of a header. */
PyObject *python_from_pair(sbx_pair pair);

/* handles.c */

/* A list of what `at` makes of each thing, with a capsule as its second argument that keeps all of them. They are taken
 * over: `destructor` is the capsule's, `release` frees them where there is none. */
PyObject *python_list_of(void *things, const char *name, PyCapsule_Destructor destructor, void (*release)(void *things),
                         size_t count, PyObject *(*at)(void *things, size_t index, PyObject *owner));
PyObject *python_from_client(sbx_client *client);
PyObject *python_from_response(sbx_response *response);
/* A response that belongs to the handle `owner`, which it keeps alive. */
PyObject *python_from_borrowed_response(const sbx_response *response, PyObject *owner);
/* The answer of the redirect before another one, and that of an error; None: there is none. */
PyObject *python_response_previous(PyObject *response);
PyObject *python_error_response(PyObject *error);
PyObject *python_from_operation(const sbx_operation *operation);
sbx_client *python_to_client(PyObject *object);
sbx_response *python_to_response(PyObject *object);
bool python_is_response(PyObject *object);
sbx_error *python_to_error(PyObject *object);
const sbx_operation *python_to_operation(PyObject *object);
/* The exception that stands for an error, which is taken over; `path` is the file on this machine that the call was
 * about, or NULL. Where memory has run out it is MemoryError. */
PyObject *python_exception_from(sbx_error *error, const char *path);
/* The same of an error that belongs to the handle `owner`, which the exception may keep alive; None: there is none. */
PyObject *python_from_borrowed_error(const sbx_error *error, PyObject *owner);
/* Raises an exception, which is taken over; NULL: what is raised already stays. */
void python_raise_exception(PyObject *exception);
/* Raises it. Does nothing but free the error where an exception is raised already. */
void python_raise(sbx_error *error, const char *path);

/* http_options.c */

/* Options of the HTTP client and what they point to, besides the list that keeps text alive. */
typedef struct python_http_options {
	sbx_http_options options;
	const char **overrides;
} python_http_options;

/* Reads a dict whose keys are the members of sbx_http_options. Clear it also where that fails. */
int python_http_options_read(python_http_options *read, PyObject *given, PyObject *kept);
void python_http_options_clear(python_http_options *read);

/* attempts.c */

/* Tells a client's hook of an attempt; `user_data` is its number. */
void python_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt);

/* transport.c */

/* A transport of a Python object. Its `user_data` is a new reference, which a client that is made of it takes over. */
int python_transport_read(sbx_transport *transport, PyObject *owner);
/* What the Python object calls with the capsule of an exchange: a ValueError once that is over. */
PyObject *python_exchange_read(PyObject *capsule, int size); /* bytes; empty: the end; None: not yet */
PyObject *python_exchange_answer(PyObject *capsule, int http_status, PyObject *headers); /* pairs of str or bytes */
PyObject *python_exchange_fail(PyObject *capsule, int failure, PyObject *detail);
PyObject *python_exchange_ready(PyObject *capsule);

/* client_options.c */

/* Options of a client and what they point to. */
typedef struct python_client_options {
	sbx_client_options options;
	PyObject *kept;    /* the list that keeps text alive */
	sbx_pair *headers; /* NULL: none */
	sbx_json *query;   /* NULL: none */
	python_http_options http;
	sbx_transport transport;
	bool made; /* there is a client, which has taken over the transport */
} python_client_options;

/* Reads a dict whose keys are the members of sbx_client_options. Clear it also where that fails. */
int python_client_options_read(python_client_options *read, PyObject *given);
void python_client_options_clear(python_client_options *read);

/* callbacks.c */

/* What the callables that a call runs have in common. */
typedef struct python_callbacks {
	PyObject *raised; /* the exception that ends the call; NULL: none */
	PyObject *handle; /* of a started call or a stream, borrowed: kept alive while a callable runs; NULL: none */
	bool may_wait;    /* a source that has nothing yet is asked again later */
} python_callbacks;

/* Keeps the exception that is raised now, unless there is one already. */
void python_callbacks_fail(python_callbacks *callbacks);
int python_interrupted(void *callbacks);
void python_log(void *user_data, sbx_log_level level, const char *message);

/* streams.c */

/* The bytes of an upload. The library's callbacks get a pointer to it. */
typedef struct python_source {
	sbx_source source;
	python_callbacks *callbacks;
	PyObject *read;      /* a callable that is given a size and returns bytes, or None for later; borrowed */
	PyObject *rewind;    /* a callable without arguments, borrowed */
	PyObject *chunk;     /* what `read` returned and the library has not had all of; NULL: nothing */
	Py_ssize_t consumed; /* how much of it the library has had */
} python_source;

/* The place of a download. */
typedef struct python_sink {
	sbx_sink sink;
	python_callbacks *callbacks;
	PyObject *write; /* a callable that is given bytes, borrowed */
} python_sink;

/* Read the dict of an upload's source, and of a download's sink. */
int python_source_read(python_source *source, PyObject *given, python_callbacks *callbacks, PyObject *kept);
int python_sink_read(python_sink *sink, PyObject *given, python_callbacks *callbacks, PyObject *kept);

/* call_options.c */

/* What one call is made with, what that points to, and what comes of it. */
typedef struct python_call_options {
	sbx_request_options options;
	python_callbacks callbacks;
	python_source source;
	python_sink sink;
	PyObject *progress;  /* a callable, borrowed from `kept` */
	PyObject *kept;      /* the list that keeps text, bytes and callables alive; NULL: no options were given */
	PyObject *exchanges; /* what a transport in Python remembers of them, a dict; NULL: nothing */
	sbx_pair *headers;
	sbx_pair *credentials;
	sbx_json *query;
	sbx_json *body;
	sbx_response *response;
	sbx_error *error;
} python_call_options;

/* Reads None, or a dict whose keys are the members of sbx_request_options. Clear it also where that fails. */
int python_call_options_read(python_call_options *call, PyObject *given);
void python_call_options_clear(python_call_options *call);
/* The exception that a call ended with, as a new reference. */
PyObject *python_call_exception(python_call_options *call);
/* Raises it. */
void python_call_raise(python_call_options *call);
/* What a finished call gives: the response. Raises where the call failed or a callback did. */
PyObject *python_call_result(python_call_options *call, sbx_status status);

/* request.c */

/* A request and what it points to. */
typedef struct python_request {
	sbx_request request;
	PyObject *kept; /* the list that keeps text and bytes alive; NULL: nothing */
	sbx_json *arguments;
	sbx_json *json;
	sbx_part *parts;
	python_source *files; /* of the parts */
	sbx_pair **headers;   /* of the parts; NULL: none */
	size_t files_count;
	python_callbacks *callbacks; /* of the call */
} python_request;

/* Reads a dict whose keys are the members of sbx_request. Clear it also where that fails. */
int python_request_read(python_request *request, PyObject *given, python_callbacks *callbacks);
void python_request_clear(python_request *request);

/* started_call.c */

/* A call, which may be under way, and how its result becomes a value of Python. */
typedef struct python_started_call {
	python_call_options options;
	python_request request;
	PyObject *token; /* what the program knows the call by; NULL: it is waited for */
	sbx_call *call;
	/* Gets the result of a call that is done; NULL: its response. */
	sbx_status (*collect)(struct python_started_call *started);
	/* Makes the value of it; NULL: the response. */
	PyObject *(*convert)(struct python_started_call *started);
	PyObject *owner; /* the handle that the call is of; NULL: none */
	void *made;      /* what `collect` got that is no response */
	/* Frees it where it was not converted; NULL: nothing is left to be freed then. */
	void (*free_made)(void *made);
	PyObject *skipped; /* a callable, borrowed from `request.kept` */
	sbx_pair *pairs;
} python_started_call;

/* A new handle of a call with those options, which is not made yet. A token says that it will be started: None, that it
 * will be waited for. */
PyObject *python_started_call_new(PyObject *options, PyObject *token, python_started_call **started);
/* The handle of a call whose start has gone so, or the exception. */
PyObject *python_started_call_begun(PyObject *handle, python_started_call *started, sbx_status status);
/* The result of a call that was waited for, or the exception; the handle is dropped. */
PyObject *python_started_call_waited(PyObject *handle, python_started_call *started, sbx_status status);

/* session.c */

/* The session of a handle. NULL: it is none, or it was dropped. */
sbx_session *python_to_session(PyObject *handle);
/* Reads a command and how it is run. */
int python_run_read(python_started_call *started, PyObject *given, const char **command, sbx_run_options *run);

/* session.c, execution_stream.c, pages.c, run_many.c, leftovers.c: what the module's functions of these names do; see
 * _native.pyi. */

PyObject *python_session_create(sbx_client *client, PyObject *session_options, PyObject *options, PyObject *token);
PyObject *python_session_adopt(sbx_client *client, PyObject *id, int keep, int started);
PyObject *python_session_run(PyObject *session, PyObject *run, PyObject *options, PyObject *token);
PyObject *python_session_read(PyObject *session, PyObject *path, PyObject *options, PyObject *token);
PyObject *python_session_write(PyObject *session, PyObject *path, PyObject *options, PyObject *token);
PyObject *python_session_upload(PyObject *session, PyObject *transfer, PyObject *options, PyObject *token);
PyObject *python_session_download(PyObject *session, PyObject *transfer, PyObject *options, PyObject *token);
PyObject *python_session_close(PyObject *session, PyObject *options, PyObject *token);
PyObject *python_session_keep(PyObject *session, int keep);
PyObject *python_session_id(PyObject *session);
PyObject *python_session_sandbox(PyObject *session);
PyObject *python_session_stream(PyObject *session, PyObject *run, PyObject *options, PyObject *token);
PyObject *python_execution_stream_next(PyObject *stream);
PyObject *python_execution_stream_cancel(PyObject *stream);
PyObject *python_client_pages(PyObject *client, PyObject *operation, PyObject *arguments, PyObject *options);
PyObject *python_pages_next(PyObject *pages);
PyObject *python_pages_fetch(PyObject *pages, PyObject *token);
PyObject *python_error_execution(PyObject *error);
PyObject *python_run_many(sbx_client *client, PyObject *ids, PyObject *run, PyObject *concurrency, PyObject *options,
                          PyObject *token);
PyObject *python_leftovers_delete(sbx_client *client, PyObject *leftovers, PyObject *options, PyObject *token);

/* started_call.c, stream.c: what the module's functions of these names do; see _native.pyi. */

PyObject *python_client_send(sbx_client *client, PyObject *request, PyObject *options);
PyObject *python_client_start(sbx_client *client, PyObject *request, PyObject *options, PyObject *token);
PyObject *python_client_process(sbx_client *client);
PyObject *python_call_cancel(PyObject *call);
PyObject *python_call_resume(PyObject *call);
PyObject *python_client_open(sbx_client *client, PyObject *request, PyObject *options);
PyObject *python_client_open_start(sbx_client *client, PyObject *request, PyObject *options, PyObject *token);
PyObject *python_stream_head(PyObject *stream);
PyObject *python_stream_read(PyObject *stream, size_t size);
PyObject *python_stream_save(PyObject *stream, int descriptor);
PyObject *python_stream_saved(PyObject *stream);
PyObject *python_stream_resume(PyObject *stream);
PyObject *python_stream_cancel(PyObject *stream);

/* Events out of bytes: a decoder for one stream, and a list of what ends with some bytes. */
PyObject *python_event_decoder_new(void);
PyObject *python_event_decoder_feed(PyObject *decoder, PyObject *bytes);
/* Tells whoever drives that something has happened: a pair of the token and a response, an exception or None. Takes
 * over the outcome. */
void python_tell(PyObject *token, PyObject *outcome);

/* pairs.c */

/* The headers of a request, a mapping; a value that stands for "not given" removes its header. */
int python_headers_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **headers, size_t *count);
/* Names and values of a mapping, in any letters. */
int python_mapping_read(PyObject *mapping, const char *name, PyObject *kept, sbx_pair **pairs, size_t *count);
/* The same of a list of pairs. */
int python_pairs_read(PyObject *list, const char *name, PyObject *kept, sbx_pair **pairs, size_t *count);

#endif
