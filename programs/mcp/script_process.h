/* The process of a script, seen from the server. */
#ifndef MCP_SCRIPT_PROCESS_H
#define MCP_SCRIPT_PROCESS_H

#include <sys/types.h>

struct script_process {
	pid_t pid;
	int fd; /* this side of the socket; it does not block */
};

/* Returns -1, with errno, where none could be started; the process is as it was. */
int script_process_start(struct script_process *process);
/* Kills it. Gives how it ended, as waitpid() does. */
int script_process_end(struct script_process *process);

#endif
