/* A command's run as server-sent events: written into a pipe, which the thread of the client's connection reads. So a
 * client that is slow to read holds up this stream, but nobody who follows the command. */
#ifndef SANDBOXD_EVENT_STREAM_H
#define SANDBOXD_EVENT_STREAM_H

#include "json_writer.h"

#include <stdbool.h>
#include <stdint.h>

/* What can be given at once of a command's output. */
#define EVENT_OUTPUT_MAX (16384 - EVENT_HELD_MAX)
/* The bytes of a character without its last one. */
#define EVENT_HELD_MAX 3

enum event_output { EVENT_STDOUT, EVENT_STDERR, EVENT_OUTPUTS };

struct event_stream {
	int pipe;                   /* never blocks; -1 when nobody reads any more */
	bool collects;              /* there is none: everything stays in `pending` */
	struct json_writer pending; /* what the pipe has not taken yet */
	size_t sent;                /* of it */
	int64_t heartbeat_ms;
	int64_t next_heartbeat; /* in milliseconds of the command's time */
	struct {
		char bytes[EVENT_HELD_MAX];
		size_t length;
	} held[EVENT_OUTPUTS]; /* the beginning of a character that has not come whole */
};

/* Takes over the writing end of a pipe. False when there is no memory. */
bool event_stream_open(struct event_stream *stream, int pipe, int64_t heartbeat_ms);
void event_stream_close(struct event_stream *stream);

/* Begins an event; its data is to be written by what this returns. For one that nothing is pending before. */
struct json_writer *event_stream_begin(struct event_stream *stream, const char *type);
void event_stream_end(struct event_stream *stream);
/* Ends an event that could not be written whole, and puts one in its place that says so. */
void event_stream_fail(struct event_stream *stream);

/* Output as it comes: at most EVENT_OUTPUT_MAX bytes, and not while the stream is full. */
void event_stream_output(struct event_stream *stream, enum event_output output, const char *bytes, size_t length);
void event_stream_output_end(struct event_stream *stream, enum event_output output);
/* Sends a heartbeat if it is time for one. */
void event_stream_look_at_clock(struct event_stream *stream, int64_t command_time);

/* Whether the pipe has to take something before there may be more events. */
bool event_stream_is_full(const struct event_stream *stream);
/* Gives the pipe what it takes, and notices when nobody reads it any more. */
void event_stream_send(struct event_stream *stream);
/* Returns when the stream is not full. A client that takes nothing for long is cut off, by its socket. */
void event_stream_wait(struct event_stream *stream, int client);

#endif
