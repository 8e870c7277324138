#include "keeper_init.h"

#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The numbers that bubblewrap's descriptors have; the argument list below and engine_bwrap.c name them. */
enum { FD_ARGUMENTS = 3, FD_FILTER = 4, FD_STATUS = 5, FD_BWRAP = 6, FD_STARTED = 7 };

/* What bubblewrap tells comes before it executes the command, which can fail. That a shell runs only a shell can tell:
 * this one writes to FD_STARTED, closes it and becomes the command's. */
#define TELL_START "echo >&7 && exec /bin/sh -c -- \"$0\" 7>&-"

static bool set_limit(int resource, rlim_t value)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0)
		return false;
	if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
		value = limit.rlim_max;
	limit = (struct rlimit){.rlim_cur = value, .rlim_max = value};
	return setrlimit(resource, &limit) == 0;
}

/* Limits come last: under a limit of processes already in force, the change of user would be undone at the next exec.
 */
static bool drop_to(const struct keeper_request *request)
{
	if (geteuid() == 0 && (request->uid == 0 || request->gid == 0 || setgroups(0, NULL) < 0 ||
	                       setresgid(request->gid, request->gid, request->gid) < 0 ||
	                       setresuid(request->uid, request->uid, request->uid) < 0))
		return false;
	return set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_NOFILE, 4096) &&
	       set_limit(RLIMIT_FSIZE, request->file_size) && set_limit(RLIMIT_NPROC, request->processes);
}

/* When memory runs out, commands are to go before the server. A process that cannot be dumped cannot write this of
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

/* Bubblewrap looks its child up in /proc by the id that it has in this namespace, and may mount a /proc of its own only
 * where a whole one is seen already. Before the privileges go: bubblewrap itself can undo no mask of a container. */
static bool mount_proc(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}

/* A pipe that holds the whole seccomp program, which is far smaller than a pipe's capacity. */
static int open_filter(const struct init_settings *settings)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	ssize_t written = write(ends[1], settings->filter, settings->filter_size);
	close(ends[1]);
	return written == (ssize_t)settings->filter_size ? ends[0] : -1;
}

/* Never returns. Every descriptor is moved above the numbers it could collide with, then into its place. */
static _Noreturn void execute(const struct init_settings *settings, const char *command, int arguments, int out,
                              int err, int status, int started)
{
	/* The last dashes: a command may begin with one. */
	static char name[] = "bwrap", args[] = "--args", args_fd[] = "3", dashes[] = "--", shell[] = "/bin/sh",
	            dash_c[] = "-c", tell_start[] = TELL_START;
	char *text = (char *)(uintptr_t)command;
	char *argv[] = {name, args, args_fd, dashes, shell, dash_c, dashes, text, NULL};
	char *telling[] = {name, args, args_fd, dashes, shell, dash_c, dashes, tell_start, text, NULL};
	char *environment[] = {NULL};
	const int from[] = {out, err, arguments, open_filter(settings), status, settings->bwrap, started};
	const int to[] = {STDOUT_FILENO, STDERR_FILENO, FD_ARGUMENTS, FD_FILTER, FD_STATUS, FD_BWRAP, FD_STARTED};
	const int count = started >= 0 ? 7 : 6;
	int high[7];
	sigset_t none;

	for (int i = 0; i < count; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 20)) < 0)
			_exit(127);
	for (int i = 0; i < count; i++)
		dup2(high[i], to[i]);
	fcntl(FD_BWRAP, F_SETFD, FD_CLOEXEC);
	if (syscall(SYS_close_range, (unsigned int)to[count - 1] + 1, ~0U, 0U) < 0)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	umask(022);
	/* By descriptor: the path of the program was found in the server's view of the file system. */
	syscall(SYS_execveat, FD_BWRAP, "", started >= 0 ? telling : argv, environment, AT_EMPTY_PATH);
	_exit(127);
}

/* Bubblewrap writes an "exit-code" only if the command itself has run. */
static bool has_started(int status)
{
	char text[4096];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(text) - 1 && (got = read(status, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return strstr(text, "\"exit-code\"") != NULL;
}

/* Reaps whatever ends; true once it was bubblewrap. */
static bool reap(pid_t bwrap, int signals, int *wait_status)
{
	struct signalfd_siginfo ignored;
	bool ended = false;
	int status;
	pid_t pid;

	if (read(signals, &ignored, sizeof(ignored)) < 0)
		return false;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == bwrap) {
			*wait_status = status;
			ended = true;
		}
	}
	return ended;
}

static void report(int channel, enum engine_event event, int wait_status)
{
	struct engine_report report = {
	        .event = event,
	        .exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status),
	};
	if (send(channel, &report, sizeof(report), MSG_NOSIGNAL) < 0)
		_exit(1);
}

/* The complaint goes where bubblewrap's goes: the server explains both in the same way. */
static _Noreturn void give_up(int err, int channel, const char *what)
{
	dprintf(err, "%s: %s\n", what, strerror(errno));
	report(channel, ENGINE_NOT_STARTED, 0);
	_exit(1);
}

/* Returns when bubblewrap has ended. */
static void watch(int channel, int signals, int started, pid_t bwrap, int *wait_status)
{
	char byte;

	for (;;) {
		/* Whatever happens on the channel is its end: the server says nothing else. */
		struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
		                       {.fd = channel, .events = POLLIN},
		                       {.fd = started, .events = POLLIN}};
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			_exit(1);
		if (fds[1].revents)
			_exit(0);
		if (fds[2].revents) {
			if (read(started, &byte, 1) == 1)
				report(channel, ENGINE_STARTED, 0);
			started = -1;
		}
		if (fds[0].revents && reap(bwrap, signals, wait_status))
			return;
	}
}

_Noreturn void init_run(const struct init_settings *settings, const struct keeper_request *request, const char *command,
                        int arguments, int out, int err, int channel)
{
	int status[2], started[2] = {-1, -1}, wait_status = 0;
	sigset_t child_signal;

	prctl(PR_SET_NAME, "sandboxd-init");
	if (!mount_proc())
		give_up(err, channel, INIT_NO_PROC);
	if (!volunteer_for_oom() || !drop_to(request) || pipe2(status, O_CLOEXEC) < 0 ||
	    (request->tell_start && pipe2(started, O_CLOEXEC) < 0))
		give_up(err, channel, "The sandbox's user cannot be taken on");
	prctl(PR_SET_DUMPABLE, 0);
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	int signals = signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		give_up(err, channel, "Signals cannot be received");
	fcntl(status[0], F_SETFL, O_NONBLOCK);
	pid_t bwrap = fork();
	if (bwrap == 0)
		execute(settings, command, arguments, out, err, status[1], started[1]);
	if (bwrap < 0)
		give_up(err, channel, "Can't fork");
	close(status[1]);
	if (started[1] >= 0)
		close(started[1]);
	close(arguments);
	close(out);
	close(err);
	watch(channel, signals, started[0], bwrap, &wait_status);
	report(channel, has_started(status[0]) ? ENGINE_EXITED : ENGINE_NOT_STARTED, wait_status);
	_exit(0);
}
