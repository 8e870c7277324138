/* How much of a file system is to stay free, for what has to go on when it is nearly full. */
#ifndef SANDBOXD_DISK_FLOOR_H
#define SANDBOXD_DISK_FLOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>

struct disk_floor {
	uint64_t bytes;
	uint64_t files; /* how many more there is to be room for */
};

/* `mebibytes` -1: the default for the file system that the path is in. */
void disk_floor_set(struct disk_floor *floor, const char *path, long mebibytes);
/* Whether that much would be left after so many more bytes, or files. File systems that make room for files as they
 * come tell of none, and none is missing there. */
bool disk_floor_has_bytes(const struct disk_floor *floor, const struct statvfs *info, uint64_t more);
bool disk_floor_has_files(const struct disk_floor *floor, const struct statvfs *info, uint64_t more);

#endif
