/* What an Idempotency-Key means for a request: it is run once, and its answer given again. */
#ifndef SANDBOXD_KEYED_H
#define SANDBOXD_KEYED_H

#include "request.h"

/* Looks for the key. Only what changes something can have one; elsewhere it is not looked at. */
int keyed_check(struct request *request);
/* Handles a request with a key: as its route does, or by the answer that it got before. */
int keyed_handle(struct request *request, struct MHD_Response **response);

#endif
