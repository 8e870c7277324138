#include "shared_sync.h"

#include <errno.h>

void shared_sync_init(struct shared_sync *shared)
{
	*shared = (struct shared_sync){0};
	pthread_mutex_init(&shared->mutex, NULL);
	pthread_cond_init(&shared->ended_one, NULL);
}

void shared_sync_destroy(struct shared_sync *shared)
{
	pthread_cond_destroy(&shared->ended_one);
	pthread_mutex_destroy(&shared->mutex);
}

/* Locked before and after it. */
static void run_next(struct shared_sync *shared, int (*sync)(int folder), int folder)
{
	shared->is_under_way = true;
	uint64_t number = ++shared->begun;
	pthread_mutex_unlock(&shared->mutex);
	int error = sync(folder) < 0 ? errno : 0;
	pthread_mutex_lock(&shared->mutex);
	shared->is_under_way = false;
	shared->ended = number;
	if (error) {
		shared->failed = number;
		shared->error = error;
	}
	pthread_cond_broadcast(&shared->ended_one);
}

int shared_sync_wait(struct shared_sync *shared, int (*sync)(int folder), int folder)
{
	pthread_mutex_lock(&shared->mutex);
	/* One that is under way may be past what was written since it began. */
	const uint64_t wanted = shared->begun + 1;
	while (shared->ended < wanted) {
		if (shared->is_under_way)
			pthread_cond_wait(&shared->ended_one, &shared->mutex);
		else
			run_next(shared, sync, folder);
	}
	int error = shared->failed >= wanted ? shared->error : 0;
	pthread_mutex_unlock(&shared->mutex);
	if (error)
		errno = error;
	return error ? -1 : 0;
}
