#include "disk_reserve.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_of(const char *state, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%.*s/reserve", PATH_MAX - 16, state);
}

/* Beyond the end that the log has by now. A file system that cannot do that has the file alone. */
void disk_reserve_make_in_logs(const char *state)
{
	static const struct {
		const char *name;
		off_t size;
	} logs[] = {{"state.db-wal", DISK_RESERVE_STATE_LOG}, {"requests.db-wal", DISK_RESERVE_REQUEST_LOG}};

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 32, state, logs[i].name);
		/* Of these files, unlike the databases, nobody holds a lock that closing would end. */
		int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, logs[i].size);
		close(fd);
	}
}

bool disk_reserve_make_file(const char *state)
{
	char path[PATH_MAX];
	struct stat info;

	path_of(state, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool made = fstat(fd, &info) == 0 && info.st_blocks * 512 >= DISK_RESERVE_SIZE;
	if (!made)
		made = posix_fallocate(fd, 0, DISK_RESERVE_SIZE) == 0;
	close(fd);
	/* A part of it is of no use to anybody. */
	if (!made)
		unlink(path);
	return made;
}

void disk_reserve_give_up(const char *state)
{
	char path[PATH_MAX];

	path_of(state, path);
	unlink(path);
}
