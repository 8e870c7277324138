/* Running a command for a request. */
#ifndef SANDBOXD_EXECUTE_H
#define SANDBOXD_EXECUTE_H

#include "execution.h"
#include "request.h"

struct execute_call {
	struct command command; /* with an input when `input` is not NULL */
	const char *input;
	size_t input_length;
	sbx__buffer decoded; /* what holds the input that came in base64 */
	int64_t timeout;
};

/* A command that runs, its place among all, and the use of its sandbox. */
struct execute_run {
	struct admission *admission;
	struct uses *uses;
	struct use use;
	struct execution execution;
};

/* Finds the sandbox and has the command started. After a failure there is nothing to free. */
int execute_begin(struct request *request, const struct execute_call *call, struct execute_run *run);
/* Waits for the end of the command and of its use of the sandbox. */
void execute_follow(struct execute_run *run);
/* Why a command has not started. Returns -1. */
int execute_explain(struct request *request, const struct execute_call *call, const struct execute_run *run);

/* Notes what is remembered of a command that has ended: its document, which is as new then, and its output where the
 * document does not say it exactly. What is too long, or finds no room, is not remembered. */
void execute_keep(const struct execution *execution, struct document *document, uint64_t length,
                  struct kept_answer *kept);
/* Writes the events of a command that has run before; fails when they are not all known. */
int execute_replay(const struct kept_answer *kept, sbx__buffer *events, struct problem *problem);

void execute_stream_headers(struct MHD_Response *response);
/* Answers with a stream of events. */
int execute_stream(struct request *request, const struct execute_call *call, struct MHD_Response **response);

#endif
