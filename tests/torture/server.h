/*
 * The other side of the scenarios: a process of its own, so that no allocation of its is counted, which answers by the
 * first part of the path. It remembers nothing: the same request has the same answer.
 */
#ifndef TESTS_TORTURE_SERVER_H
#define TESTS_TORTURE_SERVER_H

#include <sys/types.h>

/* Starts it, and gives its process and port. Its end is that of this process. */
pid_t server_start(int *port);

/* What a download answers, how the events of a command begin, and what every execution says. */
#define SERVER_FILE "0123456789abcdefghijklmnopqrstuvwxyz"
#define SERVER_OUTPUT "said\n"

#endif
