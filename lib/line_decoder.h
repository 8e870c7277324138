/*
 * Bytes that come in pieces, taken out as lines. LF, CRLF and CR each end a line, and a CRLF that is split between two
 * pieces is one end, so that a line is given as soon as its first ending byte is there.
 */
#ifndef SBX_LIB_LINE_DECODER_H
#define SBX_LIB_LINE_DECODER_H

#include <sandbox_sdk/error.h>
#include <stdbool.h>

#include "buffer.h"

typedef struct sbx__line_decoder {
	sbx__buffer bytes; /* what was fed, from `start` on not yet given out */
	size_t start;
	size_t scanned; /* as far as here there is no end of a line */
	size_t limit;   /* bytes that a line may have, its end not counted */
	bool after_cr;  /* the last line ended with a CR: a LF that comes next belongs to it */
	bool ended;     /* nothing more will be fed */
	bool overlong;  /* a line was longer than the limit: nothing comes after it */
} sbx__line_decoder;

void sbx__line_decoder_init(sbx__line_decoder *decoder, size_t limit);
/* Adds bytes, which are copied. A lack of memory is told by sbx__line_decoder_next(). */
void sbx__line_decoder_feed(sbx__line_decoder *decoder, const void *data, size_t length);
/* The stream is over: what is left is the last line, unless it is empty. */
void sbx__line_decoder_end(sbx__line_decoder *decoder);
/*
 * Takes the next line, without its end and followed by a NUL; it stays until any other call on the decoder. SBX_DONE:
 * there is no whole line in what was fed. SBX_ERROR_RESPONSE_TOO_LARGE: the line is longer than the limit; and
 * SBX_ERROR_OUT_OF_MEMORY: after both, each later call says the same.
 */
sbx_status sbx__line_decoder_next(sbx__line_decoder *decoder, const char **line, size_t *length, sbx_error **error);
/* The bytes of a line that has not ended yet, once sbx__line_decoder_next() has said SBX_DONE. */
const char *sbx__line_decoder_rest(const sbx__line_decoder *decoder, size_t *length);
void sbx__line_decoder_free(sbx__line_decoder *decoder);

#endif
