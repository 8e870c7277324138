/* A command in a sandbox, followed while it runs by the stream of its events, and ended with it. */
#ifndef MCP_COMMAND_H
#define MCP_COMMAND_H

#include "mcp.h"

struct command;

/* Whom it tells. */
struct command_events {
	/* It runs; NULL: nobody has to know. It may be told by what it writes, or by its end, alone. */
	void (*started)(void *context);
	/* It has written something, to its standard error or its standard output. */
	void (*output)(void *context, bool is_stderr, const char *data, size_t length);
	/* It has ended: with the execution, the API's answer, or with the error, which is taken over. Both are NULL
	 * where memory has run out. It may be freed here. */
	void (*end)(void *context, const sbx_json *execution, sbx_error *error);
};

/* The arguments of a command, as a tool's schema has them. */
#define COMMAND_PROPERTIES \
	"\"command\":{\"type\":\"string\",\"description\":\"A whole shell command line\"}," \
	"\"timeout\":{\"type\":\"integer\",\"minimum\":1,\"description\":\"Seconds\"}," \
	"\"working_dir\":{\"type\":\"string\"}," \
	"\"env\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}," \
	"\"stdin\":{\"type\":\"string\",\"description\":\"What the command reads\"}"

/* Starts one in a sandbox; the arguments fit their tool's schema, and must stay. NULL with the error: it was not
 * started. */
struct command *command_new(struct mcp *mcp, const char *id, const sbx_json *arguments,
                            const struct command_events *events, void *context, sbx_error **error);
/* Ends it; that is told as its end, an error. */
void command_cancel(struct command *command);
/* One that still runs is killed, and tells nothing. */
void command_free(struct command *command);

#endif
