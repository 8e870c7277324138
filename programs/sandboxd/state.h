/* The state directory: made, checked and locked, and removed again when it is ephemeral. */
#ifndef SANDBOXD_STATE_H
#define SANDBOXD_STATE_H

#include "failure.h"
#include "options.h"

#include <limits.h>
#include <stdbool.h>

struct state {
	char path[PATH_MAX];
	int fd;
	int lock_fd;
	bool ephemeral;
};

int state_open(struct state *state, const struct options *options, struct failure *failure);
/* Gives the lock back; an ephemeral directory is removed. */
void state_close(struct state *state);

#endif
