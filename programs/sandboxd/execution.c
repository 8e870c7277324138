#include "execution.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What `timeout` of coreutils answers. */
#define EXIT_TIMED_OUT 124
#define EXIT_KILLED (128 + 9)

/* After the end of all processes no more than a full pipe can be left in a stream (the largest is 1 MiB); a sandbox
 * that passed the stream on to another command of its own must not keep this one going. */
#define DRAIN_MAX (1024 * 1024)

enum { OUT, ERR, CHANNEL, CLIENT, FDS };

static int64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void keep(struct output *output, const char *bytes, size_t length, size_t limit)
{
	size_t room = limit > output->text.length ? limit - output->text.length : 0;
	size_t kept = length < room ? length : room;

	sbx__buffer_append(&output->text, bytes, kept);
	output->dropped += length - kept;
}

/* One read. Returns how much there was; 0 when nothing is there now; -1 at the end. */
static ssize_t read_some(int fd, struct output *output, size_t limit)
{
	char chunk[65536];
	ssize_t got = read(fd, chunk, sizeof(chunk));

	if (got > 0)
		keep(output, chunk, (size_t)got, limit);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return got > 0 ? got : -1;
}

static void drain(int fd, struct output *output, size_t limit)
{
	ssize_t got;
	for (size_t total = 0; total < DRAIN_MAX && (got = read_some(fd, output, limit)) > 0; total += (size_t)got)
		;
}

/* Returns false at the channel's end. */
static bool read_channel(struct execution *execution, int channel, bool *has_result)
{
	struct engine_exit result;
	ssize_t got = recv(channel, &result, sizeof(result), 0);

	if (got == (ssize_t)sizeof(result)) {
		*has_result = true;
		execution->started = result.started != 0;
		execution->exit_code = result.exit_code;
	}
	return got > 0 || (got < 0 && errno == EINTR);
}

static int time_left(int64_t deadline)
{
	if (deadline == 0)
		return -1;
	int64_t left = deadline - monotonic_ms();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

/* Reads until the channel ends. Returns whether a result came. */
static bool follow(struct execution *execution, const struct engine_process *process,
                   const struct execution_limits *limits)
{
	struct pollfd fds[FDS] = {
	        [OUT] = {.fd = process->out, .events = POLLIN},
	        [ERR] = {.fd = process->err, .events = POLLIN},
	        [CHANNEL] = {.fd = process->channel, .events = POLLIN},
	        [CLIENT] = {.fd = limits->client, .events = POLLRDHUP},
	};
	int64_t deadline = limits->timeout_seconds ? monotonic_ms() + limits->timeout_seconds * 1000 : 0;
	bool has_result = false;

	for (;;) {
		int ready = poll(fds, FDS, time_left(deadline));
		if (ready < 0)
			continue;
		if (ready == 0 && deadline && time_left(deadline) == 0) {
			execution->timed_out = true;
			deadline = 0;
			shutdown(process->channel, SHUT_WR);
		}
		if (fds[CLIENT].revents) {
			fds[CLIENT].fd = -1;
			shutdown(process->channel, SHUT_WR);
		}
		if (fds[OUT].revents && read_some(process->out, &execution->out, limits->max_output) < 0)
			fds[OUT].fd = -1;
		if (fds[ERR].revents && read_some(process->err, &execution->err, limits->max_output) < 0)
			fds[ERR].fd = -1;
		if (fds[CHANNEL].revents && !read_channel(execution, process->channel, &has_result))
			return has_result;
	}
}

void execution_wait(struct execution *execution, struct engine_process *process, const struct execution_limits *limits)
{
	int64_t start = monotonic_ms();
	bool has_result = follow(execution, process, limits);

	drain(process->out, &execution->out, limits->max_output);
	drain(process->err, &execution->err, limits->max_output);
	close(process->out);
	close(process->err);
	execution->duration_ms = monotonic_ms() - start;
	execution->completed_ms = now_ms();
	/* A command that ended by itself in the moment of its timeout has ended by itself. */
	if (has_result) {
		execution->timed_out = false;
		return;
	}
	execution->started = true;
	execution->killed = !execution->timed_out;
	execution->exit_code = execution->timed_out ? EXIT_TIMED_OUT : EXIT_KILLED;
}

void execution_free(struct execution *execution)
{
	sbx__buffer_free(&execution->out.text);
	sbx__buffer_free(&execution->err.text);
}

/* The length without a character of which the limit has cut off the end. */
static size_t whole_characters(const char *text, size_t length)
{
	size_t back = 0;
	while (back < 3 && back < length && ((unsigned char)text[length - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back == length)
		return length;
	unsigned char lead = (unsigned char)text[length - 1 - back];
	size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	return needed > back + 1 ? length - 1 - back : length;
}

static void write_output(const struct output *output, const char *name, struct json_writer *writer)
{
	sbx__buffer text = output->text;
	char key[40], marker[80];
	bool valid;

	json_key(writer, name);
	if (output->dropped == 0) {
		valid = json_bytes(writer, text.data, text.length);
	} else {
		/* The marker is part of the same string: write it as one, over the closing quote. */
		size_t length = whole_characters(text.data, text.length);
		snprintf(marker, sizeof(marker), "\\n[truncated: %" PRIu64 " more bytes]\"",
		         output->dropped + (text.length - length));
		valid = json_bytes(writer, text.data, length);
		if (!writer->text.failed)
			writer->text.length--;
		sbx__buffer_append(&writer->text, marker, strlen(marker));
	}
	snprintf(key, sizeof(key), "%s_truncated", name);
	json_boolean(writer, key, output->dropped != 0);
	snprintf(key, sizeof(key), "%s_invalid_utf8", name);
	json_boolean(writer, key, !valid);
}

void execution_write(const struct execution *execution, struct json_writer *writer)
{
	json_string(writer, "id", execution->id);
	json_string(writer, "status", execution->timed_out ? "timeout" : execution->killed ? "error" : "completed");
	json_integer(writer, "exit_code", execution->exit_code);
	write_output(&execution->out, "stdout", writer);
	write_output(&execution->err, "stderr", writer);
	json_time(writer, "created_at", execution->created_ms);
	json_time(writer, "completed_at", execution->completed_ms);
	json_integer(writer, "execution_time_ms", execution->duration_ms);
}
