/* How tools are shown to the client that --client names, and what its calls mean. */
#ifndef MCP_SHOWN_H
#define MCP_SHOWN_H

#include "job.h"
#include "options.h"

/* Writes the entry of `tools/list` that a tool has for it. */
void shown_add(struct text *text, const struct options *options, const char *definition);
/* Puts the tool's own name and arguments in the place of those that the client has sent. Returns the name, or NULL
 * where the job has failed. */
const char *shown_read_call(struct job *job, const char *name);

#endif
