/*
 * Whether a text is JSON: RFC 8259, to the letter. json-c reads more than the standard allows, so every text passes
 * here before json-c sees it.
 */
#ifndef SBX_LIB_JSON_CHECK_H
#define SBX_LIB_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* How deep arrays and objects may nest. */
#define SBX__JSON_DEPTH 512
/* How many values a text may have: json-c takes up to 800 bytes for one of two characters. */
#define SBX__JSON_VALUES 4000000

typedef struct sbx__json_check {
	const char *problem;   /* what is wrong, for a person; NULL: nothing */
	size_t position;       /* the byte where it is */
	bool no_memory;        /* memory has run out: the text may be JSON */
	int depth;             /* how deep the text nests */
	int values;            /* how many values it has */
	sbx__buffer long_ends; /* where each integer ends that does not fit 64 bits: an array of size_t */
} sbx__json_check;

/* True where the text is JSON. The caller frees long_ends. */
bool sbx__json_check_text(sbx__json_check *check, const char *text, size_t length);

/* The length of the UTF-8 sequence at `text`, of which `left` bytes are there; 0 where there is none. */
size_t sbx__utf8_sequence(const unsigned char *text, size_t left);
/* Whether bytes are UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing past U+10FFFF). */
bool sbx__utf8_valid(const char *text, size_t length);
/* Appends text, with U+FFFD in the place of each byte that is not UTF-8. */
void sbx__utf8_append(sbx__buffer *buffer, const char *text, size_t length);

#endif
