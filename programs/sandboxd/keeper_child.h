/* What becomes of a process that the keeper has made: it drops to the sandbox's user and executes bubblewrap, as the
 * first process of a process id namespace, which takes everything with it when it ends. */
#ifndef SANDBOXD_KEEPER_CHILD_H
#define SANDBOXD_KEEPER_CHILD_H

#include "keeper.h"

/* How the complaint of one that cannot mount /proc begins. */
#define KEEPER_NO_PROC "Can't mount proc"
/* And that of one that cannot make the device of its network. */
#define KEEPER_NO_NETWORK "Can't make a network device"

/* `link` is where the network's device is sent to; -1: the sandbox has no network. */
_Noreturn void keeper_child_run(const struct keeper_programs *programs, const struct keeper_limits *limits,
                                const int descriptors[KEEPER_DESCRIPTORS], int link);
/* Takes on the sandbox's user, and goes before others when memory runs out. */
bool keeper_child_become(const struct keeper_limits *limits);
/* Gives descriptors their numbers, and closes all above. The last one has the highest, and is closed when a program is
 * executed: it is that program. */
bool keeper_child_place(const int *from, const int *to, size_t count);
/* Sets both values of a limit, or what is left of it. */
bool keeper_child_limit(int resource, rlim_t value);

#endif
