/* Removing a directory with everything in it, whatever a sandbox has made of it. */
#ifndef SANDBOXD_TREE_H
#define SANDBOXD_TREE_H

/* Removes `name` in the directory `parent`; that it is not there is fine. Never follows a link. Returns 0, or -1 with
 * errno. */
int tree_remove(int parent, const char *name);
/* The same for everything in a directory that is open for reading. */
int tree_empty(int directory);

/* Calls `each` for the names in such a directory, but "." and "..". Returns 0, or -1 with errno. */
int tree_each(int directory, void (*each)(void *context, const char *name), void *context);

#endif
