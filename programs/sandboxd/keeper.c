#include "keeper.h"

#include "init/passing.h"
#include "init/write_file.h"
#include "keeper_child.h"
#include "network_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A message that comes with descriptors makes a sandbox's processes; one without ends them. */
struct keeper_request {
	uint64_t number;
	struct keeper_limits limits;
};

/* The first of a sandbox's processes, or of those that its network takes, and the pipe that stays open until both are
 * reaped, which is after the last process of each one's namespace is gone. */
struct child {
	pid_t pid;
	int life;
	uint64_t number;
	bool is_network;
};

struct keeper_process {
	struct keeper_programs programs;
	int control;
	int signals;
	struct child *children;
	size_t count;
	size_t capacity;
};

/* ---- the keeper's side ---- */

/* In a user namespace of its own the keeper still is the same user. */
static bool map_identity(uid_t uid, gid_t gid)
{
	char users[64], groups[64];
	snprintf(users, sizeof(users), "%u %u 1", (unsigned int)uid, (unsigned int)uid);
	snprintf(groups, sizeof(groups), "%u %u 1", (unsigned int)gid, (unsigned int)gid);
	return write_file("/proc/self/uid_map", users) && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/gid_map", groups);
}

/* The state directory is closed to all users but the server's. Mounting the engine's folder where everyone can go, for
 * the keeper alone, lets bubblewrap reach a sandbox's files as the sandbox's own user. */
static bool mount_folder(const char *folder)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(folder, KEEPER_FOLDER, NULL, MS_BIND, NULL) == 0 && chdir("/") == 0;
}

/* For the two that a sandbox can have. */
static bool make_room(struct keeper_process *keeper)
{
	if (keeper->count + 2 <= keeper->capacity)
		return true;
	size_t capacity = keeper->capacity ? keeper->capacity * 2 : 64;
	struct child *children = realloc(keeper->children, capacity * sizeof(*children));
	if (!children)
		return false;
	keeper->children = children;
	keeper->capacity = capacity;
	return true;
}

static void release(const struct keeper_process *keeper, uint64_t number)
{
	for (size_t i = 0; i < keeper->count; i++)
		if (keeper->children[i].number == number)
			kill(keeper->children[i].pid, SIGKILL);
}

static bool has_children(const struct keeper_process *keeper, uint64_t number)
{
	for (size_t i = 0; i < keeper->count; i++)
		if (keeper->children[i].number == number)
			return true;
	return false;
}

/* A network is of no use without its sandbox; a sandbox goes on without its network. */
static void take_in(struct keeper_process *keeper, size_t index)
{
	const struct child child = keeper->children[index];

	keeper->children[index] = keeper->children[--keeper->count];
	if (!has_children(keeper, child.number))
		close(child.life);
	else if (!child.is_network)
		release(keeper, child.number);
}

static void reap(struct keeper_process *keeper)
{
	struct signalfd_siginfo ignored;
	pid_t pid;

	if (read(keeper->signals, &ignored, sizeof(ignored)) < 0)
		return;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		for (size_t i = 0; i < keeper->count; i++) {
			if (keeper->children[i].pid != pid)
				continue;
			take_in(keeper, i);
			break;
		}
	}
}

/* Not fork(): what is made has to be the first process of a namespace. Returns its id, or -1. */
static pid_t make_child(const struct keeper_process *keeper, const struct keeper_request *request,
                        const int descriptors[KEEPER_DESCRIPTORS], int link)
{
	struct clone_args arguments = {.flags = CLONE_NEWPID, .exit_signal = SIGCHLD};
	pid_t pid;

	if (descriptors[KEEPER_GROUP] >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)descriptors[KEEPER_GROUP];
		pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	} else {
		pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	}
	if (pid == 0)
		keeper_child_run(&keeper->programs, &request->limits, descriptors, link);
	return pid;
}

/* Its processes are in no group of the sandbox's, and count against none of its limits. */
static pid_t make_network(const struct keeper_process *keeper, const struct keeper_request *request, int link)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		network_child_run(&keeper->programs, &request->limits, link);
	return pid;
}

static void add_child(struct keeper_process *keeper, pid_t pid, int life, uint64_t number, bool is_network)
{
	keeper->children[keeper->count++] =
	        (struct child){.pid = pid, .life = life, .number = number, .is_network = is_network};
}

static void make_alone(struct keeper_process *keeper, const struct keeper_request *request,
                       const int descriptors[KEEPER_DESCRIPTORS])
{
	pid_t pid = make_child(keeper, request, descriptors, -1);

	if (pid > 0)
		add_child(keeper, pid, descriptors[KEEPER_LIFE], request->number, false);
}

/* The two are made at once; what the one sends to the other waits for it in the socket between them. */
static void make_with_network(struct keeper_process *keeper, const struct keeper_request *request,
                              const int descriptors[KEEPER_DESCRIPTORS])
{
	int link[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0)
		return;
	pid_t network = make_network(keeper, request, link[0]);
	pid_t pid = network > 0 ? make_child(keeper, request, descriptors, link[1]) : -1;
	if (network > 0)
		add_child(keeper, network, descriptors[KEEPER_LIFE], request->number, true);
	if (pid > 0)
		add_child(keeper, pid, descriptors[KEEPER_LIFE], request->number, false);
	else
		release(keeper, request->number);
	close(link[0]);
	close(link[1]);
}

/* What is not made has the end of its life at once. */
static void hold(struct keeper_process *keeper, const struct keeper_request *request,
                 const int descriptors[KEEPER_DESCRIPTORS])
{
	if (make_room(keeper)) {
		if (keeper->programs.helper >= 0)
			make_with_network(keeper, request, descriptors);
		else
			make_alone(keeper, request, descriptors);
	}
	bool is_alive = has_children(keeper, request->number);
	for (int i = 0; i < KEEPER_DESCRIPTORS; i++)
		if (descriptors[i] >= 0 && (!is_alive || i != KEEPER_LIFE))
			close(descriptors[i]);
}

/* Takes one message of the server's. Returns false at the socket's end. */
static bool take_request(struct keeper_process *keeper)
{
	struct keeper_request request;
	int descriptors[PASSING_MAX] = {[KEEPER_GROUP] = -1};
	size_t count;
	ssize_t got = passing_receive(keeper->control, &request, sizeof(request), descriptors, &count);

	if (got <= 0)
		return false;
	if (count == 0)
		release(keeper, request.number);
	else if (count == KEEPER_DESCRIPTORS || count == KEEPER_GROUP)
		hold(keeper, &request, descriptors);
	return true;
}

/* Keeps four descriptors only, with nothing on the standard streams. */
static bool drop_descriptors(struct keeper_process *keeper)
{
	int *const kept[] = {&keeper->control, &keeper->programs.bwrap, &keeper->programs.init,
	                     &keeper->programs.helper};
	enum { FIRST = STDERR_FILENO + 1, ALL = sizeof(kept) / sizeof(kept[0]) };
	const int count = keeper->programs.helper >= 0 ? ALL : ALL - 1;
	int null = open("/dev/null", O_RDWR);

	/* First out of the way of the numbers that they are to get. */
	for (int i = 0; i < count; i++)
		if ((*kept[i] = fcntl(*kept[i], F_DUPFD, 10)) < 0)
			return false;
	for (int fd = 0; fd < FIRST; fd++)
		if (dup2(null, fd) < 0)
			return false;
	for (int i = 0; i < count; i++)
		if ((*kept[i] = dup3(*kept[i], FIRST + i, O_CLOEXEC)) < 0)
			return false;
	return syscall(SYS_close_range, (unsigned int)(FIRST + count), ~0U, 0U) == 0;
}

static bool prepare(struct keeper_process *keeper, const char *folder, uid_t uid, gid_t gid)
{
	sigset_t child_signal;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "sandboxd-keeper");
	setsid(); /* a terminal's Ctrl-C is for the server to handle */
	if (!drop_descriptors(keeper))
		return false;
	if (uid != 0 && !map_identity(uid, gid))
		return false;
	/* After the maps, which an undumpable process cannot write. */
	prctl(PR_SET_DUMPABLE, 0);
	if (!mount_folder(folder))
		return false;
	sigfillset(&child_signal);
	sigprocmask(SIG_SETMASK, &child_signal, NULL);
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	keeper->signals = signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK);
	return keeper->signals >= 0;
}

/* The end of the control socket is checked for in the loop as well as asked for as a signal: the server may have died
 * before the signal was asked for. */
static _Noreturn void keeper_main(struct keeper_process *keeper, const char *folder, uid_t uid, gid_t gid)
{
	int error = 0;

	if (!prepare(keeper, folder, uid, gid))
		error = errno ? errno : EINVAL;
	if (send(keeper->control, &error, sizeof(error), MSG_NOSIGNAL) < 0 || error)
		_exit(1);
	for (;;) {
		struct pollfd fds[] = {{.fd = keeper->control, .events = POLLIN},
		                       {.fd = keeper->signals, .events = POLLIN}};
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (fds[1].revents)
			reap(keeper);
		if (fds[0].revents && !take_request(keeper))
			_exit(0);
	}
}

/* ---- the server's side ---- */

static int refused(int error, struct failure *failure)
{
	return failure_set(failure, FAILURE_ENGINE_REFUSED,
	                   "the system does not let the server make namespaces (%s); allow them: "
	                   "user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
	                   "kernel.apparmor_restrict_unprivileged_userns=0, or in a container CAP_SYS_ADMIN",
	                   strerror(error));
}

static int await_start(struct keeper *keeper, struct failure *failure)
{
	int error = ECHILD;
	ssize_t got;

	do
		got = recv(keeper->control, &error, sizeof(error), 0);
	while (got < 0 && errno == EINTR);
	if (got == (ssize_t)sizeof(error) && error == 0)
		return 0;
	keeper_stop(keeper);
	return refused(error, failure);
}

int keeper_start(struct keeper *keeper, const struct keeper_programs *programs, const char *folder,
                 struct failure *failure)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	unsigned long namespaces = CLONE_NEWPID | CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER);
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return failure_set(failure, FAILURE_INTERNAL, "the engine cannot be started (%s); see the system",
		                   strerror(errno));
	pid_t pid = (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		struct keeper_process process = {.programs = *programs, .control = pair[1]};
		keeper_main(&process, folder, uid, gid);
	}
	int error = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return refused(error, failure);
	}
	*keeper = (struct keeper){.pid = pid, .control = pair[0]};
	return await_start(keeper, failure);
}

int keeper_hold(struct keeper *keeper, uint64_t number, const struct keeper_limits *limits,
                const int descriptors[KEEPER_DESCRIPTORS])
{
	const struct keeper_request request = {.number = number, .limits = *limits};
	return passing_send(keeper->control, &request, sizeof(request), descriptors,
	                    descriptors[KEEPER_GROUP] < 0 ? KEEPER_GROUP : KEEPER_DESCRIPTORS);
}

void keeper_release(struct keeper *keeper, uint64_t number)
{
	const struct keeper_request request = {.number = number};
	passing_send(keeper->control, &request, sizeof(request), NULL, 0);
}

bool keeper_lives(const struct keeper *keeper)
{
	struct pollfd end = {.fd = keeper->control};
	return poll(&end, 1, 0) == 0;
}

void keeper_kill(const struct keeper *keeper)
{
	kill(keeper->pid, SIGKILL);
}

void keeper_stop(struct keeper *keeper)
{
	if (keeper->pid <= 0)
		return;
	keeper_kill(keeper);
	/* The kernel reports the first process of a namespace as ended only when all the others are gone. */
	while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(keeper->control);
	*keeper = (struct keeper){.pid = 0, .control = -1};
}
