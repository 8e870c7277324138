/* What takes a script's process everything but its memory, its time and its socket. */
#ifndef MCP_SCRIPT_CONFINE_H
#define MCP_SCRIPT_CONFINE_H

/* Before there is anything to run: no files, processes, privileges, much memory, or life after its parent's. Returns
 * -1 where the system refuses that. */
int confine_resources(void);
/* From now on every system call but those that memory and the socket need ends the process. Returns -1 where the system
 * refuses that. */
int confine_calls(void);

#endif
