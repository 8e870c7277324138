/* Decoding bodies that came compressed: the same whatever pieces they come in, and nothing lost without a word. */
#include "content_decoder.h"

#include <stdlib.h>
#include <string.h>

#include "packed.h"
#include "starvation.h"
#include "support.h"

#define PIECE ((size_t)16 << 10)

/* What a decoder gives its bytes to. */
typedef struct sink {
	sbx__buffer taken;
	size_t offers;
	size_t later;    /* so many offers in a row are answered with "later" before one is taken */
	size_t refusals; /* of those, so far */
	size_t most;     /* more than so many bytes are refused; 0: none */
	sbx__buffer refused;
} sink;

static sbx__taken take(void *context, const void *data, size_t length)
{
	sink *into = context;
	assert_true(length > 0 && length <= PIECE);
	into->offers++;
	if (into->most && into->taken.length + length > into->most)
		return SBX__NOT_TAKEN;
	if (into->refusals) {
		/* What comes again is what was refused. */
		assert_int_equal(into->refused.length, length);
		assert_memory_equal(into->refused.data, data, length);
	}
	if (into->refusals < into->later) {
		into->refusals++;
		sbx__buffer_clear(&into->refused);
		sbx__buffer_append(&into->refused, data, length);
		return SBX__LATER;
	}
	into->refusals = 0;
	sbx__buffer_append(&into->taken, data, length);
	return SBX__TAKEN;
}

static void clear(sink *into)
{
	sbx__buffer_free(&into->taken);
	sbx__buffer_free(&into->refused);
	*into = (sink){0};
}

/* Feeds bytes as a transport does: those that were refused come again. */
static sbx__taken feed(sbx__content_decoder *decoder, const char *data, size_t length)
{
	sbx__taken taken;
	while ((taken = sbx__content_decoder_feed(decoder, data, length)) == SBX__LATER)
		assert_false(sbx__content_decoder_whole(decoder));
	return taken;
}

/* Decodes bytes in pieces of a size, of which the first may have another. */
static const char *decode(sink *into, sbx__content_coding coding, const sbx__buffer *body, size_t first, size_t piece)
{
	sbx__content_decoder *decoder = sbx__content_decoder_new(coding, take, into);
	sbx__taken taken = SBX__TAKEN;
	assert_non_null(decoder);
	for (size_t at = 0; at < body->length && taken == SBX__TAKEN;) {
		size_t length = at ? piece : first;
		if (length > body->length - at)
			length = body->length - at;
		taken = feed(decoder, body->data + at, length);
		at += length;
	}
	const char *problem = sbx__content_decoder_problem(decoder);
	assert_int_equal(taken == SBX__TAKEN, problem == NULL);
	assert_false(sbx__content_decoder_starved(decoder));
	assert_false(problem && sbx__content_decoder_whole(decoder));
	if (!problem && !sbx__content_decoder_whole(decoder))
		problem = "cut";
	sbx__content_decoder_free(decoder);
	return problem;
}

static void check_decodes(sbx__content_coding coding, const sbx__buffer *body, size_t first, size_t piece, size_t later,
                          const sbx__buffer *plain)
{
	sink into = {.later = later};
	assert_null(decode(&into, coding, body, first, piece));
	assert_int_equal(into.taken.length, plain->length);
	if (plain->length)
		assert_memory_equal(into.taken.data, plain->data, plain->length);
	clear(&into);
}

static sbx__content_coding coding_of(packed_form form)
{
	return form == PACKED_GZIP ? SBX__CODING_GZIP : SBX__CODING_DEFLATE;
}

static void what_the_headers_say(void **state)
{
	(void)state;
	static const struct {
		const char *lines[3];
		sbx__content_coding coding;
	} cases[] = {
	        {{NULL}, SBX__CODING_IDENTITY},
	        {{"Content-Type: gzip"}, SBX__CODING_IDENTITY},
	        {{"Content-Encoding:"}, SBX__CODING_IDENTITY},
	        {{"Content-Encoding: identity"}, SBX__CODING_IDENTITY},
	        {{"Content-Encoding: none"}, SBX__CODING_IDENTITY},
	        {{"content-encoding: GZip"}, SBX__CODING_GZIP},
	        {{"CONTENT-ENCODING: x-gzip"}, SBX__CODING_GZIP},
	        {{"Content-Encoding: Deflate"}, SBX__CODING_DEFLATE},
	        {{"Content-Encoding: identity , gzip,"}, SBX__CODING_GZIP},
	        {{"Content-Encoding: gzip", "Content-Encoding: identity"}, SBX__CODING_GZIP},
	        {{"Content-Encoding: gzip, deflate"}, SBX__CODING_FOREIGN},
	        {{"Content-Encoding: gzip", "Content-Encoding: gzip"}, SBX__CODING_FOREIGN},
	        {{"Content-Encoding: br"}, SBX__CODING_FOREIGN},
	        {{"Content-Encoding: gzi"}, SBX__CODING_FOREIGN},
	        {{"Content-Encoding: gzip2"}, SBX__CODING_FOREIGN},
	        {{"Content-Encoding: br", "Content-Encoding: identity"}, SBX__CODING_FOREIGN},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__headers headers = {0};
		for (size_t line = 0; line < 3 && cases[index].lines[line]; line++)
			assert_true(sbx__headers_add_line(&headers, cases[index].lines[line],
			                                  strlen(cases[index].lines[line])));
		assert_int_equal(sbx__content_coding_of(&headers), cases[index].coding);
		sbx__headers_free(&headers);
	}
}

/* Texts of which every byte, split and piece is tried. */
static void fill_short(sbx__buffer *plain, int kind)
{
	if (kind == 1)
		sbx__buffer_text(plain, "{\"data\": [1, 2, 3, 1, 2, 3, 1, 2, 3]}");
	if (kind == 2)
		packed_noise(plain, 300);
}

static void every_split_gives_the_same(void **state)
{
	(void)state;
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++)
		for (int kind = 0; kind < 3; kind++) {
			sbx__buffer plain = {0};
			sbx__buffer body = {0};
			fill_short(&plain, kind);
			packed_append(&body, form, plain.data, plain.length);
			for (size_t first = 1; first <= body.length; first++)
				check_decodes(coding_of(form), &body, first, body.length, first % 3, &plain);
			check_decodes(coding_of(form), &body, 1, 1, 0, &plain);
			check_decodes(coding_of(form), &body, 1, 1, 1, &plain);
			sbx__buffer_free(&plain);
			sbx__buffer_free(&body);
		}
}

static void every_cut_is_noticed(void **state)
{
	(void)state;
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++)
		for (int kind = 0; kind < 3; kind++) {
			sbx__buffer plain = {0};
			sbx__buffer body = {0};
			fill_short(&plain, kind);
			packed_append(&body, form, plain.data, plain.length);
			for (size_t length = 0; length < body.length; length++) {
				const sbx__buffer cut = {.data = body.data, .length = length};
				for (size_t piece = 1; piece < 4; piece++) {
					sink into = {0};
					assert_string_equal(decode(&into, coding_of(form), &cut, length, piece), "cut");
					clear(&into);
					assert_string_equal(decode(&into, coding_of(form), &cut, piece, piece), "cut");
					clear(&into);
				}
			}
			sbx__buffer_free(&plain);
			sbx__buffer_free(&body);
		}
}

/* Sizes about those at which a piece is full, whatever is refused and however the bytes come. */
static void what_is_refused_comes_again(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, PIECE - 1, PIECE, PIECE + 1, 4 * PIECE - 1, 4 * PIECE, 10 * PIECE + 77};
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++)
		for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++)
			for (int noise = 0; noise < 2; noise++) {
				sbx__buffer plain = {0};
				sbx__buffer body = {0};
				if (noise)
					packed_noise(&plain, sizes[index]);
				else
					packed_pattern(&plain, sizes[index], 0);
				packed_append(&body, form, plain.data, plain.length);
				for (size_t later = 0; later < 3; later++) {
					check_decodes(coding_of(form), &body, body.length, 1, later, &plain);
					check_decodes(coding_of(form), &body, 100, 7777, later, &plain);
					check_decodes(coding_of(form), &body, 1, noise ? 97 : 1, later, &plain);
				}
				sbx__buffer_free(&plain);
				sbx__buffer_free(&body);
			}
}

/* libcurl adds to what was refused what has come meanwhile, and may cut it anew. */
static void refused_bytes_may_come_with_others(void **state)
{
	(void)state;
	sbx__buffer plain = {0};
	sbx__buffer body = {0};
	packed_pattern(&plain, 10 * PIECE, 0);
	packed_noise(&plain, 10 * PIECE);
	packed_append(&body, PACKED_GZIP, plain.data, plain.length);
	for (size_t step = 1; step < 4; step++) {
		sink into = {.later = 1};
		sbx__content_decoder *decoder = sbx__content_decoder_new(SBX__CODING_GZIP, take, &into);
		size_t at = 0;
		size_t length = 1000;
		while (at < body.length) {
			if (length > body.length - at)
				length = body.length - at;
			sbx__taken taken = sbx__content_decoder_feed(decoder, body.data + at, length);
			assert_int_not_equal(taken, SBX__NOT_TAKEN);
			if (taken == SBX__TAKEN) {
				at += length;
				length = 1000;
			} else {
				length = step == 3 ? length / 2 + 1 : length + step * 333;
			}
		}
		assert_true(sbx__content_decoder_whole(decoder));
		assert_int_equal(into.taken.length, plain.length);
		assert_memory_equal(into.taken.data, plain.data, plain.length);
		sbx__content_decoder_free(decoder);
		clear(&into);
	}
	sbx__buffer_free(&plain);
	sbx__buffer_free(&body);
}

static void few_bytes_that_become_many_come_in_pieces(void **state)
{
	(void)state;
	const size_t large = (size_t)64 << 20;
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++) {
		sbx__buffer body = {0};
		char *zeros = calloc(1, large);
		packed_append(&body, form, zeros, large);
		free(zeros);
		assert_true(body.length < large / 900);
		sink into = {.most = (size_t)1 << 20};
		sbx__content_decoder *decoder = sbx__content_decoder_new(coding_of(form), take, &into);
		assert_int_equal(feed(decoder, body.data, body.length), SBX__NOT_TAKEN);
		/* It ends where the sink ends it, and nothing is wrong with the body. */
		assert_int_equal(into.offers, (1 << 20) / PIECE + 1);
		assert_null(sbx__content_decoder_problem(decoder));
		assert_false(sbx__content_decoder_starved(decoder));
		assert_false(sbx__content_decoder_whole(decoder));
		sbx__content_decoder_free(decoder);
		clear(&into);
		sbx__buffer_free(&body);
	}
}

static void members_are_one_body(void **state)
{
	(void)state;
	sbx__buffer plain = {0};
	sbx__buffer body = {0};
	for (unsigned member = 0; member < 4; member++) {
		sbx__buffer part = {0};
		packed_pattern(&part, member * 50, member);
		packed_append(&body, PACKED_GZIP, part.data, part.length);
		sbx__buffer_append(&plain, part.data, part.length);
		sbx__buffer_free(&part);
	}
	for (size_t first = 1; first <= body.length; first++)
		check_decodes(SBX__CODING_GZIP, &body, first, body.length, first % 2, &plain);
	check_decodes(SBX__CODING_GZIP, &body, 1, 1, 0, &plain);
	/* A cut within the last one. */
	sink into = {0};
	body.length--;
	assert_string_equal(decode(&into, SBX__CODING_GZIP, &body, 1, 1), "cut");
	clear(&into);
	sbx__buffer_free(&plain);
	sbx__buffer_free(&body);
}

static void assert_damaged(sbx__content_coding coding, const sbx__buffer *body)
{
	for (size_t piece = 1; piece <= body->length; piece += piece < 4 ? 1 : body->length / 3) {
		sink into = {0};
		const char *problem = decode(&into, coding, body, piece, piece);
		assert_non_null(problem);
		assert_string_equal(problem, "the compressed body of the answer is damaged");
		clear(&into);
	}
}

static void nothing_follows_the_end(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
	} garbage[] = {{"x", 1}, {"\0\0\0\0\0\0\0\0\0\0\0\0", 12}, {"not gzip", 8}};
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++)
		for (size_t index = 0; index < 3; index++) {
			sbx__buffer body = {0};
			packed_append(&body, form, "a text", 6);
			sbx__buffer_append(&body, garbage[index].bytes, garbage[index].length);
			if (form == PACKED_GZIP && garbage[index].length == 1) {
				/* It could still become another member. */
				sink into = {0};
				assert_non_null(decode(&into, SBX__CODING_GZIP, &body, 3, 3));
				clear(&into);
			} else {
				assert_damaged(coding_of(form), &body);
			}
			sbx__buffer_free(&body);
		}
	sbx__buffer body = {0};
	packed_append(&body, PACKED_ZLIB, "a text", 6);
	packed_append(&body, PACKED_ZLIB, "a text", 6);
	assert_damaged(SBX__CODING_DEFLATE, &body);
	sbx__buffer_free(&body);
}

static void damage_is_noticed(void **state)
{
	(void)state;
	sbx__buffer body = {0};
	packed_append(&body, PACKED_GZIP, "a text that is a text", 21);
	/* The sum, and the length, each of four bytes. */
	for (size_t from_end = 1; from_end <= 8; from_end++) {
		body.data[body.length - from_end] ^= 1;
		assert_damaged(SBX__CODING_GZIP, &body);
		body.data[body.length - from_end] ^= 1;
	}
	/* A kind of block that there is not. */
	body.data[10] = (char)0xff;
	assert_damaged(SBX__CODING_GZIP, &body);
	sbx__buffer_clear(&body);
	sbx__buffer_text(&body, "no gzip at all");
	assert_damaged(SBX__CODING_GZIP, &body);
	sbx__buffer_clear(&body);
	packed_append(&body, PACKED_ZLIB, "a text", 6);
	assert_damaged(SBX__CODING_GZIP, &body);
	body.data[body.length - 1] ^= 1;
	assert_damaged(SBX__CODING_DEFLATE, &body);
	/* A dictionary that nobody has (RFC 1950, section 2.2). */
	sbx__buffer_clear(&body);
	sbx__buffer_append(&body, "\x78\xbb\0\0\0\1\x4b\x04\0\0\0\0\0", 13);
	assert_damaged(SBX__CODING_DEFLATE, &body);
	sbx__buffer_free(&body);
}

/* Once something is wrong, what comes next is not looked at. */
static void nothing_is_taken_after_a_failure(void **state)
{
	(void)state;
	sink into = {0};
	sbx__buffer body = {0};
	packed_append(&body, PACKED_GZIP, "a text", 6);
	sbx__content_decoder *decoder = sbx__content_decoder_new(SBX__CODING_GZIP, take, &into);
	assert_int_equal(feed(decoder, "no gzip", 7), SBX__NOT_TAKEN);
	assert_int_equal(feed(decoder, body.data, body.length), SBX__NOT_TAKEN);
	assert_int_equal(into.offers, 0);
	sbx__content_decoder_free(decoder);
	sbx__buffer_free(&body);
	clear(&into);
}

static sbx__taken count_bytes(void *context, const void *data, size_t length)
{
	(void)data;
	*(size_t *)context += length;
	return SBX__TAKEN;
}

/* A lack of memory is no damage, whichever allocation fails; and there are few, however much comes out. */
static void memory_that_runs_out_is_told(void **state)
{
	(void)state;
	for (packed_form form = PACKED_GZIP; form <= PACKED_BARE; form++) {
		sbx__buffer plain = {0};
		sbx__buffer body = {0};
		packed_pattern(&plain, 40 * PIECE, 0);
		packed_append(&body, form, plain.data, plain.length);
		long failing = 0;
		long allocations;
		bool whole;
		do {
			size_t sum = 0;
			starvation_begin(++failing);
			sbx__content_decoder *decoder = sbx__content_decoder_new(coding_of(form), count_bytes, &sum);
			sbx__taken taken = SBX__TAKEN;
			for (size_t at = 0; decoder && taken == SBX__TAKEN && at < body.length; at++)
				taken = sbx__content_decoder_feed(decoder, body.data + at, 1);
			bool starved = !decoder || sbx__content_decoder_starved(decoder);
			const char *problem = decoder ? sbx__content_decoder_problem(decoder) : NULL;
			whole = decoder && sbx__content_decoder_whole(decoder);
			/* And what came is lost: nothing goes on from there. */
			bool ended = !decoder || whole ||
			             sbx__content_decoder_feed(decoder, body.data, body.length) == SBX__NOT_TAKEN;
			sbx__content_decoder_free(decoder);
			allocations = starvation_end();
			assert_int_equal(starvation_left(), 0);
			assert_null(problem);
			assert_true(ended);
			assert_int_equal(starved, !whole);
			assert_int_equal(whole, sum == plain.length);
		} while (allocations >= failing);
		assert_true(whole);
		assert_int_equal(allocations, 3);
		sbx__buffer_free(&plain);
		sbx__buffer_free(&body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_the_headers_say),
	        cmocka_unit_test(every_split_gives_the_same),
	        cmocka_unit_test(every_cut_is_noticed),
	        cmocka_unit_test(what_is_refused_comes_again),
	        cmocka_unit_test(refused_bytes_may_come_with_others),
	        cmocka_unit_test(few_bytes_that_become_many_come_in_pieces),
	        cmocka_unit_test(members_are_one_body),
	        cmocka_unit_test(nothing_follows_the_end),
	        cmocka_unit_test(damage_is_noticed),
	        cmocka_unit_test(nothing_is_taken_after_a_failure),
	        cmocka_unit_test(memory_that_runs_out_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
