/* One run of a command, from its start to its result. */
#ifndef SANDBOXD_EXECUTION_H
#define SANDBOXD_EXECUTION_H

#include "engine.h"
#include "uses.h"

#include <stdbool.h>
#include <stdint.h>

/* What is kept of one stream. */
struct output {
	sbx__buffer text;
	uint64_t dropped; /* bytes beyond the limit */
};

struct execution {
	char id[SANDBOX_ID_SIZE];
	int64_t created_ms;
	int64_t completed_ms;
	int64_t duration_ms;
	struct output out;
	struct output err;
	bool started;
	bool timed_out;
	bool killed; /* by a deletion, the server's stop or the client's going away */
	int exit_code;
};

struct execution_limits {
	int64_t timeout_seconds; /* 0: none */
	size_t max_output;
	int client; /* the client's socket: when it is closed, the command is killed */
};

/* Waits for a started command. When this returns no process of it is left and its descriptors are closed. */
void execution_wait(struct execution *execution, struct engine_process *process, const struct execution_limits *limits);
void execution_free(struct execution *execution);
/* The members of the answer. */
void execution_write(const struct execution *execution, struct json_writer *writer);

#endif
