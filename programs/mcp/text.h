/* Text that grows. Once memory has run out it stays as it is and says so: who writes asks at the end. */
#ifndef MCP_TEXT_H
#define MCP_TEXT_H

#include <sandbox_sdk/json.h>

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;
	size_t length;
	size_t capacity;
	bool failed;
};

void text_free(struct text *text);
void text_append(struct text *text, const char *data, size_t length);
void text_add(struct text *text, const char *words);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends a value as JSON in one line. */
void text_json(struct text *text, const sbx_json *json);
/* Appends a string as JSON; one that is not UTF-8 fails. */
void text_string(struct text *text, const char *string, size_t length);
/* A new string of all of it. Each byte of what is no UTF-8, or was cut in a character, becomes a question mark. */
sbx_json *text_words(struct text *text);
/* How much of some bytes is without a character that is cut at their end. */
size_t text_whole(const char *bytes, size_t length);
/* Where the first character begins from there on, of bytes that may begin within one. */
size_t text_next(const char *bytes, size_t length, size_t from);
/* Takes away what was read from the beginning. */
void text_drop(struct text *text, size_t length);

#endif
