/* How much room a tree takes. */
#ifndef SANDBOXD_TREE_SIZE_H
#define SANDBOXD_TREE_SIZE_H

#include <stdint.h>

/* The bytes on the disk of everything at and beneath a path, a file with several names counted once for each. Changes
 * the working directory on its way. What cannot be read counts for nothing. */
uint64_t tree_size(const char *path);

#endif
