/* What becomes of a process that the keeper has made for a sandbox's network: it drops to the sandbox's user and
 * executes the init's program as the relay (init/network.h), as the first process of a process id namespace. */
#ifndef SANDBOXD_NETWORK_CHILD_H
#define SANDBOXD_NETWORK_CHILD_H

#include "keeper.h"

/* The network's device comes over `link`. */
_Noreturn void network_child_run(const struct keeper_programs *programs, const struct keeper_limits *limits, int link);

#endif
