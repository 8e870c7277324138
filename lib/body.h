/*
 * The body of a request: bytes in memory, a form, or a source that is sent as it is.
 */
#ifndef SBX_LIB_BODY_H
#define SBX_LIB_BODY_H

#include "buffer.h"
#include "multipart.h"
#include "source.h"

typedef enum sbx__body_form {
	SBX__BODY_ABSENT,
	SBX__BODY_IN_MEMORY,
	SBX__BODY_FORM,
	SBX__BODY_STREAMED,
} sbx__body_form;

typedef struct sbx__body {
	sbx__body_form form;
	sbx__buffer bytes;          /* of a body in memory */
	bool lent;                  /* they are another's to free, who stays as long as they are read */
	size_t position;            /* how much of them was read */
	sbx__multipart multipart;   /* a form */
	sbx__source_reader *source; /* what is streamed; the caller's */
} sbx__body;

/* The bytes of a body in memory; NULL: it is another one. */
const char *sbx__body_bytes(const sbx__body *body);
/* The next bytes of the body: how many, 0 at its end, negative as from sbx__source_read(). */
int64_t sbx__body_read(sbx__body *body, void *buffer, size_t capacity);
/* How long the body is; -1: not known. */
int64_t sbx__body_length(const sbx__body *body);
/* Takes the body back to its start. False: a source that can be read only once. */
bool sbx__body_rewind(sbx__body *body);
/* Whether that can be done at any time. */
bool sbx__body_can_rewind(const sbx__body *body);
/* How many bytes of its sources were read, and how many there are (-1: not known). */
int64_t sbx__body_sources_done(const sbx__body *body, int64_t *total);
/* The error of the source that failed. */
sbx_status sbx__body_failure(const sbx__body *body, sbx_error **error);
/* Gives a body in memory to another owner. It can be read as before. */
sbx__buffer sbx__body_lend(sbx__body *body);
/* Frees all but the sources. */
void sbx__body_free(sbx__body *body);

#endif
