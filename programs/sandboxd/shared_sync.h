/* One wait for the disk serves all who want one at that time: many at once would be made to wait for each other. */
#ifndef SANDBOXD_SHARED_SYNC_H
#define SANDBOXD_SHARED_SYNC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct shared_sync {
	pthread_mutex_t mutex;
	pthread_cond_t ended_one;
	bool is_under_way;
	uint64_t begun;  /* how many have been */
	uint64_t ended;  /* how many of these are over */
	uint64_t failed; /* the last that has failed, by its number; 0: none */
	int error;       /* of that */
};

void shared_sync_init(struct shared_sync *shared);
void shared_sync_destroy(struct shared_sync *shared);

/* What was written before the call is on the disk after it: `sync`, which is `syncfs`, has begun and ended meanwhile,
 * here or in another thread. Returns -1 and sets errno where it has failed. The folder has to be the same for all. */
int shared_sync_wait(struct shared_sync *shared, int (*sync)(int folder), int folder);

#endif
