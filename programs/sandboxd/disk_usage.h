/* How much room on the disk a sandbox's files take. */
#ifndef SANDBOXD_DISK_USAGE_H
#define SANDBOXD_DISK_USAGE_H

#include <stdint.h>

/* The bytes of all blocks at and beneath a directory that a sandbox may change meanwhile, at least 4 KiB for each that
 * is there. A file with several names counts in parts, one for each name. Takes over the descriptor. Returns 0, or -1
 * with errno. */
int disk_usage(int top, uint64_t *bytes);

#endif
