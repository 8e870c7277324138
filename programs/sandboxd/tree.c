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

static int open_directory(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
		int fd = open_directory(top, entry->d_name);
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

int tree_remove(int parent, const char *name)
{
	unsigned long counter = 0;
	bool found = true;
	int result = 0;
	int top = open_directory(parent, name);

	if (top < 0) {
		if (errno == ENOENT)
			return 0;
		return errno == ENOTDIR || errno == ELOOP ? unlinkat(parent, name, 0) : -1;
	}
	while (result == 0 && found)
		result = remove_pass(top, &counter, &found);
	if (result == 0)
		result = unlinkat(parent, name, AT_REMOVEDIR);
	int saved = errno;
	close(top);
	errno = saved;
	return result;
}
