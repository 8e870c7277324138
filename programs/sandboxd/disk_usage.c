#include "disk_usage.h"

#include "tree_walk.h"

#include <errno.h>
#include <stdbool.h>

#define BLOCK 512

/* An empty file takes a place that others cannot have. */
#define BYTES_MIN 4096

/* With up to 65,000 names on ext4 a name's part may be less than a block, or a byte. */
static double part(const struct stat *info)
{
	double bytes = (double)info->st_blocks * BLOCK;
	bool is_shared = !S_ISDIR(info->st_mode) && info->st_nlink > 1;

	return (bytes < BYTES_MIN ? BYTES_MIN : bytes) / (is_shared ? (double)info->st_nlink : 1);
}

int disk_usage(int top, uint64_t *bytes)
{
	struct tree_walk *walk = tree_walk_new_sizes(top);
	struct tree_entry entry;
	double sum = 0;
	int result;

	if (!walk) {
		errno = ENOMEM;
		return -1;
	}
	while ((result = tree_walk_next(walk, &entry)) > 0)
		sum += part(&entry.info);
	int saved = errno;
	tree_walk_free(walk);
	errno = saved;
	if (result == 0)
		*bytes = (uint64_t)sum;
	return result;
}
