/* The socket that clients connect to. */
#ifndef SANDBOXD_LISTENER_H
#define SANDBOXD_LISTENER_H

#include "failure.h"
#include "options.h"

#include <sys/stat.h>

struct listener {
	int fd;
	int port;                /* TCP only */
	const char *unix_socket; /* NULL: TCP */
	struct stat identity;    /* of the socket file */
};

/* Takes the address; connections are accepted only after listener_start. */
int listener_open(struct listener *listener, const struct options *options, struct failure *failure);
int listener_start(struct listener *listener, struct failure *failure);
/* Removes the socket file. */
void listener_close(struct listener *listener);

#endif
