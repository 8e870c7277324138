/* A socket that a service manager has opened for the server (systemd's LISTEN_FDS), and what it is told in return. */
#ifndef SANDBOXD_ACTIVATION_H
#define SANDBOXD_ACTIVATION_H

#include "failure.h"

/* Sets the socket that was passed, or -1 when none was. Fails when there are several. */
int activation_take(int *fd, struct failure *failure);
/* Tells the manager that waits for it (NOTIFY_SOCKET), if there is one: "READY=1". */
void activation_tell(const char *state);

#endif
