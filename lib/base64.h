/*
 * Base64 (RFC 4648, section 4).
 */
#ifndef SBX_LIB_BASE64_H
#define SBX_LIB_BASE64_H

#include "buffer.h"

/* Appends the bytes that a text stands for. False: it is no base64 with its padding, or there is no memory (see the
 * buffer). */
bool sbx__base64_decode(const char *text, size_t length, sbx__buffer *bytes);

#endif
