/*
 * The extension module sandbox_sdk._native. Nobody imports it but the package, so there are no proxy classes.
 */
%module _native

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
PyObject *python_stream_resume(PyObject *stream);
PyObject *python_stream_cancel(PyObject *stream);
PyObject *python_event_decoder_new(void);
PyObject *python_event_decoder_feed(PyObject *decoder, PyObject *bytes);
PyObject *python_json_parse(PyObject *text);
PyObject *python_json_print(PyObject *value, int indent);
