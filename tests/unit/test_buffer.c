/* Bytes that grow. */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
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

static void numbers_are_appended(void **state)
{
	(void)state;
	sbx__buffer buffer = {0};
	sbx__buffer_text(&buffer, "x");
	sbx__buffer_number(&buffer, -2.5, false);
	sbx__buffer_number(&buffer, 3, true);
	assert_string_equal(buffer.data, "x-2.53.0");
	assert_int_equal(buffer.length, 8);
	sbx__buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(grows_and_ends_with_a_nul),
	        cmocka_unit_test(appends_of_every_kind),
	        cmocka_unit_test(taking_gives_text_also_when_empty),
	        cmocka_unit_test(a_failure_sticks),
	        cmocka_unit_test(numbers_are_appended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
