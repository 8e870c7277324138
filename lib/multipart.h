/*
 * A multipart/form-data body (RFC 7578) that is written as it is sent: texts and files in any order.
 */
#ifndef SBX_LIB_MULTIPART_H
#define SBX_LIB_MULTIPART_H

#include <sandbox_sdk/request.h>

#include "buffer.h"
#include "platform.h"
#include "source.h"

/* How long a boundary may be (RFC 2046, section 5.1.1). */
#define SBX__BOUNDARY_LENGTH 70

typedef struct sbx__multipart {
	char boundary[SBX__BOUNDARY_LENGTH + 1];
	sbx__buffer framing; /* all but the bytes of the files */
	sbx__buffer files;   /* an array of where each file stands */
	size_t file;         /* the next one to be read */
	size_t position;     /* in the framing */
} sbx__multipart;

/* Starts a body with a random boundary. False: no randomness. */
bool sbx__multipart_init(sbx__multipart *form, const sbx__platform *platform);
/* Whether a Content-Type is that of such a body. */
bool sbx__multipart_is_type(const char *content_type);
/* The boundary that a Content-Type names; NULL: none. */
const char *sbx__multipart_find_boundary(const char *content_type, size_t *length);
/* Starts a body with somebody's own boundary. False: it is none. */
bool sbx__multipart_init_own(sbx__multipart *form, const char *boundary, size_t length);
/* Adds a part with all that it has; of a file the reader, which stays the caller's, else NULL. */
void sbx__multipart_add_part(sbx__multipart *form, const sbx_part *part, sbx__source_reader *file);
/* Adds a text part; `content_type` may be NULL. */
void sbx__multipart_add_text(sbx__multipart *form, const char *name, const char *content_type, const char *text,
                             size_t length);
/* Adds a file part. */
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
