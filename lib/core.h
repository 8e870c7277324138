/*
 * What a client shares with its copies: the connections, the limit on them, and a local server. A core is closed once
 * for all of them.
 */
#ifndef SBX_LIB_CORE_H
#define SBX_LIB_CORE_H

#include <sandbox_sdk/error.h>
#include <stdbool.h>

#include "local.h"
#include "permits.h"
#include "platform.h"
#include "transport.h"

typedef struct sbx__core sbx__core;
typedef struct sbx__engine sbx__engine;

/* A transport that one call has to itself. */
typedef struct sbx__lease {
	sbx__transport *transport;
	struct sbx__lease *next; /* among those in use, or idle */
	struct sbx__lease *previous;
} sbx__lease;

/* How many connections there may be at once, and how many are kept for later calls. */
typedef struct sbx__core_limits {
	size_t connections;
	size_t idle;
} sbx__core_limits;

/* Takes over the factory and the local server (NULL: none), also on failure. The caller becomes the first client of
 * the core. NULL: no memory. */
sbx__core *sbx__core_new(const sbx__platform *platform, sbx__core_limits limits, sbx__transport_factory factory,
                         sbx__local *local);
/* Clients use a core; the last one to leave closes it. */
void sbx__core_join(sbx__core *core);
void sbx__core_leave(sbx__core *core);
/* A client that has a reference is none of those, or is one again. */
void sbx__core_uncount(sbx__core *core);
void sbx__core_count(sbx__core *core);
/* References, of clients and of calls, keep its memory. */
sbx__core *sbx__core_ref(sbx__core *core);
void sbx__core_unref(sbx__core *core);
const sbx__platform *sbx__core_platform(const sbx__core *core);

/* Takes a transport, and waits in the queue for at most so many nanoseconds until the limit allows it.
 * SBX_ERROR_TIMEOUT: it did not; the place is kept until sbx__core_give_up(). */
sbx_status sbx__core_acquire(sbx__core *core, sbx__place *place, int64_t nanoseconds, sbx__lease **lease);
/* Leaves the queue, where the place is in it. */
void sbx__core_give_up(sbx__core *core, sbx__place *place);
void sbx__core_release(sbx__core *core, sbx__lease *lease);
/* The place of a started call in the queue. */
sbx__ticket sbx__core_ticket(sbx__core *core);
/* Takes, for the first of the loop's calls that wait, one of the permits that a lease takes too. False: it is not its
 * turn; the engine is woken when it is. */
bool sbx__core_try_permit(sbx__core *core, sbx__ticket ticket);
/* None of the loop's calls waits any more. */
void sbx__core_leave_queue(sbx__core *core);
void sbx__core_drop_permit(sbx__core *core);

/* The driver of started calls; it is made when it is first asked for. NULL: it cannot be. */
sbx__engine *sbx__core_engine(sbx__core *core, sbx_error **error);
/* The one that was made; NULL: none was. */
sbx__engine *sbx__core_engine_of(const sbx__core *core);

/* Whether the core began with a local server. */
bool sbx__core_is_local(const sbx__core *core);

void sbx__core_close(sbx__core *core);
bool sbx__core_is_closed(const sbx__core *core);
/* Whether this process is a child of the one that used the core, in which its connections must not be used. */
bool sbx__core_is_forked(const sbx__core *core);
/* Notes that the core is used from now on; an unused one may be taken along into a child. */
void sbx__core_use(sbx__core *core);

#endif
