#include "tree_copy.h"

#include "file_copy.h"
#include "lib/buffer.h"
#include "open_closed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A directory on the way from the top to where the copy is. Only the last one is open: so a tree of any depth needs
 * neither a deep stack nor many descriptors. */
struct level {
	struct stat info;
	bool widened; /* its mode is not what it was, for the time being */
	size_t name;  /* where its own name begins in `names` */
	size_t below; /* and where those of its directories that are still to be copied do */
};

struct copy {
	const struct tree_copy *what;
	struct file_copy files;
	char *target; /* of a link, PATH_MAX bytes */
	int top;      /* the directory that is copied */
	int from;     /* the last level's; -1 when the sandbox has put it out of reach */
	int to;       /* its copy */
	sbx__buffer levels;
	sbx__buffer names;
};

static struct level *last_level(const struct copy *copy)
{
	if (copy->levels.length == 0)
		return NULL;
	return (struct level *)(void *)(copy->levels.data + copy->levels.length) - 1;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* What a sandbox removes or replaces while it is looked at is left out. */
static int unless_gone(int error)
{
	errno = error;
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO || error == ESTALE ? 0 : -1;
}

/* ---- opening ---- */

/* Opens a file or directory for reading; `widened` says that its mode is to be set to that of `info` again. */
static int open_entry(int parent, const char *name, int flags, struct stat *info, bool *widened)
{
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags);

	*widened = fd < 0 && errno == EACCES;
	if (*widened)
		return open_closed(parent, name, flags, flags & O_DIRECTORY ? S_IRWXU : S_IRUSR, info);
	if (fd >= 0 && fstat(fd, info) < 0) {
		close(fd);
		return -1;
	}
	/* Who may list a directory may not always pass through it. */
	if (fd >= 0 && S_ISDIR(info->st_mode) && (info->st_mode & 0100) == 0 && geteuid() != 0)
		*widened = fchmod(fd, (info->st_mode & 07777) | S_IRWXU) == 0;
	return fd;
}

static void close_entry(int fd, const struct stat *info, bool widened)
{
	if (fd < 0)
		return;
	if (widened)
		fchmod(fd, info->st_mode & 07777);
	close(fd);
}

/* ---- entries ---- */

static int set_times(int fd, const struct stat *info)
{
	const struct timespec times[2] = {info->st_atim, info->st_mtim};
	return futimens(fd, times);
}

/* Its first copy has a name by the file's number in `links`, by which the next one finds it: the file system keeps the
 * account. That it is still the same file is seen by its size and time. */
static bool link_again(const struct copy *copy, const char *name, const char *number, const struct stat *info)
{
	struct stat first;

	return fstatat(copy->what->links, number, &first, AT_SYMLINK_NOFOLLOW) == 0 && first.st_size == info->st_size &&
	       first.st_mtim.tv_sec == info->st_mtim.tv_sec && first.st_mtim.tv_nsec == info->st_mtim.tv_nsec &&
	       linkat(copy->what->links, number, copy->to, name, 0) == 0;
}

static int note_first(const struct copy *copy, const char *name, const char *number)
{
	unlinkat(copy->what->links, number, 0);
	return linkat(copy->to, name, copy->what->links, number, 0) < 0 && errno != EMLINK ? -1 : 0;
}

static int copy_content(struct copy *copy, int from, const char *name, const struct stat *info)
{
	int to = openat(copy->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = -1;

	/* A directory that is changed while it is read can show a name twice. */
	if (to < 0)
		return errno == EEXIST ? 0 : -1;
	if (file_copy_content(&copy->files, from, to, info->st_size) == 0 &&
	    file_copy_attributes(&copy->files, from, to) == 0 && fchmod(to, info->st_mode & 0777) == 0)
		result = set_times(to, info);
	int saved = errno;
	close(to);
	errno = saved;
	return result;
}

static int copy_file(struct copy *copy, const char *name)
{
	char number[64];
	struct stat info;
	bool widened;
	/* Not blocking: it can be a FIFO by now. */
	int from = open_entry(copy->from, name, O_NONBLOCK | O_NOCTTY, &info, &widened);
	int result = 0;

	if (from < 0)
		return unless_gone(errno);
	bool linked = info.st_nlink > 1;
	snprintf(number, sizeof(number), "%llx-%llx", (unsigned long long)info.st_dev, (unsigned long long)info.st_ino);
	if (S_ISREG(info.st_mode) && !(linked && link_again(copy, name, number, &info))) {
		result = copy_content(copy, from, name, &info);
		if (result == 0 && linked)
			result = note_first(copy, name, number);
	}
	int saved = errno;
	close_entry(from, &info, widened);
	errno = saved;
	return result;
}

static int copy_link(const struct copy *copy, const char *name, const struct stat *info)
{
	const struct timespec times[2] = {info->st_atim, info->st_mtim};
	ssize_t length = readlinkat(copy->from, name, copy->target, PATH_MAX - 1);

	if (length < 0)
		return errno == EINVAL ? 0 : unless_gone(errno);
	copy->target[length] = '\0';
	if (symlinkat(copy->target, copy->to, name) < 0)
		return errno == EEXIST ? 0 : -1;
	return utimensat(copy->to, name, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_entry(struct copy *copy, const char *name)
{
	struct stat info;

	if (copy->what->stopped(copy->what->context)) {
		errno = ECANCELED;
		return -1;
	}
	if (fstatat(copy->from, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return unless_gone(errno);
	if (S_ISREG(info.st_mode))
		return copy_file(copy, name);
	if (S_ISLNK(info.st_mode))
		return copy_link(copy, name, &info);
	if (S_ISDIR(info.st_mode))
		sbx__buffer_append(&copy->names, name, strlen(name) + 1);
	errno = ENOMEM;
	return copy->names.failed ? -1 : 0;
}

/* Everything in the last level but its directories, which are noted. */
static int copy_entries(struct copy *copy)
{
	int fd = openat(copy->from, ".", DIRECTORY);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (!stream) {
		int saved = errno;
		if (fd >= 0)
			close(fd);
		return unless_gone(saved);
	}
	while (result == 0 && (errno = 0, entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = copy_entry(copy, entry->d_name);
	if (result == 0 && errno != 0)
		result = unless_gone(errno);
	int saved = errno;
	closedir(stream);
	errno = saved;
	return result;
}

/* ---- directories ---- */

/* The two descriptors belong to it from now on. */
static int enter(struct copy *copy, int from, int to, const struct level *level)
{
	sbx__buffer_append(&copy->levels, level, sizeof(*level));
	if (copy->levels.failed) {
		close_entry(from, &level->info, level->widened);
		close(to);
		errno = ENOMEM;
		return -1;
	}
	if (copy->from >= 0)
		close(copy->from);
	if (copy->to >= 0)
		close(copy->to);
	copy->from = from;
	copy->to = to;
	return file_copy_attributes(&copy->files, from, to) < 0 ? -1 : copy_entries(copy);
}

/* Makes the directory whose name is the last one in `names`, and enters it. */
static int enter_next(struct copy *copy)
{
	struct level level = {.below = copy->names.length, .name = copy->names.length - 1};
	int to = -1;

	while (level.name > last_level(copy)->below && copy->names.data[level.name - 1] != '\0')
		level.name--;
	const char *name = copy->names.data + level.name;
	int from = open_entry(copy->from, name, O_DIRECTORY, &level.info, &level.widened);
	int result = from < 0 ? unless_gone(errno) : mkdirat(copy->to, name, 0700);
	if (from >= 0 && result == 0) {
		to = openat(copy->to, name, DIRECTORY);
		result = to < 0 ? -1 : enter(copy, from, to, &level);
	} else if (from >= 0 && errno == EEXIST) {
		result = 0;
	}
	if (to < 0) {
		int saved = errno;
		copy->names.length = level.name;
		close_entry(from, &level.info, level.widened);
		errno = saved;
	}
	return result;
}

/* From the top, by the names: the sandbox has moved a directory while the copy was in it. */
static int find_from_top(const struct copy *copy)
{
	const struct level *level = (const struct level *)(const void *)copy->levels.data;
	int fd = openat(copy->top, ".", DIRECTORY);
	struct stat info;

	for (; fd >= 0 && level < last_level(copy); level++) {
		int next = openat(fd, copy->names.data + level[1].name, DIRECTORY);
		close(fd);
		fd = next;
		if (fd >= 0 && (fstat(fd, &info) < 0 || !is_same(&info, &level[1].info))) {
			close(fd);
			fd = -1;
		}
	}
	return fd;
}

/* The directory of what is now the last level, from the one beneath it. */
static int find_parent(const struct copy *copy)
{
	struct stat info;
	int fd = copy->from < 0 ? -1 : openat(copy->from, "..", DIRECTORY);

	if (fd >= 0 && fstat(fd, &info) == 0 && is_same(&info, &last_level(copy)->info))
		return fd;
	if (fd >= 0)
		close(fd);
	return find_from_top(copy);
}

/* Nothing more comes into the last level: its copy gets the mode and the times that it is to have. */
static int leave(struct copy *copy)
{
	struct level level = *last_level(copy);
	int from = -1, to = -1;

	copy->names.length = level.name;
	copy->levels.length -= sizeof(level);
	if (copy->levels.length > 0) {
		from = find_parent(copy);
		to = openat(copy->to, "..", DIRECTORY);
	}
	int result = fchmod(copy->to, level.info.st_mode & 01777) < 0 || set_times(copy->to, &level.info) < 0 ||
	                             (copy->levels.length > 0 && to < 0)
	                     ? -1
	                     : 0;
	int saved = errno;
	close_entry(copy->from, &level.info, level.widened);
	close(copy->to);
	errno = saved;
	copy->from = from;
	copy->to = to;
	return result;
}

/* Goes on after the beginning, which had this result. */
static int copy_levels(struct copy *copy, int result)
{
	int error = errno;

	while (last_level(copy)) {
		bool further = result == 0 && copy->from >= 0 && copy->names.length > last_level(copy)->below;
		/* After a failure the levels are left nevertheless: there may be modes to set again. */
		if ((further ? enter_next(copy) : leave(copy)) < 0 && result == 0) {
			result = -1;
			error = errno;
		}
	}
	errno = error;
	return result;
}

static int begin(struct copy *copy)
{
	struct level level = {0};
	int from = open_entry(copy->what->parent, copy->what->name, O_DIRECTORY, &level.info, &level.widened);

	if (from < 0)
		return -1;
	copy->top = openat(from, ".", DIRECTORY);
	int to = openat(copy->what->to, ".", DIRECTORY);
	if (copy->top < 0 || to < 0) {
		close_entry(from, &level.info, level.widened);
		if (to >= 0)
			close(to);
		return -1;
	}
	return enter(copy, from, to, &level);
}

int tree_copy(const struct tree_copy *what)
{
	struct copy copy = {.what = what, .top = -1, .from = -1, .to = -1};
	int result = -1;

	errno = ENOMEM;
	copy.files = (struct file_copy){
	        .stopped = what->stopped, .context = what->context, .buffer = malloc(FILE_COPY_BUFFER)};
	copy.target = malloc(PATH_MAX);
	if (copy.files.buffer && copy.target)
		result = begin(&copy);
	result = copy_levels(&copy, result);
	int error = errno;
	if (copy.top >= 0)
		close(copy.top);
	sbx__buffer_free(&copy.levels);
	sbx__buffer_free(&copy.names);
	free(copy.files.buffer);
	free(copy.target);
	errno = error;
	return result;
}
