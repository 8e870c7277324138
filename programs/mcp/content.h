/* What a file is to hold, as arguments of a tool say it: text, or base64. */
#ifndef MCP_CONTENT_H
#define MCP_CONTENT_H

#include "options.h"
#include "text.h"

#include <sandbox_sdk.h>

struct content {
	sbx_source source; /* of its bytes, as long as the arguments stay */
	struct text bytes; /* that were decoded */
	int fd;            /* of a file of this machine; 0: none */
	char path[32];     /* of that */
};

/* Reads the argument of this name, in the encoding that `encoding` names. Returns what is wrong; NULL: nothing. */
const char *content_read(struct content *content, const sbx_json *arguments, const char *name);
/* Opens the file of this machine that `local` names, in a folder of --root, in the place of `file`. Returns what is
 * wrong; NULL: nothing. */
const char *content_open(struct content *content, const struct options *options, const sbx_json *arguments);
/* Takes bytes that stay as long as the content does. */
void content_take(struct content *content, const char *data, size_t length);
void content_free(struct content *content);

#endif
