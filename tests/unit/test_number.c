/* Numbers as text: short, exact, and the same in every locale. */
#include "number.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "locales.h"
#include "support.h"

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
        {1e15, "1000000000000000", "1000000000000000.0"},
        {-1234567890123450.0, "-1234567890123450", "-1234567890123450.0"},
        {1000000000000000.125, "1000000000000000.1", "1000000000000000.1"},
        {9007199254740994, "9007199254740994", "9007199254740994.0"},
        {9999999999999998, "9999999999999998", "9999999999999998.0"},
        {1e16, "1e+16", "1e+16.0"},
        {1e21, "1e+21", "1e+21.0"},
        {0.1, "0.1", "0.1"},
        {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
        {1.5, "1.5", "1.5"},
        {0.25, "0.25", "0.25"},
        {-0.05, "-0.05", "-0.05"},
        {100.0625, "100.0625", "100.0625"},
        {0.0001, "0.0001", "0.0001"},
        {0.00015, "0.00015", "0.00015"},
        {-0.00005, "-5e-05", "-5e-05"},
        {999999999.9999, "999999999.9999", "999999999.9999"},
        {1e9 + 0.5, "1000000000.5", "1000000000.5"},
        {2.0 / 3, "0.6666666666666666", "0.6666666666666666"},
        {1e-7, "1e-07", "1e-07.0"},
        {DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308", "2.2250738585072014e-308"},
        {2.2250738585072009e-308, "2.225073858507201e-308", "2.225073858507201e-308"},
        {5e-324, "5e-324", "5e-324"},
        {-1.5e-323, "-1.5e-323", "-1.5e-323"},
};

static void assert_numbers(void)
{
	for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
		char text[SBX__NUMBER_SIZE];
		assert_int_equal(sbx__number_write(text, numbers[index].number, false), strlen(numbers[index].text));
		assert_string_equal(text, numbers[index].text);
		size_t length = sbx__number_write(text, numbers[index].number, true);
		assert_int_equal(length, strlen(text));
		/* An exponent says already that it is no integer. */
		const char *exponent = strchr(numbers[index].text, 'e');
		assert_string_equal(text, exponent ? numbers[index].text : numbers[index].with_fraction);
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
		char text[SBX__NUMBER_SIZE];
		size_t length = sbx__number_write(text, number, true);
		back = strtod(text, NULL);
		assert_memory_equal(&back, &number, sizeof back);
		assert_true(length <= 25);
	}
}

/* Few decimals are written without the C library: it is asked here what it would have written. */
static void few_decimals_are_as_the_c_library_writes_them(void **state)
{
	(void)state;
	for (int power = 1; power <= 100000; power *= 10)
		for (int digits = -20000; digits <= 20000; digits++) {
			char text[SBX__NUMBER_SIZE], expected[SBX__NUMBER_SIZE];
			double number = (double)digits / power;
			sbx__number_write(text, number, false);
			snprintf(expected, sizeof expected, "%.15g", number);
			assert_string_equal(text, expected);
		}
}

static void integers_are_written(void **state)
{
	(void)state;
	static const struct {
		uint64_t magnitude;
		bool negative;
		const char *text;
	} cases[] = {{0, false, "0"},
	             {7, true, "-7"},
	             {10, false, "10"},
	             {UINT64_MAX, false, "18446744073709551615"},
	             {(uint64_t)1 << 63, true, "-9223372036854775808"}};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char text[SBX__NUMBER_SIZE];
		size_t length = sbx__number_write_integer(text, cases[index].magnitude, cases[index].negative);
		assert_string_equal(text, cases[index].text);
		assert_int_equal(length, strlen(text));
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
	        cmocka_unit_test(numbers_are_short_and_exact),
	        cmocka_unit_test(any_double_reads_back_the_same),
	        cmocka_unit_test(few_decimals_are_as_the_c_library_writes_them),
	        cmocka_unit_test(integers_are_written),
	        cmocka_unit_test(a_decimal_comma_changes_nothing),
	        cmocka_unit_test(a_decimal_point_of_two_bytes_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
