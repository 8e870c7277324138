/* What the processes of a sandbox have of its memory. */
#ifndef SANDBOXD_INIT_MEMORY_H
#define SANDBOXD_INIT_MEMORY_H

#include "init.h"

struct memory_user {
	pid_t pid;
	pid_t thread; /* one that lives, which the first one need not do: all of them have the same memory */
	pid_t parent;
	char state;
	bool shares; /* its memory is its parent's, which waits for it (vfork) */
	bool has_sharer;
	int64_t bytes;  /* its own */
	int64_t mapped; /* of shared memory, its part */
	int64_t files;  /* of memory files that it has open, and no process before it */
	int64_t virtual_bytes;
};

/* The name of a process's folder in /proc; returns where it begins in `name`. */
#define MEMORY_NAME_SIZE 16
char *memory_name(pid_t pid, char name[MEMORY_NAME_SIZE]);

/* ---- memory_files.c: shared memory that no process need have mapped ---- */

/* Looks at what the processes, in the order of their numbers, have open and fills in `files`. That takes no longer than
 * one look may: the next goes on where this one has ended. `whole` looks at all of them. */
void memory_files_look(int folder, struct memory_user *users, size_t count, bool whole);
/* What could not be given to a process. */
int64_t memory_files_rest(void);

/* What the shared memory of System V takes, mapped or not. */
int64_t shared_memory_bytes(void);
/* Removes what of it no process has attached. Returns whether there was any. */
bool shared_memory_remove(void);

#endif
