/* Percent-encoding, queries, and how nested values become flat names. */
#include <string.h>

#include "support.h"
#include "url.h"

static void everything_but_what_a_segment_may_have_is_encoded(void **state)
{
	(void)state;
	static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@";
	for (int byte = 0; byte < 256; byte++) {
		sbx__buffer url = {0}, expected = {0};
		const char text[] = {'a', (char)byte, 'b'};
		sbx__url_append_segment(&url, text, sizeof text);
		if (byte && strchr(kept, byte))
			sbx__buffer_format(&expected, "a%cb", byte);
		else
			sbx__buffer_format(&expected, "a%%%02Xb", byte);
		assert_string_equal(url.data, expected.data);
		sbx__buffer_free(&url);
		sbx__buffer_free(&expected);
	}
}

static void text_is_encoded_byte_by_byte(void **state)
{
	(void)state;
	sbx__buffer url = {0};
	sbx__url_append_segment(&url, "/a b/../\xc3\xa9%2F+?#&:@", 19);
	sbx__url_append_segment(&url, "", 0);
	assert_string_equal(url.data, "%2Fa%20b%2F..%2F%C3%A9%252F%2B%3F%23%26:@");
	sbx__buffer_free(&url);
}

static void queries_are_encoded_as_forms(void **state)
{
	(void)state;
	sbx__buffer url = {0};
	bool first = true;
	sbx__url_append_query(&url, &first, "a b", "c d&e=\xc3\xa9", 8);
	assert_false(first);
	sbx__url_append_query(&url, &first, "n[k]", "", 0);
	sbx__url_append_query(&url, &first, "z", "1\0~", 3);
	assert_string_equal(url.data, "?a+b=c+d%26e%3D%C3%A9&n%5Bk%5D=&z=1%00~");
	sbx__buffer_free(&url);
}

static void visit(void *user_data, const char *name, const char *text, size_t length)
{
	sbx__buffer_format(user_data, "%s=", name);
	sbx__buffer_append(user_data, text, length);
	sbx__buffer_byte(user_data, ';');
}

static void values_become_flat(void **state)
{
	(void)state;
	static const struct {
		const char *json, *comma, *brackets;
	} cases[] = {
	        {"1", "n=1;", "n=1;"},
	        {"-9223372036854775808", "n=-9223372036854775808;", "n=-9223372036854775808;"},
	        {"1.5", "n=1.5;", "n=1.5;"},
	        {"2.0", "n=2.0;", "n=2.0;"},
	        {"true", "n=true;", "n=true;"},
	        {"false", "n=false;", "n=false;"},
	        {"\"a,b\"", "n=a,b;", "n=a,b;"},
	        {"null", "", ""},
	        {"\"\"", "", ""},
	        {"[]", "n=;", ""},
	        {"[1,null,\"b c\",true,2.5]", "n=1,b c,true,2.5;", "n[]=1;n[]=b c;n[]=true;n[]=2.5;"},
	        {"[null]", "n=;", ""},
	        {"[[1,2],[3]]", "n=[1,2],[3];", "n[][]=1;n[][]=2;n[][]=3;"},
	        {"[{\"a\":1}]", "n={\"a\":1};", "n[][a]=1;"},
	        {"{}", "", ""},
	        {"{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null},\"e\":false}", "n[a]=1;n[b][c]=1,2;n[e]=false;",
		 "n[a]=1;n[b][c][]=1;n[b][c][]=2;n[e]=false;"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *json = json_of(cases[index].json);
		sbx__buffer flat = {0};
		sbx__buffer_text(&flat, "");
		assert_true(sbx__url_flatten("n", json, SBX__ARRAY_COMMA, visit, &flat));
		assert_string_equal(flat.data, cases[index].comma);
		sbx__buffer_clear(&flat);
		assert_true(sbx__url_flatten("n", json, SBX__ARRAY_BRACKETS, visit, &flat));
		assert_string_equal(flat.data, cases[index].brackets);
		sbx__buffer_free(&flat);
		sbx_json_free(json);
	}
}

static void nuls_of_a_text_stay(void **state)
{
	(void)state;
	sbx_json *json = json_of("\"a\\u0000b\"");
	sbx__buffer flat = {0};
	assert_true(sbx__url_flatten("n", json, SBX__ARRAY_COMMA, visit, &flat));
	assert_int_equal(flat.length, 6);
	assert_memory_equal(flat.data, "n=a\0b;", 6);
	sbx__buffer_free(&flat);
	sbx_json_free(json);
}

static void a_scalar_is_its_text(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"\"x\"", "x"}, {"7", "7"}, {"null", ""}, {"true", "true"}};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *json = json_of(cases[index][0]);
		sbx__buffer text = {0};
		sbx__buffer_text(&text, "");
		sbx__url_append_scalar(json, &text);
		assert_string_equal(text.data, cases[index][1]);
		sbx__buffer_free(&text);
		sbx_json_free(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(everything_but_what_a_segment_may_have_is_encoded),
	        cmocka_unit_test(text_is_encoded_byte_by_byte),
	        cmocka_unit_test(queries_are_encoded_as_forms),
	        cmocka_unit_test(values_become_flat),
	        cmocka_unit_test(nuls_of_a_text_stay),
	        cmocka_unit_test(a_scalar_is_its_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
