/* The process of a script, seen from the server. */
#ifndef MCP_SCRIPT_PROCESS_H
#define MCP_SCRIPT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct script_process {
	pid_t pid;
	int fd; /* this side of the socket; it does not block */
};

/* Returns -1, with errno, where none could be started; the process is as it was. */
int script_process_start(struct script_process *process);
/* Waits for the end of one that has closed its socket, as it does when it ends; one that has not ended is killed. Gives
 * how it ended, as waitpid() does. */
int script_process_wait(struct script_process *process);
/* Kills it and does not wait: to give back the memory that it had can take the system long. */
void script_process_kill(struct script_process *process);
/* Whether one that was killed has ended. Where `waits`, it has. */
bool script_process_has_ended(const struct script_process *process, bool waits);

#endif
