/*
 * Writing the body of an answer to where the caller wants it.
 */
#ifndef SBX_LIB_SINK_H
#define SBX_LIB_SINK_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/sink.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

typedef struct sbx__sink_writer {
	sbx_sink sink;
	sbx__buffer *memory; /* of a sink in memory; the caller's */
	char *temporary;     /* where a path's bytes are until they are whole; NULL: nothing to clean up */
	char *destination;   /* the file that a path leads to */
	int descriptor;
	int64_t written;
	bool delivered; /* bytes went where they cannot be taken back from */
	int system_errno;
} sbx__sink_writer;

/* Opens what the sink names, so that a place that cannot be written to is found before anything is sent. The writer is
 * closed with sbx__sink_close() in any case. */
sbx_status sbx__sink_open(sbx__sink_writer *writer, const sbx_sink *sink, sbx__buffer *memory, sbx_error **error);
/* False: it could not be written (see sbx__sink_failure()). */
bool sbx__sink_write(sbx__sink_writer *writer, const void *data, size_t length);
/* Takes back what was written, for another attempt; false where that is not possible. */
bool sbx__sink_restart(sbx__sink_writer *writer);
/* All bytes are there: a file appears under its name. */
sbx_status sbx__sink_finish(sbx__sink_writer *writer, sbx_error **error);
sbx_status sbx__sink_failure(const sbx__sink_writer *writer, sbx_error **error);
/* Leaves nothing half-written behind. */
void sbx__sink_close(sbx__sink_writer *writer);
/* In a forked child: what is half-written is the parent's, and stays. */
void sbx__sink_abandon(sbx__sink_writer *writer);

#endif
