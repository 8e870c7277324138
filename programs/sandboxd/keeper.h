/* The keeper: a small process of the server's that starts every command, and whose end ends them all.
 *
 * It is the first process of a process id namespace, so the kernel kills everything beneath it when it goes; and it
 * goes when the server does, whatever the server died of. Each command gets such a namespace of its own under the
 * keeper's, whose first process (the "init" below) ends when the command's channel is shut down. So neither a killed
 * server nor a killed command can leave a process behind, at whatever point bubblewrap's own set-up was. */
#ifndef SANDBOXD_KEEPER_H
#define SANDBOXD_KEEPER_H

#include "failure.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What of the host's file system a command's bubblewrap finds in place of the host's /tmp. */
#define KEEPER_FOLDER "/tmp"

/* The longest command: one argument of a program, its NUL included (MAX_ARG_STRLEN). */
#define KEEPER_COMMAND_MAX (128 * 1024)

struct keeper {
	pid_t pid;
	int control;
};

struct keeper_request {
	uid_t uid;
	gid_t gid;
	rlim_t file_size;
	rlim_t processes;
	bool tell_start;
};

/* To be called from the main thread, before there are others: the kernel tells the keeper about the end of the thread
 * that made it. `folder` is mounted at KEEPER_FOLDER for the keeper and all commands; `filter` is their seccomp
 * program. */
int keeper_start(struct keeper *keeper, const char *bwrap, const char *folder, const void *filter, size_t filter_size,
                 struct failure *failure);
/* Runs `bwrap --args <arguments> -- /bin/sh -c -- <command>` with these two standard streams. The command's channel is
 * described at struct engine_process. Takes over none of the descriptors. Returns 0, or -1 with errno. */
int keeper_run(struct keeper *keeper, const struct keeper_request *request, const char *command, int arguments, int out,
               int err, int channel);
/* Kills everything; other threads may use the keeper meanwhile, and find that nothing starts any more. */
void keeper_kill(const struct keeper *keeper);
/* Kills everything and returns when it is gone. */
void keeper_stop(struct keeper *keeper);

#endif
