/*
 * Creating a sandbox that is to be used at once: what a session begins with.
 */
#ifndef SBX_LIB_SANDBOX_CREATE_H
#define SBX_LIB_SANDBOX_CREATE_H

#include "sequence.h"
#include "session.h"

/* Creates the sandbox of a session that has none yet and waits until it is ready. It is deleted where that fails. */
sbx_status sbx__sandbox_create(sbx_session *session, const sbx_session_options *session_options,
                               const sbx_request_options *options, bool started, sbx__sequence **sequence,
                               sbx_error **error);
/* The session of a call that is such a creation and has succeeded: the first who asks has it. NULL: there is none. */
sbx_session *sbx__sandbox_take_session(const sbx_call *call);

#endif
