/* The first process of a sandbox: starts its commands, takes in their orphans, and ends with the server. What runs
 * beside it has the same user and is not to be trusted: the init can be neither traced (it is not dumpable) nor killed
 * or stopped (it is process 1), and its descriptors are in no other program. */
#ifndef SANDBOXD_INIT_H
#define SANDBOXD_INIT_H

#include "protocol.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One that can be written to, and whatever is read of it is empty. */
#define INIT_NULL STDIN_FILENO

/* ---- commands.c: what runs. Every command has a supervisor, the parent of all that it leaves behind. ---- */

#define COMMANDS_MAX 512

struct command {
	pid_t supervisor;
	int channel; /* whatever comes over it asks for the command's end; -1 when nothing will */
};

extern struct command commands[COMMANDS_MAX];
extern size_t command_count;

/* Makes a supervisor stay, whatever becomes of its command, to take in what is orphaned until it is killed; it tells of
 * no end then. Whoever else sends this does so to a command of its own. */
#define SUPERVISOR_STAY SIGUSR1

/* Takes over the descriptors. */
void command_run(const struct init_request *request, const int *descriptors, size_t count);
/* Takes what came over a command's channel. To be killed is for a command with all that it has started, however that
 * has detached itself. */
void command_take(struct command *command);
/* Ends everything: the sandbox has used up its storage. */
void commands_end_all(void);
/* Takes in whatever has ended. */
void commands_reap(void);
/* Whether there is any process but the init. */
bool commands_have_processes(void);
bool report_send(int channel, const struct init_report *report);

/* ---- directory.c: the folders that /proc has ---- */

/* Calls `each` with every name in an open directory that is a number, and with the offset behind it, until it returns
 * false. */
void directory_each_number(int folder, bool (*each)(void *context, const char *name, int64_t next), void *context);

/* ---- processes.c: everything that lives in the sandbox ---- */

#define PROCESSES_MAX 8192

/* Calls `each` with the name of every process's folder in /proc. */
void processes_each(void (*each)(int folder, const char *name));
/* Reads a file in such a folder, such as "/stat", as text. Returns false when there is nothing. */
bool process_read(int folder, const char *process, const char *file, char *text, size_t size);
/* Kills the descendants of a process, until none is left, and then the process. */
void processes_kill_tree(pid_t root);
/* Stops all of them; false: some go on. */
bool processes_freeze(void);
void processes_thaw(void);
bool processes_are_frozen(void);

/* ---- memory.c: what all processes together take, where no cgroup bounds it ---- */

/* 0: it is bounded otherwise. */
void memory_limit(uint64_t bytes);
/* How many milliseconds there are until the next look; -1: nothing is there to be looked at. */
int memory_wait(void);
/* When it is time, kills the largest process where all together have more than the limit. */
void memory_look(void);

/* ---- streams.c: what background processes still write to ---- */

#define STREAMS_MAX 1024

extern int streams[STREAMS_MAX];
extern size_t stream_count;

/* Takes over the descriptor. */
void stream_add(int descriptor);
/* Throws away what there is; at the stream's end, the stream. */
void stream_drain(size_t index);

#endif
