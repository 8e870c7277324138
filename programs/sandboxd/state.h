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
/* The same for a command that works beside a running server: without the lock, and without making what is not there
 * unless that is asked for. */
int state_visit(struct state *state, const struct options *options, bool make, struct failure *failure);
int state_lock(struct state *state, struct failure *failure);
/* Where a lasting state is or would be. */
int state_path(const struct options *options, char path[PATH_MAX], struct failure *failure);
/* Gives the lock back; an ephemeral directory is removed. */
void state_close(struct state *state);

#endif
