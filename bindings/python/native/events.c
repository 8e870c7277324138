/*
 * Server-sent events out of bytes that the program has, wherever they come from.
 */
#include <sandbox_sdk/event_decoder.h>

#include "native.h"

#define DECODER "sandbox_sdk event decoder"

static void free_decoder(PyObject *capsule)
{
	sbx_event_decoder_free(PyCapsule_GetPointer(capsule, DECODER));
}

PyObject *python_event_decoder_new(void)
{
	sbx_event_decoder *decoder;
	sbx_error *error = NULL;
	PyObject *capsule;

	if (sbx_event_decoder_new(SBX_DEFAULT, 1, &decoder, &error) < 0) {
		python_raise(error, NULL);
		return NULL;
	}
	capsule = PyCapsule_New(decoder, DECODER, free_decoder);
	if (!capsule)
		sbx_event_decoder_free(decoder);
	return capsule;
}

/* (type, data, identifier, retry); what the stream did not say is None. */
static PyObject *from_event(const sbx_event *event)
{
	const char *type = event->fields & SBX_EVENT_HAS_TYPE ? event->type : NULL;
	const char *id = event->id[0] ? event->id : NULL;
	PyObject *retry = Py_None, *result;

	if (event->fields & SBX_EVENT_HAS_RETRY)
		retry = PyLong_FromLongLong(event->retry);
	else
		Py_INCREF(retry);
	result = Py_BuildValue("(z#s#zN)", type, (Py_ssize_t)event->type_length, event->data,
	                       (Py_ssize_t)event->data_length, id, retry);
	return result;
}

/* Adds what has ended to the list. */
static int take_events(sbx_event_decoder *decoder, PyObject *events)
{
	sbx_event event = SBX_EVENT_INIT;
	sbx_error *error = NULL;
	sbx_status status;

	while ((status = sbx_event_decoder_next(decoder, &event, &error)) == SBX_OK) {
		PyObject *taken = from_event(&event);
		int failed = !taken || PyList_Append(events, taken) < 0;

		Py_XDECREF(taken);
		if (failed)
			return -1;
	}
	if (status == SBX_DONE)
		return 0;
	python_raise(error, NULL);
	return -1;
}

PyObject *python_event_decoder_feed(PyObject *capsule, PyObject *bytes)
{
	sbx_event_decoder *decoder = PyCapsule_GetPointer(capsule, DECODER);
	PyObject *events;
	Py_ssize_t length;
	char *data;

	if (!decoder || PyBytes_AsStringAndSize(bytes, &data, &length) < 0)
		return NULL;
	sbx_event_decoder_feed(decoder, data, (size_t)length);
	events = PyList_New(0);
	if (events && take_events(decoder, events) < 0)
		Py_CLEAR(events);
	return events;
}
