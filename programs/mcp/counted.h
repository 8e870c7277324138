/* How much a folder of this machine holds. */
#ifndef MCP_COUNTED_H
#define MCP_COUNTED_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct counted {
	int64_t entries; /* of every kind */
	int64_t files;   /* those that are files */
	int64_t bytes;   /* of those */
};

/* Adds what is beneath a folder, links aside, as far as it can be read. Of its files only those count that were made or
 * changed since then; NULL: all. It ends early, and returns false, where there are more bytes or entries than that. */
bool counted_add(struct counted *counted, int folder, const struct timespec *since, const struct counted *most);

#endif
