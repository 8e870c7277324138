#include "tree_size.h"

#include <fts.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

uint64_t tree_size(const char *path)
{
	char *copy = strdup(path);
	char *paths[] = {copy, NULL};
	uint64_t bytes = 0;
	FTS *walk = copy ? fts_open(paths, FTS_PHYSICAL, NULL) : NULL;

	for (FTSENT *entry; walk && (entry = fts_read(walk));)
		/* A directory comes twice. */
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS && entry->fts_info != FTS_ERR &&
		    entry->fts_statp)
			bytes += (uint64_t)entry->fts_statp->st_blocks * 512;
	if (walk)
		fts_close(walk);
	free(copy);
	return bytes;
}
