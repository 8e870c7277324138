/*
 * A multipart/form-data body (RFC 7578) that is written as it is sent: texts and files in any order.
 */
#ifndef SBX_LIB_MULTIPART_H
#define SBX_LIB_MULTIPART_H

#include "buffer.h"
#include "platform.h"
#include "source.h"

typedef struct sbx__multipart {
	char boundary[33];
	sbx__buffer framing; /* all but the bytes of the files */
	sbx__buffer files;   /* an array of where each file stands */
	size_t file;         /* the next one to be read */
	size_t position;     /* in the framing */
} sbx__multipart;

/* Starts a body with a random boundary. False: no randomness. */
bool sbx__multipart_init(sbx__multipart *form, const sbx__platform *platform);
/* Adds a text part; `content_type` may be NULL. */
void sbx__multipart_add_text(sbx__multipart *form, const char *name, const char *content_type, const char *text,
                             size_t length);
/* Adds a file part, whose reader stays the caller's. */
void sbx__multipart_add_file(sbx__multipart *form, const char *name, sbx__source_reader *file);
/* Ends the body. False: no memory in this or an earlier step. */
bool sbx__multipart_finish(sbx__multipart *form);
/* How many files there are, and one of them; NULL past the end. */
size_t sbx__multipart_files_count(const sbx__multipart *form);
sbx__source_reader *sbx__multipart_file_at(const sbx__multipart *form, size_t index);
/* How long the body is; -1: not known. */
int64_t sbx__multipart_total(const sbx__multipart *form);
/* The next bytes of the body: how many, 0 at its end, negative as from sbx__source_read(). */
int64_t sbx__multipart_read(sbx__multipart *form, void *buffer, size_t capacity);
bool sbx__multipart_rewind(sbx__multipart *form);
void sbx__multipart_free(sbx__multipart *form);

#endif
