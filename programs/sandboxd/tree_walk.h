/* Going through a directory with everything beneath it while a sandbox may change it at will. Nothing is ever reached
 * by a path: each name is opened in a directory that is open, and never followed where it is a link. What vanishes on
 * the way is left out. Whatever the depth, a handful of descriptors is enough. Run it as the sandbox's user. */
#ifndef SANDBOXD_TREE_WALK_H
#define SANDBOXD_TREE_WALK_H

#include <sys/stat.h>

struct tree_walk;

/* A directory comes before what is in it. What is neither a directory, a regular file nor a symbolic link is not told.
 */
struct tree_entry {
	const char *path; /* beneath the top; "" is the top itself */
	struct stat info;
	const char *target; /* of a symbolic link */
	int fd;             /* of a regular file, to read from: the caller's; -1 of anything else */
};

/* Takes over the descriptor of the directory. NULL when there is no memory. */
struct tree_walk *tree_walk_new(int top);
/* The same for who wants to know sizes only: everything is told, whatever it is, without its path, its target or a
 * descriptor. A directory that its owner cannot read is made readable to them, where that is this process's user. */
struct tree_walk *tree_walk_new_sizes(int top);
/* Returns 1 with an entry, whose strings live until the next call, 0 when there are no more, and -1 with errno. */
int tree_walk_next(struct tree_walk *walk, struct tree_entry *entry);
void tree_walk_free(struct tree_walk *walk);

#endif
