#include "sandbox_files.h"

#include "file_replace.h"
#include "identity.h"
#include "sandbox_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The sandbox's folder may be gone by now: it was deleted while the request was on its way. */
static int open_folder(int folder, const char *name, struct problem *problem)
{
	int fd = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && problem_is_descriptors(errno))
		return problem_descriptors(problem);
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
		result = sandbox_path_problem(problem, "the upload");
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

	if (sandbox_path_file(path, absolute, problem) < 0)
		return -1;
	int parent = sandbox_path_parent(root, absolute, &name, path, problem);
	if (parent < 0)
		return -1;
	/* That never follows a link: one at the destination is replaced, as a file is. */
	int result = file_replace(incoming, put->temporary, parent, name);
	if (result < 0)
		sandbox_path_problem(problem, path);
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

int sandbox_files_unpack(int folder, const struct sandbox *sandbox, const char *path, struct tar_unpack **out,
                         struct problem *problem)
{
	int root = open_folder(folder, "root", problem);
	int incoming = root < 0 ? -1 : open_folder(folder, "incoming", problem);
	if (incoming >= 0)
		return tar_unpack_begin(out, root, incoming, sandbox, path, problem);
	if (root >= 0)
		close(root);
	return -1;
}

static int not_readable(struct problem *problem, const char *path)
{
	return problem_set(problem, PROBLEM_PERMISSION, "path",
	                   "%s cannot be read: files come from beneath /data, /tmp or /home/sandbox", path);
}

/* The frame is nobody's to read, though links and ".." lead there. */
static int check_opened(int root, int fd, bool directory, struct stat *info, const char *path, struct problem *problem)
{
	if (fstat(fd, info) < 0)
		return sandbox_path_problem(problem, path);
	if (S_ISREG(info->st_mode))
		return 0;
	if (S_ISDIR(info->st_mode) && directory)
		return sandbox_path_is_frame(root, fd) ? not_readable(problem, path) : 0;
	errno = S_ISDIR(info->st_mode) ? EISDIR : ENXIO;
	return sandbox_path_problem(problem, path);
}

int sandbox_files_open(int folder, const struct sandbox *sandbox, const char *path, bool directory,
                       struct engine_file *out, struct problem *problem)
{
	char absolute[PATH_MAX];
	struct engine_file file;

	int result =
	        directory ? sandbox_path_absolute(path, absolute, problem) : sandbox_path_file(path, absolute, problem);
	if (result < 0)
		return -1;
	if (!sandbox_path_is_served(absolute))
		return not_readable(problem, path);
	int root = open_folder(folder, "root", problem);
	if (root < 0)
		return -1;
	identity_enter(sandbox->uid, sandbox->gid);
	/* Not blocking: a FIFO would wait for a writer. */
	file.fd = sandbox_path_open(root, absolute, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	result = file.fd < 0 ? sandbox_path_problem(problem, path)
	                     : check_opened(root, file.fd, directory, &file.info, path, problem);
	identity_leave();
	close(root);
	if (result == 0)
		*out = file;
	else if (file.fd >= 0)
		close(file.fd);
	return result;
}
