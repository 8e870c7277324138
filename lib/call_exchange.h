/*
 * The exchange of an attempt: what the call asks of its transport, and what becomes of what the transport tells.
 */
#ifndef SBX_LIB_CALL_EXCHANGE_H
#define SBX_LIB_CALL_EXCHANGE_H

#include "call.h"

/* The exchange of the attempt that begins now. */
void sbx__call_fill_exchange(sbx__call *call);
/* The exchange is over: the attempt is to be judged. */
void sbx__call_end_attempt(sbx__call *call, sbx__attempt_end end, const char *detail);
/* The safety that decides what may be sent again. */
sbx__safety sbx__call_retry_safety(const sbx__call *call);

#endif
