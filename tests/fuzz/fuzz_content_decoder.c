/* Bodies that came compressed, or say so: the same whatever pieces they come in and whatever is refused on the way, and
 * whole where zlib, given all at once, says that they are. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "content_decoder.h"
#include "fuzz.h"
#include "packed.h"

typedef enum verdict { WHOLE, CUT, DAMAGED } verdict;

typedef struct decoded {
	sbx__buffer bytes;
	verdict verdict;
	unsigned refuse; /* every so many offers are refused; 0: none */
	unsigned offers;
} decoded;

static sbx__taken take(void *context, const void *data, size_t length)
{
	decoded *said = context;
	FUZZ_CHECK(length > 0 && length <= 16384);
	if (said->refuse && ++said->offers % said->refuse == 0)
		return SBX__LATER;
	sbx__buffer_append(&said->bytes, data, length);
	return SBX__TAKEN;
}

static sbx__taken feed(sbx__content_decoder *decoder, const char *bytes, size_t length)
{
	sbx__taken taken;
	do {
		char *exact = fuzz_exact(bytes, length);
		taken = sbx__content_decoder_feed(decoder, exact, length);
		free(exact);
	} while (taken == SBX__LATER);
	return taken;
}

static decoded decode(const sbx__buffer *body, sbx__content_coding coding, size_t piece, unsigned refuse)
{
	decoded said = {.refuse = refuse};
	sbx__content_decoder *decoder = sbx__content_decoder_new(coding, take, &said);
	sbx__taken taken = SBX__TAKEN;
	FUZZ_CHECK(decoder);
	for (size_t at = 0; at < body->length && taken == SBX__TAKEN; at += piece)
		taken = feed(decoder, body->data + at, body->length - at < piece ? body->length - at : piece);
	bool damaged = sbx__content_decoder_problem(decoder) != NULL;
	FUZZ_CHECK(damaged == (taken == SBX__NOT_TAKEN) && !sbx__content_decoder_starved(decoder));
	FUZZ_CHECK(!damaged || !sbx__content_decoder_whole(decoder));
	said.verdict = damaged ? DAMAGED : sbx__content_decoder_whole(decoder) ? WHOLE : CUT;
	sbx__content_decoder_free(decoder);
	return said;
}

/* One compression after the other, each at once; true: they are all of the body. */
static bool inflate_all(const sbx__buffer *body, int around, bool members, sbx__buffer *bytes)
{
	size_t at = 0;
	int code = Z_OK;
	while (at < body->length && (members || at == 0)) {
		z_stream zlib = {0};
		static unsigned char room[8 << 20];
		zlib.next_in = (unsigned char *)body->data + at;
		zlib.avail_in = (uInt)(body->length - at);
		zlib.next_out = room;
		zlib.avail_out = sizeof room;
		FUZZ_CHECK(inflateInit2(&zlib, around) == Z_OK);
		code = inflate(&zlib, Z_FINISH);
		inflateEnd(&zlib);
		if (code != Z_STREAM_END)
			return false;
		sbx__buffer_append(bytes, room, zlib.total_out);
		at += zlib.total_in;
	}
	return code == Z_STREAM_END && at == body->length;
}

static bool same(const sbx__buffer *left, const sbx__buffer *right)
{
	size_t shorter = left->length < right->length ? left->length : right->length;
	return !shorter || memcmp(left->data, right->data, shorter) == 0;
}

/* What was given out before something was wrong may be more or less of the same. */
static void check_same(decoded *got, const decoded *whole)
{
	FUZZ_CHECK(got->verdict == whole->verdict);
	FUZZ_CHECK(same(&got->bytes, &whole->bytes));
	FUZZ_CHECK(whole->verdict == DAMAGED || got->bytes.length == whole->bytes.length);
	sbx__buffer_free(&got->bytes);
}

static void check_reference(const sbx__buffer *body, sbx__content_coding coding, const decoded *said)
{
	sbx__buffer first = {0};
	sbx__buffer bare = {0};
	bool gzip = coding == SBX__CODING_GZIP;
	bool wrapped = inflate_all(body, gzip ? MAX_WBITS + 16 : MAX_WBITS, gzip, &first);
	bool naked = !gzip && inflate_all(body, -MAX_WBITS, false, &bare);
	const sbx__buffer *bytes = wrapped ? &first : &bare;
	if (said->verdict == WHOLE)
		FUZZ_CHECK((wrapped || naked) && bytes->length == said->bytes.length && same(bytes, &said->bytes));
	/* A stored block whose padding is no zeros looks like zlib's header. */
	if (wrapped || (naked && (body->data[0] & 0x0f) != Z_DEFLATED))
		FUZZ_CHECK(said->verdict == WHOLE);
	sbx__buffer_free(&first);
	sbx__buffer_free(&bare);
}

/* Bits of the first byte; the two above them are a packed_form. */
enum { OTHER_CODING = 1, AS_IT_IS = 2, ANOTHER_MEMBER = 4, CHANGED = 8, SHORTENED = 16 };

/* The body is what is left, or what is left is compressed, and a byte of that changed and its end cut off. */
static sbx__buffer take_body(fuzz_input *input, unsigned flags, packed_form form)
{
	sbx__buffer body = {0};
	size_t place = fuzz_byte(input);
	char mask = (char)fuzz_byte(input);
	size_t cut = fuzz_byte(input) % 16;
	size_t length;
	char *rest = fuzz_rest(input, &length);
	if (flags & AS_IT_IS)
		sbx__buffer_append(&body, rest, length);
	else
		packed_append(&body, form, rest, length);
	if (flags & ANOTHER_MEMBER)
		packed_append(&body, form, rest, length / 2);
	if (body.length && (flags & CHANGED))
		body.data[place % body.length] ^= mask;
	if (flags & SHORTENED)
		body.length -= cut < body.length ? cut : body.length;
	free(rest);
	return body;
}

/* A byte for what follows, the size of the pieces, how often one is refused; then what take_body() takes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	unsigned flags = fuzz_byte(&input);
	size_t piece = 2 + fuzz_byte(&input);
	unsigned refuse = 2 + fuzz_byte(&input) % 4;
	packed_form form = (flags >> 5) % 3;
	bool gzip = (form == PACKED_GZIP) != (flags & OTHER_CODING);
	sbx__content_coding coding = gzip ? SBX__CODING_GZIP : SBX__CODING_DEFLATE;
	sbx__buffer body = take_body(&input, flags, form);
	decoded whole = decode(&body, coding, body.length + 1, 0);
	check_reference(&body, coding, &whole);
	decoded got = decode(&body, coding, 1, 0);
	check_same(&got, &whole);
	got = decode(&body, coding, piece, refuse);
	check_same(&got, &whole);
	got = decode(&body, coding, body.length + 1, refuse);
	check_same(&got, &whole);
	sbx__buffer_free(&whole.bytes);
	sbx__buffer_free(&body);
	return 0;
}
