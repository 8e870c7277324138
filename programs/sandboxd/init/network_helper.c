#include "../clock.h"
#include "../network.h"
#include "network.h"
#include "network_packet.h"
#include "protocol.h"
#include "write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_PATH INIT_NETWORK_FOLDER "/socket"

/* One that cannot run is not started over and over. */
#define START_INTERVAL_MS 1000
/* How long one may take to listen; it is a hundredth of that. */
#define PATIENCE_MS 2000

int network_helper = -1;
static pid_t process;
static int64_t started_ms;

/* ---- the process ---- */

/* Root of a user namespace in which there is nothing else: the helper shuts itself into a file system of its own, and
 * takes no one who may not for granted to be able to. On the machine it stays the sandbox's user. */
static bool become_root_of_nothing(void)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", (unsigned int)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned int)getegid());
	prctl(PR_SET_DUMPABLE, 1);
	return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/uid_map", users) &&
	       write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/gid_map", groups);
}

static _Noreturn void execute(void)
{
	static char name[] = NETWORK_HELPER, frames[] = "--target-type=bess", ipv6[] = "--enable-ipv6",
	            mtu[] = "--mtu=" NETWORK_MTU_TEXT, no_loopback[] = "--disable-host-loopback",
	            sandbox[] = "--enable-sandbox", seccomp[] = "--enable-seccomp", path[] = SOCKET_PATH;
	char block[64];
	char *argv[] = {name, frames, ipv6, mtu, block, no_loopback, sandbox, seccomp, path, NULL};
	char *environment[] = {NULL};
	sigset_t none;

	snprintf(block, sizeof(block), "--cidr=%s/%d", NETWORK_BLOCK, NETWORK_BLOCK_BITS);
	if (!become_root_of_nothing())
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Every descriptor of the relay's is closed by this. */
	syscall(SYS_execveat, INIT_NETWORK_HELPER, "", argv, environment, AT_EMPTY_PATH);
	_exit(1);
}

/* Without taking it in, so that its number stays its own. */
static bool has_ended(void)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* It has no way to say that it listens. */
static int connect_to_it(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_PATH};
	const struct timespec moment = {.tv_nsec = 500000};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	while (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		if (has_ended() || monotonic_ms() - started_ms > PATIENCE_MS) {
			close(fd);
			return -1;
		}
		nanosleep(&moment, NULL);
	}
	return fd;
}

void network_helper_end(void)
{
	if (network_helper >= 0)
		close(network_helper);
	network_helper = -1;
	kill(process, SIGKILL);
	while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Tells it at once whom it would ask for. */
static void introduce(void)
{
	unsigned char neighbour4[NETWORK_NEIGHBOUR4_SIZE], neighbour6[NETWORK_NEIGHBOUR6_SIZE];

	network_write_neighbour4(neighbour4);
	network_write_neighbour6(neighbour6);
	send(network_helper, neighbour4, sizeof(neighbour4), MSG_NOSIGNAL);
	send(network_helper, neighbour6, sizeof(neighbour6), MSG_NOSIGNAL);
}

void network_helper_start(void)
{
	int64_t now = monotonic_ms();

	if (started_ms && now - started_ms < START_INTERVAL_MS)
		return;
	started_ms = now;
	unlink(SOCKET_PATH);
	process = fork();
	if (process == 0)
		execute();
	if (process < 0)
		return;
	network_helper = connect_to_it();
	if (network_helper < 0)
		network_helper_end();
	else
		introduce();
}
