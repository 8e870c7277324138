#include "keeper.h"

#include "engine.h"
#include "keeper_init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
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

/* Descriptors that come with a request, in this order. */
enum { FD_ARGUMENTS, FD_OUT, FD_ERR, FD_CHANNEL, FD_COUNT };

union control_space {
	struct cmsghdr alignment;
	char bytes[CMSG_SPACE(sizeof(int) * FD_COUNT)];
};

/* A running command of the keeper's. Its end of the channel stays open until the command's init is reaped, which is
 * after the last process of its namespace is gone. */
struct child {
	pid_t pid;
	int channel;
};

struct keeper_process {
	struct init_settings init;
	int control;
	int signals;
	struct child *children;
	size_t count;
	size_t capacity;
};

/* ---- the keeper's side ---- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return written;
}

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

static bool add_child(struct keeper_process *keeper, pid_t pid, int channel)
{
	if (keeper->count == keeper->capacity) {
		size_t capacity = keeper->capacity ? keeper->capacity * 2 : 64;
		struct child *children = realloc(keeper->children, capacity * sizeof(*children));
		if (!children)
			return false;
		keeper->children = children;
		keeper->capacity = capacity;
	}
	keeper->children[keeper->count++] = (struct child){.pid = pid, .channel = channel};
	return true;
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
			close(keeper->children[i].channel);
			keeper->children[i] = keeper->children[--keeper->count];
			break;
		}
	}
}

static void start_command(struct keeper_process *keeper, const struct keeper_request *request, const char *command,
                          const int fds[FD_COUNT])
{
	/* Not fork(): the command's init has to be the first process of a namespace. */
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close(keeper->control);
		close(keeper->signals);
		for (size_t i = 0; i < keeper->count; i++)
			close(keeper->children[i].channel);
		init_run(&keeper->init, request, command, fds[FD_ARGUMENTS], fds[FD_OUT], fds[FD_ERR], fds[FD_CHANNEL]);
	}
	if (pid > 0 && !add_child(keeper, pid, fds[FD_CHANNEL])) {
		kill(pid, SIGKILL);
		pid = -1;
	}
	if (pid < 0) {
		const struct engine_report not_started = {.event = ENGINE_NOT_STARTED};
		send(fds[FD_CHANNEL], &not_started, sizeof(not_started), MSG_NOSIGNAL);
		close(fds[FD_CHANNEL]);
	}
}

/* Returns false when the server is gone. */
static bool take_request(struct keeper_process *keeper)
{
	static char command[KEEPER_COMMAND_MAX];
	struct keeper_request request;
	union control_space space;
	struct iovec parts[] = {{&request, sizeof(request)}, {command, sizeof(command)}};
	struct msghdr message = {
	        .msg_iov = parts, .msg_iovlen = 2, .msg_control = space.bytes, .msg_controllen = sizeof(space.bytes)};
	int fds[FD_COUNT];

	ssize_t got = recvmsg(keeper->control, &message, MSG_CMSG_CLOEXEC);
	if (got <= 0)
		return got < 0 && errno == EINTR;
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if ((size_t)got <= sizeof(request) || !header || header->cmsg_len != CMSG_LEN(sizeof(fds)))
		return true;
	memcpy(fds, CMSG_DATA(header), sizeof(fds));
	start_command(keeper, &request, command, fds);
	close(fds[FD_ARGUMENTS]);
	close(fds[FD_OUT]);
	close(fds[FD_ERR]);
	return true;
}

/* Keeps the two descriptors only, as 3 and 4, with nothing on the standard streams. */
static bool drop_descriptors(int *control, int *bwrap)
{
	int null = open("/dev/null", O_RDWR);
	/* First out of the way of the numbers that they are to get. */
	int first = fcntl(*control, F_DUPFD, 10);
	int second = fcntl(*bwrap, F_DUPFD, 10);
	if (null < 0 || first < 0 || second < 0)
		return false;
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	*control = dup3(first, 3, O_CLOEXEC);
	*bwrap = dup3(second, 4, O_CLOEXEC);
	return *control == 3 && *bwrap == 4 && syscall(SYS_close_range, 5U, ~0U, 0U) == 0;
}

static bool prepare(struct keeper_process *keeper, const char *folder, uid_t uid, gid_t gid)
{
	sigset_t child_signal;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "sandboxd-keeper");
	setsid(); /* a terminal's Ctrl-C is for the server to handle */
	if (!drop_descriptors(&keeper->control, &keeper->init.bwrap))
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

int keeper_start(struct keeper *keeper, const char *bwrap, const char *folder, const void *filter, size_t filter_size,
                 struct failure *failure)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	unsigned long namespaces = CLONE_NEWPID | CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER);
	int pair[2];

	int executable = open(bwrap, O_PATH | O_CLOEXEC);
	if (executable < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return failure_set(failure, FAILURE_INTERNAL, "the engine cannot be started (%s); see the system",
		                   strerror(errno));
	pid_t pid = (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		struct keeper_process process = {
		        .init = {.bwrap = executable, .filter = filter, .filter_size = filter_size},
		        .control = pair[1],
		};
		keeper_main(&process, folder, uid, gid);
	}
	int error = errno;
	close(executable);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return refused(error, failure);
	}
	*keeper = (struct keeper){.pid = pid, .control = pair[0]};
	return await_start(keeper, failure);
}

int keeper_run(struct keeper *keeper, const struct keeper_request *request, const char *command, int arguments, int out,
               int err, int channel)
{
	struct keeper_request copy = *request;
	const int fds[FD_COUNT] = {arguments, out, err, channel};
	union control_space space = {0};
	/* A cast without effect: sending does not write. */
	struct iovec parts[] = {{&copy, sizeof(copy)}, {(void *)(uintptr_t)command, strlen(command) + 1}};
	struct msghdr message = {
	        .msg_iov = parts, .msg_iovlen = 2, .msg_control = space.bytes, .msg_controllen = sizeof(space.bytes)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	ssize_t sent;
	do
		sent = sendmsg(keeper->control, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
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
