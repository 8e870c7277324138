#include "keeper_child.h"

#include "init/passing.h"
#include "init/protocol.h"
#include "network_device.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The numbers that bubblewrap's descriptors have, beside INIT_CONTROL, which it hands on; bwrap_arguments.c and the
 * argument list below name them. */
enum { FD_FILTER = 4, FD_ARGUMENTS = 5, FD_INIT = 6, FD_BWRAP = 7 };

/* How many descriptors are placed at most, and a number above all of theirs. */
enum { PLACES_MAX = 8, FD_HIGH = 20 };

/* What a sandbox gets of all that the server's own limits would allow it. */
static const struct {
	int resource;
	rlim_t value;
} given[] = {
        {RLIMIT_CORE, 0},          {RLIMIT_NOFILE, 4096},     {RLIMIT_MEMLOCK, 64 * 1024},
        {RLIMIT_SIGPENDING, 4096}, {RLIMIT_MSGQUEUE, 819200}, /* the kernel's default, about nine queues */
        {RLIMIT_NICE, 0},          {RLIMIT_RTPRIO, 0},
};

bool keeper_child_limit(int resource, rlim_t value)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0)
		return false;
	if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
		value = limit.rlim_max;
	limit = (struct rlimit){.rlim_cur = value, .rlim_max = value};
	return setrlimit(resource, &limit) == 0;
}

static bool drop_to(const struct keeper_limits *limits)
{
	if (geteuid() == 0 && (limits->uid == 0 || limits->gid == 0 || setgroups(0, NULL) < 0 ||
	                       setresgid(limits->gid, limits->gid, limits->gid) < 0 ||
	                       setresuid(limits->uid, limits->uid, limits->uid) < 0))
		return false;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (!keeper_child_limit(given[i].resource, given[i].value))
			return false;
	return true;
}

/* When memory runs out, sandboxes are to go before the server. A process that cannot be dumped cannot write this of
 * itself unless it is root; nothing of the sandbox runs yet. */
static bool volunteer_for_oom(void)
{
	static const char score[] = "1000";
	prctl(PR_SET_DUMPABLE, 1);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, score, strlen(score)) == (ssize_t)strlen(score);
	if (fd >= 0)
		close(fd);
	prctl(PR_SET_DUMPABLE, 0);
	return written;
}

bool keeper_child_become(const struct keeper_limits *limits)
{
	return volunteer_for_oom() && drop_to(limits);
}

/* Before the privileges go, too: the namespace is not the sandbox's user's, and nothing in the sandbox can change it.
 */
static bool hand_out_network(int link)
{
	int device = network_device_make();
	bool handed = device >= 0 && passing_send(link, "", 1, &device, 1) == 0;

	if (device >= 0)
		close(device);
	return handed;
}

/* Bubblewrap looks its child up in /proc by the id that it has in this namespace, and may mount a /proc of its own only
 * where a whole one is seen already. Before the privileges go: bubblewrap itself can undo no mask of a container. */
static bool mount_proc(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}

/* A pipe that holds the whole seccomp program, which is far smaller than a pipe's capacity. */
static int open_filter(const struct keeper_programs *programs)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	ssize_t written = write(ends[1], programs->filter, programs->filter_size);
	close(ends[1]);
	return written == (ssize_t)programs->filter_size ? ends[0] : -1;
}

/* Every descriptor is moved above the numbers it could collide with, then into its place. */
bool keeper_child_place(const int *from, const int *to, size_t count)
{
	int high[PLACES_MAX], last = to[count - 1];

	/* Out of the way first: one's number may be another one's place. */
	for (size_t i = 0; i < count; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FD_HIGH)) < 0)
			return false;
	for (size_t i = 0; i < count; i++)
		if (dup2(high[i], to[i]) < 0)
			return false;
	fcntl(last, F_SETFD, FD_CLOEXEC);
	return syscall(SYS_close_range, last + 1U, ~0U, 0U) == 0;
}

static bool place_descriptors(const struct keeper_programs *programs, const int *descriptors)
{
	const int from[] = {descriptors[KEEPER_ERRORS],
	                    descriptors[KEEPER_CONTROL],
	                    open_filter(programs),
	                    descriptors[KEEPER_ARGUMENTS],
	                    programs->init,
	                    programs->bwrap};
	const int to[] = {STDERR_FILENO, INIT_CONTROL, FD_FILTER, FD_ARGUMENTS, FD_INIT, FD_BWRAP};

	return keeper_child_place(from, to, sizeof(to) / sizeof(to[0]));
}

/* Never returns but when it fails. */
static void execute(const struct keeper_programs *programs, const struct keeper_limits *limits, const int *descriptors)
{
	static char name[] = "bwrap", args[] = "--args", args_fd[] = "5", dashes[] = "--", init[] = "/proc/self/fd/6";
	char processes[24], memory[24];
	char *argv[] = {name, args, args_fd, dashes, init, processes, memory, NULL};
	char *environment[] = {NULL};
	sigset_t none;

	snprintf(processes, sizeof(processes), "%llu", (unsigned long long)limits->processes);
	snprintf(memory, sizeof(memory), "%llu", (unsigned long long)limits->memory);
	if (!place_descriptors(programs, descriptors))
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	umask(022);
	/* By descriptor: the path of the program was found in the server's view of the file system. */
	syscall(SYS_execveat, FD_BWRAP, "", argv, environment, AT_EMPTY_PATH);
}

/* The complaint goes where bubblewrap's goes: the server explains both in the same way. */
static _Noreturn void give_up(int errors, const char *what)
{
	dprintf(errors, "%s: %s\n", what, strerror(errno));
	_exit(1);
}

_Noreturn void keeper_child_run(const struct keeper_programs *programs, const struct keeper_limits *limits,
                                const int descriptors[KEEPER_DESCRIPTORS], int link)
{
	prctl(PR_SET_NAME, "sandboxd-child");
	/* Where the kernel shares processors by session (autogroup, sched(7)), all that is being made would have no
	 * more of them than one command has. */
	setsid();
	if (link >= 0 && !hand_out_network(link))
		give_up(descriptors[KEEPER_ERRORS], KEEPER_NO_NETWORK);
	if (!mount_proc())
		give_up(descriptors[KEEPER_ERRORS], KEEPER_NO_PROC);
	if (!keeper_child_become(limits))
		give_up(descriptors[KEEPER_ERRORS], "The sandbox's user cannot be taken on");
	execute(programs, limits, descriptors);
	give_up(STDERR_FILENO, "Can't execute bwrap");
}
