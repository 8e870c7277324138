/* UTF-8: what is and what is not, by RFC 3629. */
#include "utf8.h"

#include <string.h>

#include "support.h"

static void a_sequence_has_its_length(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t left, length;
	} cases[] = {
	        {"a", 1, 1},
	        {"\x7f", 1, 1},
	        {"\xc2\x80", 2, 2},
	        {"\xdf\xbf", 2, 2},
	        {"\xe0\xa0\x80", 3, 3},
	        {"\xed\x9f\xbf", 3, 3},
	        {"\xef\xbf\xbf", 3, 3},
	        {"\xf0\x90\x80\x80", 4, 4},
	        {"\xf4\x8f\xbf\xbf", 4, 4},
	        /* cut */
	        {"\xc2\x80", 1, 0},
	        {"\xe0\xa0\x80", 2, 0},
	        {"\xf0\x90\x80\x80", 3, 0},
	        /* the rest of a sequence without its beginning, or a beginning without its rest */
	        {"\x80", 1, 0},
	        {"\xbf", 1, 0},
	        {"\xc2z", 2, 0},
	        {"\xe1\x80z", 3, 0},
	        {"\xf1\x80\x80z", 4, 0},
	        /* overlong, surrogates, past the last character, bytes that never occur */
	        {"\xc0\x80", 2, 0},
	        {"\xc1\xbf", 2, 0},
	        {"\xe0\x9f\xbf", 3, 0},
	        {"\xf0\x8f\xbf\xbf", 4, 0},
	        {"\xed\xa0\x80", 3, 0},
	        {"\xf4\x90\x80\x80", 4, 0},
	        {"\xf5\x80\x80\x80", 4, 0},
	        {"\xff", 1, 0},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++)
		assert_int_equal(sbx__utf8_sequence((const unsigned char *)cases[index].text, cases[index].left),
		                 cases[index].length);
}

static void every_character_is_written_and_is_valid(void **state)
{
	(void)state;
	for (unsigned long character = 0; character < 0x110000; character++) {
		char bytes[4];
		size_t length = (size_t)(sbx__utf8_put(bytes, character) - bytes);
		size_t expected = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
		bool surrogate = character >= 0xd800 && character < 0xe000;
		assert_int_equal(length, expected);
		assert_int_equal(sbx__utf8_sequence((const unsigned char *)bytes, length), surrogate ? 0 : length);
		assert_true(sbx__utf8_valid(bytes, length) == !surrogate);
		/* Its own bits, six to each byte behind the first. */
		unsigned long read = (unsigned char)bytes[0] & (length == 1 ? 0x7fu : 0x7fu >> length);
		for (size_t index = 1; index < length; index++)
			read = read << 6 | ((unsigned char)bytes[index] & 0x3fu);
		assert_int_equal(read, character);
	}
}

static void bad_bytes_become_replacement_characters(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
	        {"", ""},
	        {"plain \xc3\xa9", "plain \xc3\xa9"},
	        {"\xff", "\xef\xbf\xbd"},
	        {"a\xc3", "a\xef\xbf\xbd"},
	        {"\xe2\x82z", "\xef\xbf\xbd\xef\xbf\xbdz"},
	        {"a\xed\xa0\x80z", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"},
	};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
		sbx__buffer buffer = {0};
		sbx__utf8_append(&buffer, texts[index][0], strlen(texts[index][0]));
		assert_string_equal(buffer.data, texts[index][1]);
		assert_true(sbx__utf8_valid(buffer.data, buffer.length));
		sbx__buffer_free(&buffer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_sequence_has_its_length),
	        cmocka_unit_test(every_character_is_written_and_is_valid),
	        cmocka_unit_test(bad_bytes_become_replacement_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
