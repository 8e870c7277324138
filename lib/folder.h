/*
 * Directories by their descriptors: nothing here follows a symbolic link.
 */
#ifndef SBX_LIB_FOLDER_H
#define SBX_LIB_FOLDER_H

#include <stdbool.h>

/* How deep a path may go. */
#define SBX__DEEPEST 256

/* Opens a directory in another. Negative: errno says why, ELOOP for a symbolic link. */
int sbx__folder_open(int parent, const char *name);
/* Opens the directory of a path's last part: its descriptor, or that of `root` duplicated. With `make`, what is missing
 * is made. The path has neither ".", ".." nor empty parts. *name points to the last part. Negative: errno says why. */
int sbx__folder_open_parent(int root, const char *path, bool make, const char **name);
/* Removes a file, or a directory with all that is in it, as far as that is possible. */
void sbx__folder_remove(int parent, const char *name);

#endif
