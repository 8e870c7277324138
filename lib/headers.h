/*
 * Headers: those of an answer as they came, and those of a request while they are merged.
 */
#ifndef SBX_LIB_HEADERS_H
#define SBX_LIB_HEADERS_H

#include <sandbox_sdk/common.h>
#include <stdbool.h>

#include "buffer.h"

/* The headers of an answer, in order, repeated ones each. */
typedef struct sbx__headers {
	sbx__buffer text;    /* name NUL value NUL, again and again */
	sbx__buffer offsets; /* of each name in the text: an array of size_t */
} sbx__headers;

void sbx__headers_free(sbx__headers *headers);
void sbx__headers_clear(sbx__headers *headers);
/* Adds one "Name: value" line without its line break. A line that is no header is passed over. False: no memory. */
bool sbx__headers_add_line(sbx__headers *headers, const char *line, size_t length);
/* Adds all headers of another answer or request. False: no memory. */
bool sbx__headers_copy(sbx__headers *headers, const sbx__headers *from);
size_t sbx__headers_count(const sbx__headers *headers);
sbx_pair sbx__headers_at(const sbx__headers *headers, size_t index);
/* The last header of that name in any case; NULL where there is none. */
const char *sbx__headers_get(const sbx__headers *headers, const char *name);

/* The headers of a request: names and values owned by others. A NULL value stands for a header that was removed. */
typedef struct sbx__header_set {
	sbx_pair *pairs;
	const char **lines;     /* "name: value" of those pairs that sbx__header_set_seal() has seen; else NULL */
	unsigned char *lengths; /* of the names, 255 for longer ones too: most names differ in that */
	size_t count;
	size_t capacity;
	bool failed;
} sbx__header_set;

void sbx__header_set_free(sbx__header_set *set);
/* Sets a header in the place of one with the same name in any case. */
void sbx__header_set_put(sbx__header_set *set, const char *name, const char *value);
/* Writes the lines of a set that stays as it is, for all that are made from it. NULL: no memory; else the caller frees
 * the text, which has all values in it, after the set and those. */
char *sbx__header_set_seal(sbx__header_set *set, size_t *length);
/* Makes a set the same as another; the pairs and their lines are shared. */
void sbx__header_set_copy(sbx__header_set *set, const sbx__header_set *from);
void sbx__header_set_merge(sbx__header_set *set, const sbx_pair *pairs, size_t count);
const sbx_pair *sbx__header_set_find(const sbx__header_set *set, const char *name);
/* Copies those that are sent. False: no memory. */
bool sbx__headers_add_set(sbx__headers *headers, const sbx__header_set *set);
/* Whether there is a pair of that name in any case. */
bool sbx__pairs_have(const sbx_pair *pairs, size_t count, const char *name);

/* Whether a text is a header's name (a token: RFC 9110, section 5.1), and whether one can be its value (no control byte
 * but the tab: section 5.5). */
bool sbx__header_name_valid(const char *name);
bool sbx__header_value_valid(const char *value);

#endif
