/*
 * Reads JSON text: RFC 8259, to the letter, in one pass and without recursion. What it finds it tells to whoever
 * builds something of it; without one it only checks.
 */
#ifndef SBX_LIB_JSON_READER_H
#define SBX_LIB_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How deep arrays and objects may nest. */
#define SBX__JSON_DEPTH 512
/* How many values a text may have: json-c takes up to 800 bytes for one of two characters. */
#define SBX__JSON_VALUES 4000000
/* How many digits an integer may have: whoever turns them into a number takes the time of their square. */
#define SBX__JSON_DIGITS 4000

/*
 * What is told, in the order of the text; each ends the reading by returning false, which stands for memory that has
 * run out. Text is UTF-8, its escapes undone, and lives as long as the call that gives it.
 */
typedef struct sbx__json_events {
	bool (*open)(void *user_data, bool object);                     /* an array or an object begins */
	void (*close)(void *user_data);                                 /* what was opened last ends */
	bool (*name)(void *user_data, const char *text, size_t length); /* of the next value; it has no NUL */
	bool (*string)(void *user_data, const char *text, size_t length);
	bool (*integer)(void *user_data, uint64_t magnitude, bool negative); /* INT64_MIN to UINT64_MAX */
	/* Any other integer: its digits as they are written, and the nearest finite double. */
	bool (*large)(void *user_data, double nearest, const char *text, size_t length);
	bool (*number)(void *user_data, double number); /* with a fraction or an exponent; finite */
	bool (*boolean)(void *user_data, bool value);
	bool (*null)(void *user_data);
} sbx__json_events;

typedef struct sbx__json_reading {
	const char *problem; /* what is wrong, for a person; NULL: nothing */
	size_t position;     /* the byte where it is */
	bool no_memory;      /* memory has run out: the text may be JSON */
	int depth;           /* how deep the text nests */
	int values;          /* how many values it has */
} sbx__json_reading;

/* Where the first of the bytes is that does not stand for itself in a string: a quote, a backslash, a control byte, or
 * one that is not ASCII. `end`: none is. */
const char *sbx__json_skip_plain(const char *at, const char *end);

/* True where the text is JSON and was read to its end. `events` may be NULL. */
bool sbx__json_read(sbx__json_reading *reading, const char *text, size_t length, const sbx__json_events *events,
                    void *user_data);

#endif
