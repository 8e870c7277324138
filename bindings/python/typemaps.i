/*
 * Python's typemaps for what the public headers' functions take and give. The work is in native/; here is only which type
 * goes to which function.
 */
%{
#include "native/model.h"

/* The module's entry is native/interpreter.c's, which comes here when it may. */
#undef SWIG_init
#define SWIG_init python_init_module
%}

/* An exception that is left set here fails the import, whichever way SWIG makes the module. */
%init %{
	if (python_json_init() == 0 && python_model_init(m) == 0)
		python_plan_init(m);
%}

/* Handles. */
%typemap(in) sbx_client * "$1 = python_to_client($input); if (!$1) SWIG_fail;"
%typemap(in) sbx_response * "$1 = python_to_response($input); if (!$1) SWIG_fail;"
%typemap(in) sbx_error * "$1 = python_to_error($input); if (!$1) SWIG_fail;"
%typemap(in) sbx_operation * "$1 = (sbx_operation *)python_to_operation($input); if (!$1) SWIG_fail;"
%typemap(out) sbx_operation * "$result = python_from_operation($1);"

/* Text and JSON. */
%typemap(in) const char * (PyObject *kept) {
	kept = PyList_New(0);
	$1 = kept ? (char *)python_text($input, "$1_name", kept) : NULL;
	if (!$1)
		SWIG_fail;
}
%typemap(arginit, noblock=1) const char * "kept$argnum = NULL;"
%typemap(freearg) const char * "Py_XDECREF(kept$argnum);"
%typemap(out) const char * "$result = python_from_text($1);"
%typemap(out) sbx_pair "$result = python_from_pair($1);"
%typemap(in) const sbx_json *arguments {
	$1 = $input == Py_None ? NULL : python_to_json($input, "");
	if (PyErr_Occurred())
		SWIG_fail;
}
%typemap(freearg) const sbx_json *arguments "sbx_json_free((sbx_json *)$1);"
%typemap(out) const sbx_json * "$result = python_from_json($1);"
%typemap(out) sbx_json * {
	$result = $1 ? python_from_json($1) : PyErr_NoMemory();
	sbx_json_free($1);
}

/* Bytes with their length. */
%typemap(in, numinputs=0) size_t *length (size_t length) "$1 = &length;"
%typemap(out) const char *sbx_error_body, const char *sbx_response_body, const char *sbx_response_request_body ""
%typemap(argout) size_t *length {
	if (result) {
		$result = PyBytes_FromStringAndSize(result, (Py_ssize_t)*$1);
	} else {
		Py_INCREF(Py_None);
		$result = Py_None;
	}
}

/* Options, and the clients that are made of them. */
%typemap(in) const sbx_client_options * (python_client_options read) {
	if (python_client_options_read(&read, $input) < 0)
		SWIG_fail;
	$1 = &read.options;
}
%typemap(arginit, noblock=1) const sbx_client_options * "memset(&read$argnum, 0, sizeof(read$argnum));"
%typemap(freearg) const sbx_client_options * "python_client_options_clear(&read$argnum);"
%typemap(in, numinputs=0) sbx_client ** (sbx_client *made = NULL) "$1 = &made;"
/* `read2` is what the options, which are the second argument of all of these functions, were read into. */
%typemap(argout) sbx_client ** {
	if (result >= 0) {
		read2.made = true;
		$result = python_from_client(*$1);
		if (!$result)
			SWIG_fail;
	}
}
/* An error's code is a number; every other status is an exception or nothing. */
%typemap(out) sbx_status sbx_error_code "$result = PyLong_FromLong($1);"
%typemap(out) sbx_status "$result = NULL;"
%typemap(in, numinputs=0) sbx_error ** (sbx_error *error = NULL) "$1 = &error;"
%typemap(argout) sbx_error ** {
	if (result < 0) {
		python_raise(*$1, NULL);
		SWIG_fail;
	}
	if (!$result) {
		Py_INCREF(Py_None);
		$result = Py_None;
	}
}

/* A call: its options come in, its response goes out. */
%typemap(in) (const sbx_request_options *options, sbx_response **response, sbx_error **error) (python_call_options call) {
	if (python_call_options_read(&call, $input) < 0)
		SWIG_fail;
	$1 = &call.options;
	$2 = &call.response;
	$3 = &call.error;
}
%typemap(arginit, noblock=1) (const sbx_request_options *options, sbx_response **response, sbx_error **error)
	"memset(&call$argnum, 0, sizeof(call$argnum));"
%typemap(argout) (const sbx_request_options *options, sbx_response **response, sbx_error **error) {
	$result = python_call_result(&call$argnum, result);
	if (!$result)
		SWIG_fail;
}
%typemap(freearg) (const sbx_request_options *options, sbx_response **response, sbx_error **error)
	"python_call_options_clear(&call$argnum);"

/* Other threads run while one of these waits. */
%define %blocks(function)
%exception function {
	Py_BEGIN_ALLOW_THREADS
	$action
	Py_END_ALLOW_THREADS
}
%enddef
%blocks(sbx_client_invoke)
%blocks(sbx_client_new_local)
%blocks(sbx_client_close)

/* What a transport in Python calls. */
%rename(exchange_read) python_exchange_read;
%rename(exchange_answer) python_exchange_answer;
%rename(exchange_fail) python_exchange_fail;
%rename(exchange_ready) python_exchange_ready;
PyObject *python_exchange_read(PyObject *capsule, int size);
PyObject *python_exchange_answer(PyObject *capsule, int http_status, PyObject *headers);
PyObject *python_exchange_fail(PyObject *capsule, int failure, PyObject *detail);
PyObject *python_exchange_ready(PyObject *capsule);
%constant int EXCHANGE_NOT_SENT = SBX_EXCHANGE_NOT_SENT;
%constant int EXCHANGE_LOST = SBX_EXCHANGE_LOST;
%constant int EXCHANGE_REFUSED = SBX_EXCHANGE_REFUSED;
%constant int EXCHANGE_TIMED_OUT = SBX_EXCHANGE_TIMED_OUT;
%constant int EXCHANGE_CONNECT_TIMED_OUT = SBX_EXCHANGE_CONNECT_TIMED_OUT;
