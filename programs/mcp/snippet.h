/* The part of a section that says most about a query. */
#ifndef MCP_SNIPPET_H
#define MCP_SNIPPET_H

#include "sections.h"
#include "text.h"

void snippet_write(struct text *text, const struct section *section, const struct query *query);

#endif
