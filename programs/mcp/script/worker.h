/* The process of a script: this program once more, with a socket and nothing else. */
#ifndef MCP_SCRIPT_WORKER_H
#define MCP_SCRIPT_WORKER_H

#include <stdbool.h>

/* The only word on the command line of that process. */
#define WORKER_WORD "--script-worker"
/* Its end of the socket. */
#define WORKER_SOCKET 0

/* Runs the one script that comes over the socket. Returns the status to exit with where that cannot be begun; else the
 * process ends here. */
int worker_run(void);

#endif
