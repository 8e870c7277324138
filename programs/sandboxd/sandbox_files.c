#include "sandbox_files.h"

#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static int open_in(int root, const char *path, int flags)
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

static int file_problem(struct problem *problem, const char *path)
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
	case EROFS:
	case EXDEV:
		return problem_set(problem, PROBLEM_PERMISSION, "path", "the sandbox's user has no access to %s", path);
	case ENOSPC:
	case EDQUOT:
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	default:
		return problem_set(problem, PROBLEM_ENGINE, NULL, "%s: %s", path, strerror(errno));
	}
}

/* Makes the path absolute; what could not name a file is refused. */
static int absolute_path(const char *path, char absolute[PATH_MAX], struct problem *problem)
{
	int length = snprintf(absolute, PATH_MAX, "%s%s", path[0] == '/' ? "" : HOME, path);
	if (path[0] == '\0')
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is empty");
	if (length >= PATH_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is too long");
	const char *last = strrchr(absolute, '/') + 1;
	if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "%s names a directory, not a file", path);
	return 0;
}

/* /, and /home, are the frame that holds the writable places: nothing is made there. */
static bool is_frame(int root, int directory)
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

/* Opens the directory `path[0..end)`, making it when it is missing; `parent` is the directory before its last part. */
static int open_or_make(int root, int parent, char *path, char *end, const char *name, const char *whole,
                        struct problem *problem)
{
	char saved = *end;
	*end = '\0';
	int fd = open_in(root, path, O_PATH | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT) {
		if (is_frame(root, parent)) {
			*end = saved;
			not_writable(problem, whole);
			return -1;
		}
		/* What exists now although it could not be opened is a link to nowhere, unless the sandbox made it
		 * meanwhile. */
		if (mkdirat(parent, name, 0755) == 0 || errno == EEXIST)
			fd = open_in(root, path, O_PATH | O_DIRECTORY);
		if (fd < 0 && errno == ENOENT)
			errno = ENOTDIR;
	}
	if (fd < 0)
		file_problem(problem, whole);
	*end = saved;
	return fd;
}

/* Opens the directory that is to hold the file, making what is missing of the way there. Each step is resolved from the
 * root again, so that what the sandbox changes meanwhile cannot lead anywhere else. */
static int open_parent(int root, char *path, const char **name, const char *whole, struct problem *problem)
{
	char *last = strrchr(path, '/');
	int parent = open_in(root, ".", O_PATH | O_DIRECTORY);

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
		return file_problem(problem, whole);
	if (is_frame(root, parent)) {
		close(parent);
		return not_writable(problem, whole);
	}
	return parent;
}

/* The sandbox's folder may be gone by now: it was deleted while the request was on its way. */
static int open_folder(int folder, const char *name, struct problem *problem)
{
	int fd = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return problem_set(problem, PROBLEM_ENGINE, NULL, "the sandbox's folder cannot be opened: %s",
		                   strerror(errno));
	return fd;
}

int sandbox_files_begin(int folder, const struct sandbox *sandbox, struct engine_put *out, struct problem *problem)
{
	struct engine_put put;
	int result = 0;

	sandbox_random_id(put.temporary, "put");
	int incoming = open_folder(folder, "incoming", problem);
	if (incoming < 0)
		return -1;
	identity_enter(sandbox->uid, sandbox->gid);
	put.fd = openat(incoming, put.temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (put.fd < 0 || fchmod(put.fd, 0644) < 0)
		result = file_problem(problem, "the upload");
	identity_leave();
	close(incoming);
	if (result == 0)
		*out = put;
	else if (put.fd >= 0)
		close(put.fd);
	return result;
}

static int move_into_place(int root, int incoming, const struct engine_put *put, const char *path,
                           struct problem *problem)
{
	char absolute[PATH_MAX];
	const char *name;

	if (absolute_path(path, absolute, problem) < 0)
		return -1;
	int parent = open_parent(root, absolute, &name, path, problem);
	if (parent < 0)
		return -1;
	/* Rename never follows a link: one at the destination is replaced, as a file is. */
	int result = renameat(incoming, put->temporary, parent, name);
	if (result < 0)
		file_problem(problem, path);
	close(parent);
	return result;
}

int sandbox_files_finish(int folder, const struct sandbox *sandbox, struct engine_put *put, const char *path,
                         struct problem *problem)
{
	int result = -1;
	int incoming = open_folder(folder, "incoming", problem);
	int root = incoming < 0 ? -1 : open_folder(folder, "root", problem);

	if (root >= 0) {
		identity_enter(sandbox->uid, sandbox->gid);
		result = move_into_place(root, incoming, put, path, problem);
		identity_leave();
		close(root);
	}
	if (incoming >= 0)
		close(incoming);
	if (result == 0) {
		close(put->fd);
		put->fd = -1;
	}
	return result;
}

void sandbox_files_abort(int folder, const struct sandbox *sandbox, struct engine_put *put)
{
	char path[SANDBOX_ID_SIZE + 16];

	if (put->fd < 0)
		return;
	close(put->fd);
	put->fd = -1;
	snprintf(path, sizeof(path), "incoming/%s", put->temporary);
	identity_enter(sandbox->uid, sandbox->gid);
	unlinkat(folder, path, 0);
	identity_leave();
}

/* Whether the path, as it is written, is one of a place whose files the server has. */
static bool is_served(const char *absolute)
{
	absolute += strspn(absolute, "/");
	size_t length = strcspn(absolute, "/");
	return (length == 4 && (strncmp(absolute, "data", 4) == 0 || strncmp(absolute, "home", 4) == 0)) ||
	       (length == 3 && strncmp(absolute, "tmp", 3) == 0);
}

int sandbox_files_open(int folder, const struct sandbox *sandbox, const char *path, struct engine_file *out,
                       struct problem *problem)
{
	char absolute[PATH_MAX];
	struct stat info;

	if (absolute_path(path, absolute, problem) < 0)
		return -1;
	if (!is_served(absolute))
		return problem_set(problem, PROBLEM_PERMISSION, "path",
		                   "%s cannot be read: files come from beneath /data, /tmp or /home/sandbox", path);
	int root = open_folder(folder, "root", problem);
	if (root < 0)
		return -1;
	identity_enter(sandbox->uid, sandbox->gid);
	/* Not blocking: a FIFO would wait for a writer. */
	int fd = open_in(root, absolute, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	int result = fd < 0 || fstat(fd, &info) < 0 ? file_problem(problem, path) : 0;
	identity_leave();
	close(root);
	if (result == 0 && !S_ISREG(info.st_mode)) {
		errno = S_ISDIR(info.st_mode) ? EISDIR : ENXIO;
		result = file_problem(problem, path);
	}
	if (result == 0)
		*out = (struct engine_file){.fd = fd, .size = (uint64_t)info.st_size};
	else if (fd >= 0)
		close(fd);
	return result;
}
