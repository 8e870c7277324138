/* Bytes that grow, and numbers as text. */
#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "locales.h"
#include "support.h"

static void grows_and_ends_with_a_nul(void **state)
{
	(void)state;
	sbx__buffer buffer = {0};
	char expected[3000];
	for (size_t index = 0; index < sizeof expected; index++) {
		expected[index] = (char)(index * 7);
		sbx__buffer_byte(&buffer, expected[index]);
		assert_int_equal(buffer.data[buffer.length], '\0');
	}
	assert_int_equal(buffer.length, sizeof expected);
	assert_memory_equal(buffer.data, expected, sizeof expected);
	sbx__buffer_free(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.length, 0);
}

static void appends_of_every_kind(void **state)
{
	(void)state;
	sbx__buffer buffer = {0};
	sbx__buffer_append(&buffer, "a\0b", 3);
	sbx__buffer_append(&buffer, NULL, 0);
	sbx__buffer_text(&buffer, "text");
	sbx__buffer_byte(&buffer, '!');
	sbx__buffer_format(&buffer, "%d-%s", 42, "x");
	assert_int_equal(buffer.length, 12);
	assert_memory_equal(buffer.data, "a\0btext!42-x", 13);
	sbx__buffer_clear(&buffer);
	assert_int_equal(buffer.length, 0);
	assert_string_equal(buffer.data, "");
	/* Longer than what there is room for. */
	sbx__buffer_format(&buffer, "%0500d", 7);
	assert_int_equal(buffer.length, 500);
	assert_int_equal(buffer.data[499], '7');
	sbx__buffer_free(&buffer);
	sbx__buffer_clear(&buffer);
	assert_null(buffer.data);
}

static void taking_gives_text_also_when_empty(void **state)
{
	(void)state;
	sbx__buffer buffer = {0};
	char *taken = sbx__buffer_take(&buffer);
	assert_string_equal(taken, "");
	free(taken);
	sbx__buffer_text(&buffer, "abc");
	taken = sbx__buffer_take(&buffer);
	assert_string_equal(taken, "abc");
	free(taken);
	assert_null(buffer.data);
	assert_int_equal(buffer.capacity, 0);
}

static void a_failure_sticks(void **state)
{
	(void)state;
	sbx__buffer buffer = {0};
	sbx__buffer_text(&buffer, "abc");
	assert_false(sbx__buffer_reserve(&buffer, (size_t)-1 / 2));
	assert_true(buffer.failed);
	sbx__buffer_text(&buffer, "d");
	sbx__buffer_format(&buffer, "%d", 1);
	assert_int_equal(buffer.length, 3);
	sbx__buffer_clear(&buffer);
	assert_false(buffer.failed);
	sbx__buffer_text(&buffer, "d");
	assert_string_equal(buffer.data, "d");
	assert_false(sbx__buffer_reserve(&buffer, (size_t)-1));
	assert_null(sbx__buffer_take(&buffer));
	assert_null(buffer.data);
	assert_false(buffer.failed);
}

static const struct {
	double number;
	const char *text, *with_fraction;
} numbers[] = {
        {0, "0", "0.0"},
        {-0.0, "-0", "-0.0"},
        {1, "1", "1.0"},
        {-42, "-42", "-42.0"},
        {999999999, "999999999", "999999999.0"},
        {1e9, "1000000000", "1000000000.0"},
        {-1e9, "-1000000000", "-1000000000.0"},
        {1e14, "100000000000000", "100000000000000.0"},
        {1e21, "1e+21", "1e+21.0"},
        {0.1, "0.1", "0.1"},
        {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
        {1.5, "1.5", "1.5"},
        {2.0 / 3, "0.6666666666666666", "0.6666666666666666"},
        {1e-7, "1e-07", "1e-07.0"},
        {DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157e+308"},
        {5e-324, "4.94065645841247e-324", "4.94065645841247e-324"},
};

static void assert_numbers(void)
{
	for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
		sbx__buffer buffer = {0};
		sbx__buffer_number(&buffer, numbers[index].number, false);
		assert_string_equal(buffer.data, numbers[index].text);
		sbx__buffer_clear(&buffer);
		sbx__buffer_number(&buffer, numbers[index].number, true);
		/* An exponent says already that it is no integer. */
		const char *exponent = strchr(numbers[index].text, 'e');
		assert_string_equal(buffer.data, exponent ? numbers[index].text : numbers[index].with_fraction);
		sbx__buffer_free(&buffer);
	}
}

static void numbers_are_short_and_exact(void **state)
{
	(void)state;
	assert_numbers();
}

static void any_double_reads_back_the_same(void **state)
{
	(void)state;
	uint64_t bits = 88172645463325252u;
	for (int round = 0; round < 20000; round++) {
		/* xorshift: the same numbers in every run */
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		double number, back;
		memcpy(&number, &bits, sizeof number);
		if (number != number || number - number != 0)
			continue;
		sbx__buffer buffer = {0};
		sbx__buffer_number(&buffer, number, true);
		back = strtod(buffer.data, NULL);
		assert_memory_equal(&back, &number, sizeof back);
		assert_true(buffer.length <= 25);
		sbx__buffer_free(&buffer);
	}
}

static void numbers_in(const char *decimal_point)
{
	if (!locale_enter(decimal_point)) {
		print_message("no localedef here to make a locale with another decimal point\n");
		skip();
	}
	assert_string_not_equal(localeconv()->decimal_point, ".");
	assert_numbers();
	locale_leave();
}

static void a_decimal_comma_changes_nothing(void **state)
{
	(void)state;
	numbers_in(",");
}

static void a_decimal_point_of_two_bytes_changes_nothing(void **state)
{
	(void)state;
	numbers_in("<U066B>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(grows_and_ends_with_a_nul),
	        cmocka_unit_test(appends_of_every_kind),
	        cmocka_unit_test(taking_gives_text_also_when_empty),
	        cmocka_unit_test(a_failure_sticks),
	        cmocka_unit_test(numbers_are_short_and_exact),
	        cmocka_unit_test(any_double_reads_back_the_same),
	        cmocka_unit_test(a_decimal_comma_changes_nothing),
	        cmocka_unit_test(a_decimal_point_of_two_bytes_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
