/*
 * One exchange over a transport of the caller's own. What the caller's functions tell, from any thread, is kept with
 * the exchange; the thread that drives it tells the call.
 */
#ifndef SBX_LIB_CUSTOM_EXCHANGE_H
#define SBX_LIB_CUSTOM_EXCHANGE_H

#include <sandbox_sdk/transport.h>

#include "transport.h"

/* Tells, from any thread, that the exchange has something to do. */
typedef void (*sbx__notify)(void *context);

/* The inner exchange stays until the end. NULL: no memory. */
sbx_exchange *sbx__custom_exchange_new(const sbx_transport *table, sbx__exchange *inner, sbx__notify notify,
                                       void *context);
/* Does all that can be done now; the caller's functions run. True: the exchange is over, and waits for finish(). */
bool sbx__custom_exchange_advance(sbx_exchange *exchange);
/* The call takes more again, or gives more. */
void sbx__custom_exchange_resume(sbx_exchange *exchange);
/* Frees an exchange that is over, and tells the call so. */
void sbx__custom_exchange_finish(sbx_exchange *exchange);
/* Frees an exchange of which the call wants to hear nothing any more. */
void sbx__custom_exchange_stop(sbx_exchange *exchange);

#endif
