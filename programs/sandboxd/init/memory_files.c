#include "memory.h"

#include "../clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beyond that a file counts for each of its descriptors. */
#define FILES_MAX 16384
#define SLOTS (2 * FILES_MAX)

/* How long one look may take, and after how many descriptors it looks at the clock. */
#define LOOK_MICROSECONDS 4000
#define LOOK_STEP 64

#define LINK_PREFIX "/memfd:"

/* What `fstat` counts blocks in. */
#define BLOCK 512

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif

struct memory_file {
	uint64_t inode;
	int64_t bytes;
	pid_t holder; /* the first process that it was found at */
	uint32_t round;
};

static struct memory_file files[FILES_MAX];
static size_t file_count;
static uint16_t slots[SLOTS]; /* by the inode: 1 + the number of the file; 0: none */

/* What found no place in there: in the last round, and in this one. */
static int64_t rest, rest_of_round;

/* All processes' descriptors are looked at in rounds: where this one is. */
static struct {
	uint32_t number;
	pid_t pid;
	int64_t offset; /* in the process's folder */
} round_at;

/* One process that is being looked at. */
struct looking {
	int folder;
	pid_t holder;
	int64_t until; /* 0: to the end */
	unsigned int seen;
	bool late;
};

/* ---- the files that are known ---- */

static uint16_t *find_slot(uint64_t inode)
{
	size_t at = inode * 0x9E3779B97F4A7C15U % SLOTS;

	while (slots[at] && files[slots[at] - 1].inode != inode)
		at = (at + 1) % SLOTS;
	return &slots[at];
}

static void take_file(uint64_t inode, int64_t bytes, pid_t holder)
{
	uint16_t *slot = find_slot(inode);

	if (!*slot && file_count == FILES_MAX) {
		rest_of_round += bytes;
		return;
	}
	if (!*slot) {
		files[file_count++] = (struct memory_file){.inode = inode};
		*slot = (uint16_t)file_count;
	}
	struct memory_file *file = &files[*slot - 1];
	file->bytes = bytes;
	if (file->round != round_at.number)
		file->holder = holder;
	file->round = round_at.number;
}

/* What this round has not found is gone. */
static void end_round(void)
{
	size_t kept = 0;

	rest = rest_of_round;
	if (file_count > 0)
		memset(slots, 0, sizeof(slots));
	for (size_t i = 0; i < file_count; i++) {
		if (files[i].round != round_at.number)
			continue;
		files[kept++] = files[i];
		*find_slot(files[kept - 1].inode) = (uint16_t)kept;
	}
	file_count = kept;
}

static void begin_round(void)
{
	round_at.number++;
	round_at.pid = 0;
	round_at.offset = 0;
	rest_of_round = 0;
}

/* ---- looking ---- */

static bool look_at_descriptor(void *context, const char *name, int64_t next)
{
	struct looking *looking = context;
	char link[sizeof(LINK_PREFIX)];
	struct stat info;
	ssize_t length = readlinkat(looking->folder, name, link, strlen(LINK_PREFIX));

	if (length == (ssize_t)strlen(LINK_PREFIX) && memcmp(link, LINK_PREFIX, (size_t)length) == 0 &&
	    fstatat(looking->folder, name, &info, 0) == 0 && info.st_blocks > 0)
		take_file(info.st_ino, (int64_t)info.st_blocks * BLOCK, looking->holder);
	looking->late = looking->until && ++looking->seen % LOOK_STEP == 0 && monotonic_us() >= looking->until;
	round_at.offset = next;
	return !looking->late;
}

/* One that has made itself unreadable shows nothing. Returns false when the time is over. */
static bool look_at_process(int folder, const struct memory_user *user, int64_t until)
{
	char name[MEMORY_NAME_SIZE], path[MEMORY_NAME_SIZE + 4] = "";

	strcat(strcat(path, memory_name(user->thread, name)), "/fd");
	struct looking looking = {
	        .folder = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	        .holder = user->pid,
	        .until = until,
	};
	if (looking.folder < 0)
		return true;
	if (round_at.pid == user->pid)
		lseek(looking.folder, round_at.offset, SEEK_SET);
	round_at.pid = user->pid;
	directory_each_number(looking.folder, look_at_descriptor, &looking);
	close(looking.folder);
	return !looking.late;
}

static void look_on(int folder, const struct memory_user *users, size_t count, int64_t until)
{
	for (size_t i = 0; i < count; i++)
		if (users[i].pid >= round_at.pid && !look_at_process(folder, &users[i], until))
			return;
	end_round();
	begin_round();
}

/* What a process had that is gone counts when it is found at another one. */
static void give_to_users(struct memory_user *users, size_t count)
{
	struct memory_user *holder = NULL;

	for (size_t i = 0; i < file_count; i++) {
		for (size_t k = 0; k < count && !(holder && holder->pid == files[i].holder); k++)
			holder = users[k].pid == files[i].holder ? &users[k] : NULL;
		if (holder)
			holder->files += files[i].bytes;
	}
}

void memory_files_look(int folder, struct memory_user *users, size_t count, bool whole)
{
	if (whole || round_at.number == 0)
		begin_round();
	look_on(folder, users, count, whole ? 0 : monotonic_us() + LOOK_MICROSECONDS);
	give_to_users(users, count);
}

int64_t memory_files_rest(void)
{
	return rest > rest_of_round ? rest : rest_of_round;
}

/* ---- System V ---- */

int64_t shared_memory_bytes(void)
{
	struct shm_info info = {0};

	if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info) < 0)
		return 0;
	return (int64_t)(info.shm_rss + info.shm_swp) * sysconf(_SC_PAGESIZE);
}

bool shared_memory_remove(void)
{
	struct shm_info info = {0};
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);
	bool removed = false;

	for (int i = 0; i <= last; i++) {
		struct shmid_ds segment;
		int id = shmctl(i, SHM_STAT_ANY, &segment);
		if (id >= 0 && segment.shm_nattch == 0)
			removed |= shmctl(id, IPC_RMID, NULL) == 0;
	}
	return removed;
}
