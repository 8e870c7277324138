/* Running a command for a request. */
#ifndef SANDBOXD_EXECUTE_H
#define SANDBOXD_EXECUTE_H

#include "execution.h"
#include "request.h"

struct execute_call {
	struct command command;
	int64_t timeout;
};

/* A command that runs, and the use of its sandbox. */
struct execute_run {
	struct uses *uses;
	struct use use;
	struct execution execution;
};

/* Finds the sandbox and has the command started. After a failure there is nothing to free. */
int execute_begin(struct request *request, const struct execute_call *call, struct execute_run *run);
/* Waits for the end of the command and of its use of the sandbox. */
void execute_follow(struct execute_run *run);
/* What a command that has not started left in its output. Returns -1. */
int execute_explain(struct request *request, const struct execute_call *call, const struct execute_run *run);

/* Answers with a stream of events. */
int execute_stream(struct request *request, const struct execute_call *call, struct MHD_Response **response);

#endif
