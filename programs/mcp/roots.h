/* The folders of this machine that tools may use, and how a path in one of them is opened: the kernel resolves it, and
 * neither ".." nor a link leads out. */
#ifndef MCP_ROOTS_H
#define MCP_ROOTS_H

#include "options.h"

#include <stddef.h>

/* Whether each is a folder. Returns 0, or the status to exit with after a complaint. */
int roots_check(const struct options *options);

/* Opens what is there for reading: a file or a folder. A path is within a root or, where it is not absolute, relative
 * to the first one. Returns a descriptor, or -1 with what is wrong. */
int roots_open(const struct options *options, const char *path, const char **complaint);
/* Opens the folder that something is to be put in. `*name` is what that is called, at the end of the path. */
int roots_open_parent(const struct options *options, const char *path, const char **name, const char **complaint);

#endif
