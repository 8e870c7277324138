/* The command line. */
#ifndef SANDBOXD_OPTIONS_H
#define SANDBOXD_OPTIONS_H

#include "failure.h"

#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *host;
	int port;
	const char *unix_socket; /* NULL: TCP */
	const char *state;       /* NULL: the default */
	const char *key_file;    /* NULL: in the state directory */
	int owner_fd;            /* -1: none */
	bool ephemeral;
	int grace;         /* seconds */
	int heartbeat;     /* seconds */
	size_t max_output; /* bytes of each of stdout and stderr */
	bool help;
	bool version;
};

/* The strings of the result are those of argv. */
int options_parse(struct options *out, int argc, char **argv, struct failure *failure);
void options_print_help(void);

#endif
