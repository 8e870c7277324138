/* Unpacks a tar into the root file system of an image, and nothing outside of it. */
#ifndef SANDBOXD_IMAGE_UNPACK_H
#define SANDBOXD_IMAGE_UNPACK_H

#include "disk_floor.h"
#include "failure.h"

#include <stdbool.h>
#include <stdint.h>

struct image_unpacked {
	uint64_t bytes;
	unsigned long entries;
	unsigned long skipped; /* devices and the like */
	struct disk_floor floor;
	uint64_t unseen; /* bytes since the disk was looked at */
};

/* `archive` is a tar, plain or compressed by gzip, bzip2, xz or zstd, read from where it stands; `source` is how a
 * failure names it. Modes become 0755 or 0644, owners the caller's own. The counts are added to. */
int image_unpack(int root, int archive, const char *source, struct image_unpacked *counts, struct failure *failure);
/* The same for a layer, whose whiteouts first remove what the layers below have left. The archive can be rewound. */
int image_unpack_layer(int root, int archive, const char *source, struct image_unpacked *counts,
                       struct failure *failure);
/* Opens the directory that a path's last part is in, by the links inside of `root`; `make` makes what is missing. Sets
 * `name` to that part. Returns -1 with errno. */
int image_open_parent(int root, const char *path, bool make, const char **name);
/* "ENOSPC" and the like in one line about the source. Returns -1. */
int image_write_failure(const char *source, const char *path, struct failure *failure);

#endif
