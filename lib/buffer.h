/*
 * Bytes that grow. A buffer that once could not grow stays failed, so that a run of appends needs one check at its end.
 */
#ifndef SBX_LIB_BUFFER_H
#define SBX_LIB_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct sbx__buffer {
	char *data; /* followed by a NUL when anything was appended; NULL while empty */
	size_t length;
	size_t capacity;
	bool failed;
} sbx__buffer;

void sbx__buffer_free(sbx__buffer *buffer);
/* Forgets the content and a failure, and keeps the memory. */
void sbx__buffer_clear(sbx__buffer *buffer);
/* Makes room for `more` bytes and a NUL. */
bool sbx__buffer_reserve(sbx__buffer *buffer, size_t more);
void sbx__buffer_append(sbx__buffer *buffer, const void *data, size_t length);
void sbx__buffer_text(sbx__buffer *buffer, const char *text);
void sbx__buffer_byte(sbx__buffer *buffer, char byte);
void sbx__buffer_format(sbx__buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sbx__buffer_vformat(sbx__buffer *buffer, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));
/* A finite number in its shortest form that reads back the same, with a point whatever the locale says; `fraction`
 * keeps a ".0" on whole numbers. */
void sbx__buffer_number(sbx__buffer *buffer, double number, bool fraction);
/* Gives the bytes to the caller, who frees them; NULL when the buffer has failed. Never NULL otherwise. */
char *sbx__buffer_take(sbx__buffer *buffer);

#endif
