/* The names that there are. */
#ifndef MCP_KNOWN_H
#define MCP_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

bool known_tool(const char *name);
/* One of all tools, with its entry of `tools/list`; NULL: there are not so many. */
const char *known_tool_at(size_t index, const char **definition);
/* Whether a tool is one of those that use the folders of --root alone. */
bool known_wants_root(const char *tool);
bool known_resource(const char *name);
bool known_operation(const char *name);
bool known_tag(const char *name);
/* Whether an operation has a tag. */
bool known_has_tag(const char *operation, const char *tag);
/* Writes all tags, with a comma between them. */
void known_list_tags(char *text, size_t size);

#endif
