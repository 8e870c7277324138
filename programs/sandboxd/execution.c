#include "execution.h"

#include "clock.h"

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

/* After a command's end no more than a full pipe of its own can be left in a stream (the largest is 1 MiB); what goes
 * on in the background must not keep it going. */
#define DRAIN_MAX (1024 * 1024)

#define CHUNK 65536

/* How long a command goes on without its client when that can ask again by its Idempotency-Key. */
#define ABANDONED_MS 30000

enum { IN, OUT, ERR, CHANNEL, CLIENT, EVENTS, FDS };

int64_t execution_time(const struct execution *execution)
{
	return monotonic_ms() - execution->begun;
}

void execution_kill(const struct execution *execution)
{
	engine_kill(execution->channel);
}

/* ---- output ---- */

/* After the first byte that is not kept there are no more: there is room again when others have ended. */
static void keep(const struct execution *execution, struct output *output, const char *bytes, size_t length)
{
	const struct execution_limits *limits = &execution->limits;
	size_t kept = 0;

	if (output->dropped == 0)
		kept = output_text_keep(&output->text, limits->budget, bytes, length, limits->max_output);
	output->dropped += length - kept;
}

static enum event_output output_name(const struct execution *execution, const struct output *output)
{
	return output == &execution->out ? EVENT_STDOUT : EVENT_STDERR;
}

/* Processes in the background may go on to write to one that has not ended. */
static void close_output(struct execution *execution, struct output *output, bool has_ended)
{
	if (output->fd < 0)
		return;
	if (execution->events)
		event_stream_output_end(execution->events, output_name(execution, output));
	if (has_ended)
		close(output->fd);
	else
		execution->engine->drain(execution->engine, execution->sandbox, output->fd);
	output->fd = -1;
}

/* One read. Returns how much there was; 0 when nothing is there now; -1 at the end. */
static ssize_t read_some(struct execution *execution, struct output *output)
{
	char chunk[CHUNK];
	ssize_t got = read(output->fd, chunk, execution->events ? EVENT_OUTPUT_MAX : sizeof(chunk));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		close_output(execution, output, true);
		return -1;
	}
	keep(execution, output, chunk, (size_t)got);
	if (execution->events)
		event_stream_output(execution->events, output_name(execution, output), chunk, (size_t)got);
	return got;
}

static void drain(struct execution *execution, struct output *output)
{
	size_t total = 0;
	ssize_t got = 1;

	while (output->fd >= 0 && total < DRAIN_MAX && got > 0) {
		got = read_some(execution, output);
		total += got > 0 ? (size_t)got : 0;
		if (execution->events)
			event_stream_wait(execution->events, execution->limits.client);
	}
	close_output(execution, output, false);
	if (execution->events)
		event_stream_wait(execution->events, execution->limits.client);
}

/* ---- input ---- */

static void close_input(struct execution *execution)
{
	if (execution->in.fd >= 0)
		close(execution->in.fd);
	execution->in.fd = -1;
	sbx__buffer_free(&execution->in.bytes);
}

/* Without memory for it the command is not to go on with a part of it. */
void execution_set_input(struct execution *execution, const char *bytes, size_t length)
{
	execution->in.given = true;
	execution->in.length = length;
	sbx__buffer_append(&execution->in.bytes, bytes, length);
	if (execution->in.bytes.failed)
		execution_kill(execution);
	if (execution->in.bytes.failed || length == 0)
		close_input(execution);
}

/* A command that reads no more of it is no failure. */
static void write_some(struct execution *execution)
{
	struct input *in = &execution->in;
	ssize_t written = write(in->fd, in->bytes.data + in->written, in->bytes.length - in->written);

	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written > 0)
		in->written += (size_t)written;
	if (written < 0 || in->written == in->bytes.length)
		close_input(execution);
}

/* ---- the run ---- */

static void end(struct execution *execution)
{
	execution->ended = true;
	execution->duration_ms = execution_time(execution);
	execution->completed_ms = now_ms();
	/* A command that ended by itself in the moment of its timeout has ended by itself. */
	if (execution->exited) {
		execution->timed_out = false;
		return;
	}
	execution->exit_code = execution->timed_out ? EXIT_TIMED_OUT : EXIT_KILLED;
}

static void read_channel(struct execution *execution)
{
	struct engine_report *report = &execution->last;

	execution->engine->report(execution->engine, execution->channel, report);
	/* One that was killed, maybe before its start, has started: that it did not is said otherwise. */
	execution->started = report->event != ENGINE_NOT_STARTED;
	if (report->event == ENGINE_MEMORY)
		execution->limit = "memory";
	if (report->event == ENGINE_STORAGE)
		execution->limit = "storage";
	if (report->event == ENGINE_STARTED || report->event == ENGINE_MEMORY || report->event == ENGINE_STORAGE)
		return;
	execution->exited = report->event != ENGINE_KILLED;
	execution->exit_code = report->exit_code;
	end(execution);
}

/* With an Idempotency-Key it may come back for the answer; so may whoever waits with the same key. Who leaves a stream
 * has seen what there was, and means its end. */
static void lose_client(struct execution *execution)
{
	struct keyed_run *keyed = execution->limits.keyed;

	if (!keyed || (execution->events && !keyed_run_is_awaited(keyed)))
		execution_kill(execution);
	else if (!execution->lost)
		execution->abandoned = monotonic_ms() + ABANDONED_MS;
	execution->lost = true;
}

static void look_after_abandoned(struct execution *execution)
{
	if (!execution->abandoned || monotonic_ms() < execution->abandoned)
		return;
	execution->abandoned = 0;
	if (keyed_run_is_awaited(execution->limits.keyed))
		execution->abandoned = monotonic_ms() + ABANDONED_MS;
	else
		execution_kill(execution);
}

static void look_at_clock(struct execution *execution)
{
	look_after_abandoned(execution);
	if (execution->deadline && monotonic_ms() >= execution->deadline) {
		execution->timed_out = true;
		execution->deadline = 0;
		execution_kill(execution);
	}
	if (execution->events)
		event_stream_look_at_clock(execution->events, execution_time(execution));
}

static int time_left(const struct execution *execution)
{
	int64_t until = execution->deadline ? execution->deadline - execution->begun : INT64_MAX;

	if (execution->events && execution->events->next_heartbeat < until)
		until = execution->events->next_heartbeat;
	if (execution->abandoned && execution->abandoned - execution->begun < until)
		until = execution->abandoned - execution->begun;
	if (until == INT64_MAX)
		return -1;
	int64_t left = until - execution_time(execution);
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

/* What the client has not taken yet holds up the command: its pipes fill. Before its start nobody knows whose words
 * they are. */
static bool takes_output(const struct execution *execution, bool until_start)
{
	return !until_start && !(execution->events && event_stream_is_full(execution->events));
}

static void follow(struct execution *execution, bool until_start)
{
	int client = execution->limits.client;

	while (!execution->ended && !(until_start && execution->started)) {
		bool takes = takes_output(execution, until_start);
		struct pollfd fds[FDS] = {
		        [IN] = {.fd = execution->in.fd, .events = POLLOUT},
		        [OUT] = {.fd = takes ? execution->out.fd : -1, .events = POLLIN},
		        [ERR] = {.fd = takes ? execution->err.fd : -1, .events = POLLIN},
		        [CHANNEL] = {.fd = execution->channel, .events = POLLIN},
		        [CLIENT] = {.fd = client, .events = POLLRDHUP},
		        [EVENTS] = {.fd = execution->events ? execution->events->pipe : -1,
			            .events = takes ? 0 : POLLOUT},
		};
		if (poll(fds, FDS, time_left(execution)) < 0)
			continue;
		look_at_clock(execution);
		if (fds[CLIENT].revents) {
			client = -1;
			lose_client(execution);
		}
		if (fds[EVENTS].revents)
			event_stream_send(execution->events);
		if (fds[IN].revents)
			write_some(execution);
		if (fds[OUT].revents && takes_output(execution, until_start))
			read_some(execution, &execution->out);
		if (fds[ERR].revents && takes_output(execution, until_start))
			read_some(execution, &execution->err);
		if (fds[CHANNEL].revents)
			read_channel(execution);
		if (execution->events && execution->events->pipe < 0)
			lose_client(execution);
	}
}

void execution_begin(struct execution *execution, struct engine *engine, const char *sandbox,
                     const struct engine_process *process, const struct execution_limits *limits)
{
	*execution = (struct execution){
	        .engine = engine,
	        .limits = *limits,
	        .channel = process->channel,
	        .in = {.fd = process->in},
	        .out = {.fd = process->out},
	        .err = {.fd = process->err},
	        .begun = monotonic_ms(),
	        .created_ms = now_ms(),
	};
	sandbox_random_id(execution->id, "exec");
	snprintf(execution->sandbox, sizeof(execution->sandbox), "%s", sandbox);
	if (limits->timeout_seconds)
		execution->deadline = execution->begun + limits->timeout_seconds * 1000;
}

void execution_await_start(struct execution *execution)
{
	follow(execution, true);
}

void execution_follow(struct execution *execution)
{
	follow(execution, false);
}

void execution_finish(struct execution *execution)
{
	close_input(execution);
	drain(execution, &execution->out);
	drain(execution, &execution->err);
	close(execution->channel);
	execution->channel = -1;
}

void execution_free(struct execution *execution)
{
	output_text_free(&execution->out.text, execution->limits.budget);
	output_text_free(&execution->err.text, execution->limits.budget);
}

/* ---- the answer ---- */

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

static void write_output(const struct output *output, const char *name, struct document *document)
{
	const struct output_text *text = &output->text;
	size_t length = output->dropped ? whole_characters(text->data, text->length) : text->length;
	char key[40], marker[80] = "";

	if (output->dropped)
		snprintf(marker, sizeof(marker), "\\n[truncated: %" PRIu64 " more bytes]",
		         output->dropped + (text->length - length));
	bool valid = document_insert(document, name, text->data, length, marker);
	snprintf(key, sizeof(key), "%s_truncated", name);
	json_boolean(&document->writer, key, output->dropped != 0);
	snprintf(key, sizeof(key), "%s_invalid_utf8", name);
	json_boolean(&document->writer, key, !valid);
}

static const char *status(const struct execution *execution)
{
	return execution->exited ? "completed" : execution->timed_out ? "timeout" : "error";
}

bool execution_write(const struct execution *execution, struct document *document)
{
	struct json_writer *writer = &document->writer;

	json_open(writer, '{');
	json_string(writer, "id", execution->id);
	json_string(writer, "status", status(execution));
	json_integer(writer, "exit_code", execution->exit_code);
	if (execution->limit)
		json_string(writer, "limit", execution->limit);
	write_output(&execution->out, "stdout", document);
	write_output(&execution->err, "stderr", document);
	json_time(writer, "created_at", execution->created_ms);
	json_time(writer, "completed_at", execution->completed_ms);
	json_integer(writer, "execution_time_ms", execution->duration_ms);
	/* By this a client knows that the server has taken it. */
	if (execution->in.given)
		json_integer(writer, "stdin_bytes", (int64_t)execution->in.length);
	json_close(writer, '}');
	return !writer->text.failed;
}
