/*
 * A server that answers every request after the same time, over as many connections as the system allows.
 *
 * server MILLISECONDS. Its port is the first line that it prints. When its input ends it prints what it has seen, as
 * one line of JSON, and ends. The bytes of a request's body are thrown away where they are.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

#define BATCH 256
#define HEAD_SIZE 2048
/* Each has a queue of its own for connections that are not yet taken, which the system bounds (net.core.somaxconn). */
#define LISTENERS 4

static const char document[] = "{\"id\":\"execution-1\",\"created_at\":\"2025-01-01T00:00:00Z\","
                               "\"execution_time_ms\":3,\"exit_code\":0,\"status\":\"completed\","
                               "\"stdout\":\"HELLO\\n\",\"stderr\":\"\",\"size\":1}";

struct connection {
	int descriptor;
	size_t length;  /* of the head, as far as it came */
	long long left; /* of the body */
	bool in_body;
	bool held; /* its request is read and not answered */
	bool gone; /* the client went away meanwhile */
	int64_t answer_at;
	struct connection *next; /* among those held, the first to be answered first */
	char head[HEAD_SIZE];
};

struct server {
	int epoll;
	int listeners[LISTENERS];
	int64_t delay;
	struct connection *first;
	struct connection *last;
	long held;
	long most_held;
	long requests;
	long connections;
	char answer[512];
	size_t answer_length;
};

static void drop(struct connection *connection)
{
	close(connection->descriptor);
	if (connection->held) {
		connection->gone = true;
		return;
	}
	free(connection);
}

static void hold(struct server *server, struct connection *connection)
{
	connection->held = true;
	connection->answer_at = bench_clock(CLOCK_MONOTONIC) + server->delay;
	connection->next = NULL;
	if (server->last)
		server->last->next = connection;
	else
		server->first = connection;
	server->last = connection;
	server->requests++;
	if (++server->held > server->most_held)
		server->most_held = server->held;
}

static void answer_due(struct server *server)
{
	int64_t now = bench_clock(CLOCK_MONOTONIC);

	while (server->first && server->first->answer_at <= now) {
		struct connection *connection = server->first;

		server->first = connection->next;
		if (!server->first)
			server->last = NULL;
		server->held--;
		connection->held = false;
		connection->length = 0;
		connection->in_body = false;
		if (connection->gone)
			free(connection);
		else if (send(connection->descriptor, server->answer, server->answer_length, MSG_NOSIGNAL) < 0)
			drop(connection);
	}
}

static long long content_length(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");

	return field ? atoll(field + sizeof("\r\nContent-Length:") - 1) : 0;
}

/* Reads on; false: the connection is over. */
static bool read_head(struct server *server, struct connection *connection)
{
	ssize_t got = recv(connection->descriptor, connection->head + connection->length,
	                   HEAD_SIZE - 1 - connection->length, 0);
	char *end;

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	connection->length += (size_t)got;
	connection->head[connection->length] = '\0';
	end = strstr(connection->head, "\r\n\r\n");
	if (!end)
		return connection->length < HEAD_SIZE - 1;
	connection->left =
	        content_length(connection->head) - (long long)(connection->head + connection->length - (end + 4));
	connection->in_body = true;
	if (connection->left <= 0)
		hold(server, connection);
	return true;
}

static bool read_body(struct server *server, struct connection *connection)
{
	/* The kernel throws the bytes away without copying them: it is the client that is measured. */
	for (int turn = 0; turn < 16 && connection->left > 0; turn++) {
		size_t wanted = connection->left < (1 << 20) ? (size_t)connection->left : 1 << 20;
		ssize_t got = recv(connection->descriptor, NULL, wanted, MSG_TRUNC);

		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		connection->left -= got;
	}
	if (connection->left == 0)
		hold(server, connection);
	return true;
}

static void serve(struct server *server, struct connection *connection)
{
	char byte;
	bool goes_on = true;

	/* The end of a connection whose request is held; a client that sends more than it may is not served. */
	if (connection->held)
		goes_on = recv(connection->descriptor, &byte, 1, 0) < 0 && errno == EAGAIN;
	else if (connection->in_body)
		goes_on = read_body(server, connection);
	else
		goes_on = read_head(server, connection);
	if (!goes_on)
		drop(connection);
}

static bool watch(const struct server *server, int descriptor, void *what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

static bool is_listener(const struct server *server, const void *what)
{
	const int *listener = what;

	return listener >= server->listeners && listener < server->listeners + LISTENERS;
}

static void take_connections(struct server *server, int listener)
{
	int one = 1;
	int descriptor;

	while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *connection = calloc(1, sizeof(*connection));

		if (!connection || !watch(server, descriptor, connection)) {
			perror("server");
			exit(1);
		}
		setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		connection->descriptor = descriptor;
		server->connections++;
	}
}

static int wait_time(const struct server *server)
{
	int64_t left;

	if (!server->first)
		return -1;
	left = server->first->answer_at - bench_clock(CLOCK_MONOTONIC);
	return left <= 0 ? 0 : (int)((left - 1) / 1000000 + 1);
}

/* Until the input ends. */
static void run(struct server *server)
{
	struct epoll_event events[BATCH];

	for (;;) {
		int count = epoll_wait(server->epoll, events, BATCH, wait_time(server));

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == &server->epoll)
				return;
			if (is_listener(server, events[i].data.ptr))
				take_connections(server, *(int *)events[i].data.ptr);
			else
				serve(server, events[i].data.ptr);
		}
		answer_due(server);
	}
}

/* All listen at one port. */
static bool open_listener(struct server *server, int *listener, struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int one = 1;

	*listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return setsockopt(*listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) == 0 &&
	       bind(*listener, (struct sockaddr *)address, length) == 0 && listen(*listener, 65535) == 0 &&
	       getsockname(*listener, (struct sockaddr *)address, &length) == 0 && watch(server, *listener, listener);
}

/* The port; -1 on failure. */
static int open_server(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!watch(server, STDIN_FILENO, &server->epoll))
		return -1;
	for (int i = 0; i < LISTENERS; i++)
		if (!open_listener(server, &server->listeners[i], &address))
			return -1;
	return ntohs(address.sin_port);
}

int main(int argc, char **argv)
{
	struct server server = {0};
	struct rlimit limit;
	int port;

	if (argc != 2) {
		fprintf(stderr, "usage: %s MILLISECONDS\n", argv[0]);
		return 2;
	}
	server.answer_length =
	        (size_t)snprintf(server.answer, sizeof(server.answer),
		                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		                 sizeof(document) - 1, document);
	server.delay = bench_count(argv[1]) * 1000000;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	port = open_server(&server);
	if (port < 0) {
		perror("server");
		return 1;
	}
	printf("%d\n", port);
	fflush(stdout);
	run(&server);
	printf("{\"connections\": %ld, \"requests\": %ld, \"most_held\": %ld}\n", server.connections, server.requests,
	       server.most_held);
	return 0;
}
