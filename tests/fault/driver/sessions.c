/* The calls of a session: those that are one request, and those that are several. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

sbx_session *adopt_session(sbx_client *client, fault_result *result)
{
	sbx_session *session = NULL;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	options.keep = SBX_FLAG_NO;
	result->status = sbx_session_adopt(client, "sb-1", &options, &session, &result->error);
	return session;
}

void leave_session(sbx_session *session)
{
	sbx_session_keep(session, 1);
	sbx_session_free(session);
}

void assume_answers(fault_result *result)
{
	result->http_status = 200;
	result->attempts = 1;
}

/* ---- one request ---- */

static bool run(sbx_session *session, const fault_subject *subject, const sbx_request_options *options,
                fault_result *result)
{
	sbx_execution *execution = NOTHING;
	(void)subject;
	result->status = sbx_session_run(session, "echo " MARK, NULL, options, &execution, &result->error);
	if (result->status < 0)
		return execution == NOTHING;
	sbx_execution_free(execution);
	return true;
}

void keep_file(const fault_subject *subject, const char *data, size_t length)
{
	FILE *file = fopen(subject->into, "wb");
	if (!file)
		return;
	fwrite(data, 1, length, file);
	fclose(file);
}

static bool read_file(sbx_session *session, const fault_subject *subject, const sbx_request_options *options,
                      fault_result *result)
{
	char *data = NOTHING;
	size_t length = SIZE_MAX;
	result->status = sbx_session_read(session, "/data/out", options, &data, &length, &result->error);
	if (result->status < 0)
		return data == NOTHING && length == SIZE_MAX;
	keep_file(subject, data, length);
	sbx_string_free(data);
	return true;
}

static bool write_file(sbx_session *session, const fault_subject *subject, const sbx_request_options *options,
                       fault_result *result)
{
	result->status =
	        sbx_session_write(session, "/data/in", subject->bytes, subject->length, options, &result->error);
	return true;
}

static bool close_it(sbx_session *session, const fault_subject *subject, const sbx_request_options *options,
                     fault_result *result)
{
	(void)subject;
	result->status = sbx_session_close(session, options, &result->error);
	return true;
}

static const struct {
	const char *name;
	/* False: it failed and wrote to its output. */
	bool (*call)(sbx_session *session, const fault_subject *subject, const sbx_request_options *options,
	             fault_result *result);
} single[] = {
        {"session_run", run},
        {"session_read", read_file},
        {"session_write", write_file},
        {"session_close", close_it},
};

static void call_single(sbx_client *client, size_t index, const fault_subject *subject, fault_result *result)
{
	sbx_response *response = NOTHING;
	sbx_request_options options = subject->options;
	sbx_session *session = adopt_session(client, result);
	options.response = &response;
	if (!session)
		return;
	bool untouched = single[index].call(session, subject, &options, result);
	take_response(result, response);
	result->touched = result->touched || !untouched;
	leave_session(session);
}

/* ---- several requests ---- */

void take_session(sbx_session *session, fault_result *result)
{
	if (result->status < 0) {
		result->touched = session != NOTHING;
		return;
	}
	/* The name is another one each time. */
	result->answer = sbx_json_new_object();
	set(result->answer, "id", new_text(sbx_session_id(session)));
	set(result->answer, "status", new_text(sbx_sandbox_status(sbx_session_sandbox(session))));
	assume_answers(result);
	leave_session(session);
}

static void create(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_session *session = NOTHING;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	options.ready_timeout = subject->ready_timeout;
	result->status = sbx_session_create(client, &options, &subject->options, &session, &result->error);
	take_session(session, result);
}

static void upload(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_session *session = adopt_session(client, result);
	if (!session)
		return;
	result->status =
	        sbx_session_upload(session, subject->from, "/data/tree", NULL, &subject->options, &result->error);
	assume_answers(result);
	leave_session(session);
}

static void download(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_session *session = adopt_session(client, result);
	if (!session)
		return;
	result->status =
	        sbx_session_download(session, "/data/tree", subject->into, NULL, &subject->options, &result->error);
	assume_answers(result);
	leave_session(session);
}

/* Whether it worked is not told. */
static void free_it(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	(void)subject;
	sbx_session_free(adopt_session(client, result));
	assume_answers(result);
}

static const struct {
	const char *name;
	void (*call)(sbx_client *client, const fault_subject *subject, fault_result *result);
} several[] = {
        {"session_create", create},          {"session_upload", upload}, {"session_download", download},
        {"session_download_into", download}, {"session_free", free_it},
};

void call_session(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	for (size_t index = 0; index < sizeof single / sizeof *single; index++)
		if (strcmp(single[index].name, subject->session_call) == 0) {
			call_single(client, index, subject, result);
			return;
		}
	for (size_t index = 0; index < sizeof several / sizeof *several; index++)
		if (strcmp(several[index].name, subject->session_call) == 0) {
			several[index].call(client, subject, result);
			return;
		}
	fprintf(stderr, "the driver has no call '%s'\n", subject->session_call);
	exit(3);
}
