/* Prompts: what a person can ask for by a name; and the completion of their arguments. */
#ifndef MCP_PROMPTS_H
#define MCP_PROMPTS_H

#include "job.h"

/* Methods. */
void prompts_list(struct job *job);
void prompts_get(struct job *job);
void completion_complete(struct job *job);
/* Adds a member that lists those that are offered: the names alone. */
void prompts_add_names(struct text *text, const struct mcp *mcp);

#endif
