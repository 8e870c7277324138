/* Headers of answers and of requests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"
#include "support.h"

static void add(sbx__headers *headers, const char *line)
{
	assert_true(sbx__headers_add_line(headers, line, strlen(line)));
}

static void lines_become_names_and_values(void **state)
{
	(void)state;
	static const struct {
		const char *line, *name, *value;
	} cases[] = {
	        {"Content-Type: text/plain", "Content-Type", "text/plain"},
	        {"a:b", "a", "b"},
	        {"a:", "a", ""},
	        {"a: \t ", "a", ""},
	        {"a: \t b c \t\r\n", "a", "b c"},
	        {"a: b: c", "a", "b: c"},
	        {"Set-Cookie: x=1; Path=/", "Set-Cookie", "x=1; Path=/"},
	        {"x: \xc3\xa9\xff", "x", "\xc3\xa9\xff"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__headers headers = {0};
		add(&headers, cases[index].line);
		assert_int_equal(sbx__headers_count(&headers), 1);
		sbx_pair pair = sbx__headers_at(&headers, 0);
		assert_string_equal(pair.name, cases[index].name);
		assert_string_equal(pair.value, cases[index].value);
		sbx__headers_free(&headers);
	}
}

static void lines_that_are_no_header_are_passed_over(void **state)
{
	(void)state;
	sbx__headers headers = {0};
	add(&headers, "");
	add(&headers, "no colon");
	add(&headers, ":no name");
	assert_int_equal(sbx__headers_count(&headers), 0);
	assert_null(sbx__headers_get(&headers, "no colon"));
	assert_null(sbx__headers_at(&headers, 0).name);
	assert_null(sbx__headers_at(&headers, 0).value);
	sbx__headers_free(&headers);
}

static void repeated_headers_are_all_kept_and_the_last_is_found(void **state)
{
	(void)state;
	sbx__headers headers = {0};
	add(&headers, "A: 1");
	add(&headers, "b: 2");
	add(&headers, "a: 3");
	assert_int_equal(sbx__headers_count(&headers), 3);
	assert_string_equal(sbx__headers_at(&headers, 0).value, "1");
	assert_string_equal(sbx__headers_at(&headers, 2).name, "a");
	assert_string_equal(sbx__headers_get(&headers, "A"), "3");
	assert_string_equal(sbx__headers_get(&headers, "B"), "2");
	assert_null(sbx__headers_get(&headers, "c"));
	assert_null(sbx__headers_get(&headers, ""));
	sbx__headers_clear(&headers);
	assert_int_equal(sbx__headers_count(&headers), 0);
	add(&headers, "again: yes");
	assert_string_equal(sbx__headers_get(&headers, "Again"), "yes");
	sbx__headers_free(&headers);
}

static void bytes_that_no_value_has_become_spaces(void **state)
{
	(void)state;
	sbx__headers headers = {0};
	assert_true(sbx__headers_add_line(&headers, "a:\0b\0c\rd\ne\0", 11));
	assert_true(sbx__headers_add_line(&headers, "d\0e: f", 6));
	add(&headers, "g: h");
	assert_string_equal(sbx__headers_get(&headers, "a"), "b c d e");
	assert_string_equal(sbx__headers_get(&headers, "g"), "h");
	assert_int_equal(sbx__headers_count(&headers), 2);
	sbx__headers_free(&headers);
}

static void many_headers_grow(void **state)
{
	(void)state;
	sbx__headers headers = {0};
	char line[64];
	for (int index = 0; index < 1000; index++) {
		snprintf(line, sizeof line, "name-%d: value %d", index, index);
		add(&headers, line);
	}
	assert_int_equal(sbx__headers_count(&headers), 1000);
	assert_string_equal(sbx__headers_get(&headers, "NAME-0"), "value 0");
	assert_string_equal(sbx__headers_at(&headers, 999).value, "value 999");
	sbx__headers_free(&headers);
}

static void a_set_holds_each_name_once(void **state)
{
	(void)state;
	sbx__header_set set = {0}, copy = {0};
	const sbx_pair more[] = {{"B", "4"}, {"c", NULL}, {"D", "5"}};
	sbx__header_set_put(&set, "A", "1");
	sbx__header_set_put(&set, "b", "2");
	sbx__header_set_put(&set, "C", "3");
	sbx__header_set_copy(&copy, &set);
	sbx__header_set_merge(&set, more, 3);
	assert_int_equal(set.count, 4);
	/* In the old one's place, with the new one's name. */
	assert_string_equal(set.pairs[1].name, "B");
	assert_string_equal(set.pairs[1].value, "4");
	assert_non_null(sbx__header_set_find(&set, "C"));
	assert_null(sbx__header_set_find(&set, "C")->value);
	assert_null(sbx__header_set_find(&set, "e"));
	assert_int_equal(copy.count, 3);
	assert_string_equal(sbx__header_set_find(&copy, "B")->value, "2");
	sbx__header_set_free(&set);
	sbx__header_set_free(&copy);
	assert_int_equal(set.count, 0);
}

static void a_sealed_set_has_lines_until_they_change(void **state)
{
	(void)state;
	sbx__header_set set = {0}, copy = {0};
	size_t length;
	sbx__header_set_put(&set, "A", "1");
	sbx__header_set_put(&set, "removed", NULL);
	sbx__header_set_put(&set, "blank", " \t");
	sbx__header_set_put(&set, "B", "two words");
	char *text = sbx__header_set_seal(&set, &length);
	assert_int_equal(length, sizeof "A: 1" + sizeof "B: two words" + 1);
	sbx__header_set_copy(&copy, &set);
	assert_string_equal(copy.lines[0], "A: 1");
	assert_null(copy.lines[1]);
	assert_null(copy.lines[2]);
	assert_string_equal(copy.lines[3], "B: two words");
	sbx__header_set_put(&copy, "a", "2");
	assert_null(copy.lines[0]);
	assert_string_equal(set.lines[0], "A: 1");
	char names[100][8];
	for (int index = 0; index < 100; index++) {
		snprintf(names[index], sizeof names[index], "n%d", index);
		sbx__header_set_put(&copy, names[index], "v");
		assert_null(copy.lines[copy.count - 1]);
	}
	assert_string_equal(copy.lines[3], "B: two words");
	sbx__header_set_free(&set);
	sbx__header_set_free(&copy);
	free(text);
}

static void a_set_grows(void **state)
{
	(void)state;
	sbx__header_set set = {0};
	char names[100][8];
	for (int index = 0; index < 100; index++) {
		snprintf(names[index], sizeof names[index], "n%d", index);
		sbx__header_set_put(&set, names[index], "v");
	}
	assert_int_equal(set.count, 100);
	assert_ptr_equal(sbx__header_set_find(&set, "N99")->name, names[99]);
	sbx__header_set_free(&set);
}

static void long_names_are_told_apart(void **state)
{
	(void)state;
	sbx__header_set set = {0};
	char names[3][400];
	/* Only the end, behind what a byte can count, differs. */
	for (int index = 0; index < 3; index++) {
		memset(names[index], 'x', 300);
		snprintf(names[index] + 300, sizeof names[index] - 300, "%.*s%d", index, "yy", index);
		sbx__header_set_put(&set, names[index], "v");
	}
	assert_int_equal(set.count, 3);
	for (int index = 0; index < 3; index++)
		assert_ptr_equal(sbx__header_set_find(&set, names[index])->name, names[index]);
	sbx__header_set_free(&set);
}

static void pairs_are_looked_through_in_any_case(void **state)
{
	(void)state;
	const sbx_pair pairs[] = {{"A", "1"}, {"Name", NULL}};
	assert_true(sbx__pairs_have(pairs, 2, "nAME"));
	assert_false(sbx__pairs_have(pairs, 1, "Name"));
	assert_false(sbx__pairs_have(NULL, 0, "Name"));
}

static void names_are_tokens(void **state)
{
	(void)state;
	const char allowed[] = "!#$%&'*+-.^_`|~";
	assert_true(sbx__header_name_valid("X-Name"));
	assert_true(sbx__header_name_valid(allowed));
	assert_false(sbx__header_name_valid(""));
	for (int byte = 1; byte < 256; byte++) {
		const char name[] = {'a', (char)byte, '\0'};
		bool letter =
		        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
		assert_int_equal(sbx__header_name_valid(name), letter || strchr(allowed, byte) != NULL);
	}
}

static void values_have_no_control_bytes(void **state)
{
	(void)state;
	assert_true(sbx__header_value_valid(""));
	for (int byte = 1; byte < 256; byte++) {
		const char value[] = {'a', (char)byte, 'b', '\0'};
		assert_int_equal(sbx__header_value_valid(value), byte == '\t' || (byte >= 0x20 && byte != 0x7f));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lines_become_names_and_values),
	        cmocka_unit_test(lines_that_are_no_header_are_passed_over),
	        cmocka_unit_test(repeated_headers_are_all_kept_and_the_last_is_found),
	        cmocka_unit_test(bytes_that_no_value_has_become_spaces),
	        cmocka_unit_test(many_headers_grow),
	        cmocka_unit_test(a_set_holds_each_name_once),
	        cmocka_unit_test(a_sealed_set_has_lines_until_they_change),
	        cmocka_unit_test(a_set_grows),
	        cmocka_unit_test(long_names_are_told_apart),
	        cmocka_unit_test(pairs_are_looked_through_in_any_case),
	        cmocka_unit_test(names_are_tokens),
	        cmocka_unit_test(values_have_no_control_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
