/* A growing run of bytes. */
#ifndef SANDBOXD_BUFFER_H
#define SANDBOXD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A zeroed buffer is an empty one. Running out of memory is remembered in `failed`, so that a long series of appends
 * needs one check at its end. */
struct buffer {
	char *data;
	size_t length;
	size_t capacity;
	bool failed;
};

void buffer_append(struct buffer *buffer, const void *data, size_t length);
/* Appends the text and its terminating NUL: the form of an argument list. */
void buffer_append_argument(struct buffer *buffer, const char *text);
void buffer_free(struct buffer *buffer);

#endif
