/*
 * UTF-8 (RFC 3629): no surrogates, nothing overlong, nothing past U+10FFFF.
 */
#ifndef SBX_LIB_UTF8_H
#define SBX_LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* The length of the sequence at `text`, of which `left` bytes are there; 0 where there is none. */
size_t sbx__utf8_sequence(const unsigned char *text, size_t left);
/* Whether bytes are UTF-8. */
bool sbx__utf8_valid(const char *text, size_t length);
/* Appends text, with U+FFFD in the place of each byte that is not UTF-8. */
void sbx__utf8_append(sbx__buffer *buffer, const char *text, size_t length);
/* Writes a character, which is no surrogate, as one to four bytes and gives their end. */
char *sbx__utf8_put(char *at, unsigned long character);

#endif
