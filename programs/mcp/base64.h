/* Base64 (RFC 4648, section 4), with its padding. */
#ifndef MCP_BASE64_H
#define MCP_BASE64_H

#include "text.h"

void base64_encode(struct text *text, const char *bytes, size_t length);
/* False: it is none, or memory has run out. */
bool base64_decode(struct text *bytes, const char *text, size_t length);

#endif
