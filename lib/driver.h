/*
 * The driver of a call on the thread that waits for it: takes a transport for it, lets it step, and waits in between.
 */
#ifndef SBX_LIB_DRIVER_H
#define SBX_LIB_DRIVER_H

#include <stdatomic.h>

#include "call.h"
#include "cancel.h"
#include "core.h"

typedef struct sbx__driver {
	sbx__core *core;
	sbx__call *call;
	sbx__place place;      /* in the queue for a transport */
	pthread_mutex_t mutex; /* of the lease, which another thread may want to wake */
	sbx__lease *lease;     /* NULL: none */
	atomic_bool cancelled;
	sbx__cancel_link cancel;
} sbx__driver;

/* Waits for a transport for a call that is ready. The call may be done after it, with an error. */
void sbx__driver_begin(sbx__driver *driver, sbx__core *core, sbx__call *call);
/* Lets the call step. Whether it is done. */
bool sbx__driver_step(sbx__driver *driver);
/* Waits until the transport has something to tell of a call that is not done, or the next step is due. */
void sbx__driver_wait(sbx__driver *driver);
/* Ends the call with SBX_ERROR_CANCELLED at its next step, and a wait at once. From any thread. */
void sbx__driver_cancel(sbx__driver *driver);
/* Gives the transport back. */
void sbx__driver_end(sbx__driver *driver);

#endif
