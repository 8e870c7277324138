/* A tool that is written here, with its own definition. */
#ifndef MCP_SIMPLE_TOOL_H
#define MCP_SIMPLE_TOOL_H

#include "job.h"

struct simple_tool {
	const char *name;
	bool reads;             /* it changes nothing */
	const char *definition; /* the entry of `tools/list` */
	void (*start)(struct job *job, const sbx_json *arguments);
};

/* The hints of a tool, each "true" or "false". */
#define TOOL_HINTS(read, destructive, idempotent, open) \
	"\"annotations\":{\"readOnlyHint\":" read ",\"destructiveHint\":" destructive \
	",\"idempotentHint\":" idempotent ",\"openWorldHint\":" open "}"

#endif
