/*
 * Bytes that come in pieces, taken out as server-sent events: WHATWG HTML, section 9.2.5 and 9.2.6, with the bytes
 * decoded by the Encoding standard's "UTF-8 decode".
 */
#ifndef SBX_LIB_EVENT_DECODER_H
#define SBX_LIB_EVENT_DECODER_H

#include <sandbox_sdk/event_decoder.h>

#include "line_decoder.h"

typedef struct sbx__event_decoder {
	sbx__line_decoder lines;
	sbx__buffer text; /* the line under work, decoded, where it was not UTF-8 */
	sbx__buffer type;
	sbx__buffer data; /* each of its lines followed by a LF */
	sbx__buffer id;
	int64_t retry;
	size_t limit;      /* bytes that an event's data may have */
	unsigned fields;   /* those of the event under work */
	bool without_data; /* events without data are given, too */
	bool begun;        /* the first line, before which there may be a byte order mark, has been read */
	bool dispatched;   /* type and data are those of the event that was given out */
	bool open;         /* fields of an event were read, and not yet the empty line that ends it */
	bool oversized;    /* an event was larger than the limit: nothing comes after it */
} sbx__event_decoder;

/* Limits in bytes: of a line as it comes, and of the data of an event. Events without data are dropped. */
void sbx__event_decoder_init(sbx__event_decoder *decoder, size_t line_limit, size_t event_limit);
/* Adds bytes, which are copied. A lack of memory is told by sbx__event_decoder_next(). */
void sbx__event_decoder_feed(sbx__event_decoder *decoder, const void *data, size_t length);
/*
 * Takes the next event, which stays until any other call on the decoder. SBX_DONE: there is no whole event in what was
 * fed. SBX_ERROR_RESPONSE_TOO_LARGE: a line or the event is larger than its limit; and SBX_ERROR_OUT_OF_MEMORY: after
 * both, each later call says the same.
 */
sbx_status sbx__event_decoder_next(sbx__event_decoder *decoder, sbx_event *event, sbx_error **error);
/*
 * Whether the stream, if it is over now, was cut within an event. By the standard such an event is discarded; what was
 * left of a comment does not count. To be asked when sbx__event_decoder_next() has said SBX_DONE.
 */
bool sbx__event_decoder_is_open(const sbx__event_decoder *decoder);
void sbx__event_decoder_free(sbx__event_decoder *decoder);

#endif
