/* Writes JSON text. Strings may hold any bytes: what is not UTF-8 becomes U+FFFD. */
#ifndef SANDBOXD_JSON_WRITER_H
#define SANDBOXD_JSON_WRITER_H

#include "lib/buffer.h"

#include <stdint.h>

struct json_writer {
	sbx__buffer text;
	bool separate; /* a value was written at this level: the next one follows a comma */
};

void json_open(struct json_writer *writer, char bracket);
void json_close(struct json_writer *writer, char bracket);
void json_key(struct json_writer *writer, const char *key);
void json_bytes(struct json_writer *writer, const char *bytes, size_t length);
/* Appends what a string has for some of its bytes: from `at` to `stop`, or a little further, for no character is cut.
 * Returns where that ends. */
size_t json_escape(sbx__buffer *out, const char *bytes, size_t length, size_t at, size_t stop);

/* A whole member: its key and its value. A NULL value is written as null. */
void json_string(struct json_writer *writer, const char *key, const char *value);
void json_integer(struct json_writer *writer, const char *key, int64_t value);
void json_boolean(struct json_writer *writer, const char *key, bool value);
/* Milliseconds since 1970 as an RFC 3339 timestamp in UTC. */
void json_time(struct json_writer *writer, const char *key, int64_t milliseconds);

#endif
