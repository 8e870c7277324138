/*
 * A host of MCP servers over standard input and output: starts one, shakes hands, sends requests, and prints what that
 * took as one line of JSON.
 *
 * mcp_host OPENING WARMUP CALLS AT_ONCE REQUEST… -- PROGRAM ARGUMENT…
 *
 * OPENING is "initialize" or "server/discover". A REQUEST is the members of one beside its id; they are sent in turn,
 * AT_ONCE of them before the first is answered. It reads of an answer only whether it is one, so that what is measured
 * is the server.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define VERSION_META \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define PATIENCE_MS 60000
/* Where the first of them is among the arguments. */
#define REQUESTS_AT 5

extern char **environ;

struct host {
	pid_t server;
	int to;
	int from;
	char **requests;
	int request_count;
	long next_id;
	/* What was read and is no whole line yet. */
	char *buffer;
	size_t length;
	size_t size;
	size_t looked;
};

/* ---- the server ---- */

static int start(struct host *host, char **command)
{
	posix_spawn_file_actions_t actions;
	int to[2], from[2];
	int result = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (pipe(to) < 0 || pipe(from) < 0)
		goto done;
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	for (int i = 0; i < 2; i++) {
		posix_spawn_file_actions_addclose(&actions, to[i]);
		posix_spawn_file_actions_addclose(&actions, from[i]);
	}
	if (posix_spawnp(&host->server, command[0], &actions, NULL, command, environ) != 0)
		goto done;
	close(to[0]);
	close(from[1]);
	host->to = to[1];
	host->from = from[0];
	result = 0;
done:
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* Of the server; in KiB. */
static long memory(const struct host *host, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)host->server);
	return bench_memory_of(path, name);
}

static int end(const struct host *host)
{
	int status;

	close(host->to);
	if (waitpid(host->server, &status, 0) < 0)
		return -1;
	close(host->from);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* ---- messages ---- */

static int send_text(const struct host *host, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(host->to, text, length);
		if (written < 0 && errno != EINTR)
			return -1;
		text += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
	return 0;
}

static int send_request(struct host *host, const char *members)
{
	char message[4096];
	int length =
	        snprintf(message, sizeof(message), "{\"jsonrpc\":\"2.0\",\"id\":%ld,%s}\n", host->next_id++, members);

	return length < (int)sizeof(message) ? send_text(host, message, (size_t)length) : -1;
}

static int receive(struct host *host)
{
	struct pollfd watched = {.fd = host->from, .events = POLLIN};

	if (host->size - host->length < 65536) {
		char *more = realloc(host->buffer, host->size + (1 << 20));
		if (!more)
			return -1;
		host->buffer = more;
		host->size += 1 << 20;
	}
	if (poll(&watched, 1, PATIENCE_MS) <= 0)
		return -1;
	ssize_t got = read(host->from, host->buffer + host->length, host->size - host->length);
	if (got <= 0)
		return -1;
	host->length += (size_t)got;
	return 0;
}

/* Notifications are passed over. Returns 1 for an answer. */
static int judge(const char *line)
{
	if (!strstr(line, "\"id\":"))
		return 0;
	if (strstr(line, "\"result\":") && !strstr(line, "\"isError\":true"))
		return 1;
	fprintf(stderr, "mcp_host: the server answers %.300s\n", line);
	return -1;
}

/* Waits for so many answers. Returns -1 if one is none. */
static int take_answers(struct host *host, long wanted)
{
	size_t begun = 0;

	while (wanted > 0) {
		char *line_end = host->length > host->looked
		                         ? memchr(host->buffer + host->looked, '\n', host->length - host->looked)
		                         : NULL;
		if (!line_end) {
			memmove(host->buffer, host->buffer + begun, host->length - begun);
			host->length -= begun;
			host->looked = host->length;
			begun = 0;
			if (receive(host) < 0)
				return -1;
			continue;
		}
		*line_end = '\0';
		int is_answer = judge(host->buffer + begun);
		if (is_answer < 0)
			return -1;
		wanted -= is_answer;
		begun = host->looked = (size_t)(line_end - host->buffer) + 1;
	}
	memmove(host->buffer, host->buffer + begun, host->length - begun);
	host->length -= begun;
	host->looked = 0;
	return 0;
}

/* ---- what is measured ---- */

static int open_session(struct host *host, const char *opening)
{
	static const char initialize[] = "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
	                                 "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}";
	static const char discover[] = "\"method\":\"server/discover\",\"params\":{" VERSION_META "}";

	if (send_request(host, strcmp(opening, "initialize") == 0 ? initialize : discover) < 0)
		return -1;
	return take_answers(host, 1);
}

static int make_calls(struct host *host, long count, long at_once)
{
	long sent = 0, answered = 0;

	while (answered < count) {
		while (sent < count && sent - answered < at_once)
			if (send_request(host, host->requests[sent++ % host->request_count]) < 0)
				return -1;
		if (take_answers(host, 1) < 0)
			return -1;
		answered++;
	}
	return 0;
}

static int measure(struct host *host, char **argv, char **command)
{
	static const char initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
	long warmup = bench_count(argv[2]), calls = bench_count(argv[3]), at_once = bench_count(argv[4]);
	int64_t opened = bench_clock(CLOCK_MONOTONIC), wall;

	if (start(host, command) < 0 || open_session(host, argv[1]) < 0)
		return -1;
	opened = bench_clock(CLOCK_MONOTONIC) - opened;
	if (strcmp(argv[1], "initialize") == 0 && send_text(host, initialized, sizeof(initialized) - 1) < 0)
		return -1;
	if (make_calls(host, warmup, at_once) < 0)
		return -1;
	wall = bench_clock(CLOCK_MONOTONIC);
	if (make_calls(host, calls, at_once) < 0)
		return -1;
	wall = bench_clock(CLOCK_MONOTONIC) - wall;
	printf("{\"start_ns\": %lld, \"calls\": %ld, \"wall_ns\": %lld, \"rss_kib\": %ld}\n", (long long)opened, calls,
	       (long long)wall, memory(host, "VmRSS"));
	return end(host);
}

int main(int argc, char **argv)
{
	struct host host = {.requests = argv + REQUESTS_AT};
	int at = REQUESTS_AT;
	int status = 1;

	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	host.request_count = at - REQUESTS_AT;
	if (host.request_count < 1 || at + 1 >= argc) {
		fprintf(stderr, "usage: %s OPENING WARMUP CALLS AT_ONCE REQUEST... -- PROGRAM ARGUMENT...\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (measure(&host, argv, argv + at + 1) == 0)
		status = 0;
	else
		fprintf(stderr, "mcp_host: %s does not do what it has to\n", argv[at + 1]);
	free(host.buffer);
	return status;
}
