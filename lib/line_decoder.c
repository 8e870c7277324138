#include "line_decoder.h"

#include <string.h>

#include "error.h"

void sbx__line_decoder_init(sbx__line_decoder *decoder, size_t limit)
{
	*decoder = (sbx__line_decoder){.limit = limit};
}

/* Moves what is left to the front, but only when that is little: bytes that come one at a time must not be moved each
 * time. */
static void compact(sbx__line_decoder *decoder)
{
	size_t left = decoder->bytes.length - decoder->start;
	if (decoder->start == 0 || left > decoder->start)
		return;
	memmove(decoder->bytes.data, decoder->bytes.data + decoder->start, left + 1);
	decoder->bytes.length = left;
	decoder->scanned -= decoder->start;
	decoder->start = 0;
}

void sbx__line_decoder_feed(sbx__line_decoder *decoder, const void *data, size_t length)
{
	if (length == 0 || decoder->overlong)
		return;
	compact(decoder);
	sbx__buffer_append(&decoder->bytes, data, length);
}

void sbx__line_decoder_end(sbx__line_decoder *decoder)
{
	decoder->ended = true;
}

/* Where the end of the line is, or of the bytes where none is there. */
static size_t find_end(const sbx__line_decoder *decoder)
{
	const char *data = decoder->bytes.data;
	size_t at = decoder->scanned;
	while (at < decoder->bytes.length && data[at] != '\n' && data[at] != '\r')
		at++;
	return at;
}

static sbx_status fail_overlong(sbx__line_decoder *decoder, sbx_error **error)
{
	decoder->overlong = true;
	return sbx__fail(error, SBX_ERROR_RESPONSE_TOO_LARGE, "A line of the answer is longer than %zu bytes",
	                 decoder->limit);
}

static void skip_line_feed(sbx__line_decoder *decoder)
{
	if (!decoder->after_cr || decoder->start == decoder->bytes.length)
		return;
	decoder->after_cr = false;
	if (decoder->bytes.data[decoder->start] == '\n')
		decoder->start++;
	if (decoder->scanned < decoder->start)
		decoder->scanned = decoder->start;
}

sbx_status sbx__line_decoder_next(sbx__line_decoder *decoder, const char **line, size_t *length, sbx_error **error)
{
	sbx__buffer *bytes = &decoder->bytes;
	if (decoder->overlong)
		return fail_overlong(decoder, error);
	if (bytes->failed)
		return sbx__fail_memory(error);
	skip_line_feed(decoder);
	if (decoder->start == bytes->length)
		return SBX_DONE;
	size_t end = find_end(decoder);
	bool whole = end < bytes->length;
	if (end - decoder->start > decoder->limit)
		return fail_overlong(decoder, error);
	decoder->scanned = end;
	if (!whole && !decoder->ended)
		return SBX_DONE;
	decoder->after_cr = whole && bytes->data[end] == '\r';
	bytes->data[end] = '\0';
	*line = bytes->data + decoder->start;
	*length = end - decoder->start;
	decoder->start = whole ? end + 1 : end;
	decoder->scanned = decoder->start;
	return SBX_OK;
}

const char *sbx__line_decoder_rest(const sbx__line_decoder *decoder, size_t *length)
{
	*length = decoder->bytes.length - decoder->start;
	return *length ? decoder->bytes.data + decoder->start : "";
}

void sbx__line_decoder_free(sbx__line_decoder *decoder)
{
	sbx__buffer_free(&decoder->bytes);
}
