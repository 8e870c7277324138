/* One run of a command, from its start to its result. */
#ifndef SANDBOXD_EXECUTION_H
#define SANDBOXD_EXECUTION_H

#include "engine.h"
#include "event_stream.h"
#include "json_writer.h"

#include <stdbool.h>
#include <stdint.h>

/* One of a command's streams, and what is kept of it. */
struct output {
	int fd; /* -1 at its end */
	sbx__buffer text;
	uint64_t dropped; /* bytes beyond the limit */
};

struct execution_limits {
	int64_t timeout_seconds; /* 0: none */
	size_t max_output;
	int client; /* the client's socket: when it is closed, the command is killed */
};

struct execution {
	char id[SANDBOX_ID_SIZE];
	struct execution_limits limits;
	struct event_stream *events; /* where its output goes as it comes; NULL: nowhere */
	int channel;
	struct output out;
	struct output err;
	int64_t begun;    /* these two by the monotonic clock, in milliseconds */
	int64_t deadline; /* 0: none, or passed */
	int64_t created_ms;
	int64_t completed_ms;
	int64_t duration_ms;
	bool started;
	bool exited; /* by itself */
	bool ended;  /* no process is left */
	bool timed_out;
	int exit_code;
};

/* Takes over the descriptors of a command that the engine has just been asked to run. */
void execution_begin(struct execution *execution, const struct engine_process *process,
                     const struct execution_limits *limits);
/* Waits until the command has started, of one that tells it, or has ended. */
void execution_await_start(struct execution *execution);
/* Its end still comes over the channel. */
void execution_kill(const struct execution *execution);
/* Waits until the command has ended. When this returns no process of it is left; the channel is still open. */
void execution_follow(struct execution *execution);
/* Reads what is left of the output, and closes all descriptors. */
void execution_finish(struct execution *execution);
void execution_free(struct execution *execution);

/* How long the command has run by now, in milliseconds. */
int64_t execution_time(const struct execution *execution);
/* The answer, a whole document. False when there was no memory for it. */
bool execution_write(const struct execution *execution, struct json_writer *writer);

#endif
