/* Bytes split into lines: the same whatever pieces they come in, and what a plain loop over all of them finds. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "line_decoder.h"

/* What a decoder has said: each line followed by a LF and a NUL, which no line has both, then how it ended. */
typedef struct decoded {
	sbx__buffer lines;
	sbx_status status;
} decoded;

static void drain(sbx__line_decoder *decoder, decoded *said)
{
	const char *line;
	size_t length;
	sbx_error *error = NULL;
	while ((said->status = sbx__line_decoder_next(decoder, &line, &length, &error)) == SBX_OK) {
		FUZZ_CHECK(line[length] == '\0');
		FUZZ_CHECK(!memchr(line, '\n', length) && !memchr(line, '\r', length));
		sbx__buffer_append(&said->lines, line, length);
		sbx__buffer_append(&said->lines, "\n", 2);
	}
	FUZZ_CHECK((said->status < 0) == (error != NULL));
	FUZZ_CHECK(said->status == SBX_DONE || said->status == SBX_ERROR_RESPONSE_TOO_LARGE);
	sbx_error_free(error);
}

static decoded decode(const char *bytes, size_t size, size_t limit, size_t piece)
{
	sbx__line_decoder decoder;
	decoded said = {.status = SBX_DONE};
	sbx__line_decoder_init(&decoder, limit);
	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		char *exact = fuzz_exact(bytes + at, length);
		sbx__line_decoder_feed(&decoder, exact, length);
		free(exact);
		drain(&decoder, &said);
	}
	sbx__line_decoder_end(&decoder);
	drain(&decoder, &said);
	sbx__line_decoder_free(&decoder);
	return said;
}

/* The same by one look at all of the bytes. */
static decoded expected(const char *bytes, size_t size, size_t limit)
{
	decoded said = {.status = SBX_DONE};
	size_t at = 0;
	while (at < size) {
		size_t length = 0;
		while (at + length < size && bytes[at + length] != '\n' && bytes[at + length] != '\r')
			length++;
		if (length > limit) {
			said.status = SBX_ERROR_RESPONSE_TOO_LARGE;
			return said;
		}
		sbx__buffer_append(&said.lines, bytes + at, length);
		sbx__buffer_append(&said.lines, "\n", 2);
		at += length;
		if (at + 1 < size && bytes[at] == '\r' && bytes[at + 1] == '\n')
			at++;
		at++;
	}
	return said;
}

static void check_same(decoded *left, const decoded *right)
{
	FUZZ_CHECK(left->status == right->status);
	FUZZ_CHECK(left->lines.length == right->lines.length);
	FUZZ_CHECK(!left->lines.length || memcmp(left->lines.data, right->lines.data, left->lines.length) == 0);
	sbx__buffer_free(&left->lines);
}

/* A byte for the limit, one for the size of the pieces, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	size_t limit = fuzz_byte(&input);
	size_t piece = 2 + fuzz_byte(&input);
	size_t length;
	char *bytes = fuzz_rest(&input, &length);
	decoded all = expected(bytes, length, limit);
	decoded got = decode(bytes, length, limit, 1);
	check_same(&got, &all);
	got = decode(bytes, length, limit, piece);
	check_same(&got, &all);
	got = decode(bytes, length, limit, length + 1);
	check_same(&got, &all);
	sbx__buffer_free(&all.lines);
	free(bytes);
	return 0;
}
