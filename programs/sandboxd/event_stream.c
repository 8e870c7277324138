#include "event_stream.h"

#include "lib/utf8.h"
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The longest event before the last one: a piece of nothing but characters that JSON escapes. With the memory for it
 * there from the beginning, no output can be lost. */
#define PENDING_SIZE (6 * (EVENT_OUTPUT_MAX + EVENT_HELD_MAX) + 1024)

static const char *const output_types[EVENT_OUTPUTS] = {[EVENT_STDOUT] = "stdout", [EVENT_STDERR] = "stderr"};

bool event_stream_open(struct event_stream *stream, int pipe, int64_t heartbeat_ms)
{
	*stream = (struct event_stream){.pipe = pipe, .heartbeat_ms = heartbeat_ms, .next_heartbeat = heartbeat_ms};
	return sbx__buffer_reserve(&stream->pending.text, PENDING_SIZE);
}

static void close_pipe(struct event_stream *stream)
{
	if (stream->pipe >= 0)
		close(stream->pipe);
	stream->pipe = -1;
	sbx__buffer_clear(&stream->pending.text);
	stream->sent = 0;
}

void event_stream_close(struct event_stream *stream)
{
	close_pipe(stream);
	sbx__buffer_free(&stream->pending.text);
}

/* ---- the pipe ---- */

bool event_stream_is_full(const struct event_stream *stream)
{
	return stream->pending.text.length > 0;
}

void event_stream_send(struct event_stream *stream)
{
	sbx__buffer *text = &stream->pending.text;
	struct pollfd reader = {.fd = stream->pipe};

	if (stream->collects)
		return;
	while (stream->pipe >= 0 && stream->sent < text->length) {
		ssize_t written = write(stream->pipe, text->data + stream->sent, text->length - stream->sent);
		if (written >= 0)
			stream->sent += (size_t)written;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			break;
	}
	if (stream->sent < text->length || poll(&reader, 1, 0) > 0)
		close_pipe(stream);
	sbx__buffer_clear(text);
	stream->sent = 0;
}

void event_stream_wait(struct event_stream *stream, int client)
{
	while (event_stream_is_full(stream)) {
		struct pollfd room = {.fd = stream->pipe, .events = POLLOUT};
		int ready = poll(&room, 1, IDLE_TIMEOUT * 1000);
		if (ready > 0)
			event_stream_send(stream);
		if (ready != 0)
			continue;
		shutdown(client, SHUT_RDWR);
		close_pipe(stream);
	}
}

/* ---- events ---- */

struct json_writer *event_stream_begin(struct event_stream *stream, const char *type)
{
	sbx__buffer_format(&stream->pending.text, "event: %s\ndata: ", type);
	stream->pending.separate = false;
	return &stream->pending;
}

void event_stream_end(struct event_stream *stream)
{
	sbx__buffer_append(&stream->pending.text, "\n\n", 2);
	event_stream_send(stream);
}

void event_stream_fail(struct event_stream *stream)
{
	struct problem problem;

	sbx__buffer_clear(&stream->pending.text);
	problem_memory(&problem);
	problem_write(&problem, event_stream_begin(stream, "error"));
	event_stream_end(stream);
}

static void append_base64(sbx__buffer *text, const char *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)bytes;

	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at;
		unsigned int group = (unsigned int)in[at] << 16 | (left > 1 ? (unsigned int)in[at + 1] << 8 : 0) |
		                     (left > 2 ? in[at + 2] : 0);
		const char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
		                      left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
		sbx__buffer_append(text, four, sizeof(four));
	}
}

static void send_piece(struct event_stream *stream, enum event_output output, const char *bytes, size_t length)
{
	bool is_text = sbx__utf8_valid(bytes, length);
	struct json_writer *writer = event_stream_begin(stream, output_types[output]);

	json_open(writer, '{');
	json_key(writer, "data");
	if (is_text) {
		json_bytes(writer, bytes, length);
	} else {
		sbx__buffer_byte(&writer->text, '"');
		append_base64(&writer->text, bytes, length);
		sbx__buffer_byte(&writer->text, '"');
		writer->separate = true;
	}
	json_string(writer, "encoding", is_text ? "utf-8" : "base64");
	json_close(writer, '}');
	event_stream_end(stream);
}

/* Whether bytes that are not a character yet can become one. Of the second byte some first ones want the lower, some
 * the upper half; the others can be any. */
static bool is_beginning(const unsigned char *bytes, size_t length)
{
	unsigned char low[4] = {0x80, 0x80, 0x80, 0x80}, high[4] = {0xBF, 0xBF, 0xBF, 0xBF};

	memcpy(low, bytes, length);
	memcpy(high, bytes, length);
	return sbx__utf8_sequence(low, 4) > length || sbx__utf8_sequence(high, 4) > length;
}

/* How many bytes at the end are the beginning of a character. */
static size_t unfinished(const char *bytes, size_t length)
{
	for (size_t count = 1; count <= EVENT_HELD_MAX && count <= length; count++)
		if (is_beginning((const unsigned char *)bytes + length - count, count))
			return count;
	return 0;
}

void event_stream_output(struct event_stream *stream, enum event_output output, const char *bytes, size_t length)
{
	char piece[EVENT_OUTPUT_MAX + EVENT_HELD_MAX];
	size_t held = stream->held[output].length;

	memcpy(piece, stream->held[output].bytes, held);
	memcpy(piece + held, bytes, length);
	length += held;
	held = unfinished(piece, length);
	memcpy(stream->held[output].bytes, piece + length - held, held);
	stream->held[output].length = held;
	if (length > held)
		send_piece(stream, output, piece, length - held);
}

void event_stream_output_end(struct event_stream *stream, enum event_output output)
{
	size_t held = stream->held[output].length;

	stream->held[output].length = 0;
	if (held)
		send_piece(stream, output, stream->held[output].bytes, held);
}

void event_stream_look_at_clock(struct event_stream *stream, int64_t command_time)
{
	if (command_time < stream->next_heartbeat)
		return;
	stream->next_heartbeat += stream->heartbeat_ms;
	if (stream->next_heartbeat <= command_time)
		stream->next_heartbeat = command_time + stream->heartbeat_ms;
	if (event_stream_is_full(stream))
		return;
	event_stream_output_end(stream, EVENT_STDOUT);
	event_stream_output_end(stream, EVENT_STDERR);
	struct json_writer *writer = event_stream_begin(stream, "heartbeat");
	json_open(writer, '{');
	json_integer(writer, "execution_time_ms", command_time);
	json_close(writer, '}');
	event_stream_end(stream);
}
