/* One run of a command, from its start to its result. */
#ifndef SANDBOXD_EXECUTION_H
#define SANDBOXD_EXECUTION_H

#include "document.h"
#include "engine.h"
#include "event_stream.h"
#include "idempotency.h"
#include "output_text.h"

#include <stdbool.h>
#include <stdint.h>

/* One of a command's streams, and what is kept of it. */
struct output {
	int fd; /* -1 at its end */
	struct output_text text;
	uint64_t dropped; /* bytes beyond the limit, or for which there was no room */
};

struct execution_limits {
	int64_t timeout_seconds; /* 0: none */
	size_t max_output;
	struct output_budget *budget;
	int client;              /* the client's socket: when it is closed, the command is killed */
	struct keyed_run *keyed; /* then its answer is waited for some time longer; NULL: it is not */
};

/* What is still to be written to a command's standard input. */
struct input {
	int fd; /* -1 when there is none, or no more */
	sbx__buffer bytes;
	size_t written;
	bool given;
	size_t length; /* of all that was given */
};

struct execution {
	char id[SANDBOX_ID_SIZE];
	struct engine *engine;
	char sandbox[SANDBOX_ID_SIZE];
	struct execution_limits limits;
	struct event_stream *events; /* where its output goes as it comes; NULL: nowhere */
	int channel;
	struct input in;
	struct output out;
	struct output err;
	int64_t begun;     /* these two by the monotonic clock, in milliseconds */
	int64_t deadline;  /* 0: none, or passed */
	int64_t abandoned; /* when it is killed because its client has gone away; 0: it is there, or it was killed */
	bool lost;         /* the client has gone away */
	int64_t created_ms;
	int64_t completed_ms;
	int64_t duration_ms;
	bool started;
	bool exited; /* by itself */
	bool ended;
	bool timed_out;
	const char *limit; /* the limit of the sandbox that something of it was killed by; NULL: none */
	int exit_code;
	struct engine_report last; /* what became of it */
};

/* Takes over the descriptors of a command that the engine has just been asked to run in a sandbox. */
void execution_begin(struct execution *execution, struct engine *engine, const char *sandbox,
                     const struct engine_process *process, const struct execution_limits *limits);
/* What its standard input is to hold, of a command that has one. */
void execution_set_input(struct execution *execution, const char *bytes, size_t length);
/* Waits until the command has started, of one that tells it, or has ended. */
void execution_await_start(struct execution *execution);
/* Its end still comes over the channel. */
void execution_kill(const struct execution *execution);
/* Waits until the command has ended. What it has left in the background goes on, unless it was killed; the channel is
 * still open. */
void execution_follow(struct execution *execution);
/* Reads what is left of the output, and closes all descriptors. */
void execution_finish(struct execution *execution);
void execution_free(struct execution *execution);

/* How long the command has run by now, in milliseconds. */
int64_t execution_time(const struct execution *execution);
/* The answer, of which the output is the execution's own. False when there was no memory for it. */
bool execution_write(const struct execution *execution, struct document *document);

#endif
