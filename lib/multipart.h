/*
 * A multipart/form-data body (RFC 7578) that is written as it is sent: text parts, then one file.
 */
#ifndef SBX_LIB_MULTIPART_H
#define SBX_LIB_MULTIPART_H

#include "buffer.h"
#include "platform.h"
#include "source.h"

typedef struct sbx__multipart {
	char boundary[33];
	sbx__buffer before;       /* all that comes before the file's bytes */
	sbx__buffer after;        /* and after them */
	sbx__source_reader *file; /* the caller's, NULL: no file part */
	uint64_t position;        /* in `before`, then in `after` */
} sbx__multipart;

/* Starts a body with a random boundary. False: no randomness. */
bool sbx__multipart_init(sbx__multipart *form, const sbx__platform *platform);
void sbx__multipart_add_text(sbx__multipart *form, const char *name, const char *text, size_t length);
/* Adds the file part and ends the body; `file` may be NULL. False: no memory in this or an earlier step. */
bool sbx__multipart_finish(sbx__multipart *form, const char *name, sbx__source_reader *file);
/* How long the body is; -1: not known. */
int64_t sbx__multipart_total(const sbx__multipart *form);
/* The next bytes of the body: how many, 0 at its end, negative when the source failed. */
int64_t sbx__multipart_read(sbx__multipart *form, void *buffer, size_t capacity);
bool sbx__multipart_rewind(sbx__multipart *form);
void sbx__multipart_free(sbx__multipart *form);

#endif
