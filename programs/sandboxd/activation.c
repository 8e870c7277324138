#include "activation.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The first number of a descriptor that is passed; see sd_listen_fds(3). */
#define FIRST 3

static long number(const char *variable)
{
	const char *text = getenv(variable);
	char *end;

	if (!text || !*text)
		return -1;
	long value = strtol(text, &end, 10);
	return *end == '\0' ? value : -1;
}

int activation_take(int *fd, struct failure *failure)
{
	long count = number("LISTEN_FDS");

	*fd = -1;
	/* Variables that were handed down by mistake are meant for another process. */
	if (number("LISTEN_PID") != getpid() || count <= 0)
		return 0;
	if (count > 1)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "%ld sockets were passed by LISTEN_FDS; give one ListenStream= in the socket unit",
		                   count);
	if (fcntl(FIRST, F_SETFD, FD_CLOEXEC) < 0)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "LISTEN_FDS names a socket that is not there; start sandboxd by its socket unit");
	*fd = FIRST;
	return 0;
}

/* The protocol of sd_notify(3): one datagram. Its failure is the manager's to notice. */
void activation_tell(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (length < 2 || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, length);
	/* An abstract one, whose name begins with a NUL. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}
