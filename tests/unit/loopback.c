#include "loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buffer.h"
#include "support.h"

#define MOST_CONNECTIONS 128

typedef struct connection {
	int descriptor;
	sbx__buffer input;
} connection;

struct loopback {
	pthread_t thread;
	int listener;
	int stop[2]; /* a pipe: its end tells the thread to end */
	const char *answer;
	char *own_answer; /* what loopback_start_json() made of a body; else NULL */
	loopback_answer *make;
	void *user_data;
	char url[64];
	connection open[MOST_CONNECTIONS]; /* the thread's alone */
	size_t open_count;
	pthread_mutex_t mutex; /* of all below */
	size_t requests;
	size_t connections;
	size_t now_open;
	size_t most_open;
	sbx__buffer last;
};

/* What follows the beginning of a line in a request's head; NULL: none begins so. A large body is not looked through.
 */
static const char *after(const char *head, const char *end, const char *beginning)
{
	size_t length = strlen(beginning);
	for (const char *line = head; line < end;) {
		if (strncasecmp(line, beginning, length) == 0)
			return line + length;
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		line = feed ? feed + 1 : end;
	}
	return NULL;
}

/* How long the request at the start of the input is; 0: it is not whole. */
static size_t request_length(const sbx__buffer *input)
{
	const char *end = input->data ? memmem(input->data, input->length, "\r\n\r\n", 4) : NULL;
	if (!end)
		return 0;
	if (after(input->data, end, "Transfer-Encoding: chunked")) {
		/* The last chunk is empty. */
		bool whole = input->length >= (size_t)(end - input->data) + 4 + 5 &&
		             memcmp(input->data + input->length - 5, "0\r\n\r\n", 5) == 0;
		return whole ? input->length : 0;
	}
	const char *length = after(input->data, end, "Content-Length:");
	size_t body = length ? strtoul(length, NULL, 10) : 0;
	size_t whole = (size_t)(end - input->data) + 4 + body;
	return input->length >= whole ? whole : 0;
}

static void note_request(loopback *server, const char *request, size_t length)
{
	pthread_mutex_lock(&server->mutex);
	server->requests++;
	sbx__buffer_clear(&server->last);
	sbx__buffer_append(&server->last, request, length);
	pthread_mutex_unlock(&server->mutex);
}

static bool send_answer(loopback *server, int descriptor, const char *request, size_t length)
{
	sbx__buffer made = {0};
	if (server->make) {
		server->make(server->user_data, request, length, &made);
		/* What it has noted may be read by a test that has asked the server for something since. */
		pthread_mutex_lock(&server->mutex);
		pthread_mutex_unlock(&server->mutex);
	}
	const char *answer = server->make ? made.data : server->answer;
	size_t size = server->make ? made.length : answer ? strlen(answer) : 0;
	size_t sent = 0;
	ssize_t put = 0;
	while (sent < size && (put = send(descriptor, answer + sent, size - sent, MSG_NOSIGNAL)) > 0)
		sent += (size_t)put;
	bool closes = server->make && (size == 0 || strstr(made.data, "Connection: close"));
	sbx__buffer_free(&made);
	return sent == size && !closes;
}

/* False: the connection has ended. */
static bool serve(loopback *server, connection *served)
{
	char bytes[4096];
	size_t length;
	ssize_t got = recv(served->descriptor, bytes, sizeof bytes, 0);
	if (got <= 0)
		return false;
	sbx__buffer_append(&served->input, bytes, (size_t)got);
	while ((length = request_length(&served->input)) > 0) {
		note_request(server, served->input.data, length);
		bool sent = send_answer(server, served->descriptor, served->input.data, length);
		memmove(served->input.data, served->input.data + length, served->input.length - length + 1);
		served->input.length -= length;
		if (!sent)
			return false;
	}
	return true;
}

static void note_open(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	server->now_open = server->open_count;
	if (server->most_open < server->now_open)
		server->most_open = server->now_open;
	pthread_mutex_unlock(&server->mutex);
}

static void drop(loopback *server, size_t index)
{
	close(server->open[index].descriptor);
	sbx__buffer_free(&server->open[index].input);
	server->open[index] = server->open[--server->open_count];
	note_open(server);
}

static void take(loopback *server)
{
	int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	if (descriptor < 0)
		return;
	server->open[server->open_count++] = (connection){.descriptor = descriptor};
	pthread_mutex_lock(&server->mutex);
	server->connections++;
	pthread_mutex_unlock(&server->mutex);
	note_open(server);
}

static void *run(void *argument)
{
	loopback *server = argument;
	for (;;) {
		struct pollfd polled[MOST_CONNECTIONS + 2] = {{.fd = server->stop[0], .events = POLLIN},
		                                              {.fd = server->listener, .events = POLLIN}};
		size_t count = server->open_count;
		for (size_t index = 0; index < count; index++)
			polled[index + 2] = (struct pollfd){.fd = server->open[index].descriptor, .events = POLLIN};
		/* A full house waits at the door. */
		polled[1].fd = count < MOST_CONNECTIONS ? server->listener : -1;
		poll(polled, count + 2, -1);
		if (polled[0].revents)
			break;
		/* From the end: what is dropped is replaced by the last one, which has been served already. */
		for (size_t index = count; index-- > 0;)
			if (polled[index + 2].revents && !serve(server, &server->open[index]))
				drop(server, index);
		if (polled[1].revents)
			take(server);
	}
	while (server->open_count)
		drop(server, 0);
	return NULL;
}

static loopback *start(const char *answer, loopback_answer *make, void *user_data)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	loopback *server = calloc(1, sizeof *server);
	assert_non_null(server);
	server->answer = answer;
	server->make = make;
	server->user_data = user_data;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(server->listener, MOST_CONNECTIONS), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(pipe2(server->stop, O_CLOEXEC), 0);
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	pthread_mutex_init(&server->mutex, NULL);
	assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
	return server;
}

loopback *loopback_start(const char *answer)
{
	return start(answer, NULL, NULL);
}

loopback *loopback_start_with(loopback_answer *answer, void *user_data)
{
	return start(NULL, answer, user_data);
}

void loopback_json(sbx__buffer *answer, int status, const char *body)
{
	sbx__buffer_format(answer,
	                   "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	                   status, strlen(body), body);
}

loopback *loopback_start_json(const char *body)
{
	sbx__buffer answer = {0};
	loopback_json(&answer, 200, body);
	char *text = sbx__buffer_take(&answer);
	loopback *server = loopback_start(text);
	server->own_answer = text;
	return server;
}

void loopback_stop(loopback *server)
{
	close(server->stop[1]);
	pthread_join(server->thread, NULL);
	close(server->stop[0]);
	close(server->listener);
	pthread_mutex_destroy(&server->mutex);
	sbx__buffer_free(&server->last);
	free(server->own_answer);
	free(server);
}

const char *loopback_url(const loopback *server)
{
	return server->url;
}

size_t loopback_requests(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	size_t requests = server->requests;
	pthread_mutex_unlock(&server->mutex);
	return requests;
}

size_t loopback_connections(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	size_t connections = server->connections;
	pthread_mutex_unlock(&server->mutex);
	return connections;
}

size_t loopback_open(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	size_t open = server->now_open;
	pthread_mutex_unlock(&server->mutex);
	return open;
}

size_t loopback_most_open(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	size_t most = server->most_open;
	pthread_mutex_unlock(&server->mutex);
	return most;
}

bool loopback_wait(loopback *server, size_t requests)
{
	for (int round = 0; round < 2000; round++) {
		if (loopback_requests(server) >= requests)
			return true;
		usleep(5000);
	}
	return false;
}

char *loopback_last(loopback *server)
{
	pthread_mutex_lock(&server->mutex);
	char *last = server->last.data ? strdup(server->last.data) : NULL;
	pthread_mutex_unlock(&server->mutex);
	return last;
}
