#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int sbx__folder_open(int parent, const char *name)
{
	struct stat status;
	int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor >= 0 || errno != ENOTDIR)
		return descriptor;
	bool is_link = fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
	errno = is_link ? ELOOP : ENOTDIR;
	return -1;
}

static int open_or_make(int parent, const char *name, bool make)
{
	int descriptor = sbx__folder_open(parent, name);
	if (descriptor >= 0 || errno != ENOENT || !make)
		return descriptor;
	if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST)
		return -1;
	return sbx__folder_open(parent, name);
}

int sbx__folder_open_parent(int root, const char *path, bool make, const char **name)
{
	int at = fcntl(root, F_DUPFD_CLOEXEC, 0);
	const char *slash;
	for (; at >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		char part[256];
		size_t length = (size_t)(slash - path);
		int inner = -1;
		errno = ENAMETOOLONG;
		if (length < sizeof part) {
			memcpy(part, path, length);
			part[length] = '\0';
			inner = open_or_make(at, part, make);
		}
		int number = errno;
		close(at);
		errno = number;
		at = inner;
	}
	*name = path;
	return at;
}

static void empty(int folder)
{
	DIR *stream = fdopendir(folder);
	struct dirent *found;
	if (!stream) {
		close(folder);
		return;
	}
	while ((found = readdir(stream)) != NULL)
		if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
			sbx__folder_remove(dirfd(stream), found->d_name);
	closedir(stream);
}

void sbx__folder_remove(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0)
		return;
	int folder = sbx__folder_open(parent, name);
	if (folder >= 0)
		empty(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}
