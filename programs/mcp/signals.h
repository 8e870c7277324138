/* Being told to end, as a descriptor that a loop can watch. */
#ifndef MCP_SIGNALS_H
#define MCP_SIGNALS_H

/* Readable once SIGTERM or SIGINT has come, which do nothing else from now on; SIGPIPE is ignored. Returns -1 with
 * errno where there is none. */
int signals_watch(void);

#endif
