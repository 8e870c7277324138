#include "counted.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each holds a descriptor. */
#define DEPTH_MAX 256

struct counting {
	struct counted *counted;
	const struct timespec *since;
	const struct counted *most;
	int depth;
};

static bool is_new(const struct counting *counting, const struct stat *info)
{
	const struct timespec *since = counting->since, *changed = &info->st_ctim;

	return !since || changed->tv_sec > since->tv_sec ||
	       (changed->tv_sec == since->tv_sec && changed->tv_nsec >= since->tv_nsec);
}

static bool count_folder(struct counting *counting, int parent, const char *name);

static bool count_entry(struct counting *counting, int folder, const char *name)
{
	struct counted *counted = counting->counted;
	struct stat info;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return true;
	counted->entries++;
	if (S_ISREG(info.st_mode) && is_new(counting, &info)) {
		counted->files++;
		counted->bytes += info.st_size;
	}
	if (counted->entries > counting->most->entries || counted->bytes > counting->most->bytes)
		return false;
	return !S_ISDIR(info.st_mode) || count_folder(counting, folder, name);
}

static bool count_folder(struct counting *counting, int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd >= 0 && counting->depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	const struct dirent *found;
	bool is_within = true;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	counting->depth++;
	while (is_within && (found = readdir(stream)))
		is_within = count_entry(counting, fd, found->d_name);
	counting->depth--;
	closedir(stream);
	return is_within;
}

bool counted_add(struct counted *counted, int folder, const struct timespec *since, const struct counted *most)
{
	struct counting counting = {counted, since, most, 0};

	return count_folder(&counting, folder, ".");
}
