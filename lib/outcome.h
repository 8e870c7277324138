/*
 * How a call ends: its response or its error, made of all that is known by then. Each of these brings the call to
 * SBX__CALL_DONE.
 */
#ifndef SBX_LIB_OUTCOME_H
#define SBX_LIB_OUTCOME_H

#include "call.h"

/* What a transport knows, as it is told. */
void sbx__outcome_times(sbx_times *times, const sbx__facts *facts);
/* The answer is a success: decodes it, or puts the bytes in their place. */
void sbx__outcome_succeed(sbx__call *call);
/* The head of a streamed success is there: makes the response, and the body is the reader's from now on. The call is
 * done only where that fails. */
void sbx__outcome_open(sbx__call *call);
/* The last attempt failed, and no other will be made. */
SBX__COLD void sbx__outcome_fail_attempt(sbx__call *call);
/* An error that is not about an attempt's end; it is taken over. */
SBX__COLD void sbx__outcome_fail(sbx__call *call, sbx_error *error);
/* The answer is a redirect that is followed: keeps it. False: no memory. */
bool sbx__outcome_redirected(sbx__call *call);
/* Whether a redirect has followed a request that may not be sent twice, and so has probably been carried out. */
bool sbx__outcome_carried_out(const sbx__call *call);
/* Whether the call may have been carried out although nothing says so, as far as the last attempt tells. */
bool sbx__outcome_unknown(const sbx__call *call);

#endif
