/* References of a JSON Schema to parts of itself. */
#ifndef MCP_REFERENCES_H
#define MCP_REFERENCES_H

#include <sandbox_sdk/json.h>

/* A copy that has each part in the place of what refers to it. A reference stays where that would not end, or become
 * large, and where it leads elsewhere or to nothing; it has the definitions that it is about beside it then. NULL:
 * memory has run out. */
sbx_json *references_resolve(const sbx_json *schema);

#endif
