/* Telling a host how far a job is, when it has asked for that. */
#ifndef MCP_PROGRESS_H
#define MCP_PROGRESS_H

#include "text.h"

#include <stdint.h>

struct job;
struct mcp;

struct progress {
	struct text output; /* that was not told yet */
	size_t left_out;    /* bytes before it that are not told */
	int64_t told_ms;
	int64_t steps;
};

/* Adds to what is told next. It is told at once, or, where something was a moment ago, in time by progress_tick(). */
void progress_add(struct progress *progress, struct job *job, const char *output, size_t length);
/* Tells what is left. */
void progress_flush(struct progress *progress, struct job *job);
void progress_free(struct progress *progress);
/* How soon something has to be told, in milliseconds; -1: nothing has. */
int progress_wait_ms(const struct mcp *mcp);
void progress_tick(struct mcp *mcp);

#endif
