/*
 * A session: a sandbox of one's own.
 */
#ifndef SBX_LIB_SESSION_H
#define SBX_LIB_SESSION_H

#include <sandbox_sdk/session.h>
#include <stdatomic.h>
#include <stdbool.h>

/* How long the deletion of a sandbox may take that nobody waits for, in seconds. */
#define SBX__SESSION_FREE_SECONDS 10

struct sbx_session {
	atomic_size_t references; /* the caller's, and one of each started call that needs it to its end */
	sbx_client *client;       /* a copy of the caller's, so that the caller may free that one first */
	sbx_sandbox *sandbox;     /* NULL: adopted */
	char *adopted;            /* the identifier of one that is */
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
/* Takes and gives back a reference; the last one leaves the sandbox as it is. */
sbx_session *sbx__session_ref(sbx_session *session);
void sbx__session_unref(sbx_session *session);
/* Lets the loop delete the sandbox, unless it is kept, for a session that nobody has. */
void sbx__session_abandon(sbx_session *session);
/* Makes a session without a sandbox, over a client of its own. */
sbx_status sbx__session_new(sbx_client *client, const sbx_session_options *options, sbx_session **session,
                            sbx_error **error);
/* Reads the options of a session, after a look at what else it needs: a client, and a place for what is made. */
sbx_status sbx__session_read_options(sbx_session_options *known, const sbx_session_options *given,
                                     const sbx_client *client, const void *out, const char *out_name,
                                     sbx_error **error);
/* Reads the options of a command, as the arguments of the operation. */
sbx_status sbx__session_read_run(const sbx_session *session, const char *command, const sbx_run_options *given,
                                 sbx_run_options *known, sbx_sandboxes_execute_params *params, sbx_error **error);
/* What becomes of a session when the request to delete its sandbox has ended; takes over the error (NULL: none). */
sbx_status sbx__session_end(sbx_session *session, sbx_error *failure, sbx_error **error);
/* Whether a command ended with exit code 0. */
bool sbx__command_succeeded(const sbx_execution *execution);
/* The error of a command that did not end with exit code 0, which keeps the execution. */
sbx_error *sbx__command_error(const sbx_execution *execution);

#endif
