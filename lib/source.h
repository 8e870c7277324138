/*
 * Reading a caller's source of bytes.
 */
#ifndef SBX_LIB_SOURCE_H
#define SBX_LIB_SOURCE_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/source.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct sbx__source_reader {
	sbx_source source;
	char *path;     /* the reader's own copy of a path */
	int descriptor; /* of a path or descriptor, else -1 */
	int64_t start;  /* where a descriptor stood, -1: it cannot be moved */
	int64_t total;  /* bytes in all, -1: not known */
	int64_t done;   /* bytes read so far */
	bool rewindable;
	bool may_wait;     /* a callback may have nothing yet: the call is started, and will be resumed */
	sbx_status status; /* of the first read that failed */
	int system_errno;  /* of that read, or 0 */
} sbx__source_reader;

/* Opens what the source names and finds out its length. The reader is closed with sbx__source_close() in any case. */
sbx_status sbx__source_open(sbx__source_reader *reader, const sbx_source *source, sbx_error **error);
/* Reads up to `capacity` bytes: how many, 0 at the end, SBX_SOURCE_LATER, negative on failure (see
 * sbx__source_failure()). */
int64_t sbx__source_read(sbx__source_reader *reader, void *buffer, size_t capacity);
/* Back to the first byte; false where that is not possible. Nothing to do when nothing was read. */
bool sbx__source_rewind(sbx__source_reader *reader);
/* The error of the read that failed. */
sbx_status sbx__source_failure(const sbx__source_reader *reader, sbx_error **error);
/* The file's name as it is sent; owned by the source. */
const char *sbx__source_filename(const sbx__source_reader *reader);
void sbx__source_close(sbx__source_reader *reader);

#endif
