#include "init.h"
#include "network.h"

#include "passing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Signals come as something to read, in place of the socket's next number. */
#define SIGNALS (INIT_CONTROL + 1)

/* What a process list shows in place of how the program was found. */
static void take_name(char *argument)
{
	static const char name[] = "sandbox-init";

	if (strlen(argument) >= sizeof(name))
		strncpy(argument, name, strlen(argument));
	prctl(PR_SET_NAME, name);
}

/* Here, and not before bubblewrap: the kernel counts them by user namespace, and those around this one would be given
 * the same limit for all sandboxes of the server's user. */
static bool limit_processes(rlim_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NPROC, &limit) < 0)
		return false;
	limit.rlim_max = count < limit.rlim_max ? count : limit.rlim_max;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NPROC, &limit) == 0;
}

static void prepare(rlim_t processes)
{
	sigset_t all, child;

	prctl(PR_SET_DUMPABLE, 0);
	int null = open("/dev/null", O_RDWR);
	for (int descriptor = 0; descriptor < INIT_CONTROL; descriptor++)
		dup2(null, descriptor);
	fcntl(INIT_CONTROL, F_SETFD, FD_CLOEXEC);
	syscall(SYS_close_range, INIT_CONTROL + 1U, ~0U, 0U);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK) != SIGNALS || !limit_processes(processes))
		_exit(1);
}

/* Returns the exit code of the answer. */
static int do_as_asked(uint32_t verb)
{
	if (verb == INIT_FREEZE)
		return !processes_freeze();
	if (verb == INIT_LOOK)
		return commands_have_processes();
	if (verb == INIT_THAW)
		processes_thaw();
	else if (verb == INIT_END)
		commands_end_all();
	return 0;
}

static void carry_out(const struct init_request *request, const int *descriptors, size_t count)
{
	if (request->verb == INIT_RUN && count > INIT_ERR) {
		command_run(request, descriptors, count);
		return;
	}
	if (request->verb == INIT_DRAIN && count == 1) {
		stream_add(descriptors[0]);
		return;
	}
	const struct init_report done = {.event = INIT_DONE, .exit_code = do_as_asked(request->verb)};
	for (size_t i = 0; i < count; i++) {
		report_send(descriptors[i], &done);
		close(descriptors[i]);
	}
}

/* The end of the control socket is the server's. */
static void take_request(void)
{
	struct init_request request;
	int descriptors[PASSING_MAX];
	size_t count;
	ssize_t got = passing_receive(INIT_CONTROL, &request, sizeof(request), descriptors, &count);

	if (got <= 0)
		_exit(0);
	if (got == (ssize_t)sizeof(request))
		carry_out(&request, descriptors, count);
}

static void look_at_children(void)
{
	struct signalfd_siginfo ignored;
	while (read(SIGNALS, &ignored, sizeof(ignored)) > 0)
		;
	commands_reap();
}

/* What waits for an event: the two sockets, then every command's channel, then every stream. */
static size_t watch(struct pollfd *fds)
{
	size_t count = 0;

	fds[count++] = (struct pollfd){.fd = INIT_CONTROL, .events = POLLIN};
	fds[count++] = (struct pollfd){.fd = SIGNALS, .events = POLLIN};
	for (size_t i = 0; i < command_count; i++)
		fds[count++] = (struct pollfd){.fd = commands[i].channel, .events = POLLIN};
	for (size_t i = 0; i < stream_count; i++)
		fds[count++] = (struct pollfd){.fd = streams[i], .events = POLLIN};
	return count;
}

/* From the last one on: what ends is replaced by one that was looked at. */
static void look_around(const struct pollfd *fds)
{
	const struct pollfd *channels = fds + 2, *open_streams = channels + command_count;

	for (size_t i = stream_count; i-- > 0;)
		if (open_streams[i].revents)
			stream_drain(i);
	for (size_t i = command_count; i-- > 0;)
		if (channels[i].revents)
			command_take(&commands[i]);
	if (fds[1].revents)
		look_at_children();
	if (fds[0].revents)
		take_request();
}

int main(int argc, char **argv)
{
	static struct pollfd fds[2 + COMMANDS_MAX + STREAMS_MAX];
	const struct init_report ready = {.event = INIT_READY};

	if (argc == 2 && strcmp(argv[1], INIT_NETWORK) == 0)
		network_relay();
	take_name(argv[0]);
	prepare(argc > 1 ? strtoul(argv[1], NULL, 10) : 1);
	memory_limit(argc > 2 ? strtoull(argv[2], NULL, 10) : 0);
	if (!report_send(INIT_CONTROL, &ready))
		return 1;
	for (;;) {
		size_t count = watch(fds);
		if (poll(fds, count, memory_wait()) < 0 && errno != EINTR)
			return 1;
		look_around(fds);
		memory_look();
	}
}
