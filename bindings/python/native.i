/*
 * The extension module sandbox_sdk._native. Nobody imports it but the package, so there are no proxy classes.
 */
%module _native

/* Given out with the handle that they belong to. */
%ignore sbx_response_previous;
%ignore sbx_response_of_error;
%include "typemaps.i"
%include "sandbox_sdk.i"

%ignore sbx_client_process;
%ignore sbx_client_poll;
%ignore sbx_client_next;
%typemap(in, numinputs=0) int *descriptor (int descriptor) "$1 = &descriptor;"
%typemap(argout) int *descriptor {
	if (result >= 0)
		$result = PyLong_FromLong(*$1);
}
%include <sandbox_sdk/loop.h>

/*
 * What is no function of the library's by itself: a call or a stream with all that it points to is one handle, and what
 * happens in the loop is told as a list.
 */
%rename("%(strip:[python_])s", regextarget=1) "^python_";
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
PyObject *python_event_decoder_new(void);
PyObject *python_event_decoder_feed(PyObject *decoder, PyObject *bytes);
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
PyObject *python_run_many(sbx_client *client, PyObject *ids, PyObject *run, PyObject *concurrency, PyObject *options,
                          PyObject *token);
PyObject *python_leftovers_delete(sbx_client *client, PyObject *leftovers, PyObject *options, PyObject *token);
PyObject *python_client_pages(PyObject *client, PyObject *operation, PyObject *arguments, PyObject *options);
PyObject *python_pages_next(PyObject *pages);
PyObject *python_pages_fetch(PyObject *pages, PyObject *token);
PyObject *python_error_response(PyObject *error);
PyObject *python_response_previous(PyObject *response);
PyObject *python_error_execution(PyObject *error);
PyObject *python_json_parse(PyObject *text);
PyObject *python_json_print(PyObject *value, int indent);
