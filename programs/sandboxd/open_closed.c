#include "open_closed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int open_closed(int parent, const char *name, int flags, mode_t bits, struct stat *info)
{
	char path[32];
	int fd = -1;
	int handle = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (flags & O_DIRECTORY));

	if (handle < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
	if (fstat(handle, info) == 0 && !S_ISLNK(info->st_mode) && chmod(path, (info->st_mode & 07777) | bits) == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int saved = errno;
	close(handle);
	errno = saved;
	return fd;
}
