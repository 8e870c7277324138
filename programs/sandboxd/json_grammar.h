/* Says whether a text is JSON by RFC 8259. The parser in use is laxer (NaN, single quotes, comments, overlong UTF-8),
 * so every text is looked at first. */
#ifndef SANDBOXD_JSON_GRAMMAR_H
#define SANDBOXD_JSON_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* Deeper nesting than this is refused. */
#define JSON_MAX_DEPTH 32

/* When the text is refused, *at is the offset of the first byte that does not fit. */
bool json_is_valid(const char *text, size_t length, size_t *at);

#endif
