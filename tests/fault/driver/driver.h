/*
 * The driver of the fault suite: one case in as a JSON line, what became of it out. It uses public headers only.
 */
#ifndef FAULT_DRIVER_H
#define FAULT_DRIVER_H

#include <sandbox_sdk.h>
#include <stdbool.h>

/* What bodies hold, which must be seen on the wire and nowhere else. */
#define MARK "canary-body-3f9c1d"
/* What outputs hold before a call: a failure must leave it there. */
#define NOTHING ((void *)(uintptr_t)16)

/* Members of a case: NULL or the fallback where there is none. */
const char *text_of(const sbx_json *object, const char *name);
double number_of(const sbx_json *object, const char *name, double fallback);
/* Sets a member; ends the driver where the value could not be built. */
void set(sbx_json *object, const char *name, sbx_json *value);
sbx_json *new_text(const char *text);

/* An operation, a custom request or a session's call, with all that a call of it needs. */
typedef struct fault_subject {
	sbx_request request;
	sbx_json *arguments; /* of an operation, or the JSON of a custom request */
	sbx_request_options options;
	sbx_pair header;
	sbx_source source;
	sbx_sink sink;
	char *bytes; /* of an upload, or of a custom request */
	size_t length;
	size_t position;
	int taken;                /* bytes that the callback of a download got */
	const char *session_call; /* NULL: none */
	const char *from;         /* a directory to send */
	const char *into;         /* where a download goes */
	double ready_timeout;     /* of a session */
} fault_subject;

/* `wanted` is one of the names in subject.c; the rest is the case's. */
void subject_init(fault_subject *subject, const sbx_json *given, const char *wanted);
void subject_release(fault_subject *subject);

/* What a call came to. */
typedef struct fault_result {
	sbx_status status;
	sbx_error *error;
	int http_status; /* of a success, as the next ones */
	int attempts;
	sbx_json *answer; /* NULL: it is no JSON, or went elsewhere */
	double elapsed;
	bool touched; /* a failed call wrote to its output */
} fault_result;

/* What an answer says of itself, and its JSON; or whether a failed call wrote to its output. Takes over the answer. */
void take_response(fault_result *result, sbx_response *response);
/* Waits for the client's descriptor alone, as a loop does that knows nothing of the client, and does what is to be
 * done. */
bool turn(sbx_client *client);

/* A session of a sandbox that is there; closing it deletes the sandbox, leaving it does not. */
sbx_session *adopt_session(sbx_client *client, fault_result *result);
/* Frees it; nothing more is sent for it. */
void leave_session(sbx_session *session);
/* What a session that was created says of itself, or whether a failed call wrote to its output; leaves it. */
void take_session(sbx_session *session, fault_result *result);
/* Of several requests there is no response to ask. */
void assume_answers(fault_result *result);
/* What was read goes to the file that a download would make, so that it is looked at in the same way. */
void keep_file(const fault_subject *subject, const char *data, size_t length);
/* Makes a session's call, and waits; or starts it, and drives it. Both end the driver where there is no such call. */
void call_session(sbx_client *client, const fault_subject *subject, fault_result *result);
void call_started_session(sbx_client *client, const fault_subject *subject, fault_result *result);
/* Calls the operation in a mode: "sync", "async", "stream", or of execute "events" or "started events". Ends the driver
 * where there is no such mode. */
void call_in_mode(const char *mode, sbx_client *client, const fault_subject *subject, fault_result *result);

/* Seconds of a clock that nobody sets. */
double now(void);
/* How many entries a folder of /proc/self has. */
int count_own(const char *folder);

#endif
