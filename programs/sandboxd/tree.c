#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_for_removal(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);

	/* A directory, since a link would be another error; its owner may take and give permissions. */
	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	if (fd >= 0)
		fchmod(fd, 0700);
	return fd;
}

/* Removes one entry of `directory`. A directory that is not empty is moved up to `top` under a new name instead, where
 * a later pass finds it: so a tree of any depth needs neither a deep stack nor many descriptors. */
static int remove_entry(int top, int directory, const char *name, unsigned long *counter)
{
	char moved[32];
	int result;

	if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	/* Only who may write to a directory can move it (its ".." changes), and it is to be emptied later. */
	if (fchmodat(directory, name, 0700, 0) < 0)
		return -1;
	do
		snprintf(moved, sizeof(moved), ".removed-%lu", (*counter)++);
	while ((result = renameat(directory, name, top, moved)) < 0 &&
	       (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR));
	return result;
}

/* The entries of a directory from the first one; the descriptor stays the caller's. */
static DIR *open_stream(int directory)
{
	int copy = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);

	if (stream)
		rewinddir(stream);
	else if (copy >= 0)
		close(copy);
	return stream;
}

/* Empties one directory as far as that goes in one pass. */
static int empty_directory(int top, int directory, unsigned long *counter)
{
	DIR *stream = open_stream(directory);
	struct dirent *entry;
	int result = 0;

	if (!stream)
		return -1;
	while (result == 0 && (entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		result = remove_entry(top, directory, entry->d_name, counter);
	}
	int saved = errno;
	closedir(stream);
	errno = saved;
	return result;
}

/* One pass over the top: every directory in it is emptied into the top, everything else goes. */
static int remove_pass(int top, unsigned long *counter, bool *found)
{
	DIR *stream = open_stream(top);
	struct dirent *entry;
	int result = 0;

	if (!stream)
		return -1;
	*found = false;
	while (result == 0 && (entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		*found = true;
		int fd = open_for_removal(top, entry->d_name);
		if (fd >= 0) {
			result = empty_directory(top, fd, counter);
			close(fd);
			if (result == 0 && unlinkat(top, entry->d_name, AT_REMOVEDIR) < 0 && errno != ENOENT &&
			    errno != ENOTEMPTY)
				result = -1;
		} else if (errno == ENOTDIR || errno == ELOOP) {
			result = unlinkat(top, entry->d_name, 0);
		} else if (errno != ENOENT) {
			result = -1;
		}
	}
	int saved = errno;
	closedir(stream);
	errno = saved;
	return result;
}

int tree_empty(int directory)
{
	unsigned long counter = 0;
	bool found = true;
	int result = 0;

	while (result == 0 && found)
		result = remove_pass(directory, &counter, &found);
	return result;
}

int tree_remove(int parent, const char *name)
{
	int top = open_for_removal(parent, name);

	if (top < 0) {
		if (errno == ENOENT)
			return 0;
		return errno == ENOTDIR || errno == ELOOP ? unlinkat(parent, name, 0) : -1;
	}
	int result = tree_empty(top);
	if (result == 0)
		result = unlinkat(parent, name, AT_REMOVEDIR);
	int saved = errno;
	close(top);
	errno = saved;
	return result;
}

/* By a descriptor of its own: another thread may list the same directory. */
int tree_each(int directory, void (*each)(void *context, const char *name), void *context)
{
	int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;

	if (!stream) {
		if (own >= 0)
			close(own);
		return -1;
	}
	while ((entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			each(context, entry->d_name);
	closedir(stream);
	return 0;
}
