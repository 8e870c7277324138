/* JSON Schemas for a client that takes less than all of them. What such a client cannot have as a schema it has as
 * words, and sends as JSON text. */
#ifndef MCP_SCHEMA_H
#define MCP_SCHEMA_H

#include "clients.h"
#include "text.h"

/* The schema of a tool's arguments as the client takes it. NULL: memory has run out. */
sbx_json *schema_narrow(const struct client *client, const sbx_json *schema);
/* Whether the client takes all of a schema as it is. */
bool schema_is_plain(const struct client *client, const sbx_json *schema);
/* Writes what a schema describes in short, such as {id: string, name?: string|null}. */
void schema_describe(struct text *text, const sbx_json *schema);
/* Arguments as the client sends them, as the whole schema has them. NULL: memory has run out. */
sbx_json *schema_widen(const struct client *client, const sbx_json *schema, const sbx_json *value);

#endif
