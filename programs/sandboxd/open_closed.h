/* Opening what its owner may not read, as that owner: a server that is not root is the same user as its sandboxes. */
#ifndef SANDBOXD_OPEN_CLOSED_H
#define SANDBOXD_OPEN_CLOSED_H

#include <sys/stat.h>

/* Adds `bits` to the mode of an entry that is no link, and opens it for reading with these flags. It is found by its
 * name once: by then that may be a link to something else. `info` has what it was before. Returns a descriptor, or -1
 * with errno. */
int open_closed(int parent, const char *name, int flags, mode_t bits, struct stat *info);

#endif
