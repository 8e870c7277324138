#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int tcp_failure(const struct options *options, struct failure *failure)
{
	if (errno == EADDRINUSE)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "port %d of %s is in use; give another --port, or 0 for any free one", options->port,
		                   options->host);
	return failure_set(failure, FAILURE_ADDRESS, "port %d of %s cannot be listened on (%s); give another --port",
	                   options->port, options->host, strerror(errno));
}

static int open_tcp(struct listener *listener, const struct options *options, struct failure *failure)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {0};
	socklen_t size;
	int on = 1;

	if (strchr(options->host, ':')) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons((unsigned short)options->port);
		address.v6.sin6_addr = in6addr_loopback;
		size = sizeof(address.v6);
	} else {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons((unsigned short)options->port);
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		size = sizeof(address.v4);
	}
	listener->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return tcp_failure(options, failure);
	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* Accepted connections inherit it: a small answer never waits for the acknowledgement of the one before. */
	setsockopt(listener->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(listener->fd, &address.any, size) < 0 || getsockname(listener->fd, &address.any, &size) < 0)
		return tcp_failure(options, failure);
	listener->port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
	return 0;
}

/* A socket file that nobody listens on is left from a server that was killed. */
static int remove_stale(const struct sockaddr_un *address, struct failure *failure)
{
	struct stat info;
	if (lstat(address->sun_path, &info) < 0)
		return 0;
	if (!S_ISSOCK(info.st_mode))
		return failure_set(failure, FAILURE_ADDRESS,
		                   "%s exists and is not a socket; give another --unix-socket", address->sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	int error = errno;
	close(fd);
	if (result == 0 || error != ECONNREFUSED)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "another server listens on %s; stop it or give another --unix-socket",
		                   address->sun_path);
	unlink(address->sun_path);
	return 0;
}

static int open_unix(struct listener *listener, const char *path, struct failure *failure)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
		return failure_set(failure, FAILURE_ADDRESS,
		                   "--unix-socket takes a path of 1 to %zu bytes; give a shorter",
		                   sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	if (remove_stale(&address, failure) < 0)
		return -1;
	/* The umask of the server is 077: only its own user can connect. */
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "the socket %s cannot be made (%s); give another --unix-socket", path,
		                   strerror(errno));
	listener->unix_socket = path;
	lstat(path, &listener->identity);
	return 0;
}

int listener_open(struct listener *listener, const struct options *options, struct failure *failure)
{
	*listener = (struct listener){.fd = -1};
	return options->unix_socket ? open_unix(listener, options->unix_socket, failure)
	                            : open_tcp(listener, options, failure);
}

int listener_start(struct listener *listener, struct failure *failure)
{
	if (listen(listener->fd, SOMAXCONN) == 0)
		return 0;
	/* Two servers can be bound to one port for a moment (SO_REUSEADDR); the second one learns it here. */
	return failure_set(failure, FAILURE_ADDRESS, "the address cannot be listened on (%s); give another --port",
	                   strerror(errno));
}

void listener_close(struct listener *listener)
{
	struct stat info;
	/* Not when a newer server has put its own socket there. */
	if (listener->unix_socket && lstat(listener->unix_socket, &info) == 0 &&
	    info.st_ino == listener->identity.st_ino && info.st_dev == listener->identity.st_dev)
		unlink(listener->unix_socket);
	if (listener->fd >= 0)
		close(listener->fd);
	*listener = (struct listener){.fd = -1};
}
