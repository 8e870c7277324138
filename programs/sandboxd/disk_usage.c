#include "disk_usage.h"

#include "tree_walk.h"

#include <errno.h>
#include <stdbool.h>

int disk_usage(int top, uint64_t *bytes)
{
	struct tree_walk *walk = tree_walk_new_sizes(top);
	struct tree_entry entry;
	uint64_t blocks = 0;
	int result;

	if (!walk) {
		errno = ENOMEM;
		return -1;
	}
	while ((result = tree_walk_next(walk, &entry)) > 0) {
		bool is_shared = !S_ISDIR(entry.info.st_mode) && entry.info.st_nlink > 1;
		blocks += (uint64_t)entry.info.st_blocks / (is_shared ? (uint64_t)entry.info.st_nlink : 1);
	}
	int saved = errno;
	tree_walk_free(walk);
	errno = saved;
	if (result == 0)
		*bytes = blocks * 512;
	return result;
}
