#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport_curl.h"

#define PORTS 65536

void sbx__curl_sockets_init(sbx__curl_sockets *sockets)
{
	*sockets = (sbx__curl_sockets){0};
	pthread_mutex_init(&sockets->mutex, NULL);
}

void sbx__curl_sockets_free(sbx__curl_sockets *sockets)
{
	free(sockets->items);
	free(sockets->by_port);
	pthread_mutex_destroy(&sockets->mutex);
}

static bool reserve(sbx__curl_sockets *sockets)
{
	if (sockets->count < sockets->capacity)
		return true;
	size_t capacity = sockets->capacity ? 2 * sockets->capacity : 8;
	sbx__curl_socket *items = realloc(sockets->items, capacity * sizeof *items);
	if (!items)
		return false;
	sockets->items = items;
	sockets->capacity = capacity;
	return true;
}

static void take_out(sbx__curl_sockets *sockets, size_t index)
{
	sbx__curl_socket *items = sockets->items;
	if (items[index].port && sockets->by_port[items[index].port] == items[index].descriptor + 1)
		sockets->by_port[items[index].port] = 0;
	if (index < sockets->known) {
		items[index] = items[--sockets->known];
		index = sockets->known;
	}
	items[index] = items[--sockets->count];
}

/* With the lock. */
static void remove_descriptor(sbx__curl_sockets *sockets, int descriptor)
{
	for (size_t index = 0; index < sockets->count; index++) {
		if (sockets->items[index].descriptor != descriptor)
			continue;
		take_out(sockets, index);
		break;
	}
}

static bool note(sbx__curl_sockets *sockets, int descriptor)
{
	struct stat status;
	if (fstat(descriptor, &status) != 0)
		return false;
	pthread_mutex_lock(&sockets->mutex);
	/* libcurl 7.88 closes a socket that never became a connection without telling. */
	remove_descriptor(sockets, descriptor);
	bool ok = reserve(sockets);
	if (ok)
		sockets->items[sockets->count++] = (sbx__curl_socket){descriptor, status.st_ino, 0};
	pthread_mutex_unlock(&sockets->mutex);
	return ok;
}

static void forget(sbx__curl_sockets *sockets, int descriptor)
{
	pthread_mutex_lock(&sockets->mutex);
	remove_descriptor(sockets, descriptor);
	pthread_mutex_unlock(&sockets->mutex);
}

/* A program that is started meanwhile does not get the connection. */
static curl_socket_t on_open(void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (descriptor < 0)
		return CURL_SOCKET_BAD;
	if (note(user_data, descriptor))
		return descriptor;
	close(descriptor);
	return CURL_SOCKET_BAD;
}

int sbx__curl_sockets_close(sbx__curl_sockets *sockets, int descriptor)
{
	forget(sockets, descriptor);
	return close(descriptor);
}

static int on_close(void *user_data, curl_socket_t descriptor)
{
	return sbx__curl_sockets_close(user_data, descriptor);
}

static int port_of(int descriptor)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {0};
	socklen_t length = sizeof address;
	if (getsockname(descriptor, &address.any, &length) != 0)
		return 0;
	if (address.any.sa_family == AF_INET)
		return ntohs(address.v4.sin_port);
	return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}

/* When a socket is opened it has no port yet: that is asked for when it matters. */
static void learn_ports(sbx__curl_sockets *sockets)
{
	for (; sockets->known < sockets->count; sockets->known++) {
		sbx__curl_socket *item = &sockets->items[sockets->known];
		item->port = port_of(item->descriptor);
		if (item->port)
			sockets->by_port[item->port] = item->descriptor + 1;
	}
}

int sbx__curl_sockets_find(sbx__curl_sockets *sockets, int port)
{
	int descriptor = -1;
	if (port <= 0 || port >= PORTS)
		return -1;
	pthread_mutex_lock(&sockets->mutex);
	if (!sockets->by_port)
		sockets->by_port = calloc(PORTS, sizeof *sockets->by_port);
	if (sockets->by_port) {
		if (!sockets->by_port[port])
			learn_ports(sockets);
		descriptor = sockets->by_port[port] - 1;
	}
	pthread_mutex_unlock(&sockets->mutex);
	return descriptor;
}

CURLcode sbx__curl_sockets_attach(sbx__curl_sockets *sockets, CURL *easy)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets);
	return code;
}

void sbx__curl_sockets_abandon(sbx__curl_sockets *sockets)
{
	/* Without the lock: at the fork another thread may have held it, and there is only this one now. */
	for (size_t index = 0; index < sockets->count; index++) {
		const sbx__curl_socket *item = &sockets->items[index];
		struct stat status;
		if (fstat(item->descriptor, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == item->inode)
			close(item->descriptor);
	}
	sockets->count = 0;
}
