#include "disk.h"

#include "clock.h"
#include "disk_floor.h"
#include "disk_reserve.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How fast a sandbox is expected to write: the next look is due before it could have used up what it has left. */
#define BYTES_PER_MILLISECOND (1024 * 1024)
#define WAIT_MIN 250
#define WAIT_MAX 2000
/* While it does not grow the looks become rarer, down to this. */
#define WAIT_QUIET_MAX 16000

/* Looking takes no more than one of this many parts of a sandbox's time. */
#define WORK_PART 20

/* How often the free space is looked at while something is watched, and while the reserve is missing. */
#define FLOOR_WAIT 1000

/* Writing less between two looks is not what fills the disk. */
#define GROWTH_MIN (64 * 1024)

struct watched {
	char id[SANDBOX_ID_SIZE];
	struct watched *next;
	uint64_t storage;
	uint64_t used;
	bool is_measured; /* `used` is known */
	bool is_full;
	bool is_idle;      /* nothing runs: it is kept for being full only */
	unsigned int uses; /* how often something was begun in it */
	int64_t wait;
	int64_t due; /* by the monotonic clock, as all times here, in milliseconds */
	int64_t earliest;
};

struct disk {
	struct engine *engine;
	char state[PATH_MAX];
	struct disk_floor floor;
	bool lasting;
	bool has_reserve;
	pthread_t thread;
	pthread_mutex_t mutex; /* of all that follows */
	pthread_cond_t changed;
	struct watched *first;
	bool stopping;
};

/* ---- the file system ---- */

/* What is left; what cannot be told is enough. */
static struct statvfs room(const struct disk *disk)
{
	struct statvfs info;

	if (statvfs(disk->state, &info) < 0)
		info = (struct statvfs){.f_frsize = 1, .f_bavail = UINT64_MAX};
	return info;
}

static bool is_low(const struct disk *disk)
{
	struct statvfs info = room(disk);
	return !disk_floor_has_bytes(&disk->floor, &info, 0) || !disk_floor_has_files(&disk->floor, &info, 0);
}

/* ---- the list; all of it locked ---- */

static struct watched *find(const struct disk *disk, const char *id)
{
	struct watched *watched = disk->first;

	while (watched && strcmp(watched->id, id) != 0)
		watched = watched->next;
	return watched;
}

static void forget(struct disk *disk, const char *id)
{
	struct watched **link = &disk->first;

	while (*link && strcmp((*link)->id, id) != 0)
		link = &(*link)->next;
	struct watched *watched = *link;
	if (!watched)
		return;
	*link = watched->next;
	free(watched);
}

static struct watched *next_due(const struct disk *disk)
{
	struct watched *next = NULL;

	for (struct watched *watched = disk->first; watched; watched = watched->next)
		if (!watched->is_idle && (!next || watched->due < next->due))
			next = watched;
	return next;
}

static int64_t wait_of(const struct watched *watched, bool has_grown)
{
	int64_t left = watched->storage > watched->used
	                       ? (int64_t)((watched->storage - watched->used) / BYTES_PER_MILLISECOND)
	                       : 0;
	int64_t wait = left < WAIT_MIN ? WAIT_MIN : left > WAIT_MAX ? WAIT_MAX : left;

	if (!has_grown && watched->wait * 2 > wait)
		wait = watched->wait * 2 < WAIT_QUIET_MAX ? watched->wait * 2 : WAIT_QUIET_MAX;
	return wait;
}

/* Takes what was measured. Returns whether the sandbox is to lose its processes. */
static bool take(struct watched *watched, uint64_t used, bool low, int64_t begun)
{
	int64_t now = monotonic_ms();
	bool has_grown = watched->is_measured && used > watched->used + GROWTH_MIN;

	watched->is_full = used > watched->storage || (low && has_grown);
	watched->used = used;
	watched->wait = wait_of(watched, has_grown || !watched->is_measured);
	watched->is_measured = true;
	watched->earliest = now + (now - begun) * WORK_PART;
	watched->due = now + watched->wait > watched->earliest ? now + watched->wait : watched->earliest;
	return watched->is_full;
}

/* ---- a look at one sandbox ---- */

/* Nothing is locked while it is measured. */
static void look(struct disk *disk, const char *id)
{
	uint64_t used = 0;
	unsigned int uses = 0;
	int64_t begun = monotonic_ms();
	bool low = is_low(disk), end = false;

	pthread_mutex_lock(&disk->mutex);
	struct watched *watched = find(disk, id);
	if (watched)
		uses = watched->uses;
	pthread_mutex_unlock(&disk->mutex);
	bool measured = disk->engine->usage(disk->engine, id, &used) == 0;
	bool busy = disk->engine->busy(disk->engine, id);
	pthread_mutex_lock(&disk->mutex);
	watched = find(disk, id);
	if (watched && measured)
		end = take(watched, used, low, begun);
	bool unused = watched && watched->uses == uses && !busy;
	if (unused)
		watched->is_idle = true;
	if (unused && !watched->is_full)
		forget(disk, id);
	else if (watched && !measured)
		watched->due = monotonic_ms() + watched->wait;
	pthread_mutex_unlock(&disk->mutex);
	if (end && busy)
		disk->engine->end_storage(disk->engine, id);
}

/* ---- the thread ---- */

/* The file is not made where that would take the disk to its floor; what frees room there needs that of the logs. */
static void make_reserve(struct disk *disk)
{
	if (!disk->lasting)
		return;
	disk_reserve_make_in_logs(disk->state);
	struct statvfs info = room(disk);
	disk->has_reserve =
	        disk_floor_has_bytes(&disk->floor, &info, DISK_RESERVE_SIZE) && disk_reserve_make_file(disk->state);
}

/* Where the disk is nearly full all are looked at as soon as they may be: one of them is at it. */
static void hurry(struct disk *disk)
{
	for (struct watched *watched = disk->first; watched; watched = watched->next)
		if (watched->due > watched->earliest)
			watched->due = watched->earliest;
}

/* One turn; locked before and after it. */
static void turn(struct disk *disk)
{
	char id[SANDBOX_ID_SIZE];
	int64_t now = monotonic_ms();

	if (is_low(disk))
		hurry(disk);
	make_reserve(disk);
	struct watched *next = next_due(disk);
	if (next && next->due <= now) {
		memcpy(id, next->id, sizeof(id));
		pthread_mutex_unlock(&disk->mutex);
		look(disk, id);
		pthread_mutex_lock(&disk->mutex);
	} else if (next || (disk->lasting && !disk->has_reserve)) {
		monotonic_cond_wait(&disk->changed, &disk->mutex,
		                    next && next->due < now + FLOOR_WAIT ? next->due : now + FLOOR_WAIT);
	} else {
		pthread_cond_wait(&disk->changed, &disk->mutex);
	}
}

static void *run(void *context)
{
	struct disk *disk = context;

	pthread_mutex_lock(&disk->mutex);
	while (!disk->stopping)
		turn(disk);
	pthread_mutex_unlock(&disk->mutex);
	return NULL;
}

/* ---- for requests ---- */

void disk_watch(struct disk *disk, const struct sandbox *sandbox)
{
	pthread_mutex_lock(&disk->mutex);
	struct watched *watched = find(disk, sandbox->id);
	if (!watched && (watched = calloc(1, sizeof(*watched)))) {
		memcpy(watched->id, sandbox->id, sizeof(watched->id));
		watched->storage = (uint64_t)sandbox->storage << 30;
		watched->next = disk->first;
		disk->first = watched;
		watched->is_idle = true;
	}
	if (watched) {
		watched->uses++;
		watched->wait = WAIT_MIN;
		int64_t due = monotonic_ms() + WAIT_MIN;
		if (watched->is_idle || watched->due > due)
			watched->due = due > watched->earliest ? due : watched->earliest;
		watched->is_idle = false;
		pthread_cond_signal(&disk->changed);
	}
	pthread_mutex_unlock(&disk->mutex);
}

static bool is_full(struct disk *disk, const char *id)
{
	pthread_mutex_lock(&disk->mutex);
	const struct watched *watched = find(disk, id);
	bool full = watched && watched->is_full;
	pthread_mutex_unlock(&disk->mutex);
	return full;
}

bool disk_has_room(struct disk *disk, const struct sandbox *sandbox)
{
	if (!is_full(disk, sandbox->id))
		return true;
	look(disk, sandbox->id);
	return !is_full(disk, sandbox->id);
}

int disk_check(struct disk *disk, const struct sandbox *sandbox, struct problem *problem)
{
	struct statvfs info = room(disk);

	if (!disk_floor_has_bytes(&disk->floor, &info, 0))
		return problem_set(problem, PROBLEM_STORAGE, NULL,
		                   "the server's disk has less than %" PRIu64 " MiB left (--disk-floor)",
		                   disk->floor.bytes >> 20);
	if (!disk_floor_has_files(&disk->floor, &info, 0))
		return problem_set(problem, PROBLEM_STORAGE, NULL,
		                   "the server's disk has room for less than %" PRIu64 " more files (--disk-floor)",
		                   disk->floor.files);
	if (sandbox && !disk_has_room(disk, sandbox))
		return problem_set(problem, PROBLEM_STORAGE, NULL,
		                   "the sandbox holds more than its storage, %" PRId64 " GiB; remove some of its files",
		                   sandbox->storage);
	return 0;
}

void disk_forget(struct disk *disk, const char *id)
{
	pthread_mutex_lock(&disk->mutex);
	forget(disk, id);
	pthread_mutex_unlock(&disk->mutex);
}

/* ---- start and stop ---- */

int disk_start(struct disk **out, struct engine *engine, const char *state, bool lasting, long floor,
               struct failure *failure)
{
	struct disk *disk = calloc(1, sizeof(*disk));

	if (!disk)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	disk->engine = engine;
	disk->lasting = lasting;
	snprintf(disk->state, sizeof(disk->state), "%s", state);
	disk_floor_set(&disk->floor, state, floor);
	/* Before anything that runs in a sandbox can take it. */
	if (lasting)
		disk_reserve_make_in_logs(state);
	pthread_mutex_init(&disk->mutex, NULL);
	monotonic_cond_init(&disk->changed);
	if (pthread_create(&disk->thread, NULL, run, disk) != 0) {
		free(disk);
		return failure_set(failure, FAILURE_INTERNAL, "there is no thread left; end some");
	}
	*out = disk;
	return 0;
}

void disk_stop(struct disk *disk)
{
	if (!disk)
		return;
	pthread_mutex_lock(&disk->mutex);
	disk->stopping = true;
	pthread_cond_signal(&disk->changed);
	pthread_mutex_unlock(&disk->mutex);
	pthread_join(disk->thread, NULL);
	while (disk->first)
		forget(disk, disk->first->id);
	pthread_cond_destroy(&disk->changed);
	pthread_mutex_destroy(&disk->mutex);
	free(disk);
}
