/*
 * Transports of the caller's own: sbx_transport as the call and the engine want a transport to be.
 */
#ifndef SBX_LIB_CUSTOM_TRANSPORT_H
#define SBX_LIB_CUSTOM_TRANSPORT_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/transport.h>

#include "transport.h"

/* The caller's functions, counted. */
typedef struct sbx__custom sbx__custom;

/* Reads and checks the caller's struct. */
sbx_status sbx__custom_new(sbx__custom **custom, const sbx_transport *given, sbx_error **error);
sbx__custom *sbx__custom_ref(sbx__custom *custom);
/* The last reference calls the caller's `free`, if a client was made that has it. */
void sbx__custom_unref(sbx__custom *custom);
/* Notes that a client was made: from now on the transport is its to free. */
void sbx__custom_keep(sbx__custom *custom);
/* Makes transports of it; the factory has a reference of its own. */
sbx__transport_factory sbx__custom_factory(sbx__custom *custom);

#endif
