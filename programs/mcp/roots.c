#include "roots.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OUTSIDE "local: it is in no folder that --root names, or a link leads out of that"

int roots_check(const struct options *options)
{
	struct stat info;

	for (size_t i = 0; i < options->roots.count; i++) {
		const char *root = options->roots.words[i];
		if (*root == '/' && stat(root, &info) == 0 && S_ISDIR(info.st_mode))
			continue;
		fprintf(stderr, "sandbox-sdk-mcp: --root %s is no folder; give its whole path\n", root);
		return 2;
	}
	return 0;
}

/* Opens the root that a path is in; *rest is the path from there on. */
static int open_root(const struct options *options, const char *path, const char **rest)
{
	for (size_t i = 0; i < options->roots.count; i++) {
		const char *root = options->roots.words[i];
		size_t length = strlen(root);
		while (length > 1 && root[length - 1] == '/')
			length--;
		bool is_in = *path != '/' || (strncmp(path, root, length) == 0 &&
		                              (path[length] == '/' || path[length] == '\0' || length == 1));
		if (!is_in)
			continue;
		*rest = *path == '/' ? path + length : path;
		*rest += strspn(*rest, "/");
		return open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	errno = EXDEV;
	return -1;
}

static int open_beneath(int root, const char *path, int flags)
{
	const struct open_how how = {.flags = (unsigned long long)(flags | O_CLOEXEC),
	                             .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	return (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));
}

static const char *describe(void)
{
	switch (errno) {
	case EXDEV:
	case ELOOP:
		return OUTSIDE;
	case ENOENT:
	case ENOTDIR:
		return "local: there is nothing at that path";
	case EACCES:
	case EPERM:
		return "local: this server's user may not open it";
	default:
		return "local: it cannot be opened";
	}
}

static int open_in_root(const struct options *options, const char *path, int flags, const char **complaint)
{
	const char *rest;
	int root = open_root(options, path, &rest);
	int fd = root < 0 ? -1 : open_beneath(root, rest, flags);

	if (fd < 0)
		*complaint = describe();
	if (root >= 0)
		close(root);
	return fd;
}

int roots_open(const struct options *options, const char *path, const char **complaint)
{
	struct stat info;
	int fd = open_in_root(options, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, complaint);

	if (fd < 0 || (fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))))
		return fd;
	close(fd);
	*complaint = "local: it is neither a file nor a folder";
	return -1;
}

int roots_open_parent(const struct options *options, const char *path, const char **name, const char **complaint)
{
	char parent[PATH_MAX];
	struct stat info;
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	size_t length = slash ? (size_t)(slash - path) : 0;
	if (!**name || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0 || length >= sizeof(parent)) {
		*complaint = "local: it has to end in the name of what is made";
		return -1;
	}
	memcpy(parent, path, length);
	parent[length] = '\0';
	/* "/name" is in the root of all, if that is one. */
	int fd = open_in_root(options, slash && length == 0 ? "/" : parent, O_RDONLY | O_DIRECTORY, complaint);
	if (fd < 0 || fstatat(fd, *name, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISLNK(info.st_mode))
		return fd;
	close(fd);
	*complaint = "local: there is a link of that name; remove it first";
	return -1;
}
