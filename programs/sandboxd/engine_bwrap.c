#include "engine.h"

#include "bwrap_arguments.h"
#include "host_etc.h"
#include "host_users.h"
#include "keeper.h"
#include "keeper_init.h"
#include "sandbox_files.h"
#include "seccomp_filter.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many processes all commands of a sandbox can have at once. */
#define PROCESSES_MAX 512

/* How often an unused one is looked for among the host's users. */
#define USER_TRIES 1000

/* A sandbox that is there for the first moments only, to try the engine. */
#define PROBE_ID "probe"

struct bwrap_engine {
	struct engine base;
	struct keeper keeper;
	struct host_users users;
	int folder;            /* <state>/bwrap, with `etc` and `sandboxes` in it */
	int sandboxes;         /* one folder per sandbox, named by its id */
	sbx__buffer arguments; /* bubblewrap's, as far as they are the same for all */
};

static struct bwrap_engine *self(struct engine *engine)
{
	return (struct bwrap_engine *)engine;
}

/* ---- running commands ---- */

/* The reading end, which never blocks, and the writing end, which belongs to the sandbox's user: so that a command can
 * open /dev/stdout. */
static int open_stream(int ends[2], const struct sandbox *sandbox)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 || fchown(ends[1], sandbox->uid, sandbox->gid) < 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	return 0;
}

static void close_pair(const int ends[2])
{
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

static int bwrap_exec(struct engine *engine, const struct sandbox *sandbox, const struct command *command,
                      struct engine_process *process, struct problem *problem)
{
	struct bwrap_engine *bwrap = self(engine);
	int out[2] = {-1, -1}, err[2] = {-1, -1}, channel[2] = {-1, -1};
	const struct keeper_request request = {
	        .uid = sandbox->uid,
	        .gid = sandbox->gid,
	        .file_size = (rlim_t)sandbox->storage << 30,
	        .processes = PROCESSES_MAX,
	        .tell_start = command->tell_start,
	};
	int arguments = bwrap_arguments_open(&bwrap->arguments, sandbox, command);
	int result = -1;

	if (arguments >= 0 && open_stream(out, sandbox) == 0 && open_stream(err, sandbox) == 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) == 0)
		result = keeper_run(&bwrap->keeper, &request, command->text, arguments, out[1], err[1], channel[1]);
	if (result == 0) {
		*process = (struct engine_process){.channel = channel[0], .out = out[0], .err = err[0]};
		out[0] = err[0] = channel[0] = -1;
	} else {
		problem_set(problem, PROBLEM_ENGINE, NULL, "the command cannot be started: %s", strerror(errno));
	}
	if (arguments >= 0)
		close(arguments);
	close_pair(out);
	close_pair(err);
	close_pair(channel);
	return result;
}

static int bwrap_explain(struct engine *engine, const struct command *command, const char *complaint,
                         struct problem *problem)
{
	(void)engine;
	if (strstr(complaint, "Can't chdir to"))
		return problem_set(problem, PROBLEM_VALIDATION, "working_dir",
		                   "working_dir %.200s cannot be entered in the sandbox", command->working_dir);
	if (strstr(complaint, "Argument list too long"))
		return problem_set(problem, PROBLEM_VALIDATION, "env", "the command and its environment are too long");
	if (strstr(complaint, "Resource temporarily unavailable") || *complaint == '\0')
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL,
		                   "the command cannot be started: the sandbox or the machine has too many processes");
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the command cannot be started: %.300s", complaint);
}

/* ---- sandboxes ---- */

static int bwrap_identify(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *, uid_t), void *context,
                          struct problem *problem)
{
	const struct host_users *users = &self(engine)->users;

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

/* A directory that is there already is left as the sandbox has made it. */
static int make_directory(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int result = -1;
	if (mkdirat(parent, name, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fchown(fd, uid, gid) == 0 && fchmod(fd, mode) == 0)
		result = 0;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return result;
}

/* `root` and `home` in it stay the server's: the sandbox's user cannot change the frame. */
static int make_folder(const struct bwrap_engine *engine, const struct sandbox *sandbox)
{
	const struct {
		const char *name;
		mode_t mode;
		bool own;
	} directories[] = {
	        {"root", 0755, false},     {"root/home", 0755, false},        {"root/data", 0755, true},
	        {"root/tmp", 01777, true}, {"root/home/sandbox", 0755, true}, {"incoming", 0700, true},
	};
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	int result = make_directory(engine->sandboxes, sandbox->id, 0700, sandbox->uid, sandbox->gid);
	int folder = result < 0 ? -1 : openat(engine->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < sizeof(directories) / sizeof(directories[0]); i++)
		result = make_directory(folder, directories[i].name, directories[i].mode,
		                        directories[i].own ? sandbox->uid : uid,
		                        directories[i].own ? sandbox->gid : gid);
	int saved = errno;
	close(folder);
	errno = saved;
	return result;
}

static int folder_problem(struct problem *problem)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	log_line("a sandbox's folder failed: %s; see the state directory's disk", strerror(errno));
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the sandbox's folder failed: %s", strerror(errno));
}

static int bwrap_create(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	struct bwrap_engine *bwrap = self(engine);
	if (make_folder(bwrap, sandbox) == 0)
		return 0;
	folder_problem(problem);
	tree_remove(bwrap->sandboxes, sandbox->id);
	return -1;
}

static int bwrap_destroy(struct engine *engine, const char *id, struct problem *problem)
{
	return tree_remove(self(engine)->sandboxes, id) < 0 ? folder_problem(problem) : 0;
}

static int bwrap_each(struct engine *engine, void (*each)(void *context, const char *id), void *context)
{
	int copy = openat(self(engine)->sandboxes, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!stream)
		return -1;
	while ((entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			each(context, entry->d_name);
	closedir(stream);
	return 0;
}

static int open_folder(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	int fd = openat(self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		folder_problem(problem);
	return fd;
}

static int bwrap_repair(struct engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	int folder = openat(self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = 0;

	if (folder >= 0)
		result = tree_remove(folder, "incoming");
	else
		log_line("the files of sandbox %s are gone; it starts empty again", sandbox->id);
	if (folder >= 0)
		close(folder);
	return result < 0 || make_folder(self(engine), sandbox) < 0 ? folder_problem(problem) : 0;
}

/* ---- files ---- */

static int bwrap_put_begin(struct engine *engine, const struct sandbox *sandbox, struct engine_put *out,
                           struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_begin(folder, sandbox, out, problem);
	close(folder);
	return result;
}

static int bwrap_put_finish(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put,
                            const char *path, struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_finish(folder, sandbox, put, path, problem);
	close(folder);
	return result;
}

static void bwrap_put_abort(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put)
{
	int folder = openat(self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* A sandbox that was deleted meanwhile took its uploads along. */
	if (folder < 0) {
		close(put->fd);
		put->fd = -1;
		return;
	}
	sandbox_files_abort(folder, sandbox, put);
	close(folder);
}

static int bwrap_get(struct engine *engine, const struct sandbox *sandbox, const char *path, struct engine_file *out,
                     struct problem *problem)
{
	int folder = open_folder(engine, sandbox, problem);
	if (folder < 0)
		return -1;
	int result = sandbox_files_open(folder, sandbox, path, out, problem);
	close(folder);
	return result;
}

static int bwrap_watch(struct engine *engine)
{
	return self(engine)->keeper.control;
}

static void bwrap_end(struct engine *engine)
{
	keeper_kill(&self(engine)->keeper);
}

static void bwrap_stop(struct engine *engine)
{
	struct bwrap_engine *bwrap = self(engine);

	keeper_stop(&bwrap->keeper);
	sbx__buffer_free(&bwrap->arguments);
	if (bwrap->sandboxes >= 0)
		close(bwrap->sandboxes);
	if (bwrap->folder >= 0)
		close(bwrap->folder);
	free(bwrap);
}

/* ---- start ---- */

static int find_program(char path[PATH_MAX], struct failure *failure)
{
	const char *search = getenv("PATH");
	if (!search)
		search = "/usr/bin:/bin";
	while (*search) {
		size_t length = strcspn(search, ":");
		if (search[0] == '/' && length + sizeof("/bwrap") < PATH_MAX) {
			snprintf(path, PATH_MAX, "%.*s/bwrap", (int)length, search);
			if (access(path, X_OK) == 0)
				return 0;
		}
		search += length + (search[length] == ':');
	}
	return failure_set(failure, FAILURE_NO_ENGINE,
	                   "bubblewrap (bwrap) is not on the PATH; install it: apt install bubblewrap");
}

/* Everyone may pass through the folder, once the keeper shows it; nobody but its owner may list it. */
static int open_engine_folder(struct bwrap_engine *engine, const char *state, char path[PATH_MAX],
                              struct failure *failure)
{
	snprintf(path, PATH_MAX, "%.*s/bwrap", PATH_MAX - 16, state);
	if (make_directory(AT_FDCWD, path, 0711, geteuid(), getegid()) == 0)
		engine->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (engine->folder >= 0 && make_directory(engine->folder, "sandboxes", 0711, geteuid(), getegid()) == 0)
		engine->sandboxes = openat(engine->folder, "sandboxes", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (engine->sandboxes < 0)
		return failure_set(failure, FAILURE_STATE,
		                   "the state directory %s cannot be written to (%s); give a writable one with --state",
		                   state, strerror(errno));
	return host_etc_make(engine->folder, failure);
}

/* Waits for the probe's end; its complaint is what it wrote to stderr. */
static bool probe_result(const struct engine_process *process, char *complaint, size_t size)
{
	struct pollfd ended = {.fd = process->channel, .events = POLLIN};
	struct engine_report report = {.event = ENGINE_NOT_STARTED};
	bool started = poll(&ended, 1, 10000) > 0 &&
	               recv(process->channel, &report, sizeof(report), 0) == (ssize_t)sizeof(report) &&
	               report.event == ENGINE_EXITED && report.exit_code == 0;
	ssize_t got = read(process->err, complaint, size - 1);
	complaint[got > 0 ? got : 0] = '\0';
	close(process->channel);
	close(process->out);
	close(process->err);
	return started;
}

static bool probe(struct bwrap_engine *engine, bool disable_userns, char *complaint, size_t size)
{
	struct sandbox sandbox = {.id = PROBE_ID, .storage = 1};
	const struct command command = {.text = "true"};
	struct engine_process process;
	struct problem problem;

	bwrap_arguments_common(&engine->arguments, disable_userns);
	sandbox.uid = engine->users.count ? host_users_choose(&engine->users) : geteuid();
	sandbox.gid = engine->users.count ? sandbox.uid : getegid();
	bool works = bwrap_create(&engine->base, &sandbox, &problem) == 0 &&
	             bwrap_exec(&engine->base, &sandbox, &command, &process, &problem) == 0;
	if (works)
		works = probe_result(&process, complaint, size);
	else
		snprintf(complaint, size, "%s", problem.message);
	tree_remove(engine->sandboxes, PROBE_ID);
	return works && !engine->arguments.failed;
}

/* Old versions of bubblewrap cannot take user namespaces away from the sandbox; the seccomp filter does it alone there.
 */
static int try_engine(struct bwrap_engine *engine, struct failure *failure)
{
	char complaint[512] = "";
	if (probe(engine, true, complaint, sizeof(complaint)))
		return 0;
	if (strstr(complaint, "--disable-userns") && probe(engine, false, complaint, sizeof(complaint)))
		return 0;
	complaint[strcspn(complaint, "\n")] = '\0';
	/* Bubblewrap's own words are the same. */
	if (strstr(complaint, INIT_NO_PROC))
		return failure_set(failure, FAILURE_ENGINE_REFUSED,
		                   "the system does not let a sandbox have a /proc of its own (%s), because parts of "
		                   "/proc are hidden here; start the container with --security-opt "
		                   "systempaths=unconfined (Docker), --security-opt unmask=ALL (Podman) or procMount: "
		                   "Unmasked (Kubernetes)",
		                   complaint);
	return failure_set(failure, FAILURE_ENGINE_REFUSED,
	                   "bubblewrap cannot make a sandbox here (%s); allow user namespaces: "
	                   "user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
	                   "kernel.apparmor_restrict_unprivileged_userns=0",
	                   *complaint ? complaint : "it gave no reason");
}

static int start(struct bwrap_engine *engine, const char *state, struct failure *failure)
{
	char program[PATH_MAX], folder[PATH_MAX];
	sbx__buffer filter = {0};
	int result = -1;

	if (find_program(program, failure) < 0 || host_users_find(&engine->users, failure) < 0 ||
	    open_engine_folder(engine, state, folder, failure) < 0)
		return -1;
	if (seccomp_filter_make(&filter) < 0)
		failure_set(failure, FAILURE_INTERNAL, "the seccomp filter cannot be made; see libseccomp's version");
	else if (keeper_start(&engine->keeper, program, folder, filter.data, filter.length, failure) == 0)
		result = try_engine(engine, failure);
	sbx__buffer_free(&filter);
	return result;
}

int engine_bwrap_start(struct engine **out, const char *state, struct failure *failure)
{
	struct bwrap_engine *engine = calloc(1, sizeof(*engine));
	if (!engine)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	engine->folder = engine->sandboxes = -1;
	engine->keeper.control = -1;
	engine->base = (struct engine){
	        .name = "bwrap",
	        .identify = bwrap_identify,
	        .create = bwrap_create,
	        .destroy = bwrap_destroy,
	        .each = bwrap_each,
	        .repair = bwrap_repair,
	        .exec = bwrap_exec,
	        .explain = bwrap_explain,
	        .put_begin = bwrap_put_begin,
	        .put_finish = bwrap_put_finish,
	        .put_abort = bwrap_put_abort,
	        .get = bwrap_get,
	        .watch = bwrap_watch,
	        .end = bwrap_end,
	        .stop = bwrap_stop,
	};
	if (start(engine, state, failure) < 0) {
		bwrap_stop(&engine->base);
		return -1;
	}
	*out = &engine->base;
	return 0;
}
