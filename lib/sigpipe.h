/*
 * Writing where nobody reads any more, without the signal that ends a program. Held back on the calling thread only.
 */
#ifndef SBX_LIB_SIGPIPE_H
#define SBX_LIB_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

typedef struct sbx__sigpipe {
	sigset_t before;
	bool was_pending;
} sbx__sigpipe;

void sbx__sigpipe_hold(sbx__sigpipe *held);
/* Takes away a signal that came meanwhile, and lets later ones through as before. */
void sbx__sigpipe_release(const sbx__sigpipe *held);

#endif
