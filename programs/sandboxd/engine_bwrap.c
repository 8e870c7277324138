#include "engine.h"

#include "host_etc.h"
#include "host_users.h"
#include "keeper.h"
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
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many processes all commands of a sandbox can have at once. */
#define PROCESSES_MAX 512

/* A sandbox that is there for the first moments only, to try the engine. */
#define PROBE_ID "probe"

struct bwrap_engine {
	struct engine base;
	struct keeper keeper;
	struct host_users users;
	int folder;              /* <state>/bwrap, with `etc` and `sandboxes` in it */
	int sandboxes;           /* one folder per sandbox, named by its id */
	struct buffer arguments; /* bubblewrap's, as far as they are the same for all */
};

static struct bwrap_engine *self(struct engine *engine)
{
	return (struct bwrap_engine *)engine;
}

/* ---- bubblewrap's arguments ---- */

static void add(struct buffer *arguments, const char *first, const char *second, const char *third)
{
	buffer_append_argument(arguments, first);
	if (second)
		buffer_append_argument(arguments, second);
	if (third)
		buffer_append_argument(arguments, third);
}

/* /bin, /lib and the like: a link where the host has a link, else the host's directory. */
static void add_usr_links(struct buffer *arguments)
{
	static const char *const names[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
	char target[PATH_MAX];
	struct stat info;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ssize_t length = readlink(names[i], target, sizeof(target) - 1);
		if (length > 0) {
			target[length] = '\0';
			add(arguments, "--symlink", target, names[i]);
		} else if (stat(names[i], &info) == 0 && S_ISDIR(info.st_mode)) {
			add(arguments, "--ro-bind", names[i], names[i]);
		}
	}
}

static void add_environment(struct buffer *arguments, const struct buffer *pairs)
{
	for (size_t at = 0; at < pairs->length;) {
		const char *name = pairs->data + at;
		const char *value = name + strlen(name) + 1;
		add(arguments, "--setenv", name, value);
		at += strlen(name) + strlen(value) + 2;
	}
}

static void make_common_arguments(struct buffer *arguments, bool disable_userns)
{
	static const char *const flags[] = {"--unshare-all", "--unshare-user", "--new-session", "--die-with-parent",
	                                    "--clearenv"};
	static const char *const environment[][2] = {
	        {"HOME", "/home/sandbox"},
	        {"USER", "sandbox"},
	        {"LOGNAME", "sandbox"},
	        {"LANG", "C.UTF-8"},
	        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	};

	buffer_free(arguments);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		add(arguments, flags[i], NULL, NULL);
	if (disable_userns)
		add(arguments, "--disable-userns", NULL, NULL);
	add(arguments, "--cap-drop", "ALL", NULL);
	add(arguments, "--uid", "1000", NULL);
	add(arguments, "--gid", "1000", NULL);
	add(arguments, "--hostname", "sandbox", NULL);
	/* The numbers are those that the keeper's init gives. */
	add(arguments, "--seccomp", "4", NULL);
	add(arguments, "--json-status-fd", "5", NULL);
	add(arguments, "--ro-bind", "/usr", "/usr");
	add_usr_links(arguments);
	add(arguments, "--ro-bind", KEEPER_FOLDER "/etc", "/etc");
	add(arguments, "--proc", "/proc", NULL);
	add(arguments, "--dev", "/dev", NULL);
	add(arguments, "--size", "67108864", NULL);
	add(arguments, "--tmpfs", "/dev/shm", NULL);
	add(arguments, "--remount-ro", "/dev", NULL);
	add(arguments, "--symlink", "/tmp", "/var/tmp");
	add(arguments, "--dir", "/run", NULL);
	for (size_t i = 0; i < sizeof(environment) / sizeof(environment[0]); i++)
		add(arguments, "--setenv", environment[i][0], environment[i][1]);
}

static void add_bind(struct buffer *arguments, const struct sandbox *sandbox, const char *place)
{
	char source[128];
	snprintf(source, sizeof(source), KEEPER_FOLDER "/sandboxes/%s/root%s", sandbox->id, place);
	add(arguments, "--bind", source, place);
}

/* Bubblewrap reads its arguments from a descriptor: on its command line they would show inside the sandbox, where
 * bubblewrap is process 1. */
static int open_arguments(const struct bwrap_engine *engine, const struct sandbox *sandbox,
                          const struct command *command)
{
	struct buffer arguments = {0};

	buffer_append(&arguments, engine->arguments.data, engine->arguments.length);
	add_bind(&arguments, sandbox, "/data");
	add_bind(&arguments, sandbox, "/tmp");
	add_bind(&arguments, sandbox, "/home/sandbox");
	add(&arguments, "--remount-ro", "/", NULL);
	add_environment(&arguments, &sandbox->environment);
	add_environment(&arguments, &command->environment);
	add(&arguments, "--chdir", command->working_dir ? command->working_dir : "/home/sandbox", NULL);
	int fd = arguments.failed ? -1 : memfd_create("arguments", MFD_CLOEXEC);
	if (fd >= 0 &&
	    (write(fd, arguments.data, arguments.length) != (ssize_t)arguments.length || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	buffer_free(&arguments);
	return fd;
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
	};
	int arguments = open_arguments(bwrap, sandbox, command);
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

static void bwrap_identify(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *, uid_t), void *context)
{
	const struct host_users *users = &self(engine)->users;

	sandbox->uid = geteuid();
	sandbox->gid = getegid();
	if (users->count == 0)
		return;
	do
		sandbox->uid = host_users_choose(users);
	while (in_use(context, sandbox->uid));
	sandbox->gid = sandbox->uid;
}

static int make_directory(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int result = -1;
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return -1;
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
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (make_directory(engine->sandboxes, sandbox->id, 0700, uid, gid) < 0)
		return -1;
	int folder = openat(engine->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < sizeof(directories) / sizeof(directories[0]); i++)
		result = make_directory(folder, directories[i].name, directories[i].mode,
		                        directories[i].own ? sandbox->uid : uid,
		                        directories[i].own ? sandbox->gid : gid);
	/* Last, because it closes the folder to a server without the right to override permissions. */
	if (result == 0)
		result = make_directory(engine->sandboxes, sandbox->id, 0700, sandbox->uid, sandbox->gid);
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
	struct problem ignored;
	int folder = openat(self(engine)->sandboxes, sandbox->id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	(void)ignored;
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

static void bwrap_stop(struct engine *engine)
{
	struct bwrap_engine *bwrap = self(engine);

	keeper_stop(&bwrap->keeper);
	buffer_free(&bwrap->arguments);
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
	struct engine_exit result = {0};
	bool started = poll(&ended, 1, 10000) > 0 &&
	               recv(process->channel, &result, sizeof(result), 0) == (ssize_t)sizeof(result) &&
	               result.started && result.exit_code == 0;
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

	make_common_arguments(&engine->arguments, disable_userns);
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
	return failure_set(failure, FAILURE_ENGINE_REFUSED,
	                   "bubblewrap cannot make a sandbox here (%s); allow user namespaces: "
	                   "user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
	                   "kernel.apparmor_restrict_unprivileged_userns=0",
	                   *complaint ? complaint : "it gave no reason");
}

static int start(struct bwrap_engine *engine, const char *state, struct failure *failure)
{
	char program[PATH_MAX], folder[PATH_MAX];
	struct buffer filter = {0};
	int result = -1;

	if (find_program(program, failure) < 0 || host_users_find(&engine->users, failure) < 0 ||
	    open_engine_folder(engine, state, folder, failure) < 0)
		return -1;
	if (seccomp_filter_make(&filter) < 0)
		failure_set(failure, FAILURE_INTERNAL, "the seccomp filter cannot be made; see libseccomp's version");
	else if (keeper_start(&engine->keeper, program, folder, filter.data, filter.length, failure) == 0)
		result = try_engine(engine, failure);
	buffer_free(&filter);
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
	        .stop = bwrap_stop,
	};
	if (start(engine, state, failure) < 0) {
		bwrap_stop(&engine->base);
		return -1;
	}
	*out = &engine->base;
	return 0;
}
