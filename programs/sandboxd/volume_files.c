#include "volume_files.h"

#include "sandbox.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a copy that is under way consists of. No volume's id begins with a point. */
struct parts {
	char copy[SANDBOX_ID_SIZE + 8];
	char links[SANDBOX_ID_SIZE + 8];
};

static struct parts parts_of(const char *id)
{
	struct parts parts;
	snprintf(parts.copy, sizeof(parts.copy), ".%s", id);
	snprintf(parts.links, sizeof(parts.links), ".%s.links", id);
	return parts;
}

int volume_files_create(int volumes, const char *id)
{
	return mkdirat(volumes, id, 0700);
}

static int remove_parts(int volumes, const char *id)
{
	const struct parts parts = parts_of(id);
	int result = tree_remove(volumes, parts.copy);
	return tree_remove(volumes, parts.links) < 0 ? -1 : result;
}

int volume_files_destroy(int volumes, const char *id)
{
	int result = tree_remove(volumes, id);
	return remove_parts(volumes, id) < 0 ? -1 : result;
}

static int make_directory(int volumes, const char *name)
{
	return mkdirat(volumes, name, 0700) < 0
	               ? -1
		       : openat(volumes, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int volume_files_copy(int volumes, const char *id, const struct tree_copy *what)
{
	const struct parts parts = parts_of(id);
	struct tree_copy job = *what;
	int result = -1;

	job.to = make_directory(volumes, parts.copy);
	job.links = job.to < 0 ? -1 : make_directory(volumes, parts.links);
	if (job.links >= 0 && tree_copy(&job) == 0 && tree_remove(volumes, parts.links) == 0)
		result = renameat(volumes, parts.copy, volumes, id);
	int saved = errno;
	if (job.to >= 0)
		close(job.to);
	if (job.links >= 0)
		close(job.links);
	if (result < 0)
		remove_parts(volumes, id);
	errno = saved;
	return result;
}

bool volume_files_exist(int volumes, const char *id)
{
	struct stat info;
	return fstatat(volumes, id, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}
