#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAITING_MAX 256

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

/* Returns its size; 0: it is no address. No name is looked up: what it leads to may change. */
static socklen_t parse(union address *out, const char *address, unsigned int port)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (!*address || getaddrinfo(address, service, &hints, &found) != 0)
		return 0;
	socklen_t size = found->ai_addrlen;
	memcpy(out, found->ai_addr, size);
	freeaddrinfo(found);
	return size;
}

bool listener_is_address(const char *address)
{
	union address parsed;
	return parse(&parsed, address, 0) > 0;
}

bool listener_is_loopback(const char *address)
{
	union address parsed;

	if (parse(&parsed, address, 0) == 0)
		return false;
	if (parsed.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&parsed.v6.sin6_addr);
	return ntohl(parsed.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool listener_is_any(const char *address)
{
	union address parsed;

	if (parse(&parsed, address, 0) == 0)
		return false;
	if (parsed.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&parsed.v6.sin6_addr);
	return parsed.v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

static void write_host(const union address *address, socklen_t size, char host[LISTENER_HOST_SIZE])
{
	char text[LISTENER_HOST_SIZE - 2] = "";

	getnameinfo(&address->any, size, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	snprintf(host, LISTENER_HOST_SIZE, strchr(text, ':') ? "[%s]" : "%s", text);
}

int listener_open(const char *address, unsigned int port, unsigned int *given, char host[LISTENER_HOST_SIZE])
{
	union address parsed = {.room = {0}};
	socklen_t size = parse(&parsed, address, port);
	int on = 1, fd = socket(parsed.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, &parsed.any, size) < 0 || listen(fd, WAITING_MAX) < 0 || getsockname(fd, &parsed.any, &size) < 0) {
		fprintf(stderr,
		        "sandbox-sdk-mcp: port %u of %s cannot be listened on (%s); give others to --http and "
		        "--listen\n",
		        port, address, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*given = ntohs(parsed.any.sa_family == AF_INET6 ? parsed.v6.sin6_port : parsed.v4.sin_port);
	write_host(&parsed, size, host);
	return fd;
}
