/* Cutting what is too large for a result. */
#ifndef MCP_CUT_H
#define MCP_CUT_H

#include "text.h"

/* A result has so much at most: a client for Python drops an event of 1 MiB. */
#define CUT_RESULT_MAX ((size_t)256 * 1024)
/* Of one string of it so much is given. */
#define CUT_STRING_MAX ((size_t)96 * 1024)

/* A new value that fits: its longest strings are cut. Which are is said. NULL: there are too many others, or memory has
 * run out. */
sbx_json *cut_value(const sbx_json *value, struct text *said);
/* How much of a text takes no more than so many bytes in JSON: up to the end of a line, or of a character where the
 * line is long. */
size_t cut_text(const char *text, size_t length, size_t max);

#endif
