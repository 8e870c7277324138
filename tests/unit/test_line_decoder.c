/* Lines out of bytes that come in pieces: every text is split at each place, and given byte by byte. */
#include <string.h>

#include "error.h"
#include "line_decoder.h"
#include "support.h"

#define LIMIT 8

/* What came out: each line in brackets, then the name of an error if there was one. */
static sbx_status drain(sbx__line_decoder *decoder, sbx__buffer *result)
{
	const char *line;
	size_t length;
	sbx_status status;
	while ((status = sbx__line_decoder_next(decoder, &line, &length, NULL)) == SBX_OK) {
		assert_int_equal(line[length], '\0');
		sbx__buffer_byte(result, '[');
		sbx__buffer_append(result, line, length);
		sbx__buffer_byte(result, ']');
	}
	return status;
}

static void finish(sbx__line_decoder *decoder, sbx__buffer *result)
{
	sbx__line_decoder_end(decoder);
	sbx_status status = drain(decoder, result);
	assert_int_equal(drain(decoder, result), status);
	if (status < 0)
		sbx__buffer_text(result, sbx_status_name(status));
	else
		assert_int_equal(status, SBX_DONE);
	sbx__line_decoder_free(decoder);
}

static void assert_result(sbx__buffer *result, const char *expected, size_t length)
{
	assert_int_equal(result->length, length);
	assert_memory_equal(result->data, expected, length);
	sbx__buffer_free(result);
}

/* In two pieces, taken out in between or not. */
static void assert_split(const char *text, size_t length, size_t at, bool between, const char *expected,
                         size_t expected_length)
{
	sbx__line_decoder decoder;
	sbx__buffer result = {0};
	sbx__buffer_text(&result, "");
	sbx__line_decoder_init(&decoder, LIMIT);
	sbx__line_decoder_feed(&decoder, text, at);
	if (between)
		drain(&decoder, &result);
	sbx__line_decoder_feed(&decoder, text + at, length - at);
	finish(&decoder, &result);
	assert_result(&result, expected, expected_length);
}

static void assert_bytes(const char *text, size_t length, const char *expected, size_t expected_length)
{
	sbx__line_decoder decoder;
	sbx__buffer result = {0};
	sbx__buffer_text(&result, "");
	sbx__line_decoder_init(&decoder, LIMIT);
	for (size_t index = 0; index < length; index++) {
		sbx__line_decoder_feed(&decoder, text + index, 1);
		drain(&decoder, &result);
	}
	finish(&decoder, &result);
	assert_result(&result, expected, expected_length);
}

static void assert_lines(const char *text, size_t length, const char *expected, size_t expected_length)
{
	for (size_t at = 0; at <= length; at++) {
		assert_split(text, length, at, true, expected, expected_length);
		assert_split(text, length, at, false, expected, expected_length);
	}
	assert_bytes(text, length, expected, expected_length);
}

#define ASSERT_LINES(text, expected) assert_lines(text, sizeof text - 1, expected, sizeof expected - 1)

static void every_kind_of_end_ends_a_line(void **state)
{
	(void)state;
	ASSERT_LINES("", "");
	ASSERT_LINES("a\nb\n", "[a][b]");
	ASSERT_LINES("a\r\nb\r\n", "[a][b]");
	ASSERT_LINES("a\rb\r", "[a][b]");
	ASSERT_LINES("\n\r\n\r", "[][][]");
	ASSERT_LINES("\r\r\n\n", "[][][]");
	ASSERT_LINES("\n\r", "[][]");
	ASSERT_LINES("a\r\n\r\nb\r\rc\n\nd\r\n", "[a][][b][][c][][d]");
}

static void the_last_line_needs_no_end(void **state)
{
	(void)state;
	ASSERT_LINES("a", "[a]");
	ASSERT_LINES("a\nb", "[a][b]");
	ASSERT_LINES("a\r\nb", "[a][b]");
	ASSERT_LINES("a\rb", "[a][b]");
}

static void any_byte_survives(void **state)
{
	(void)state;
	ASSERT_LINES("a\0b\n\0\r\n\0", "[a\0b][\0][\0]");
	ASSERT_LINES("\xff\xfe\n\xc3\n\xa9\v\f\x85\n", "[\xff\xfe][\xc3][\xa9\v\f\x85]");
}

static void a_line_has_a_limit(void **state)
{
	(void)state;
	ASSERT_LINES("12345678\r\n12345678", "[12345678][12345678]");
	ASSERT_LINES("12345678\n123456789\n1\n", "[12345678]response_too_large");
	ASSERT_LINES("a\r123456789", "[a]response_too_large");
	sbx__line_decoder decoder;
	sbx_error *error = NULL;
	const char *line = "untouched";
	size_t length = 9;
	sbx__line_decoder_init(&decoder, LIMIT);
	sbx__line_decoder_feed(&decoder, "123456789", 9);
	assert_int_equal(sbx__line_decoder_next(&decoder, &line, &length, &error), SBX_ERROR_RESPONSE_TOO_LARGE);
	assert_string_equal(sbx_error_message(error), "A line of the answer is longer than 8 bytes");
	assert_string_equal(line, "untouched");
	assert_int_equal(length, 9);
	sbx_error_free(error);
	sbx__line_decoder_free(&decoder);
}

static void a_line_is_given_as_soon_as_it_is_there(void **state)
{
	(void)state;
	sbx__line_decoder decoder;
	sbx__buffer result = {0};
	size_t length;
	sbx__line_decoder_init(&decoder, LIMIT);
	assert_int_equal(drain(&decoder, &result), SBX_DONE);
	sbx__line_decoder_feed(&decoder, "a\r", 2);
	assert_int_equal(drain(&decoder, &result), SBX_DONE);
	assert_string_equal(result.data, "[a]");
	sbx__line_decoder_feed(&decoder, "\nb", 2);
	assert_int_equal(drain(&decoder, &result), SBX_DONE);
	assert_string_equal(result.data, "[a]");
	assert_string_equal(sbx__line_decoder_rest(&decoder, &length), "b");
	assert_int_equal(length, 1);
	sbx__line_decoder_feed(&decoder, "\n", 1);
	assert_int_equal(drain(&decoder, &result), SBX_DONE);
	assert_string_equal(result.data, "[a][b]");
	assert_string_equal(sbx__line_decoder_rest(&decoder, &length), "");
	assert_int_equal(length, 0);
	sbx__buffer_free(&result);
	sbx__line_decoder_free(&decoder);
}

static void lines_that_were_given_take_no_room(void **state)
{
	(void)state;
	sbx__line_decoder decoder;
	sbx__buffer result = {0};
	sbx__line_decoder_init(&decoder, LIMIT);
	for (int round = 0; round < 10000; round++) {
		/* The start of a line is always left, so that there is never nothing to keep. */
		sbx__line_decoder_feed(&decoder, "2345\n1", 6);
		sbx__buffer_clear(&result);
		drain(&decoder, &result);
		assert_string_equal(result.data, round ? "[12345]" : "[2345]");
	}
	assert_true(decoder.bytes.capacity <= 64);
	sbx__buffer_free(&result);
	sbx__line_decoder_free(&decoder);
}

static void a_lack_of_memory_stays(void **state)
{
	(void)state;
	sbx__line_decoder decoder;
	const char *line;
	size_t length;
	sbx__line_decoder_init(&decoder, LIMIT);
	sbx__line_decoder_feed(&decoder, "a\n", 2);
	decoder.bytes.failed = true; /* as when it could not grow */
	for (int round = 0; round < 2; round++) {
		sbx_error *error = NULL;
		assert_int_equal(sbx__line_decoder_next(&decoder, &line, &length, &error), SBX_ERROR_OUT_OF_MEMORY);
		assert_int_equal(sbx_error_code(error), SBX_ERROR_OUT_OF_MEMORY);
	}
	sbx__line_decoder_free(&decoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_end_ends_a_line),
	        cmocka_unit_test(the_last_line_needs_no_end),
	        cmocka_unit_test(any_byte_survives),
	        cmocka_unit_test(a_line_has_a_limit),
	        cmocka_unit_test(a_line_is_given_as_soon_as_it_is_there),
	        cmocka_unit_test(lines_that_were_given_take_no_room),
	        cmocka_unit_test(a_lack_of_memory_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
