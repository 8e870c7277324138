/* The address of a file of a sandbox, sandbox://{id}/{+path}: what is no letter, digit or one of -._~/ is written as %
 * and two digits (RFC 3986). */
#ifndef MCP_FILE_URI_H
#define MCP_FILE_URI_H

#include "text.h"

#define FILE_URI "sandbox://"
#define FILE_TEMPLATE FILE_URI "{id}/{+path}"

void file_uri_write(struct text *text, const char *id, const char *path);
/* Reads the id and the path, which begins with its slash. Returns whether it is one. A % that is none stands for
 * itself. */
bool file_uri_read(const char *uri, struct text *id, struct text *path);

#endif
