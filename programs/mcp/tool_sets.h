/* All tools, in the order in which they are listed. */
#ifndef MCP_TOOL_SETS_H
#define MCP_TOOL_SETS_H

#include "options.h"
#include "simple_tool.h"

struct tool_set {
	enum tool_group group;
	bool asks_nobody;                /* its tools need no client of the API, and thus no key */
	const struct simple_tool *tools; /* NULL: here stand the operations */
	const size_t *count;
	/* As many where they may call only what changes nothing, so that they change nothing; NULL: the same. */
	const struct simple_tool *reading;
};

extern const struct tool_set tool_sets[];
extern const size_t tool_sets_count;

#endif
