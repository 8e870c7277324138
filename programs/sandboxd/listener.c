#include "listener.h"

#include "activation.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int tcp_failure(const union address *address, struct failure *failure)
{
	char host[ADDRESS_HOST_SIZE];
	int error = errno;

	address_host(address, host);
	if (error == EADDRINUSE)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "port %d of %s is in use; give another --port, or 0 for any free one",
		                   address_port(address), host);
	return failure_set(failure, FAILURE_ADDRESS, "port %d of %s cannot be listened on (%s); give another --port",
	                   address_port(address), host, strerror(error));
}

/* Accepted connections inherit it: a small answer never waits for the acknowledgement of the one before. */
static void set_no_delay(int fd)
{
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int open_tcp(struct listener *listener, const struct options *options, struct failure *failure)
{
	union address *address = &listener->address;
	socklen_t size;
	int on = 1;

	if (options->listen ? !address_parse(address, options->listen)
	                    : !address_make(address, options->host, options->port))
		return failure_set(failure, FAILURE_OPTION, "the address is none; give 127.0.0.1");
	listener->fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return tcp_failure(address, failure);
	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	set_no_delay(listener->fd);
	size = address_size(address);
	if (bind(listener->fd, &address->any, size) < 0 || getsockname(listener->fd, &address->any, &size) < 0)
		return tcp_failure(address, failure);
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
	listener->is_unix = true;
	snprintf(listener->path, sizeof(listener->path), "%s", path);
	lstat(path, &listener->identity);
	return 0;
}

/* Whether it is what a socket unit makes; and, on the network, what the options allow. */
static int check_passed(struct listener *listener, const struct options *options, struct failure *failure)
{
	union {
		union address tcp;
		struct sockaddr_un local;
	} address = {.tcp = {.room = {0}}};
	socklen_t size = sizeof(address);
	int listens = 0, type = 0;
	socklen_t length = sizeof(int);

	if (getsockopt(listener->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) < 0 || !listens ||
	    getsockopt(listener->fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || type != SOCK_STREAM ||
	    getsockname(listener->fd, &address.tcp.any, &size) < 0)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "what was passed by LISTEN_FDS is no listening stream socket; use ListenStream=");
	listener->is_passed = true;
	if (address.local.sun_family == AF_UNIX) {
		listener->is_unix = true;
		snprintf(listener->path, sizeof(listener->path), "%s%.*s", address.local.sun_path[0] ? "" : "@",
		         (int)sizeof(address.local.sun_path) - 1,
		         address.local.sun_path + (address.local.sun_path[0] ? 0 : 1));
		return 0;
	}
	listener->address = address.tcp;
	set_no_delay(listener->fd);
	if (!address_is_loopback(&listener->address) && !options->listen)
		return failure_set(failure, FAILURE_ADDRESS,
		                   "the socket that was passed is open to the network; give --listen with its address, "
		                   "and --key-file");
	return 0;
}

int listener_open(struct listener *listener, const struct options *options, struct failure *failure)
{
	*listener = (struct listener){.fd = -1};
	if (activation_take(&listener->fd, failure) < 0)
		return -1;
	if (listener->fd >= 0)
		return check_passed(listener, options, failure);
	return options->unix_socket ? open_unix(listener, options->unix_socket, failure)
	                            : open_tcp(listener, options, failure);
}

int listener_start(struct listener *listener, struct failure *failure)
{
	if (listener->is_passed || listen(listener->fd, SOMAXCONN) == 0)
		return 0;
	/* Two servers can be bound to one port for a moment (SO_REUSEADDR); the second one learns it here. */
	return failure_set(failure, FAILURE_ADDRESS, "the address cannot be listened on (%s); give another --port",
	                   strerror(errno));
}

void listener_close(struct listener *listener)
{
	struct stat info;
	/* Not when a newer server has put its own socket there. */
	if (listener->is_unix && !listener->is_passed && listener->fd >= 0 && lstat(listener->path, &info) == 0 &&
	    info.st_ino == listener->identity.st_ino && info.st_dev == listener->identity.st_dev)
		unlink(listener->path);
	if (listener->fd >= 0)
		close(listener->fd);
	*listener = (struct listener){.fd = -1};
}
