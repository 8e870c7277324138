/*
 * What the log says of a call: each request, each answer, and what is decided after it. All of it is nothing where the
 * log does not want it.
 */
#ifndef SBX_LIB_CALL_LOG_H
#define SBX_LIB_CALL_LOG_H

#include "call.h"

/* An attempt begins. */
void sbx__call_log_request(const sbx__call *call);
/* An attempt has ended. */
void sbx__call_log_answer(const sbx__call *call);
/* The request is sent to another URL, which is the request's by now. */
SBX__COLD void sbx__call_log_redirect(const sbx__call *call);
/* It is sent once more; `wait` is in seconds. */
SBX__COLD void sbx__call_log_retry(const sbx__call *call, double wait);
/* The call ends in an error: why the request is not sent once more, or what went wrong. */
SBX__COLD void sbx__call_log_end(const sbx__call *call, const char *reason);

#endif
