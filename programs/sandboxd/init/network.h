/* What stands between a sandbox's network device and the helper: a process for each sandbox, beside it on the machine
 * and not in it. It lets through what network_filter.h does. The helper is started by the first packet that leaves the
 * sandbox, and again by the next one after it has ended. */
#ifndef SANDBOXD_INIT_NETWORK_H
#define SANDBOXD_INIT_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

_Noreturn void network_relay(void);

/* ---- network_helper.c: the program that carries packets on. It takes Ethernet frames, each a message. ---- */

/* Its socket, which never blocks; -1: it does not run. */
extern int network_helper;

/* Starts it, unless it has been tried a moment ago, and returns when it takes frames, or has not come to that. */
void network_helper_start(void);
void network_helper_end(void);

#endif
