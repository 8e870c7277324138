#include "engine_bwrap.h"

#include "bwrap_arguments.h"
#include "host_etc.h"
#include "keeper_child.h"
#include "limits.h"
#include "network.h"
#include "program_path.h"
#include "seccomp_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sandbox that is there for the first moments only, to try the engine. */
#define PROBE_ID "probe"

static void bwrap_limits(struct engine *engine, struct health_facts *facts)
{
	limits_tell(facts, &bwrap_self(engine)->groups);
}

static int bwrap_watch(struct engine *engine)
{
	return bwrap_self(engine)->keeper.control;
}

static void bwrap_end(struct engine *engine)
{
	struct bwrap_engine *bwrap = bwrap_self(engine);

	/* Before: on its way to its end the keeper fails to make what it was asked for. */
	bwrap->ended = true;
	keeper_kill(&bwrap->keeper);
}

static void bwrap_stop(struct engine *engine)
{
	struct bwrap_engine *bwrap = bwrap_self(engine);

	keeper_stop(&bwrap->keeper);
	cgroup_tree_close(&bwrap->groups);
	held_destroy(&bwrap->held);
	shared_sync_destroy(&bwrap->sync);
	sbx__buffer_free(&bwrap->arguments);
	if (bwrap->sandboxes >= 0)
		close(bwrap->sandboxes);
	if (bwrap->volumes >= 0)
		close(bwrap->volumes);
	if (bwrap->folder >= 0)
		close(bwrap->folder);
	free(bwrap);
}

/* ---- start ---- */

/* Everyone may pass through the folder, once the keeper shows it; nobody but its owner may list it. */
static int open_engine_folder(struct bwrap_engine *engine, const char *state, char path[PATH_MAX],
                              struct failure *failure)
{
	snprintf(path, PATH_MAX, "%.*s/bwrap", PATH_MAX - 16, state);
	if (bwrap_make_own_directory(AT_FDCWD, path, 0711) == 0)
		engine->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (engine->folder >= 0 && bwrap_make_own_directory(engine->folder, "sandboxes", 0711) == 0)
		engine->sandboxes = openat(engine->folder, "sandboxes", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (engine->folder >= 0 && bwrap_make_own_directory(engine->folder, "volumes", 0700) == 0)
		engine->volumes = openat(engine->folder, "volumes", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* The last one is laid over what sandboxes are not to see into. */
	if (engine->sandboxes < 0 || engine->volumes < 0 || bwrap_make_own_directory(engine->folder, "empty", 0755) < 0)
		return failure_set(failure, FAILURE_STATE,
		                   "the state directory %s cannot be written to (%s); give a writable one with --state",
		                   state, strerror(errno));
	return host_etc_make(engine->folder, engine->network, failure);
}

/* Runs a command in a sandbox that is there for these moments only. */
static bool run_probe(struct bwrap_engine *engine, const struct sandbox *sandbox, struct problem *problem)
{
	const struct command command = {.text = "true"};
	struct engine_process process;
	struct engine_report report;

	/* A server that was killed in the middle of this has left it half-made. */
	if (bwrap_destroy(&engine->base, PROBE_ID, problem) < 0 || bwrap_create(&engine->base, sandbox, problem) < 0 ||
	    bwrap_exec(&engine->base, sandbox, &command, &process, problem) < 0)
		return false;
	bwrap_report(&engine->base, process.channel, &report);
	bwrap_close_all((const int[]){process.channel, process.out, process.err}, 3);
	if (report.event == ENGINE_NOT_STARTED)
		bwrap_explain(&engine->base, &command, &report, problem);
	else
		problem_set(problem, PROBLEM_ENGINE, NULL, "a command failed");
	return report.event == ENGINE_EXITED && report.exit_code == 0;
}

static bool probe(struct bwrap_engine *engine, bool disable_userns, struct problem *problem)
{
	struct sandbox sandbox = {.id = PROBE_ID, .cpus = 4, .memory = 256, .storage = 1};
	struct problem ignored;

	engine->disables_userns = disable_userns;
	bwrap_arguments_common(&engine->arguments, disable_userns, engine->network, NULL);
	sandbox.uid = engine->users.count ? host_users_choose(&engine->users) : geteuid();
	sandbox.gid = engine->users.count ? sandbox.uid : getegid();
	bool works = run_probe(engine, &sandbox, problem);
	bwrap_destroy(&engine->base, PROBE_ID, &ignored);
	return works && !engine->arguments.failed;
}

/* Old versions of bubblewrap cannot take user namespaces away from the sandbox; the seccomp filter does it alone there.
 */
static int try_engine(struct bwrap_engine *engine, struct failure *failure)
{
	struct problem problem = {.message = ""};

	if (probe(engine, true, &problem))
		return 0;
	if (strstr(problem.message, "--disable-userns") && probe(engine, false, &problem))
		return 0;
	/* Bubblewrap's own words are the same. */
	if (strstr(problem.message, KEEPER_NO_PROC))
		return failure_set(failure, FAILURE_ENGINE_REFUSED,
		                   "the system does not let a sandbox have a /proc of its own (%s), because parts of "
		                   "/proc are hidden here; start the container with --security-opt "
		                   "systempaths=unconfined (Docker), --security-opt unmask=ALL (Podman) or procMount: "
		                   "Unmasked (Kubernetes)",
		                   problem.message);
	if (strstr(problem.message, KEEPER_NO_NETWORK))
		return failure_set(failure, FAILURE_ENGINE_REFUSED,
		                   "a sandbox cannot have a network here (%s); let the server's user open /dev/net/tun "
		                   "(mode 0666, as udev makes it; in a container --device /dev/net/tun), or start "
		                   "without --network",
		                   problem.message);
	return failure_set(failure, FAILURE_ENGINE_REFUSED,
	                   "bubblewrap cannot make a sandbox here (%s); allow user namespaces: "
	                   "user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
	                   "kernel.apparmor_restrict_unprivileged_userns=0",
	                   problem.message);
}

/* The keeper gets what it needs of this process when it is made. */
static int start_keeper(struct bwrap_engine *engine, const char *program, const char *helper, const char *folder,
                        struct failure *failure)
{
	sbx__buffer filter = {0};
	struct keeper_programs programs = {.bwrap = open(program, O_PATH | O_CLOEXEC),
	                                   .init = init_program_open(),
	                                   .helper = helper ? open(helper, O_PATH | O_CLOEXEC) : -1};
	int result = -1;

	if (seccomp_filter_make(&filter) < 0) {
		failure_set(failure, FAILURE_INTERNAL, "the seccomp filter cannot be made; see libseccomp's version");
	} else if (programs.bwrap < 0 || programs.init < 0 || (helper && programs.helper < 0)) {
		failure_set(failure, FAILURE_INTERNAL, "the engine cannot be started (%s); see the system",
		            strerror(errno));
	} else {
		programs.filter = filter.data;
		programs.filter_size = filter.length;
		result = keeper_start(&engine->keeper, &programs, folder, failure);
	}
	bwrap_close_all((const int[]){programs.bwrap, programs.init, programs.helper}, 3);
	sbx__buffer_free(&filter);
	return result;
}

/* Old versions take no frames over a socket, but have to enter a namespace that they have power over. */
static int find_helper(char path[PATH_MAX], struct failure *failure)
{
	char help[8192];

	if (!program_path_find(NETWORK_HELPER, path))
		return failure_set(failure, FAILURE_NO_ENGINE,
		                   NETWORK_HELPER " is not on the PATH, and --network needs it; install it: "
		                                  "apt install " NETWORK_HELPER);
	program_path_ask(path, "--help", help, sizeof(help));
	if (!strstr(help, "--target-type"))
		return failure_set(failure, FAILURE_NO_ENGINE,
		                   "%.512s is too old for --network; install " NETWORK_HELPER " 1.2 or later", path);
	return 0;
}

static int start(struct bwrap_engine *engine, const char *state, struct failure *failure)
{
	char program[PATH_MAX], helper[PATH_MAX], folder[PATH_MAX];

	if (!program_path_find("bwrap", program))
		return failure_set(failure, FAILURE_NO_ENGINE,
		                   "bubblewrap (bwrap) is not on the PATH; install it: apt install bubblewrap");
	if (engine->network && find_helper(helper, failure) < 0)
		return -1;
	if (host_users_find(&engine->users, failure) < 0 || open_engine_folder(engine, state, folder, failure) < 0 ||
	    start_keeper(engine, program, engine->network ? helper : NULL, folder, failure) < 0)
		return -1;
	return try_engine(engine, failure);
}

int engine_bwrap_start(struct engine **out, const char *state, bool network, struct failure *failure)
{
	struct bwrap_engine *engine = calloc(1, sizeof(*engine));
	if (!engine)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	engine->folder = engine->sandboxes = engine->volumes = -1;
	engine->keeper.control = -1;
	engine->network = network;
	/* Before the keeper, which is to be in the server's group. */
	cgroup_tree_open(&engine->groups);
	held_init(&engine->held, &engine->keeper, &engine->groups);
	shared_sync_init(&engine->sync);
	engine->base = (struct engine){
	        .name = "bwrap",
	        .isolation = "namespaces",
	        .network = network ? NETWORK_HELPER : "off",
	        .identify = bwrap_identify,
	        .create = bwrap_create,
	        .destroy = bwrap_destroy,
	        .each = bwrap_each,
	        .repair = bwrap_repair,
	        .state = bwrap_state,
	        .freeze = bwrap_freeze,
	        .exec = bwrap_exec,
	        .report = bwrap_report,
	        .explain = bwrap_explain,
	        .drain = bwrap_drain,
	        .put_begin = bwrap_put_begin,
	        .put_finish = bwrap_put_finish,
	        .put_abort = bwrap_put_abort,
	        .unpack = bwrap_unpack,
	        .get = bwrap_get,
	        .volume_create = bwrap_volume_create,
	        .volume_copy = bwrap_volume_copy,
	        .volume_destroy = bwrap_volume_destroy,
	        .volume_exists = bwrap_volume_exists,
	        .volume_each = bwrap_volume_each,
	        .sync = bwrap_sync,
	        .usage = bwrap_usage,
	        .busy = bwrap_busy,
	        .end_storage = bwrap_end_storage,
	        .limits = bwrap_limits,
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
