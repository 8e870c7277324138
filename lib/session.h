/*
 * A session: a sandbox of one's own.
 */
#ifndef SBX_LIB_SESSION_H
#define SBX_LIB_SESSION_H

#include <sandbox_sdk/session.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sbx_session {
	sbx_client *client;   /* a copy of the caller's, so that the caller may free that one first */
	sbx_sandbox *sandbox; /* NULL: adopted */
	char *adopted;        /* the identifier of one that is */
	atomic_bool keep;
	atomic_bool closed;
};

/* The identifier of the sandbox. */
static inline const char *sbx__session_id(const sbx_session *session)
{
	return session->adopted ? session->adopted : sbx_sandbox_id(session->sandbox);
}

/* Refuses a session that is NULL or closed. */
sbx_status sbx__session_check(const sbx_session *session, sbx_error **error);
/* Creates a sandbox that no session has yet and waits until it is ready. It is deleted where that fails. */
sbx_status sbx__sandbox_create(sbx_client *client, const sbx_session_options *session_options,
                               const sbx_request_options *options, sbx_sandbox **sandbox, sbx_error **error);
/* Whether a command ended with exit code 0. */
bool sbx__command_succeeded(const sbx_execution *execution);
/* The error of a command that did not end with exit code 0, which keeps the execution. */
sbx_error *sbx__command_error(const sbx_execution *execution);

#endif
