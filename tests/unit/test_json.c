/* JSON values: what is JSON and what is not, and that nothing is lost between text and value. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <sandbox_sdk/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_reader.h"
#include "locales.h"
#include "support.h"

/* Parses a copy that ends with the allocation, so that a sanitizer sees each byte that is read behind the text. */
static sbx_status parse(const char *text, size_t length, sbx_json **json, sbx_error **error)
{
	char *copy = malloc(length ? length : 1);
	assert_non_null(copy);
	memcpy(copy, text, length);
	sbx_status status = sbx_json_parse(copy, length, json, error);
	free(copy);
	return status;
}

/* Every refusal is the library's own check: json-c would have said it without the byte. */
static void assert_refused(const char *text, size_t length)
{
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	sbx_status status = parse(text, length, &json, &error);
	if (status == SBX_OK)
		print_message("accepted: %.*s\n", (int)length, text);
	else if (!strstr(sbx_error_message(error), " at byte "))
		print_message("%.*s: %s\n", (int)length, text, sbx_error_message(error));
	assert_int_equal(status, SBX_ERROR_INVALID_JSON);
	assert_non_null(strstr(sbx_error_message(error), " at byte "));
	assert_null(json);
	sbx_error_free(error);
}

static void assert_prints(const sbx_json *json, int indent, const char *expected)
{
	char *text = NULL;
	size_t length = 0;
	assert_int_equal(sbx_json_print(json, indent, &text, &length), SBX_OK);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	sbx_string_free(text);
}

static void assert_reads_as(const char *text, const char *expected)
{
	sbx_json *json = NULL;
	sbx_json *again = NULL;
	assert_int_equal(parse(text, strlen(text), &json, NULL), SBX_OK);
	assert_prints(json, 0, expected);
	assert_int_equal(parse(expected, strlen(expected), &again, NULL), SBX_OK);
	assert_true(sbx_json_equal(json, again));
	assert_prints(again, 0, expected);
	sbx_json_free(json);
	sbx_json_free(again);
}

static void what_the_standard_refuses_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        "",
	        " ",
	        "\n",
	        "NaN",
	        "nan",
	        "-NaN",
	        "Infinity",
	        "-Infinity",
	        "inf",
	        "undefined",
	        /* words */
	        "tru",
	        "True",
	        "TRUE",
	        "fals",
	        "nul",
	        "nulll",
	        "Null",
	        "truefalse",
	        "null null",
	        /* quotes and comments */
	        "'a'",
	        "{'a':1}",
	        "`a`",
	        "// c\n1",
	        "/* c */1",
	        "1/**/",
	        "# c\n1",
	        "{/**/}",
	        /* commas */
	        "[1,]",
	        "[,1]",
	        "[,]",
	        "[1,,2]",
	        "{\"a\":1,}",
	        "{,\"a\":1}",
	        "{,}",
	        "1,",
	        ",1",
	        "[1 2]",
	        "{\"a\":1 \"b\":2}",
	        /* numbers */
	        "01",
	        "-01",
	        "00",
	        "-00",
	        "1.",
	        ".5",
	        "-.5",
	        "-",
	        "+1",
	        "1e",
	        "1e+",
	        "1e-",
	        "1.e1",
	        "1.5.2",
	        "1e1.5",
	        "0x10",
	        "1_000",
	        "--1",
	        "1-",
	        "1 2",
	        "0e",
	        "- 1",
	        "1e999",
	        "-1e999",
	        "1E309",
	        "12345e400",
	        /* strings */
	        "\"",
	        "\"a",
	        "\"\\\"",
	        "\"\\",
	        "a",
	        "\"a\nb\"",
	        "\"\t\"",
	        "\"\x1f\"",
	        "\"\x01\"",
	        "\"\\x41\"",
	        "\"\\'\"",
	        "\"\\a\"",
	        "\"\\0\"",
	        "\"\\u\"",
	        "\"\\u1\"",
	        "\"\\u12\"",
	        "\"\\u123\"",
	        "\"\\u12g4\"",
	        "\"\\U0041\"",
	        "\"\\u{41}\"",
	        "\"\\u-123\"",
	        "\"\\u 123\"",
	        "\"a\"b",
	        "\"a\"\"b\"",
	        /* UTF-8 (RFC 3629): a stray byte, overlong, a surrogate, too large, cut */
	        "\"\xff\"",
	        "\"\xfe\"",
	        "\"\x80\"",
	        "\"\xc0\x80\"",
	        "\"\xc1\xbf\"",
	        "\"\xe0\x9f\xbf\"",
	        "\"\xf0\x8f\xbf\xbf\"",
	        "\"\xed\xa0\x80\"",
	        "\"\xed\xbf\xbf\"",
	        "\"\xf4\x90\x80\x80\"",
	        "\"\xf5\x80\x80\x80\"",
	        "\"\xf8\x88\x80\x80\x80\"",
	        "\"\xe2\x82\"",
	        "\"\xe2\x82",
	        "\"\xc3\"",
	        "\"\xc3",
	        "\"\xf0\x9f\x98\"",
	        "\"\xc3\x28\"",
	        "\"\xe2\x28\xa1\"",
	        "{\"\xff\":1}",
	        "\xff",
	        /* objects and arrays */
	        "{",
	        "}",
	        "[",
	        "]",
	        "[}",
	        "{]",
	        "[1}",
	        "{\"a\":1]",
	        "{\"a\"}",
	        "{\"a\" 1}",
	        "{\"a\":}",
	        "{:1}",
	        "{1:2}",
	        "{a:1}",
	        "{null:1}",
	        "{\"a\":1",
	        "{\"a\":",
	        "{\"a\"",
	        "{\"a",
	        "[1",
	        "[[1]",
	        "[1]]",
	        "{}}",
	        "{} {}",
	        "{\"a\":1}x",
	        "{\"a\"::1}",
	        "{\"a\":1,\"b\"}",
	        "[\"a\":1]",
	        /* a member's name with a NUL, which json-c would cut */
	        "{\"\\u0000\":1}",
	        "{\"a\\u0000b\":1}",
	        "[{\"b\\u0000\":1}]",
	        /* white space that is none here; a byte order mark */
	        "\f1",
	        "\v1",
	        "\xc2\xa0"
	        "1",
	        "\xe2\x80\xa8"
	        "1",
	        "\xef\xbb\xbf{}",
	        "1\x7f",
	};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		assert_refused(texts[index], strlen(texts[index]));
	assert_refused("1\0", 2);
	assert_refused("\0", 1);
	assert_refused("\"a\0b\"", 5);
	assert_refused("{\"a\0\":1}", 8);
	assert_refused("nu\0l", 4);
}

static void what_the_standard_allows_is_read(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
	        {" \t\r\nnull \t\r\n", "null"},
	        {"true", "true"},
	        {"[ ]", "[]"},
	        {"{ }", "{}"},
	        {" [ 1 , [ ] , { \"a\" : { } } ] ", "[1,[],{\"a\":{}}]"},
	        {"\"\"", "\"\""},
	        {"{\"\":1}", "{\"\":1}"},
	        {"0", "0"},
	        {"-1", "-1"},
	        {"-0.0", "-0.0"},
	        {"1e2", "100.0"},
	        {"1E+2", "100.0"},
	        {"1.50e-03", "0.0015"},
	        {"10.0", "10.0"},
	        {"0e0", "0.0"},
	        {"0e999", "0.0"},
	        {"0.0E+99999999999999999999", "0.0"},
	        {"1e-999", "0.0"},
	        {"0.0000000000000000001e320", "1e+301"},
	        {"1.7976931348623157e308", "1.7976931348623157e+308"},
	        {"0.30000000000000004", "0.30000000000000004"},
	        {"1e21", "1e+21"},
	        {"123456789012345678", "123456789012345678"},
	        {"9223372036854775807", "9223372036854775807"},
	        {"-9223372036854775808", "-9223372036854775808"},
	        {"9223372036854775808", "9223372036854775808"},
	        {"18446744073709551615", "18446744073709551615"},
	        /* beyond 64 bits: digit by digit */
	        {"18446744073709551616", "18446744073709551616"},
	        {"-9223372036854775809", "-9223372036854775809"},
	        {"[123456789012345678901234567890,-1,99999999999999999999]",
		 "[123456789012345678901234567890,-1,99999999999999999999]"},
	        {"\"\\u00e9 \\ud83d\\ude00 \\/\\b\\f\\n\\r\\t\\\\\\\"\"",
		 "\"\xc3\xa9 \xf0\x9f\x98\x80 /\\b\\f\\n\\r\\t\\\\\\\"\""},
	        {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\""},
	        {"\"a\\u0000b\\u001F\"", "\"a\\u0000b\\u001f\""},
	        {"\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"", "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\""},
	        /* a surrogate without its other half stands for no character: U+FFFD takes its place */
	        {"\"\\ud800\"", "\"\xef\xbf\xbd\""},
	        {"\"\\udc00x\"", "\"\xef\xbf\xbdx\""},
	        {"\"\\ud800\\u0041\"", "\"\xef\xbf\xbd"
		                       "A\""},
	        {"\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\""},
	        {"\"\\ud800\\n\"", "\"\xef\xbf\xbd\\n\""},
	        /* of repeated names the last one counts, in the place of the first; one that the API has and one that
		 * it has not */
	        {"{\"a\":1,\"b\":2,\"a\":[3]}", "{\"a\":[3],\"b\":2}"},
	        {"{\"a\":1,\"\\u0061\":null}", "{\"a\":null}"},
	        {"{\"id\":1,\"x\":2,\"id\":3,\"i\\u0064\":4}", "{\"id\":4,\"x\":2}"},
	};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		assert_reads_as(texts[index][0], texts[index][1]);
}

/* A number of so many digits, with something behind them. */
static char *many_digits(size_t count, const char *rest)
{
	char *text = malloc(count + strlen(rest) + 1);
	assert_non_null(text);
	memset(text, '9', count);
	strcpy(text + count, rest);
	return text;
}

static void numbers_that_no_double_holds_are_refused(void **state)
{
	(void)state;
	static const char *const rests[] = {".5", ".0", "e0", "e+1", ".5e-10"};
	for (size_t index = 0; index < sizeof rests / sizeof rests[0]; index++) {
		char *text = many_digits(400, rests[index]);
		assert_refused(text, strlen(text));
		free(text);
	}
	/* As many digits, and an exponent that brings them back. */
	char *text = many_digits(400, ".25e-398");
	assert_reads_as(text, "100.0");
	free(text);
}

/* ---- numbers with their text ---- */

static sbx_json *number_of(const char *text)
{
	return sbx_json_new_number_text(text, strlen(text));
}

static void numbers_keep_their_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		sbx_json_type type;
		const char *kept;
		double number;
		int64_t integer;
	} cases[] = {
	        {"18446744073709551616", SBX_JSON_NUMBER, "18446744073709551616", 18446744073709551616.0, INT64_MAX},
	        {"-9223372036854775809", SBX_JSON_NUMBER, "-9223372036854775809", -9223372036854775808.0, INT64_MIN},
	        {"1e-7", SBX_JSON_NUMBER, "1e-7", 1e-7, 0},
	        {"-0.50", SBX_JSON_NUMBER, "-0.50", -0.5, 0},
	        {"18446744073709551615", SBX_JSON_INTEGER, NULL, 18446744073709551615.0, INT64_MAX},
	        {"-7", SBX_JSON_INTEGER, NULL, -7, -7},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *json = number_of(cases[index].text);
		assert_non_null(json);
		assert_int_equal(sbx_json_type_of(json), cases[index].type);
		assert_true(sbx_json_number(json) == cases[index].number);
		assert_true(sbx_json_integer(json) == cases[index].integer);
		if (cases[index].kept)
			assert_string_equal(sbx_json_number_text(json), cases[index].kept);
		else
			assert_null(sbx_json_number_text(json));
		sbx_json *copy = sbx_json_copy(json);
		sbx_json_free(json);
		assert_prints(copy, 0, cases[index].text);
		sbx_json_free(copy);
	}
	assert_null(sbx_json_number_text(NULL));
	sbx_json *plain = sbx_json_new_number(1.5);
	assert_null(sbx_json_number_text(plain));
	sbx_json_free(plain);
}

static void what_is_no_number_is_none(void **state)
{
	(void)state;
	static const char *const texts[] = {"",     "-",     "1.",    ".5",     "01",      "+1",  "1 ",
	                                    " 1",   "1e",    "1e999", "-1e999", "0x1",     "1,2", "1 2",
	                                    "true", "\"1\"", "[1",    "NaN",    "Infinity"};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		assert_null(number_of(texts[index]));
	assert_null(sbx_json_new_number_text(NULL, 1));
	assert_null(sbx_json_new_number_text("1\0002", 3));
	char *text = many_digits(SBX__JSON_DIGITS, "9");
	assert_null(number_of(text));
	text[SBX__JSON_DIGITS] = '\0';
	sbx_json *most = number_of(text);
	assert_string_equal(sbx_json_number_text(most), text);
	assert_true(sbx_json_number(most) == DBL_MAX);
	sbx_json_free(most);
	free(text);
}

static void large_integers_are_equal_by_each_digit(void **state)
{
	(void)state;
	static const struct {
		const char *left, *right;
		int equal;
	} cases[] = {
	        {"18446744073709551616", "18446744073709551616", 1},
	        {"18446744073709551616", "18446744073709551617", 0},
	        {"18446744073709551616", "18446744073709551616.0", 1},
	        {"18446744073709551617", "1.8446744073709551616e19", 0},
	        {"18446744073709551616", "18446744073709551615", 0},
	        {"-9223372036854775809", "-9223372036854775808", 0},
	        {"99999999999999999999999", "1e23", 0},
	        {"[99999999999999999999]", "[99999999999999999999]", 1},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *left = json_of(cases[index].left), *right = json_of(cases[index].right);
		assert_int_equal(sbx_json_equal(left, right), cases[index].equal);
		assert_int_equal(sbx_json_equal(right, left), cases[index].equal);
		sbx_json_free(left);
		sbx_json_free(right);
	}
	char *text = many_digits(400, "");
	sbx_json *large = json_of(text), *largest = sbx_json_new_number(DBL_MAX);
	assert_true(sbx_json_number(large) == DBL_MAX);
	assert_false(sbx_json_equal(large, largest));
	sbx_json_free(large);
	sbx_json_free(largest);
	free(text);
}

static const char *const numbers[] = {"9.0e308", "0.1e310", "1.5e2", "-2.5", "0.5e-3", "123456789.12345678901234"};
static const char *const numbers_read[] = {NULL, NULL, "150.0", "-2.5", "0.0005", "123456789.12345679"};

static void a_decimal_comma_changes_nothing(void **state)
{
	(void)state;
	if (!locale_enter(",")) {
		print_message("no localedef here to make a locale with a decimal comma\n");
		skip();
	}
	for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++)
		if (numbers_read[index])
			assert_reads_as(numbers[index], numbers_read[index]);
		else
			assert_refused(numbers[index], strlen(numbers[index]));
	assert_reads_as("0.1e309", "1e+308");
	locale_leave();
}

static char *nested(int depth, const char *open, const char *inner, const char *close)
{
	sbx__buffer text = {0};
	for (int level = 0; level < depth; level++)
		sbx__buffer_text(&text, open);
	sbx__buffer_text(&text, inner);
	for (int level = 0; level < depth; level++)
		sbx__buffer_text(&text, close);
	return sbx__buffer_take(&text);
}

static void values_nest_512_deep_and_no_deeper(void **state)
{
	(void)state;
	static const char *const forms[][3] = {
	        {"[", "", "]"}, {"[", "1", "]"}, {"{\"a\":", "{}", "}"}, {"[{\"a\":", "1", "}]"}};
	static const int deepest[] = {512, 512, 511, 256};
	for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
		char *text = nested(deepest[index], forms[index][0], forms[index][1], forms[index][2]);
		assert_reads_as(text, text);
		free(text);
		text = nested(deepest[index] + 1, forms[index][0], forms[index][1], forms[index][2]);
		assert_refused(text, strlen(text));
		free(text);
	}
	/* Many one after the other are not deep. */
	char *wide = nested(2000, "[],", "1", "");
	sbx__buffer array = {0};
	sbx__buffer_format(&array, "[%s]", wide);
	assert_reads_as(array.data, array.data);
	sbx__buffer_free(&array);
	free(wide);
	/* What is never closed is refused at the depth, not at the end of a long text. */
	char *open = nested(100000, "[", "", "");
	assert_refused(open, strlen(open));
	free(open);
}

static void a_text_has_only_so_many_values(void **state)
{
	(void)state;
	sbx__json_reading check;
	size_t length = 2 * (size_t)SBX__JSON_VALUES + 1;
	char *text = malloc(length);
	assert_non_null(text);
	/* An array is a value too. */
	for (size_t index = 0; index < length; index++)
		text[index] = index % 2 ? '0' : ',';
	text[0] = '[';
	text[length - 1] = ']';
	assert_false(sbx__json_read(&check, text, length, NULL, NULL));
	assert_non_null(strstr(check.problem, "more values"));
	assert_int_equal(check.position, length - 2);
	text[length - 3] = ']';
	assert_true(sbx__json_read(&check, text, length - 2, NULL, NULL));
	assert_int_equal(check.values, SBX__JSON_VALUES);
	free(text);
}

static const char *const samples[] = {
        "{\"id\":\"sb_1\",\"n\":[-12.5e+3,0,18446744073709551616],\"t\":true,\"z\":null}",
        "[\"\\ud83d\\ude00\\u0000\xc3\xa9\xf0\x9f\x98\x80\",{\"\":{}},[[]],false]",
        "\"a\\\\b\\n\xe2\x82\xac\\uD800x\"",
        "{ \"a\" : 1 , \"a\" : { \"b\" : [ ] } }",
};

static void a_text_cut_at_any_byte_is_refused(void **state)
{
	(void)state;
	for (size_t index = 0; index < sizeof samples / sizeof samples[0]; index++)
		for (size_t length = 0; length < strlen(samples[index]); length++)
			assert_refused(samples[index], length);
}

/* A text with any one byte changed is either refused by the library's own check or read and printed the same again. */
static void a_text_with_any_byte_changed_is_refused_or_whole(void **state)
{
	(void)state;
	for (size_t index = 0; index < sizeof samples / sizeof samples[0]; index++) {
		size_t length = strlen(samples[index]);
		char *text = strdup(samples[index]);
		for (size_t at = 0; at < length; at++) {
			for (int byte = 0; byte < 256; byte++) {
				sbx_json *json = NULL, *again = NULL;
				char *printed;
				size_t printed_length;
				text[at] = (char)byte;
				if (sbx_json_parse(text, length, &json, NULL) < 0) {
					assert_refused(text, length);
					continue;
				}
				assert_int_equal(sbx_json_print(json, 0, &printed, &printed_length), SBX_OK);
				assert_int_equal(parse(printed, printed_length, &again, NULL), SBX_OK);
				assert_true(sbx_json_equal(json, again));
				sbx_string_free(printed);
				sbx_json_free(json);
				sbx_json_free(again);
			}
			text[at] = samples[index][at];
		}
		free(text);
	}
}

static void errors_name_the_byte(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
	        {"[1,]", "not JSON: a value that is none at byte 3"},
	        {"{\"a\":01}", "not JSON: neither a comma nor an end at byte 6"},
	        {"1 2", "not JSON: something follows the value at byte 2"},
	        {"[\"\xff\"]", "not JSON: bytes that are not UTF-8 at byte 2"},
	        {"", "not JSON: the text ends too early at byte 0"},
	        {"{\"a\"", "not JSON: a name without a value at byte 4"},
	        {"{x", "not JSON: a member without a name at byte 1"},
	        {"[1e999]", "not JSON: a number that is too large at byte 6"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *json = NULL;
		sbx_error *error = NULL;
		assert_int_equal(sbx_json_parse(cases[index].text, strlen(cases[index].text), &json, &error),
		                 SBX_ERROR_INVALID_JSON);
		assert_string_equal(sbx_error_message(error), cases[index].message);
		sbx_error_free(error);
	}
	sbx_error *error = NULL;
	sbx_json *json = NULL;
	assert_int_equal(sbx_json_parse(NULL, 0, &json, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "text");
	sbx_error_free(error);
	assert_int_equal(sbx_json_parse("1", 1, NULL, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "json");
	sbx_error_free(error);
	assert_int_equal(sbx_json_print(NULL, 0, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	/* As much as anyone reads, however much was asked for. */
	sbx_json *nested = json_of("[1]");
	char *wide;
	size_t wide_length;
	assert_int_equal(sbx_json_print(nested, INT_MAX, &wide, &wide_length), SBX_OK);
	assert_int_equal(wide_length, strlen("[\n") + 80 + strlen("1\n]"));
	sbx_string_free(wide);
	sbx_json_free(nested);
}

static void each_type_reads_as_itself_and_as_zero_elsewhere(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		sbx_json_type type;
		const char *name;
		int boolean;
		int64_t integer;
		uint64_t positive;
		double number;
		const char *string;
		size_t count;
	} cases[] = {
	        {"null", SBX_JSON_NULL, "null", 0, 0, 0, 0, "", 0},
	        {"true", SBX_JSON_BOOLEAN, "a boolean", 1, 0, 0, 0, "", 0},
	        {"false", SBX_JSON_BOOLEAN, "a boolean", 0, 0, 0, 0, "", 0},
	        {"-5", SBX_JSON_INTEGER, "an integer", 0, -5, 0, -5, "", 0},
	        {"9223372036854775807", SBX_JSON_INTEGER, "an integer", 0, INT64_MAX, INT64_MAX, 9223372036854775807.0,
		 "", 0},
	        {"-9223372036854775808", SBX_JSON_INTEGER, "an integer", 0, INT64_MIN, 0, -9223372036854775808.0, "",
		 0},
	        {"18446744073709551615", SBX_JSON_INTEGER, "an integer", 0, INT64_MAX, UINT64_MAX,
		 18446744073709551615.0, "", 0},
	        {"2.75", SBX_JSON_NUMBER, "a number", 0, 2, 0, 2.75, "", 0},
	        {"-2.75", SBX_JSON_NUMBER, "a number", 0, -2, 0, -2.75, "", 0},
	        {"1e300", SBX_JSON_NUMBER, "a number", 0, INT64_MAX, 0, 1e300, "", 0},
	        {"-1e300", SBX_JSON_NUMBER, "a number", 0, INT64_MIN, 0, -1e300, "", 0},
	        {"\"12\"", SBX_JSON_STRING, "a string", 0, 0, 0, 0, "12", 0},
	        {"[1,2]", SBX_JSON_ARRAY, "an array", 0, 0, 0, 0, "", 2},
	        {"{\"a\":1}", SBX_JSON_OBJECT, "an object", 0, 0, 0, 0, "", 1},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *json = json_of(cases[index].text);
		size_t length = 99;
		assert_int_equal(sbx_json_type_of(json), cases[index].type);
		assert_string_equal(sbx__json_type_name(json), cases[index].name);
		assert_int_equal(sbx_json_boolean(json), cases[index].boolean);
		assert_int_equal(sbx_json_integer(json), cases[index].integer);
		assert_int_equal(sbx_json_unsigned(json), cases[index].positive);
		assert_true(sbx_json_number(json) == cases[index].number);
		assert_string_equal(sbx_json_string(json, &length), cases[index].string);
		assert_int_equal(length, strlen(cases[index].string));
		assert_int_equal(sbx_json_count(json), cases[index].count);
		assert_null(sbx_json_at(json, 2));
		assert_null(sbx_json_get(json, "b"));
		sbx_json_free(json);
	}
	assert_int_equal(sbx_json_type_of(NULL), SBX_JSON_NULL);
	assert_int_equal(sbx_json_count(NULL), 0);
	assert_null(sbx_json_at(NULL, 0));
	assert_null(sbx_json_get(NULL, "a"));
	assert_string_equal(sbx_json_string(NULL, NULL), "");
	sbx_json_free(NULL);
	sbx_string_free(NULL);
}

static void values_are_built_and_printed(void **state)
{
	(void)state;
	sbx_json *object = sbx_json_new_object();
	sbx_json *array = sbx_json_new_array();
	assert_int_equal(sbx_json_append(array, sbx_json_new_integer(INT64_MIN)), SBX_OK);
	assert_int_equal(sbx_json_append(array, sbx_json_new_unsigned(UINT64_MAX)), SBX_OK);
	assert_int_equal(sbx_json_append(array, sbx_json_new_number(0.5)), SBX_OK);
	assert_int_equal(sbx_json_append(array, sbx_json_new_null()), SBX_OK);
	assert_int_equal(sbx_json_append(array, sbx_json_new_boolean(7)), SBX_OK);
	assert_int_equal(sbx_json_set(object, "list", array), SBX_OK);
	assert_int_equal(sbx_json_set(object, "empty", sbx_json_new_array()), SBX_OK);
	assert_int_equal(sbx_json_set(object, "nul", sbx_json_new_string("a\0b", 3)), SBX_OK);
	assert_int_equal(sbx_json_set(object, "q\"\n", sbx_json_new_object()), SBX_OK);
	assert_int_equal(sbx_json_set(object, "empty", sbx_json_new_boolean(0)), SBX_OK);
	assert_prints(object, 0,
	              "{\"list\":[-9223372036854775808,18446744073709551615,0.5,null,true],\"empty\":false,"
	              "\"nul\":\"a\\u0000b\",\"q\\\"\\n\":{}}");
	assert_prints(object, 2,
	              "{\n  \"list\": [\n    -9223372036854775808,\n    18446744073709551615,\n    0.5,\n    null,\n"
	              "    true\n  ],\n  \"empty\": false,\n  \"nul\": \"a\\u0000b\",\n  \"q\\\"\\n\": {}\n}");
	size_t length;
	const char *text = sbx_json_string(sbx_json_get(object, "nul"), &length);
	assert_int_equal(length, 3);
	assert_memory_equal(text, "a\0b", 4);
	assert_int_equal(sbx_json_type_of(sbx_json_at(sbx_json_get(object, "list"), 3)), SBX_JSON_NULL);
	assert_non_null(sbx_json_at(sbx_json_get(object, "list"), 3));
	sbx_json_free(object);
	assert_prints(NULL, 2, "null");
}

static void what_cannot_be_built_is_refused(void **state)
{
	(void)state;
	sbx_json *object = sbx_json_new_object();
	sbx_json *array = sbx_json_new_array();
	assert_null(sbx_json_new_number(NAN));
	assert_null(sbx_json_new_number(INFINITY));
	assert_null(sbx_json_new_number(-INFINITY));
	assert_null(sbx_json_new_string(NULL, 0));
	assert_null(sbx_json_new_string("\xff", 1));
	assert_null(sbx_json_new_string("\xc3\xa9", 1));
	assert_null(sbx_json_new_string("a", (size_t)INT32_MAX + 1));
	assert_int_equal(sbx_json_set(object, "a", NULL), SBX_ERROR_OUT_OF_MEMORY);
	assert_int_equal(sbx_json_append(array, NULL), SBX_ERROR_OUT_OF_MEMORY);
	/* Each of these values is taken over and freed. */
	assert_int_equal(sbx_json_set(object, NULL, sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_set(object, "\xff", sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_set(array, "a", sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_set(NULL, "a", sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_append(object, sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_append(NULL, sbx_json_new_integer(1)), SBX_ERROR_INVALID_ARGUMENT);
	/* Not in themselves; they stay the caller's. */
	assert_int_equal(sbx_json_append(array, array), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_set(object, "a", object), SBX_ERROR_INVALID_ARGUMENT);
	assert_prints(object, 0, "{}");
	assert_prints(array, 0, "[]");
	sbx_json_free(object);
	sbx_json_free(array);
}

static void members_come_in_order(void **state)
{
	(void)state;
	static const char *const expected[] = {"z", "a", "", "m"};
	sbx_json *object = json_of("{\"z\":1,\"a\":null,\"\":3,\"m\":4}");
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	size_t count = 0;
	while (sbx_json_next(object, &cursor, &name, &value)) {
		assert_string_equal(name, expected[count++]);
		assert_ptr_equal(value, sbx_json_get(object, name));
	}
	assert_int_equal(count, 4);
	sbx_json_cursor none = {NULL};
	assert_false(sbx_json_next(sbx_json_get(object, "z"), &none, &name, &value));
	assert_false(sbx_json_next(NULL, &none, &name, &value));
	assert_false(sbx_json_next(object, NULL, &name, &value));
	assert_true(sbx_json_next(object, &none, NULL, NULL));
	assert_true(sbx_json_next(object, &none, &name, NULL));
	assert_string_equal(name, "a");
	assert_null(sbx_json_get(object, NULL));
	sbx_json_free(object);
}

static void members_are_found_among_few_and_many(void **state)
{
	(void)state;
	sbx_json *object = sbx_json_new_object();
	for (int count = 0; count <= 40; count++) {
		char name[16];
		for (int index = 0; index < 41; index++) {
			snprintf(name, sizeof name, "name %d", index);
			const sbx_json *member = sbx_json_get(object, name);
			assert_true((member != NULL) == (index < count));
			assert_true(sbx_json_integer(member) == (index < count ? index : 0));
		}
		assert_null(sbx_json_get(object, "name"));
		assert_null(sbx_json_get(object, ""));
		snprintf(name, sizeof name, "name %d", count);
		assert_int_equal(sbx_json_set(object, name, sbx_json_new_integer(count)), SBX_OK);
	}
	sbx_json_free(object);
}

static void equality(void **state)
{
	(void)state;
	static const struct {
		const char *left, *right;
		int equal;
	} cases[] = {
	        {"null", "null", 1},
	        {"null", "false", 0},
	        {"true", "true", 1},
	        {"true", "false", 0},
	        {"1", "1.0", 1},
	        {"1", "2", 0},
	        {"1", "\"1\"", 0},
	        {"9223372036854775808", "9223372036854775807", 0},
	        {"18446744073709551615", "18446744073709551614", 0},
	        {"-1", "18446744073709551615", 0},
	        {"\"a\\u0000b\"", "\"a\\u0000c\"", 0},
	        {"\"a\"", "\"a\\u0000\"", 0},
	        {"\"a\\u0000b\"", "\"a\\u0000b\"", 1},
	        {"[1,2]", "[1,2]", 1},
	        {"[1,2]", "[2,1]", 0},
	        {"[1]", "[1,1]", 0},
	        {"{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1}", 1},
	        {"{\"a\":1}", "{\"a\":2}", 0},
	        {"{\"a\":null}", "{\"b\":null}", 0},
	        {"{\"a\":1}", "{\"a\":1,\"b\":1}", 0},
	        {"[]", "{}", 0},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_json *left = json_of(cases[index].left);
		sbx_json *right = json_of(cases[index].right);
		assert_int_equal(sbx_json_equal(left, right), cases[index].equal);
		assert_int_equal(sbx_json_equal(right, left), cases[index].equal);
		sbx_json_free(left);
		sbx_json_free(right);
	}
	assert_true(sbx_json_equal(NULL, sbx_json_new_null()));
}

static void copies_are_whole_and_apart(void **state)
{
	(void)state;
	static const char text[] = "{\"a\":[null,true,-1,18446744073709551615,1.5,\"x\\u0000y\",{\"b\":{}}],\"c\":0.0}";
	sbx_json *json = json_of(text);
	sbx_json *copy = sbx_json_copy(json);
	assert_int_equal(sbx_json_set(json, "a", sbx_json_new_null()), SBX_OK);
	sbx_json_free(json);
	assert_prints(copy, 0, text);
	sbx_json_free(copy);
	copy = sbx_json_copy(NULL);
	assert_int_equal(sbx_json_type_of(copy), SBX_JSON_NULL);
	sbx_json_free(copy);
}

/* A value of two characters takes json-c some hundred bytes: a text must not be able to ask for all memory. */
static void texts_of_too_many_values_are_refused(void **state)
{
	(void)state;
	size_t count = 4000000;
	char *text = malloc(2 * count + 2);
	memset(text, '0', 2 * count + 1);
	for (size_t index = 0; index <= count; index++)
		text[2 * index] = index == 0 ? '[' : ',';
	text[2 * count] = ']';
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	/* The array is a value, too. */
	assert_int_equal(sbx_json_parse(text, 2 * count + 1, &json, &error), SBX_ERROR_INVALID_JSON);
	assert_non_null(strstr(sbx_error_message(error), "more values than a client takes"));
	sbx_error_free(error);
	text[2 * count - 2] = ']';
	assert_int_equal(sbx_json_parse(text, 2 * count - 1, &json, NULL), SBX_OK);
	assert_int_equal(sbx_json_count(json), count - 1);
	sbx_json_free(json);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(texts_of_too_many_values_are_refused),
	        cmocka_unit_test(what_the_standard_refuses_is_refused),
	        cmocka_unit_test(what_the_standard_allows_is_read),
	        cmocka_unit_test(numbers_that_no_double_holds_are_refused),
	        cmocka_unit_test(numbers_keep_their_text),
	        cmocka_unit_test(what_is_no_number_is_none),
	        cmocka_unit_test(large_integers_are_equal_by_each_digit),
	        cmocka_unit_test(a_decimal_comma_changes_nothing),
	        cmocka_unit_test(values_nest_512_deep_and_no_deeper),
	        cmocka_unit_test(a_text_has_only_so_many_values),
	        cmocka_unit_test(a_text_cut_at_any_byte_is_refused),
	        cmocka_unit_test(a_text_with_any_byte_changed_is_refused_or_whole),
	        cmocka_unit_test(errors_name_the_byte),
	        cmocka_unit_test(each_type_reads_as_itself_and_as_zero_elsewhere),
	        cmocka_unit_test(values_are_built_and_printed),
	        cmocka_unit_test(what_cannot_be_built_is_refused),
	        cmocka_unit_test(members_come_in_order),
	        cmocka_unit_test(members_are_found_among_few_and_many),
	        cmocka_unit_test(equality),
	        cmocka_unit_test(copies_are_whole_and_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
