/* Copying a directory with everything in it, whatever a sandbox has made of it and while it goes on doing so. */
#ifndef SANDBOXD_TREE_COPY_H
#define SANDBOXD_TREE_COPY_H

#include <stdbool.h>

struct tree_copy {
	int parent; /* of the directory that is copied */
	const char *name;
	int to;                         /* an empty directory */
	int links;                      /* another one of the same file system; what is in it afterwards is of no use */
	bool (*stopped)(void *context); /* asked now and then: whether to give up */
	void *context;
};

/* Directories, regular files and symbolic links, with their modes (but for setuid and setgid), times and users'
 * attributes; two names of one file are that again. FIFOs, sockets and devices are left out. The copy is the caller's
 * own. A link is never followed, no path is ever resolved, and what is gone when its turn comes is left out. Returns 0,
 * or -1 with errno; ECANCELED when it was stopped. */
int tree_copy(const struct tree_copy *what);

#endif
