#include "engine_bwrap.h"

#include "disk_usage.h"
#include "sandbox_files.h"
#include "tree.h"
#include "volume_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often an unused one is looked for among the host's users. */
#define USER_TRIES 1000

/* ---- sandboxes ---- */

int bwrap_identify(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *, uid_t), void *context,
                   struct problem *problem)
{
	const struct host_users *users = &bwrap_self(engine)->users;

	sandbox->uid = geteuid();
	sandbox->gid = getegid();
	if (users->count == 0)
		return 0;
	for (int i = 0; i < USER_TRIES; i++) {
		uid_t uid = host_users_choose(users);
		if (in_use(context, uid))
			continue;
		sandbox->uid = uid;
		sandbox->gid = uid;
		return 0;
	}
	return problem_set(problem, PROBLEM_ENGINE, NULL, "no user of the host is free for another sandbox");
}

static int set_directory(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int result = -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && fchown(fd, uid, gid) == 0 && fchmod(fd, mode) == 0)
		result = 0;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return result;
}

/* One that is there already may be of a server that was killed before it had its mode. */
int bwrap_make_own_directory(int parent, const char *name, mode_t mode)
{
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return -1;
	return set_directory(parent, name, mode, geteuid(), getegid());
}

/* One that is there already, and its user's, is left as that user has made it. */
static int make_directory(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	struct stat info;

	if (mkdirat(parent, name, 0700) < 0) {
		if (errno != EEXIST || fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
		if (info.st_uid == uid)
			return 0;
	}
	return set_directory(parent, name, mode, uid, gid);
}

/* In a sandbox's folder, each after those that it is in. `root` and `home` stay the server's: the sandbox's user cannot
 * change the frame. */
static const struct {
	const char *name;
	mode_t mode;
	bool own;
} frame[] = {
        {"root", 0755, false},     {"root/home", 0755, false},        {"root/data", 0755, true},
        {"root/tmp", 01777, true}, {"root/home/sandbox", 0755, true}, {"incoming", 0700, true},
};

#define FRAME_COUNT (sizeof(frame) / sizeof(frame[0]))

static int make_folder(const struct bwrap_engine *engine, const struct sandbox *sandbox)
{
	int result = make_directory(engine->sandboxes, sandbox->id, 0700, sandbox->uid, sandbox->gid);
	int folder = result < 0 ? -1 : openat(engine->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < FRAME_COUNT; i++)
		result = frame[i].own ? make_directory(folder, frame[i].name, frame[i].mode, sandbox->uid, sandbox->gid)
		                      : bwrap_make_own_directory(folder, frame[i].name, frame[i].mode);
	int saved = errno;
	close(folder);
	errno = saved;
	return result;
}

/* One with nothing in its frame goes by its names: that needs no descriptor, of which there may be none left. */
static int remove_folder(const struct bwrap_engine *engine, const char *id)
{
	char path[NAME_MAX + sizeof("/root/home/sandbox")];

	for (size_t i = FRAME_COUNT; i-- > 0;) {
		snprintf(path, sizeof(path), "%s/%s", id, frame[i].name);
		unlinkat(engine->sandboxes, path, AT_REMOVEDIR);
	}
	return unlinkat(engine->sandboxes, id, AT_REMOVEDIR) == 0 ? 0 : tree_remove(engine->sandboxes, id);
}

static int folder_cause(struct problem *problem)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	if (errno == EFBIG)
		return problem_set(problem, PROBLEM_STORAGE, NULL, "a file is larger than the server may write");
	if (problem_is_descriptors(errno))
		return problem_descriptors(problem);
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the sandbox's folder failed: %s", strerror(errno));
}

static int folder_problem(struct problem *problem)
{
	int error = errno;

	if (folder_cause(problem), problem->type == PROBLEM_ENGINE)
		log_line("a sandbox's folder failed: %s; see the state directory's disk", strerror(error));
	return -1;
}

/* Whoever asks for the removal says more, for it knows what becomes of the rest. */
static int removal_problem(const char *what, const char *folder, const char *id, struct problem *problem)
{
	if (problem_is_descriptors(errno))
		return problem_descriptors(problem);
	return problem_set(problem, PROBLEM_ENGINE, NULL,
	                   "the files of %s %s cannot be removed (%s); look for what holds them in bwrap/%s/%s of the "
	                   "state directory (an immutable file, a mount, a failing disk), and try again",
	                   what, id, strerror(errno), folder, id);
}

int bwrap_create(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	struct bwrap_engine *bwrap = bwrap_self(engine);
	if (make_folder(bwrap, sandbox) < 0)
		folder_problem(problem);
	else if (bwrap_hold(bwrap, sandbox, problem) == 0)
		return 0;
	held_end(&bwrap->held, sandbox->id);
	remove_folder(bwrap, sandbox->id);
	return -1;
}

int bwrap_destroy(struct engine *engine, const char *id, struct problem *problem)
{
	held_end(&bwrap_self(engine)->held, id);
	return remove_folder(bwrap_self(engine), id) < 0 ? removal_problem("sandbox", "sandboxes", id, problem) : 0;
}

int bwrap_each(struct engine *engine, void (*each)(void *context, const char *id), void *context)
{
	return tree_each(bwrap_self(engine)->sandboxes, each, context);
}

static int open_folder(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	int fd = openat(bwrap_self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		folder_problem(problem);
	return fd;
}

int bwrap_repair(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	int folder = openat(bwrap_self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = 0;

	if (folder >= 0)
		result = tree_remove(folder, "incoming");
	else
		log_line("the files of sandbox %s are gone; it starts empty again", sandbox->id);
	if (folder >= 0)
		close(folder);
	return result < 0 || make_folder(bwrap_self(engine), sandbox) < 0 ? folder_cause(problem) : 0;
}

/* ---- files ---- */

int bwrap_put_begin(struct engine *engine, const struct sandbox *sandbox, struct engine_put *out,
                    struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_begin(folder, sandbox, out, problem);
	close(folder);
	return result;
}

int bwrap_put_finish(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put, const char *path,
                     struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_finish(folder, sandbox, put, path, problem);
	close(folder);
	return result;
}

void bwrap_put_abort(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put)
{
	int folder = openat(bwrap_self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* A sandbox that was deleted meanwhile took its uploads along. */
	if (folder < 0) {
		close(put->fd);
		put->fd = -1;
		return;
	}
	sandbox_files_abort(folder, sandbox, put);
	close(folder);
}

int bwrap_unpack(struct engine *engine, const struct sandbox *sandbox, const char *path, struct tar_unpack **out,
                 struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_unpack(folder, sandbox, path, out, problem);
	close(folder);
	return result;
}

int bwrap_get(struct engine *engine, const struct sandbox *sandbox, const char *path, bool directory,
              struct engine_file *out, struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_open(folder, sandbox, path, directory, out, problem);
	close(folder);
	return result;
}

/* ---- volumes ---- */

int bwrap_volume_create(struct engine *engine, const char *id, struct problem *problem)
{
	return volume_files_create(bwrap_self(engine)->volumes, id) < 0 ? folder_problem(problem) : 0;
}

int bwrap_volume_copy(struct engine *engine, const struct engine_copy *copy, struct problem *problem)
{
	const struct bwrap_engine *bwrap = bwrap_self(engine);
	const struct volume *source = copy->source;
	char path[SANDBOX_ID_SIZE + sizeof("/root/data")];
	struct tree_copy what = {
	        .parent = bwrap->volumes, .name = source->id, .stopped = copy->stopped, .context = copy->context};

	if (source->sandbox_id[0]) {
		snprintf(path, sizeof(path), "%s/root/data", source->sandbox_id);
		what.parent = bwrap->sandboxes;
		what.name = path;
	}
	if (volume_files_copy(bwrap->volumes, copy->id, &what) == 0)
		return 0;
	if (errno == ECANCELED)
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "the copy was given up");
	return folder_problem(problem);
}

int bwrap_volume_destroy(struct engine *engine, const char *id, struct problem *problem)
{
	return volume_files_destroy(bwrap_self(engine)->volumes, id) < 0
	               ? removal_problem("volume", "volumes", id, problem)
		       : 0;
}

bool bwrap_volume_exists(struct engine *engine, const char *id)
{
	return volume_files_exist(bwrap_self(engine)->volumes, id);
}

int bwrap_volume_each(struct engine *engine, void (*each)(void *context, const char *id), void *context)
{
	return tree_each(bwrap_self(engine)->volumes, each, context);
}

int bwrap_sync(struct engine *engine, struct problem *problem)
{
	struct bwrap_engine *bwrap = bwrap_self(engine);
	return shared_sync_wait(&bwrap->sync, syncfs, bwrap->folder) < 0 ? folder_problem(problem) : 0;
}

int bwrap_usage(struct engine *engine, const char *id, uint64_t *bytes)
{
	char path[SANDBOX_ID_SIZE + sizeof("/root")];

	snprintf(path, sizeof(path), "%s/root", id);
	int root = openat(bwrap_self(engine)->sandboxes, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return root < 0 ? -1 : disk_usage(root, bytes);
}

bool bwrap_busy(struct engine *engine, const char *id)
{
	return held_ask(&bwrap_self(engine)->held, id, INIT_LOOK) > 0;
}

void bwrap_end_storage(struct engine *engine, const char *id)
{
	held_ask(&bwrap_self(engine)->held, id, INIT_END);
}
