/* The socket that clients connect to. */
#ifndef SANDBOXD_LISTENER_H
#define SANDBOXD_LISTENER_H

#include "address.h"
#include "failure.h"
#include "options.h"

#include <sys/stat.h>
#include <sys/un.h>

struct listener {
	int fd;
	union address address; /* TCP only */
	bool is_unix;
	bool is_passed;                                                /* by a service manager, who also removes it */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1]; /* of a unix socket */
	struct stat identity;                                          /* of its file */
};

/* Takes the address; connections are accepted only after listener_start. A socket that was passed comes before every
 * option. */
int listener_open(struct listener *listener, const struct options *options, struct failure *failure);
int listener_start(struct listener *listener, struct failure *failure);
/* Removes the socket file. */
void listener_close(struct listener *listener);

#endif
