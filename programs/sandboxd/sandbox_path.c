#include "sandbox_path.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A path that is not absolute starts here. */
#define HOME "/home/sandbox/"

/* The kernel asks to try again when a directory was moved while ".." was resolved. */
#define RESOLVE_TRIES 16

int sandbox_path_open(int root, const char *path, int flags)
{
	struct open_how how = {
	        .flags = (unsigned long long)(flags | O_CLOEXEC),
	        /* Links, absolute ones and "..", end at the sandbox's root; nothing mounted there, no /proc links. */
	        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	int fd = -1;
	for (int i = 0; i < RESOLVE_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

int sandbox_path_problem(struct problem *problem, const char *path)
{
	switch (errno) {
	case ENOENT:
		return problem_set(problem, PROBLEM_NOT_FOUND, "path", "there is no file %s in the sandbox", path);
	case ENOTDIR:
	case EEXIST:
		return problem_set(problem, PROBLEM_VALIDATION, "path",
		                   "%s leads through something that is no directory", path);
	case EISDIR:
		return problem_set(problem, PROBLEM_VALIDATION, "path", "%s is a directory", path);
	case ELOOP:
		return problem_set(problem, PROBLEM_VALIDATION, "path", "%s leads through a loop of links", path);
	case ENAMETOOLONG:
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is too long");
	case ENXIO:
	case ENODEV:
		return problem_set(problem, PROBLEM_VALIDATION, "path", "%s is not a regular file", path);
	case EACCES:
	case EPERM:
	case EXDEV:
		return problem_set(problem, PROBLEM_PERMISSION, "path", "the sandbox's user has no access to %s", path);
	case EAGAIN:
		return problem_set(problem, PROBLEM_CONFLICT, "path",
		                   "%s is held by a lease of the sandbox's, or moved all the time; ask again", path);
	case ENOSPC:
	case EDQUOT:
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	case EMFILE:
	case ENFILE:
		return problem_descriptors(problem);
	case EROFS:
		/* Nothing that a sandbox's user can be blamed for: a disk becomes so by an error of its own. */
		log_line("the state directory's disk is read-only; see the disk");
		return problem_set(problem, PROBLEM_ENGINE, NULL, "the server's disk is read-only");
	default:
		return problem_set(problem, PROBLEM_ENGINE, NULL, "%s: %s", path, strerror(errno));
	}
}

int sandbox_path_absolute(const char *path, char absolute[PATH_MAX], struct problem *problem)
{
	int length = snprintf(absolute, PATH_MAX, "%s%s", path[0] == '/' ? "" : HOME, path);
	if (path[0] == '\0')
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is empty");
	if (length >= PATH_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is too long");
	return 0;
}

int sandbox_path_file(const char *path, char absolute[PATH_MAX], struct problem *problem)
{
	if (sandbox_path_absolute(path, absolute, problem) < 0)
		return -1;
	const char *last = strrchr(absolute, '/') + 1;
	if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "%s names a directory, not a file", path);
	return 0;
}

bool sandbox_path_is_frame(int root, int directory)
{
	struct stat given, frame;
	if (fstat(directory, &given) < 0 || fstat(root, &frame) < 0)
		return true;
	if (given.st_ino == frame.st_ino && given.st_dev == frame.st_dev)
		return true;
	return fstatat(root, "home", &frame, AT_SYMLINK_NOFOLLOW) < 0 ||
	       (given.st_ino == frame.st_ino && given.st_dev == frame.st_dev);
}

static int not_writable(struct problem *problem, const char *path)
{
	return problem_set(problem, PROBLEM_PERMISSION, "path",
	                   "%s cannot be written: files go beneath /data, /tmp or /home/sandbox", path);
}

/* The server's umask is for its own files. */
static int make_directory(int parent, const char *name)
{
	if (mkdirat(parent, name, 0700) < 0)
		return -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = fd < 0 ? -1 : fchmod(fd, 0755);
	if (fd >= 0)
		close(fd);
	return result;
}

/* Opens the directory `path[0..end)`, making it when it is missing; `parent` is the directory before its last part. */
static int open_or_make(int root, int parent, char *path, char *end, const char *name, const char *whole,
                        struct problem *problem)
{
	char saved = *end;
	*end = '\0';
	int fd = sandbox_path_open(root, path, O_PATH | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT) {
		if (sandbox_path_is_frame(root, parent)) {
			*end = saved;
			not_writable(problem, whole);
			return -1;
		}
		/* What exists now although it could not be opened is a link to nowhere, unless the sandbox made it
		 * meanwhile. */
		if (make_directory(parent, name) == 0 || errno == EEXIST)
			fd = sandbox_path_open(root, path, O_PATH | O_DIRECTORY);
		if (fd < 0 && errno == ENOENT)
			errno = ENOTDIR;
	}
	if (fd < 0)
		sandbox_path_problem(problem, whole);
	*end = saved;
	return fd;
}

int sandbox_path_parent(int root, char *path, const char **name, const char *whole, struct problem *problem)
{
	char *last = strrchr(path, '/');
	int parent = sandbox_path_open(root, ".", O_PATH | O_DIRECTORY);

	*name = last + 1;
	for (char *start = path; parent >= 0 && start < last;) {
		while (*start == '/')
			start++;
		if (start >= last)
			break;
		char *end = strchr(start, '/');
		char component[NAME_MAX + 2];
		snprintf(component, sizeof(component), "%.*s", (int)(end - start), start);
		int next = open_or_make(root, parent, path, end, component, whole, problem);
		close(parent);
		if (next < 0)
			return -1;
		parent = next;
		start = end;
	}
	if (parent < 0)
		return sandbox_path_problem(problem, whole);
	if (sandbox_path_is_frame(root, parent)) {
		close(parent);
		return not_writable(problem, whole);
	}
	return parent;
}

bool sandbox_path_is_served(const char *absolute)
{
	absolute += strspn(absolute, "/");
	size_t length = strcspn(absolute, "/");
	return (length == 4 && (strncmp(absolute, "data", 4) == 0 || strncmp(absolute, "home", 4) == 0)) ||
	       (length == 3 && strncmp(absolute, "tmp", 3) == 0);
}
