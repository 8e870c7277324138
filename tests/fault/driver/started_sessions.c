/* The calls of a session in the form that is started, driven by a loop that knows of nothing but a descriptor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

/* Waits for the end of a call, if it could be started. False: it could not, and what it gives out was written to. */
static bool drive(sbx_client *client, sbx_call *call, fault_result *result)
{
	if (result->status < 0)
		return call == NOTHING;
	while (!sbx_call_is_done(call) && turn(client))
		;
	return true;
}

/* ---- one request ---- */

static sbx_status run(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_run_start(session, "echo " MARK, NULL, &subject->options, NULL, NULL, call, error);
}

static sbx_status read_file(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_read_start(session, "/data/out", &subject->options, NULL, NULL, call, error);
}

static sbx_status write_file(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_write_start(session, "/data/in", subject->bytes, subject->length, &subject->options, NULL,
	                               NULL, call, error);
}

static sbx_status close_it(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_close_start(session, &subject->options, NULL, NULL, call, error);
}

/* ---- several ---- */

static sbx_status upload(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_upload_start(session, subject->from, "/data/tree", NULL, &subject->options, NULL, NULL, call,
	                                error);
}

static sbx_status download(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error)
{
	return sbx_session_download_start(session, "/data/tree", subject->into, NULL, &subject->options, NULL, NULL,
	                                  call, error);
}

/* ---- what came of them ---- */

static void keep_body(const fault_subject *subject, const sbx_response *response)
{
	size_t length = 0;
	const char *body = sbx_response_body(response, &length);
	keep_file(subject, body, length);
}

static void take_single(const sbx_call *call, const fault_subject *subject, fault_result *result)
{
	sbx_response *response = NOTHING;
	result->status = sbx_call_result(call, &response, &result->error);
	if (result->status == SBX_OK && strcmp(subject->session_call, "session_read") == 0)
		keep_body(subject, response);
	take_response(result, response);
}

static void take_several(const sbx_call *call, const fault_subject *subject, fault_result *result)
{
	(void)subject;
	result->status = sbx_call_result(call, NULL, &result->error);
	assume_answers(result);
}

static const struct {
	const char *name;
	sbx_status (*start)(sbx_session *session, const fault_subject *subject, sbx_call **call, sbx_error **error);
	void (*take)(const sbx_call *call, const fault_subject *subject, fault_result *result);
} calls[] = {
        {"session_run", run, take_single},
        {"session_read", read_file, take_single},
        {"session_write", write_file, take_single},
        {"session_close", close_it, take_single},
        {"session_upload", upload, take_several},
        {"session_download", download, take_several},
        {"session_download_into", download, take_several},
};

static void call_on_session(sbx_client *client, size_t index, const fault_subject *subject, fault_result *result)
{
	sbx_call *call = NOTHING;
	sbx_session *session = adopt_session(client, result);
	if (!session)
		return;
	result->status = calls[index].start(session, subject, &call, &result->error);
	bool untouched = drive(client, call, result);
	if (result->status == SBX_OK) {
		calls[index].take(call, subject, result);
		sbx_call_free(call);
	}
	result->touched = result->touched || !untouched;
	leave_session(session);
}

static void create(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_call *call = NOTHING;
	sbx_session *session = NOTHING;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	options.ready_timeout = subject->ready_timeout;
	result->status =
	        sbx_session_create_start(client, &options, &subject->options, NULL, NULL, &call, &result->error);
	bool untouched = drive(client, call, result);
	if (result->status == SBX_OK) {
		result->status = sbx_call_result_session(call, &session, &result->error);
		sbx_call_free(call);
	}
	take_session(session, result);
	result->touched = result->touched || !untouched;
}

/* One that is dropped and not closed, as a binding does it. */
static void free_it(sbx_client *client, fault_result *result)
{
	sbx_session *session = adopt_session(client, result);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 10;
	if (session && sbx_session_close_start(session, &options, NULL, NULL, NULL, NULL) == SBX_OK) {
		leave_session(session);
		while (sbx_client_in_flight(client) && turn(client))
			;
	}
	assume_answers(result);
}

void call_started_session(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	for (size_t index = 0; index < sizeof calls / sizeof *calls; index++)
		if (strcmp(calls[index].name, subject->session_call) == 0) {
			call_on_session(client, index, subject, result);
			return;
		}
	if (strcmp(subject->session_call, "session_create") == 0) {
		create(client, subject, result);
	} else if (strcmp(subject->session_call, "session_free") == 0) {
		free_it(client, result);
	} else {
		fprintf(stderr, "the driver has no started call '%s'\n", subject->session_call);
		exit(3);
	}
}
