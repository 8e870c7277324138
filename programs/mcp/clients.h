/* The hosts whose support of JSON Schema is narrow, and what they take. */
#ifndef MCP_CLIENTS_H
#define MCP_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

struct client {
	const char *name;
	size_t name_length;   /* how long the name of a tool may be */
	const char *keywords; /* that a schema may have, each between blanks; NULL: all */
	bool type_lists;      /* whether `type` may be a list of types */
	bool sends_text;      /* it may send an object, or a list, as its JSON text */
};

/* NULL: none is called so. */
const struct client *clients_find(const char *name);
/* Writes the names of all, with a comma between them. */
void clients_list_names(char *text, size_t size);
/* Whether a schema for the client may have the keyword. */
bool client_takes(const struct client *client, const char *keyword);

#endif
