/*
 * How long after a cancel, a free or a close the server sees the end of the connection.
 *
 * sdk_cancel KIND AT_ONCE ROUNDS, where KIND is one of those at the end of this file and AT_ONCE is how many calls one
 * close ends. The server is a thread of this process, so that both sides read one clock; it answers a POST never and of
 * a GET only the beginning.
 */
#include "measure.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64

struct server {
	int epoll;
	int listener;
	int port;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	long requests;
	long closed;
	int64_t closed_at; /* when the last end was seen */
};

struct run {
	struct server server;
	sbx_client *client;
	sbx_cancel *cancel;
	const sbx_operation *execute;
	const sbx_operation *download;
	sbx_json *execute_arguments;
	sbx_json *download_arguments;
	long at_once;
	long rounds;
};

/* ---- the server ---- */

static void note(struct server *server, long *counter, bool is_end)
{
	int64_t now = bench_clock(CLOCK_MONOTONIC);

	pthread_mutex_lock(&server->mutex);
	++*counter;
	if (is_end)
		server->closed_at = now;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
}

static void wait_for(struct server *server, const long *counter, long count)
{
	pthread_mutex_lock(&server->mutex);
	while (*counter < count)
		pthread_cond_wait(&server->changed, &server->mutex);
	pthread_mutex_unlock(&server->mutex);
}

static void watch(struct server *server, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = descriptor};

	if (descriptor < 0 || epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) {
		perror("sdk_cancel");
		exit(1);
	}
}

static void read_from(struct server *server, int descriptor)
{
	static const char beginning[] = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
	                                "Content-Length: 1000000\r\n\r\nthe beginning";
	char bytes[4096];
	ssize_t got = recv(descriptor, bytes, sizeof(bytes) - 1, 0);

	if (got <= 0) {
		close(descriptor);
		note(server, &server->closed, true);
		return;
	}
	bytes[got] = '\0';
	if (strncmp(bytes, "GET ", 4) == 0)
		(void)!send(descriptor, beginning, sizeof(beginning) - 1, MSG_NOSIGNAL);
	/* The body of a request comes with its head or after it: what counts is the head. */
	if (strstr(bytes, "\r\n\r\n"))
		note(server, &server->requests, false);
}

static void *serve(void *user_data)
{
	struct server *server = user_data;
	struct epoll_event events[BATCH];

	for (;;) {
		int count = epoll_wait(server->epoll, events, BATCH, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == server->listener)
				watch(server, accept4(server->listener, NULL, NULL, SOCK_CLOEXEC));
			else
				read_from(server, events[i].data.fd);
		}
	}
	return NULL;
}

static void open_server(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	pthread_mutex_init(&server->mutex, NULL);
	pthread_cond_init(&server->changed, NULL);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, length) < 0 || listen(server->listener, 4096) < 0 ||
	    getsockname(server->listener, (struct sockaddr *)&address, &length) < 0 ||
	    pthread_create(&server->thread, NULL, serve, server) != 0) {
		perror("sdk_cancel");
		exit(1);
	}
	watch(server, server->listener);
	server->port = ntohs(address.sin_port);
}

/* ---- the calls ---- */

static void check(sbx_status status, sbx_status wanted, sbx_error *error)
{
	if (status != wanted) {
		fprintf(stderr, "sdk_cancel: %s\n", error ? sbx_error_message(error) : "not as it should be");
		exit(1);
	}
	sbx_error_free(error);
}

static sbx_call *start(struct run *run)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_error *error = NULL;
	sbx_call *call = NULL;

	request.operation = run->execute;
	request.arguments = run->execute_arguments;
	check(sbx_client_start(run->client, &request, NULL, NULL, NULL, &call, &error), SBX_OK, error);
	return call;
}

static bool has(struct server *server, long requests)
{
	pthread_mutex_lock(&server->mutex);
	bool enough = server->requests >= requests;
	pthread_mutex_unlock(&server->mutex);
	return enough;
}

static void drive_until(struct run *run, long requests)
{
	while (!has(&run->server, requests))
		sbx_client_poll(run->client, 0.001, NULL);
}

struct waiting {
	struct run *run;
	sbx_cancel *cancel;
	sbx_status wanted;
};

static void *wait_in_call(void *user_data)
{
	struct waiting *waiting = user_data;
	struct run *run = waiting->run;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_error *error = NULL;

	request.operation = run->execute;
	request.arguments = run->execute_arguments;
	options.cancel = waiting->cancel;
	check(sbx_client_send(run->client, &request, &options, NULL, &error), waiting->wanted, error);
	return NULL;
}

/* When the cause of the end was given; the server tells when it saw it. */
typedef int64_t (*ending)(struct run *run, long requests);

static int64_t cancel_started(struct run *run, long requests)
{
	sbx_call *call = start(run);
	drive_until(run, requests);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_call_cancel(call);
	wait_for(&run->server, &run->server.closed, requests);
	sbx_call_free(call);
	return began;
}

static int64_t free_started(struct run *run, long requests)
{
	sbx_call *call = start(run);
	drive_until(run, requests);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_call_free(call);
	wait_for(&run->server, &run->server.closed, requests);
	return began;
}

static int64_t cancel_waited(struct run *run, long requests)
{
	struct waiting waiting = {run, NULL, SBX_ERROR_CANCELLED};
	pthread_t thread;

	check(sbx_cancel_new(&waiting.cancel, NULL), SBX_OK, NULL);
	if (pthread_create(&thread, NULL, wait_in_call, &waiting) != 0)
		abort();
	wait_for(&run->server, &run->server.requests, requests);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_cancel_fire(waiting.cancel);
	wait_for(&run->server, &run->server.closed, requests);
	pthread_join(thread, NULL);
	sbx_cancel_free(waiting.cancel);
	return began;
}

static int64_t free_stream(struct run *run, long requests)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	char bytes[16];
	size_t got;

	request.operation = run->download;
	request.arguments = run->download_arguments;
	check(sbx_client_open(run->client, &request, NULL, &stream, &error), SBX_OK, error);
	check(sbx_stream_read(stream, bytes, sizeof(bytes), &got, &error), SBX_OK, error);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_stream_free(stream);
	wait_for(&run->server, &run->server.closed, requests);
	return began;
}

static void new_client(struct run *run)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_error *error = NULL;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d", run->server.port);
	options.api_key = BENCH_API_KEY;
	options.base_url = url;
	options.max_retries = 0;
	check(sbx_client_new(&run->client, &options, &error), SBX_OK, error);
}

static int64_t close_started(struct run *run, long requests)
{
	sbx_call **calls = calloc((size_t)run->at_once, sizeof(sbx_call *));

	for (long i = 0; calls && i < run->at_once; i++)
		calls[i] = start(run);
	drive_until(run, requests);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_client_close(run->client);
	wait_for(&run->server, &run->server.closed, requests);
	for (long i = 0; calls && i < run->at_once; i++)
		sbx_call_free(calls[i]);
	free(calls);
	sbx_client_free(run->client);
	new_client(run);
	return began;
}

static int64_t close_waited(struct run *run, long requests)
{
	struct waiting waiting = {run, NULL, SBX_ERROR_CLOSED};
	pthread_t *threads = calloc((size_t)run->at_once, sizeof(*threads));

	for (long i = 0; i < run->at_once; i++)
		if (!threads || pthread_create(&threads[i], NULL, wait_in_call, &waiting) != 0)
			abort();
	wait_for(&run->server, &run->server.requests, requests);
	int64_t began = bench_clock(CLOCK_MONOTONIC);
	sbx_client_close(run->client);
	wait_for(&run->server, &run->server.closed, requests);
	for (long i = 0; i < run->at_once; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	sbx_client_free(run->client);
	new_client(run);
	return began;
}

static const struct {
	const char *name;
	ending end;
	bool many;
} kinds[] = {
        {"cancel_started", cancel_started, false}, {"free_started", free_started, false},
        {"cancel_waited", cancel_waited, false},   {"free_stream", free_stream, false},
        {"close_started", close_started, true},    {"close_waited", close_waited, true},
};

static void measure(struct run *run, ending end)
{
	long requests = 0;

	printf("{\"latency_ns\": [");
	for (long i = 0; i < run->rounds; i++) {
		requests += run->at_once;
		int64_t began = end(run, requests);

		printf("%s%lld", i ? ", " : "", (long long)(run->server.closed_at - began));
	}
	printf("]}\n");
}

static sbx_json *arguments_of(const char *name, const char *value)
{
	sbx_json *arguments = sbx_json_new_object();

	sbx_json_set(arguments, "id", sbx_json_new_string(BENCH_SANDBOX, strlen(BENCH_SANDBOX)));
	sbx_json_set(arguments, name, sbx_json_new_string(value, strlen(value)));
	return arguments;
}

int main(int argc, char **argv)
{
	static struct run run;

	if (argc != 4) {
		fprintf(stderr, "usage: %s KIND AT_ONCE ROUNDS\n", argv[0]);
		return 2;
	}
	open_server(&run.server);
	run.execute = sbx_operation_find("sandboxes.execute");
	run.download = sbx_operation_find("sandboxes.download");
	run.execute_arguments = arguments_of("command", BENCH_COMMAND);
	run.download_arguments = arguments_of("path", "/large");
	run.rounds = bench_count(argv[3]);
	new_client(&run);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		run.at_once = kinds[i].many ? bench_count(argv[2]) : 1;
		measure(&run, kinds[i].end);
	}
	sbx_client_free(run.client);
	sbx_json_free(run.execute_arguments);
	sbx_json_free(run.download_arguments);
	return run.at_once ? 0 : 2;
}
