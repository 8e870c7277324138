/* Reads a multipart/form-data body as it comes in, in constant memory. */
#ifndef SANDBOXD_MULTIPART_H
#define SANDBOXD_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

struct multipart;

/* What the reader tells about the form. A negative result stops it. */
struct multipart_events {
	/* A part begins; its name is empty when it has none. */
	int (*begin)(void *context, const char *name);
	int (*data)(void *context, const char *data, size_t length);
	void *context;
};

enum multipart_result { MULTIPART_OK, MULTIPART_STOPPED, MULTIPART_MALFORMED };

/* NULL when the Content-Type has no usable boundary, or memory is short. */
struct multipart *multipart_new(const char *content_type, const struct multipart_events *events);
enum multipart_result multipart_feed(struct multipart *multipart, const char *data, size_t length);
/* Whether the last boundary was seen. */
bool multipart_is_complete(const struct multipart *multipart);
void multipart_free(struct multipart *multipart);

#endif
