/*
 * What a client shares with its copies: the connections, the limit on them, and a local server. A core is closed once
 * for all of them.
 */
#ifndef SBX_LIB_CORE_H
#define SBX_LIB_CORE_H

#include <sandbox_sdk/error.h>
#include <stdbool.h>

#include "local.h"
#include "platform.h"
#include "transport.h"

typedef struct sbx__core sbx__core;

/* A transport that one call has to itself. */
typedef struct sbx__lease {
	sbx__transport *transport;
	struct sbx__lease *next;
	struct sbx__lease *previous; /* among the leases in use */
} sbx__lease;

/* How many connections there may be at once, and how many are kept for later calls. */
typedef struct sbx__core_limits {
	size_t connections;
	size_t idle;
} sbx__core_limits;

/* Takes over the factory and the local server (NULL: none), also on failure. NULL: no memory. */
sbx__core *sbx__core_new(const sbx__platform *platform, sbx__core_limits limits, sbx__transport_factory factory,
                         sbx__local *local);
sbx__core *sbx__core_ref(sbx__core *core);
/* The last reference closes the core. */
void sbx__core_unref(sbx__core *core);
const sbx__platform *sbx__core_platform(const sbx__core *core);

/* Takes a transport, and waits for at most so many nanoseconds until the limit allows it. SBX_ERROR_TIMEOUT: it did
 * not. */
sbx_status sbx__core_acquire(sbx__core *core, int64_t nanoseconds, sbx__lease **lease);
void sbx__core_release(sbx__core *core, sbx__lease *lease);

/* Whether the core began with a local server. */
bool sbx__core_is_local(const sbx__core *core);

void sbx__core_close(sbx__core *core);
bool sbx__core_is_closed(const sbx__core *core);
/* Whether this process is a child of the one that made the core, in which its connections must not be used. */
bool sbx__core_is_forked(const sbx__core *core);

#endif
