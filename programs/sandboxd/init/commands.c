#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The supervisor's channel, which no command ever has. */
#define SUPERVISOR_CHANNEL 3

/* Many processes that are busy are not to keep the server, or what makes the next sandbox, from its turn; nor their own
 * supervisors. */
#define COMMAND_NICENESS 5

struct command commands[COMMANDS_MAX];
size_t command_count;

static bool has_processes;

/* What a payload says. */
struct program {
	char *command;
	char *working_directory;
	char *environment[INIT_VARIABLES_MAX + 1];
};

static struct program program;

bool report_send(int channel, const struct init_report *report)
{
	return send(channel, report, sizeof(*report), MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(*report);
}

static bool read_payload(int descriptor, size_t size)
{
	char *text = size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
	size_t count = 0;

	if (text == MAP_FAILED || text[size - 1] != '\0')
		return false;
	char *end = text + size;
	program.command = text;
	text += strlen(text) + 1;
	if (text == end)
		return false;
	program.working_directory = text;
	for (text += strlen(text) + 1; text < end && count < INIT_VARIABLES_MAX; text += strlen(text) + 1)
		program.environment[count++] = text;
	program.environment[count] = NULL;
	return true;
}

/* ---- in the command's own process, whose memory is its supervisor's until the program begins ---- */

/* What the server's own limit allows of it. */
static int limit_files(uint64_t size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return -1;
	limit.rlim_max = size < limit.rlim_max ? size : limit.rlim_max;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_FSIZE, &limit);
}

static void become_a_command(const struct init_request *request, volatile struct init_report *failure)
{
	static char shell[] = "/bin/sh", dash_c[] = "-c", dashes[] = "--";
	/* The dashes: a command may begin with one. */
	char *argv[] = {shell, dash_c, dashes, program.command, NULL};
	sigset_t none;

	setsid();
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* One that may write nothing gets an error for it, and goes on to make room. */
	if (request->file_size == 0)
		signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	failure->stage = INIT_FORK;
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + COMMAND_NICENESS);
	if (limit_files(request->file_size) == 0) {
		failure->stage = INIT_WORKING_DIRECTORY;
		if (chdir(program.working_directory) == 0) {
			failure->stage = INIT_EXECUTE;
			execve(shell, argv, program.environment);
		}
	}
	failure->error = errno;
	_exit(127);
}

/* ---- in the supervisor ---- */

/* Everything but the three standard streams and the channel is closed. What was received has higher numbers than these.
 */
static void take_descriptors(const int *descriptors, size_t count)
{
	if (count > INIT_IN)
		dup2(descriptors[INIT_IN], STDIN_FILENO);
	dup2(descriptors[INIT_OUT], STDOUT_FILENO);
	dup2(descriptors[INIT_ERR], STDERR_FILENO);
	dup3(descriptors[INIT_CHANNEL], SUPERVISOR_CHANNEL, O_CLOEXEC);
	syscall(SYS_close_range, SUPERVISOR_CHANNEL + 1U, ~0U, 0U);
}

static _Noreturn void give_up(enum init_stage stage, int error)
{
	const struct init_report report = {.event = INIT_NOT_STARTED, .stage = stage, .error = error};
	report_send(SUPERVISOR_CHANNEL, &report);
	_exit(1);
}

static void stay(int number)
{
	(void)number;
	for (;;)
		pause();
}

/* What was sent before the signal is let in comes now. */
static void let_in(int number)
{
	sigset_t set;

	signal(number, stay);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static _Noreturn void await_end(pid_t command)
{
	struct init_report report = {.event = INIT_EXITED};
	int status;
	pid_t pid;

	let_in(SUPERVISOR_STAY);
	while ((pid = waitpid(-1, &status, 0)) != command)
		if (pid < 0 && errno == ECHILD)
			_exit(1);
	report.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	report_send(SUPERVISOR_CHANNEL, &report);
	_exit(0);
}

static _Noreturn void supervise(const struct init_request *request, const int *descriptors, size_t count)
{
	const struct init_report started = {.event = INIT_STARTED};
	static volatile struct init_report failure;

	if (!read_payload(descriptors[INIT_PAYLOAD], request->payload))
		_exit(1);
	take_descriptors(descriptors, count);
	prctl(PR_SET_NAME, "command");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	umask(022);
	pid_t command = vfork();
	if (command == 0)
		become_a_command(request, &failure);
	if (command < 0)
		give_up(INIT_FORK, errno);
	/* The streams end with the command, not with who waits for it. */
	for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
		close(descriptor);
	if (failure.error)
		give_up(failure.stage, failure.error);
	if (request->tell_start)
		report_send(SUPERVISOR_CHANNEL, &started);
	await_end(command);
}

/* ---- in the init ---- */

void command_run(const struct init_request *request, const int *descriptors, size_t count)
{
	struct init_report report = {.event = INIT_NOT_STARTED, .stage = INIT_FORK, .error = EAGAIN};
	pid_t pid = command_count < COMMANDS_MAX ? fork() : -1;

	if (pid == 0)
		supervise(request, descriptors, count);
	for (size_t i = 0; i < count; i++)
		if (pid < 0 || i != INIT_CHANNEL) {
			if (i == INIT_CHANNEL)
				report_send(descriptors[i], &report);
			close(descriptors[i]);
		}
	has_processes |= pid > 0;
	if (pid > 0)
		commands[command_count++] = (struct command){.supervisor = pid, .channel = descriptors[INIT_CHANNEL]};
}

/* The server has closed its end when it has read the report, which can be before the supervisor is gone: that kills
 * nothing. */
void command_take(struct command *command)
{
	char byte;

	if (recv(command->channel, &byte, sizeof(byte), MSG_DONTWAIT) > 0) {
		processes_kill_tree(command->supervisor);
		return;
	}
	close(command->channel);
	command->channel = -1;
}

static void end_command(size_t index)
{
	if (commands[index].channel >= 0)
		close(commands[index].channel);
	commands[index] = commands[--command_count];
}

/* Only a sandbox itself can have killed a supervisor, which leaves the command unwatched: the channel's end says so.
 * One that it has stopped is made to go on, for somebody waits for what it tells. */
void commands_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		for (size_t i = 0; i < command_count; i++) {
			if (commands[i].supervisor != pid)
				continue;
			if (!WIFSTOPPED(status))
				end_command(i);
			else if (!processes_are_frozen())
				kill(pid, SIGCONT);
			break;
		}
	}
	/* Whatever lives is a descendant of this process. */
	has_processes = pid == 0;
}

/* All at once: a supervisor whose command is killed has no turn to tell of it. */
void commands_end_all(void)
{
	static const struct init_report report = {.event = INIT_STORAGE};

	for (size_t i = 0; i < command_count; i++)
		if (commands[i].channel >= 0)
			report_send(commands[i].channel, &report);
	kill(-1, SIGKILL);
}

bool commands_have_processes(void)
{
	return has_processes;
}
