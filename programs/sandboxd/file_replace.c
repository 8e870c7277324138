#include "file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was to be replaced and cannot be removed gets its place back. */
static int put_back(int incoming, const char *temporary, int parent, const char *name)
{
	int saved = errno;

	if (renameat2(incoming, temporary, parent, name, RENAME_EXCHANGE) < 0)
		renameat2(incoming, temporary, parent, name, RENAME_NOREPLACE);
	errno = saved;
	return -1;
}

/* A rename over a file makes ext4 write out the new one at once (auto_da_alloc), which takes longer than all the rest
 * of a large upload, and takes the disk from everybody. So the two change places, and the old one is removed then. */
int file_replace(int incoming, const char *temporary, int parent, const char *name)
{
	struct stat info;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(info.st_mode) ||
	    renameat2(incoming, temporary, parent, name, RENAME_EXCHANGE) < 0)
		return renameat(incoming, temporary, parent, name);
	/* It fails where a directory has come in the file's place meanwhile. */
	return unlinkat(incoming, temporary, 0) == 0 ? 0 : put_back(incoming, temporary, parent, name);
}
