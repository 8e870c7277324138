#include "state.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int unusable(const struct state *state, const char *what, struct failure *failure)
{
	return failure_set(failure, FAILURE_STATE,
	                   "the state directory %s cannot be %s (%s); give a writable one with --state", state->path,
	                   what, strerror(errno));
}

int state_path(const struct options *options, char path[PATH_MAX], struct failure *failure)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int length;

	if (options->state)
		length = snprintf(path, PATH_MAX, "%s", options->state);
	else if (base && base[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/sandboxd", base);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/.local/state/sandboxd", home);
	else
		return failure_set(failure, FAILURE_STATE,
		                   "neither XDG_STATE_HOME nor HOME says where to keep the state; give --state");
	if (length >= PATH_MAX - 64)
		return failure_set(failure, FAILURE_STATE, "the path of the state directory is too long; give --state");
	return 0;
}

/* Like mkdir -p. Parents get the usual permissions, the directory itself is the server's own. */
static int make_path(const char *path)
{
	char partial[PATH_MAX];

	snprintf(partial, sizeof(partial), "%s", path);
	for (char *slash = strchr(partial + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(partial, 0755) < 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* A directory that others can enter would show them the key and every sandbox's files; one that is someone else's could
 * be exchanged under the server. Neither is silently "repaired": --state /tmp must not change /tmp. */
static int check_owner(const struct state *state, struct failure *failure)
{
	struct stat info;
	if (fstat(state->fd, &info) < 0)
		return unusable(state, "read", failure);
	if (info.st_uid != geteuid())
		return failure_set(failure, FAILURE_STATE,
		                   "the state directory %s belongs to another user; give one of your own with --state",
		                   state->path);
	if (info.st_mode & 077)
		return failure_set(
		        failure, FAILURE_STATE,
		        "the state directory %s is open to other users; chmod 700 it or give another --state",
		        state->path);
	return 0;
}

int state_lock(struct state *state, struct failure *failure)
{
	state->lock_fd = openat(state->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (state->lock_fd < 0)
		return unusable(state, "written to", failure);
	if (flock(state->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return failure_set(failure, FAILURE_LOCKED,
		                   "another sandboxd uses the state directory %s; stop it or give another --state",
		                   state->path);
	return unusable(state, "locked", failure);
}

static int make_ephemeral(struct state *state, struct failure *failure)
{
	const char *base = getenv("TMPDIR");
	int length = snprintf(state->path, sizeof(state->path), "%s/sandboxd-XXXXXX",
	                      base && base[0] == '/' ? base : "/tmp");
	if (length >= PATH_MAX - 64 || !mkdtemp(state->path))
		return failure_set(failure, FAILURE_STATE,
		                   "no temporary directory can be made (%s); set TMPDIR to a writable directory",
		                   strerror(errno));
	state->ephemeral = true;
	return 0;
}

static int make_lasting(struct state *state, const struct options *options, struct failure *failure)
{
	char path[PATH_MAX];

	if (state_path(options, path, failure) < 0)
		return -1;
	memcpy(state->path, path, sizeof(path));
	mode_t mask = umask(022);
	int result = make_path(path);
	int error = errno;
	umask(mask);
	errno = error;
	if (result < 0)
		return unusable(state, "made", failure);
	return 0;
}

/* Opens the directory whose path is known, and looks whether it can be used. */
static int open_checked(struct state *state, struct failure *failure)
{
	char absolute[PATH_MAX];

	if (!realpath(state->path, absolute) || strlen(absolute) >= PATH_MAX - 64)
		return unusable(state, "found", failure);
	memcpy(state->path, absolute, sizeof(absolute));
	state->fd = open(state->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->fd < 0)
		return unusable(state, "opened", failure);
	if (strncmp(state->path, "/usr/", 5) == 0)
		return failure_set(
		        failure, FAILURE_STATE,
		        "the state directory %s would show in every sandbox, which sees /usr; give another --state",
		        state->path);
	return check_owner(state, failure);
}

int state_open(struct state *state, const struct options *options, struct failure *failure)
{
	*state = (struct state){.fd = -1, .lock_fd = -1};
	if ((options->ephemeral ? make_ephemeral(state, failure) : make_lasting(state, options, failure)) < 0 ||
	    open_checked(state, failure) < 0)
		return -1;
	return state_lock(state, failure);
}

int state_visit(struct state *state, const struct options *options, bool make, struct failure *failure)
{
	*state = (struct state){.fd = -1, .lock_fd = -1};
	if (options->ephemeral)
		return failure_set(failure, FAILURE_OPTION,
		                   "--ephemeral is a state of one server only; give --state for sandboxd %s",
		                   subcommand_name(options->command));
	if (make && make_lasting(state, options, failure) < 0)
		return -1;
	if (!make && state_path(options, state->path, failure) < 0)
		return -1;
	return open_checked(state, failure);
}

void state_close(struct state *state)
{
	if (state->ephemeral && state->path[0] && tree_remove(AT_FDCWD, state->path) < 0)
		log_line("the directory %s could not be removed (%s); remove it by hand", state->path, strerror(errno));
	if (state->lock_fd >= 0)
		close(state->lock_fd);
	if (state->fd >= 0)
		close(state->fd);
	*state = (struct state){.fd = -1, .lock_fd = -1};
}
