#include "content_decoder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* What is given to the sink at once, in bytes: libcurl's own measure. */
#define PIECE ((size_t)16 << 10)
/* For inflateInit2(): the largest window, which every body fits, and what is around it. */
#define WITHIN_ZLIB MAX_WBITS
#define WITHIN_GZIP (MAX_WBITS + 16)
#define WITHIN_NOTHING (-MAX_WBITS)

struct sbx__content_decoder {
	sbx__content_coding coding;
	sbx__content_sink *sink;
	void *context;
	z_stream zlib;
	bool ready; /* zlib is initialised */
	bool ended; /* the compression has; more bytes would begin another one */
	bool full;  /* zlib filled the piece to its end, and may have more */
	bool starved;
	const char *problem;
	unsigned char first; /* the first byte of all, which alone does not say what is around the compression */
	bool has_first;
	size_t consumed; /* of the bytes that come again */
	size_t length;   /* of the piece that the sink has not yet taken */
	unsigned char piece[PIECE];
};

/* ---- codings ---- */

static bool is_name(const char *text, size_t length, const char *name)
{
	return length == strlen(name) && strncasecmp(text, name, length) == 0;
}

/* The coding of one element of a list. libcurl takes "none" for no coding too. */
static sbx__content_coding coding_named(const char *text, size_t length)
{
	if (length == 0 || is_name(text, length, "identity") || is_name(text, length, "none"))
		return SBX__CODING_IDENTITY;
	if (is_name(text, length, "gzip") || is_name(text, length, "x-gzip"))
		return SBX__CODING_GZIP;
	return is_name(text, length, "deflate") ? SBX__CODING_DEFLATE : SBX__CODING_FOREIGN;
}

/* Adds the codings of one header's value to those before. */
static sbx__content_coding add_codings(sbx__content_coding before, const char *value)
{
	static const char around[] = " \t,";
	for (value += strspn(value, around); *value; value += strspn(value, around)) {
		size_t length = strcspn(value, around);
		sbx__content_coding coding = coding_named(value, length);
		if (coding != SBX__CODING_IDENTITY)
			before = before == SBX__CODING_IDENTITY ? coding : SBX__CODING_FOREIGN;
		value += length;
	}
	return before;
}

sbx__content_coding sbx__content_coding_of(const sbx__headers *headers)
{
	sbx__content_coding coding = SBX__CODING_IDENTITY;
	for (size_t index = 0; index < sbx__headers_count(headers); index++) {
		sbx_pair pair = sbx__headers_at(headers, index);
		if (strcasecmp(pair.name, "Content-Encoding") == 0)
			coding = add_codings(coding, pair.value);
	}
	return coding;
}

/* ---- decoding ---- */

sbx__content_decoder *sbx__content_decoder_new(sbx__content_coding coding, sbx__content_sink *sink, void *context)
{
	sbx__content_decoder *decoder = malloc(sizeof *decoder);
	if (!decoder)
		return NULL;
	/* The piece is written before it is read: it need not be cleared. */
	memset(decoder, 0, offsetof(sbx__content_decoder, piece));
	decoder->coding = coding;
	decoder->sink = sink;
	decoder->context = context;
	return decoder;
}

static bool fail(sbx__content_decoder *decoder, int code)
{
	decoder->starved = code == Z_MEM_ERROR;
	if (!decoder->starved)
		decoder->problem = "the compressed body of the answer is damaged";
	return false;
}

/* Whether two bytes are zlib's header (RFC 1950, section 2.2). Bare compressed bytes never begin like it: there the low
 * four bits would be a stored block's, which is padded with zeros. */
static bool is_zlib_header(unsigned char first, unsigned char second)
{
	return (first & 0x0f) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
}

static bool start_zlib(sbx__content_decoder *decoder, int around)
{
	int code = inflateInit2(&decoder->zlib, around);
	decoder->ready = code == Z_OK;
	return decoder->ready || fail(decoder, code);
}

/* Lets zlib write into the piece. */
static bool inflate_some(sbx__content_decoder *decoder)
{
	z_stream *zlib = &decoder->zlib;
	zlib->next_out = decoder->piece + decoder->length;
	zlib->avail_out = (uInt)(PIECE - decoder->length);
	int code = inflate(zlib, Z_NO_FLUSH);
	decoder->length = PIECE - zlib->avail_out;
	decoder->full = zlib->avail_out == 0;
	decoder->ended = code == Z_STREAM_END;
	/* Where there is nothing to do for want of bytes or of room it says so. */
	return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR || fail(decoder, code);
}

/* Looks at the first two bytes of a "deflate" body. True: zlib is ready, or there was but one. */
static bool begin_deflate(sbx__content_decoder *decoder, const unsigned char *bytes, size_t *length)
{
	if (!decoder->has_first) {
		decoder->has_first = true;
		decoder->first = bytes[0];
		*length = 1;
		return true;
	}
	*length = 0;
	if (!start_zlib(decoder, is_zlib_header(decoder->first, bytes[0]) ? WITHIN_ZLIB : WITHIN_NOTHING))
		return false;
	decoder->zlib.next_in = &decoder->first;
	decoder->zlib.avail_in = 1;
	return inflate_some(decoder);
}

/* A file may be several members one after the other (RFC 1952, section 2.2); nothing else goes on after its end. */
static bool begin_next(sbx__content_decoder *decoder)
{
	if (decoder->coding != SBX__CODING_GZIP)
		return fail(decoder, Z_DATA_ERROR);
	decoder->ended = false;
	return inflateReset(&decoder->zlib) == Z_OK || fail(decoder, Z_DATA_ERROR);
}

/* Decodes into the piece, and says how many of the bytes are behind it then. False: it has failed. */
static bool decode(sbx__content_decoder *decoder, const unsigned char *bytes, size_t *length)
{
	z_stream *zlib = &decoder->zlib;
	if (!decoder->ready && decoder->coding == SBX__CODING_DEFLATE)
		return begin_deflate(decoder, bytes, length);
	if (!decoder->ready && !start_zlib(decoder, WITHIN_GZIP))
		return false;
	if (decoder->ended && *length && !begin_next(decoder))
		return false;
	uInt offered = *length < UINT_MAX ? (uInt)*length : UINT_MAX;
	zlib->next_in = (unsigned char *)(uintptr_t)bytes;
	zlib->avail_in = offered;
	if (!inflate_some(decoder))
		return false;
	*length = offered - zlib->avail_in;
	return true;
}

static sbx__taken give_piece(sbx__content_decoder *decoder)
{
	if (!decoder->length)
		return SBX__TAKEN;
	sbx__taken taken = decoder->sink(decoder->context, decoder->piece, decoder->length);
	if (taken == SBX__TAKEN)
		decoder->length = 0;
	return taken;
}

sbx__taken sbx__content_decoder_feed(sbx__content_decoder *decoder, const void *data, size_t length)
{
	const unsigned char *bytes = data;
	size_t at = decoder->consumed < length ? decoder->consumed : length;
	size_t before = decoder->consumed - at;
	sbx__taken taken;
	if (decoder->problem || decoder->starved)
		return SBX__NOT_TAKEN;
	while ((taken = give_piece(decoder)) == SBX__TAKEN && (at < length || decoder->full)) {
		size_t done = length - at;
		if (!decode(decoder, bytes + at, &done))
			return SBX__NOT_TAKEN;
		at += done;
	}
	/* What was taken does not come again. */
	decoder->consumed = taken == SBX__TAKEN ? before : before + at;
	return taken;
}

const char *sbx__content_decoder_problem(const sbx__content_decoder *decoder)
{
	return decoder->problem;
}

bool sbx__content_decoder_starved(const sbx__content_decoder *decoder)
{
	return decoder->starved;
}

bool sbx__content_decoder_whole(const sbx__content_decoder *decoder)
{
	return decoder->ended && !decoder->length && !decoder->problem && !decoder->starved;
}

void sbx__content_decoder_free(sbx__content_decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->ready)
		inflateEnd(&decoder->zlib);
	free(decoder);
}
