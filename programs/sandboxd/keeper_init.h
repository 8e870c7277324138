/* The first process of one command's process id namespace: drops to the sandbox's user, executes bubblewrap, reports
 * how it ended, and takes everything with it when it ends itself. */
#ifndef SANDBOXD_KEEPER_INIT_H
#define SANDBOXD_KEEPER_INIT_H

#include "keeper.h"

#include <stddef.h>

struct init_settings {
	int bwrap; /* an O_PATH descriptor of the program */
	const void *filter;
	size_t filter_size;
};

/* How the complaint of an init that cannot mount /proc begins. */
#define INIT_NO_PROC "Can't mount proc"

_Noreturn void init_run(const struct init_settings *settings, const struct keeper_request *request, const char *command,
                        int arguments, int out, int err, int channel);

#endif
