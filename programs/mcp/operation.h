/* A call of one of the API's operations, with the arguments that its tool's schema has, whoever asks for it. */
#ifndef MCP_OPERATION_H
#define MCP_OPERATION_H

#include "mcp.h"
#include "operation_tools.h"

struct operation;

/* How one has ended: with the answer, the bytes of a download, the refusal, or the error, which is taken over; all of
 * them are NULL where memory has run out. */
struct operation_end {
	const sbx_json *answer;
	const char *bytes;
	size_t length;
	sbx_error *error;
	const char *refusal; /* why it was not sent, or what came is not given; NULL: it is */
};

/* Whom it tells. */
struct operation_events {
	/* An execution has written something; NULL: nobody has to know. */
	void (*output)(void *context, bool is_stderr, const char *data, size_t length);
	/* It has ended. It may be freed here. */
	void (*end)(void *context, const struct operation_end *end);
};

/* Bytes that are the file of an upload, in the place of an argument. */
struct operation_file {
	const char *data;
	size_t length;
};

/* Starts one. The arguments, NULL or an object, and the file, NULL or not, must stay until it has ended. NULL: it was
 * not started, since the arguments are wrong, which the complaint says, or by the error, or for want of memory. */
struct operation *operation_start(struct mcp *mcp, const struct operation_tool *tool, const sbx_json *arguments,
                                  const struct operation_file *file, const struct operation_events *events,
                                  void *context, const char **complaint, sbx_error **error);
/* Ends it; that is told as its end, an error. What makes a sandbox goes on: it would be made all the same, and count.
 */
void operation_cancel(struct operation *operation);
/* What has not ended is given up, and tells nothing. */
void operation_free(struct operation *operation);
/* Gives up those that go on. */
void operations_clean_up(struct mcp *mcp);

#endif
