/* The keeper: a small process of the server's that makes the processes of every sandbox, and whose end ends them all.
 *
 * It is the first process of a process id namespace, so the kernel kills everything beneath it when it goes; and it
 * goes when the server does, whatever the server died of. Each sandbox gets such a namespace of its own under the
 * keeper's, whose first process is its bubblewrap, and in that one more, whose first process is our init (init/init.h).
 * So neither a killed server nor the end of a sandbox can leave a process behind, at whatever point it was. */
#ifndef SANDBOXD_KEEPER_H
#define SANDBOXD_KEEPER_H

#include "failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What of the host's file system a sandbox's bubblewrap finds in place of the host's /tmp. */
#define KEEPER_FOLDER "/tmp"

struct keeper {
	pid_t pid;
	int control;
};

/* What every sandbox is made with: descriptors of the programs, and the seccomp program. */
struct keeper_programs {
	int bwrap;
	int init;
	int helper; /* of the network; -1: sandboxes have none */
	const void *filter;
	size_t filter_size;
};

struct keeper_limits {
	uid_t uid;
	gid_t gid;
	rlim_t processes;
	uint64_t memory; /* bytes; 0: it is bounded otherwise */
};

/* The descriptors of a sandbox that is to be made: bubblewrap's arguments, the init's end of its socket, where
 * complaints go, the writing end of a pipe that is closed when nothing of the sandbox is left, and, where it is not
 * -1, the cgroup that they are made in. */
enum { KEEPER_ARGUMENTS, KEEPER_CONTROL, KEEPER_ERRORS, KEEPER_LIFE, KEEPER_GROUP, KEEPER_DESCRIPTORS };

/* To be called from the main thread, before there are others: the kernel tells the keeper about the end of the thread
 * that made it. `folder` is mounted at KEEPER_FOLDER for the keeper and all sandboxes. */
int keeper_start(struct keeper *keeper, const struct keeper_programs *programs, const char *folder,
                 struct failure *failure);
/* Makes a sandbox's processes, which `number` stands for from now on. The descriptors stay the caller's. Returns 0, or
 * -1 with errno. */
int keeper_hold(struct keeper *keeper, uint64_t number, const struct keeper_limits *limits,
                const int descriptors[KEEPER_DESCRIPTORS]);
/* Kills them; the life's end says when they are gone. */
void keeper_release(struct keeper *keeper, uint64_t number);
/* False when it has ended, and everything with it. */
bool keeper_lives(const struct keeper *keeper);
/* Kills everything; other threads may use the keeper meanwhile, and find that nothing starts any more. */
void keeper_kill(const struct keeper *keeper);
/* Kills everything and returns when it is gone. */
void keeper_stop(struct keeper *keeper);

#endif
