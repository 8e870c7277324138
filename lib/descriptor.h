/*
 * What reading and writing descriptors have in common.
 */
#ifndef SBX_LIB_DESCRIPTOR_H
#define SBX_LIB_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/types.h>

/* Opens a file that no program started from here inherits; a signal does not end the attempt. Negative: errno says why.
 */
int sbx__descriptor_open(const char *path, int flags, mode_t mode);
/* Whether a read or write that has just failed can be tried again: at once after a signal, or when a descriptor that
 * does not block has something (POLLIN) or room (POLLOUT), which is waited for. */
bool sbx__descriptor_try_again(int descriptor, short events);

/* A name for what is not whole yet: beside its destination, so that a rename puts it there at once, hidden, and nobody
 * else's. The caller frees it; NULL: no memory, or no randomness. */
char *sbx__temporary_name(const char *path);

#endif
