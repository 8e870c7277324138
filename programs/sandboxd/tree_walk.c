#include "tree_walk.h"

#include "lib/buffer.h"
#include "open_closed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often a name is looked at again that becomes something else between two looks. */
#define TRIES 8

/* A directory on the way from the top to the present one. */
struct level {
	dev_t device;
	ino_t inode;
	size_t path_length;
	size_t waiting; /* where the names of its directories begin that were not entered yet */
};

/* First everything else in a directory is told, then its directories are entered: their names are all that is kept. */
struct tree_walk {
	bool sizes; /* all that is asked for */
	int top;
	int present;  /* the directory that is open; -1: none yet */
	DIR *listing; /* of the present one; NULL when all of it was told */
	sbx__buffer path;
	sbx__buffer waiting; /* names, each with a NUL at its end */
	struct level *levels;
	size_t depth;
	size_t capacity;
	char target[PATH_MAX + 1];
};

/* What a name says that is not there any more as what it was. */
static bool has_vanished(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO || errno == ENODEV;
}

/* Whether a directory that can't be opened is no reason to end. For sizes, a sandbox may close it again and again. */
static bool is_passed_over(const struct tree_walk *walk)
{
	return has_vanished() || (walk->sizes && (errno == EACCES || errno == EPERM));
}

static int no_memory(void)
{
	errno = ENOMEM;
	return -1;
}

static bool is_level(const struct level *level, const struct stat *info)
{
	return level->device == info->st_dev && level->inode == info->st_ino;
}

/* ---- in and out of directories ---- */

static void close_present(struct tree_walk *walk)
{
	if (walk->listing)
		closedir(walk->listing);
	walk->listing = NULL;
	if (walk->present >= 0 && walk->present != walk->top)
		close(walk->present);
	walk->present = -1;
}

static bool make_room(struct tree_walk *walk)
{
	if (walk->depth < walk->capacity)
		return true;
	size_t capacity = walk->capacity ? walk->capacity * 2 : 16;
	struct level *grown = realloc(walk->levels, capacity * sizeof(*grown));
	if (!grown)
		return false;
	walk->levels = grown;
	walk->capacity = capacity;
	return true;
}

/* Makes an open directory, whose path is the present one, the present directory. */
static int enter(struct tree_walk *walk, int directory, struct tree_entry *entry)
{
	close_present(walk);
	walk->present = directory;
	if (fstat(directory, &entry->info) < 0)
		return -1;
	int copy = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	walk->listing = copy < 0 ? NULL : fdopendir(copy);
	if (!walk->listing) {
		int saved = errno;
		if (copy >= 0)
			close(copy);
		errno = saved;
		return -1;
	}
	if (!make_room(walk))
		return no_memory();
	walk->levels[walk->depth++] = (struct level){
	        .device = entry->info.st_dev,
	        .inode = entry->info.st_ino,
	        .path_length = walk->path.length,
	        .waiting = walk->waiting.length,
	};
	entry->path = walk->path.data;
	return 1;
}

/* The path of what has a name in the present directory. */
static bool set_path(struct tree_walk *walk, const char *name)
{
	walk->path.length = walk->levels[walk->depth - 1].path_length;
	if (walk->path.length > 0)
		sbx__buffer_byte(&walk->path, '/');
	sbx__buffer_text(&walk->path, name);
	return !walk->path.failed;
}

/* Goes down from the top to a directory that was entered before; -1 with ENOENT when it is not there any more. */
static int open_again(const struct tree_walk *walk, size_t level)
{
	int directory = walk->top;
	struct stat info;

	for (size_t i = 1; i <= level && directory >= 0; i++) {
		char name[NAME_MAX + 1];
		size_t start = walk->levels[i - 1].path_length;
		start += start > 0;
		size_t length = walk->levels[i].path_length - start;
		memcpy(name, walk->path.data + start, length);
		name[length] = '\0';
		int next = openat(directory, name,
		                  (i == level ? O_RDONLY : O_PATH) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int saved = errno;
		if (directory != walk->top)
			close(directory);
		errno = saved;
		directory = next;
	}
	if (directory < 0 || directory == walk->top)
		return directory;
	if (fstat(directory, &info) == 0 && is_level(&walk->levels[level], &info))
		return directory;
	close(directory);
	errno = ENOENT;
	return -1;
}

/* The same where the sandbox has closed that directory meanwhile. */
static int open_closed_above(const struct tree_walk *walk, size_t level)
{
	struct stat info;
	int directory = open_closed(walk->present, "..", O_DIRECTORY, S_IRUSR | S_IXUSR, &info);

	if (directory < 0 || is_level(&walk->levels[level], &info))
		return directory;
	close(directory);
	return open_again(walk, level);
}

/* Opens the directory above the present one. It is where ".." leads, unless the sandbox has moved what was entered. */
static int open_above(const struct tree_walk *walk, size_t level)
{
	struct stat info;

	if (level == 0)
		return walk->top;
	int directory = openat(walk->present, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory >= 0 && fstat(directory, &info) == 0 && is_level(&walk->levels[level], &info))
		return directory;
	if (directory >= 0)
		close(directory);
	else if (errno == EACCES && walk->sizes)
		return open_closed_above(walk, level);
	return open_again(walk, level);
}

/* Goes back up, past directories that are gone. Returns 0 at the top's end, 1 when there is a directory to go on in. */
static int leave(struct tree_walk *walk)
{
	while (--walk->depth > 0) {
		int above = open_above(walk, walk->depth - 1);
		if (above >= 0) {
			close_present(walk);
			walk->present = above;
			return 1;
		}
		if (!is_passed_over(walk))
			return -1;
		walk->waiting.length = walk->levels[walk->depth - 1].waiting;
	}
	return 0;
}

/* Enters the last directory of those that wait in the present one. Returns 1 with its entry, 0 when it has vanished. */
static int enter_waiting(struct tree_walk *walk, struct tree_entry *entry)
{
	size_t start = walk->waiting.length - 1;
	size_t first = walk->levels[walk->depth - 1].waiting;
	while (start > first && walk->waiting.data[start - 1] != '\0')
		start--;
	const char *name = walk->waiting.data + start;
	walk->waiting.length = start;
	int directory = openat(walk->present, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0 && errno == EACCES && walk->sizes)
		directory = open_closed(walk->present, name, O_DIRECTORY, S_IRUSR | S_IXUSR, &entry->info);
	if (directory < 0)
		return is_passed_over(walk) ? 0 : -1;
	if (!set_path(walk, name)) {
		close(directory);
		return no_memory();
	}
	return enter(walk, directory, entry);
}

/* ---- what is in a directory ---- */

static int open_file(const struct tree_walk *walk, const char *name, struct tree_entry *entry)
{
	int fd = openat(walk->present, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &entry->info) == 0 && S_ISREG(entry->info.st_mode)) {
		entry->fd = fd;
		return 1;
	}
	close(fd);
	errno = ENOENT;
	return -1;
}

static int read_link(struct tree_walk *walk, const char *name, struct tree_entry *entry)
{
	ssize_t length = readlinkat(walk->present, name, walk->target, sizeof(walk->target) - 1);
	if (length < 0) {
		/* No link any more. */
		if (errno == EINVAL)
			errno = ENOENT;
		return -1;
	}
	walk->target[length] = '\0';
	entry->target = walk->target;
	return 1;
}

/* Returns 1 with an entry, 0 where there is nothing to tell yet. */
static int look_at(struct tree_walk *walk, const char *name, struct tree_entry *entry)
{
	int result = -1;

	for (int i = 0; i < TRIES && result < 0; i++) {
		if (fstatat(walk->present, name, &entry->info, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT || (walk->sizes && errno == EACCES) ? 0 : -1;
		if (S_ISDIR(entry->info.st_mode)) {
			sbx__buffer_append(&walk->waiting, name, strlen(name) + 1);
			return walk->waiting.failed ? no_memory() : 0;
		}
		if (walk->sizes) {
			entry->path = "";
			return 1;
		}
		if (!S_ISREG(entry->info.st_mode) && !S_ISLNK(entry->info.st_mode))
			return 0;
		result = S_ISREG(entry->info.st_mode) ? open_file(walk, name, entry) : read_link(walk, name, entry);
		if (result < 0 && !has_vanished())
			return -1;
	}
	if (result < 0)
		return 0;
	if (set_path(walk, name)) {
		entry->path = walk->path.data;
		return 1;
	}
	if (entry->fd >= 0)
		close(entry->fd);
	return no_memory();
}

/* Goes on in the list of the present directory. Returns 0 when there is nothing to tell yet. */
static int go_on(struct tree_walk *walk, struct tree_entry *entry)
{
	errno = 0;
	const struct dirent *found = readdir(walk->listing);
	if (found && (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0))
		return 0;
	if (found)
		return look_at(walk, found->d_name, entry);
	/* A directory that was removed has no list any more. */
	if (errno != 0 && errno != ENOENT)
		return -1;
	closedir(walk->listing);
	walk->listing = NULL;
	return 0;
}

/* ---- the walk ---- */

struct tree_walk *tree_walk_new(int top)
{
	struct tree_walk *walk = calloc(1, sizeof(*walk));
	if (!walk) {
		close(top);
		return NULL;
	}
	walk->top = top;
	walk->present = -1;
	return walk;
}

struct tree_walk *tree_walk_new_sizes(int top)
{
	struct tree_walk *walk = tree_walk_new(top);

	if (walk)
		walk->sizes = true;
	return walk;
}

int tree_walk_next(struct tree_walk *walk, struct tree_entry *entry)
{
	int result = 0;

	*entry = (struct tree_entry){.fd = -1};
	if (walk->present < 0) {
		sbx__buffer_text(&walk->path, "");
		return walk->path.failed ? no_memory() : enter(walk, walk->top, entry);
	}
	while (result == 0) {
		if (walk->listing)
			result = go_on(walk, entry);
		else if (walk->waiting.length > walk->levels[walk->depth - 1].waiting)
			result = enter_waiting(walk, entry);
		else if ((result = leave(walk)) == 0)
			return 0;
		else if (result > 0)
			result = 0;
	}
	return result;
}

void tree_walk_free(struct tree_walk *walk)
{
	if (!walk)
		return;
	close_present(walk);
	close(walk->top);
	sbx__buffer_free(&walk->path);
	sbx__buffer_free(&walk->waiting);
	free(walk->levels);
	free(walk);
}
