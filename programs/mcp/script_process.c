#include "script_process.h"

#include "script/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The same program, also where another one lies at its path by now. */
#define SELF "/proc/self/exe"

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	int error = posix_spawnattr_setflags(attributes,
	                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	error = error ? error : posix_spawnattr_setsigmask(attributes, &none);
	return error ? error : posix_spawnattr_setsigdefault(attributes, &all);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int fd)
{
	int error = posix_spawn_file_actions_adddup2(actions, fd, WORKER_SOCKET);

	error = error ? error : posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_RDWR, 0);
	error = error ? error : posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
	return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

static int start_with(pid_t *pid, int fd)
{
	static char name[] = "sandbox-sdk-mcp", word[] = WORKER_WORD;
	char *const words[] = {name, word, NULL}, *const environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	int error = set_descriptors(&actions, fd);
	error = error ? error : set_attributes(&attributes);
	error = error ? error : posix_spawn(pid, SELF, &actions, &attributes, words, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int script_process_start(struct script_process *process)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	int error = start_with(&process->pid, ends[1]);
	close(ends[1]);
	if (error == 0) {
		process->fd = ends[0];
		return 0;
	}
	close(ends[0]);
	errno = error;
	return -1;
}

int script_process_wait(struct script_process *process)
{
	int status = 0;

	script_process_kill(process);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

void script_process_kill(struct script_process *process)
{
	kill(process->pid, SIGKILL);
	close(process->fd);
	process->fd = -1;
}

bool script_process_has_ended(const struct script_process *process, bool waits)
{
	pid_t ended;

	do
		ended = waitpid(process->pid, NULL, waits ? 0 : WNOHANG);
	while (ended < 0 && errno == EINTR);
	return ended != 0;
}
