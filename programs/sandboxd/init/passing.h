/* Messages that come with descriptors, over a socket that keeps messages apart: between the server, its keeper and the
 * inits of its sandboxes. */
#ifndef SANDBOXD_INIT_PASSING_H
#define SANDBOXD_INIT_PASSING_H

#include <stddef.h>
#include <sys/types.h>

#define PASSING_MAX 8

/* Sends the message with `count` descriptors, PASSING_MAX at most, which stay the caller's. Returns 0, or -1 with
 * errno. */
int passing_send(int to, const void *message, size_t length, const int *descriptors, size_t count);
/* Receives at most `length` bytes and PASSING_MAX descriptors, which are the caller's. Returns how many bytes there
 * are; 0 at the socket's end; or -1 with errno. */
ssize_t passing_receive(int from, void *message, size_t length, int descriptors[PASSING_MAX], size_t *count);

#endif
