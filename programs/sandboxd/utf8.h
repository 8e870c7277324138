/* What is UTF-8 and what is not. */
#ifndef SANDBOXD_UTF8_H
#define SANDBOXD_UTF8_H

#include <stddef.h>

/* The length of the sequence of more than one byte that starts here; 0 when there is none. Overlong forms, surrogates
 * and what lies beyond U+10FFFF are refused. */
size_t utf8_sequence(const unsigned char *bytes, size_t left);

#endif
