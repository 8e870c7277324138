/* Reading JSON text: what is told of it, what is refused and where, and that nothing is lost when memory runs out. */
#include "json_reader.h"

#include <float.h>
#include <inttypes.h>
#include <pthread.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "locales.h"
#include "starvation.h"
#include "support.h"

/* ---- what is told ---- */

typedef struct json_record {
	sbx__buffer text;
	int told;
	int refused; /* which of the events is answered with false; 0: none */
} json_record;

static bool answer(json_record *record)
{
	return ++record->told != record->refused;
}

static bool on_open(void *user_data, bool object)
{
	sbx__buffer_byte(&((json_record *)user_data)->text, object ? '{' : '[');
	return answer(user_data);
}

static void on_close(void *user_data)
{
	sbx__buffer_byte(&((json_record *)user_data)->text, '.');
}

static bool on_text(void *user_data, const char *text, size_t length, char kind)
{
	sbx__buffer *told = &((json_record *)user_data)->text;
	sbx__buffer_byte(told, kind);
	sbx__buffer_append(told, text, length);
	sbx__buffer_byte(told, kind);
	return answer(user_data);
}

static bool on_name(void *user_data, const char *text, size_t length)
{
	return on_text(user_data, text, length, '\'');
}

static bool on_string(void *user_data, const char *text, size_t length)
{
	return on_text(user_data, text, length, '"');
}

static bool on_integer(void *user_data, uint64_t magnitude, bool negative)
{
	sbx__buffer_format(&((json_record *)user_data)->text, "i%s%" PRIu64, negative ? "-" : "", magnitude);
	return answer(user_data);
}

static bool on_large(void *user_data, double nearest, const char *text, size_t length)
{
	sbx__buffer_format(&((json_record *)user_data)->text, "l%.*s/%a", (int)length, text, nearest);
	return answer(user_data);
}

static bool on_number(void *user_data, double number)
{
	sbx__buffer_format(&((json_record *)user_data)->text, "n%a", number);
	return answer(user_data);
}

static bool on_boolean(void *user_data, bool value)
{
	sbx__buffer_byte(&((json_record *)user_data)->text, value ? 't' : 'f');
	return answer(user_data);
}

static bool on_null(void *user_data)
{
	sbx__buffer_byte(&((json_record *)user_data)->text, 'z');
	return answer(user_data);
}

static const sbx__json_events events = {
        .open = on_open,
        .close = on_close,
        .name = on_name,
        .string = on_string,
        .integer = on_integer,
        .large = on_large,
        .number = on_number,
        .boolean = on_boolean,
        .null = on_null,
};

/* Reads a copy that ends with its allocation, so that a sanitizer sees each byte that is read behind the text. */
static bool read_text(sbx__json_reading *reading, const char *text, size_t length, json_record *record)
{
	char *copy = malloc(length ? length : 1);
	assert_non_null(copy);
	memcpy(copy, text, length);
	bool read = sbx__json_read(reading, copy, length, record ? &events : NULL, record);
	free(copy);
	return read;
}

static void assert_told(const char *text, size_t length, const char *expected, size_t expected_length)
{
	sbx__json_reading reading;
	json_record record = {.refused = 0};
	assert_true(read_text(&reading, text, length, &record));
	assert_int_equal(record.text.length, expected_length);
	assert_memory_equal(record.text.data, expected, expected_length);
	assert_null(reading.problem);
	sbx__buffer_free(&record.text);
	/* Whoever is not told anything gets the same verdict. */
	assert_true(read_text(&reading, text, length, NULL));
}

#define ASSERT_TOLD(text, expected) assert_told(text, sizeof(text) - 1, expected, sizeof(expected) - 1)

static void values_are_told_in_order(void **state)
{
	(void)state;
	ASSERT_TOLD("null", "z");
	ASSERT_TOLD(" [ ] ", "[.");
	ASSERT_TOLD("{}", "{.");
	ASSERT_TOLD("[true,false,null,{},[],\"a\"]", "[tfz{.[.\"a\".");
	ASSERT_TOLD("{\"a\":{\"b\":[1,-2,{\"c\":0.5}]},\"d\":\"e\"}", "{'a'{'b'[i1i-2{'c'n0x1p-1...'d'\"e\".");
	ASSERT_TOLD("{\"a\":1,\"a\":2}", "{'a'i1'a'i2.");
}

static void escapes_are_undone(void **state)
{
	(void)state;
	ASSERT_TOLD("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\"\\/\b\f\n\r\t\"");
	ASSERT_TOLD("\"plain text of more than eight bytes\\nand more\"",
	            "\"plain text of more than eight bytes\nand more\"");
	ASSERT_TOLD("\"\\u0000\\u0041\\u00e9\\u00C9\\u20ac\\uFFFF\\ud83d\\uDE00\"",
	            "\"\0A\xc3\xa9\xc3\x89\xe2\x82\xac\xef\xbf\xbf\xf0\x9f\x98\x80\"");
	ASSERT_TOLD("\"\\ud800\\udc00\\udbff\\udfff\"", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
	ASSERT_TOLD("{\"\\u0061\\n\\ud83d\\ude00\":1}", "{'a\n\xf0\x9f\x98\x80'i1.");
	/* half a pair: nothing, a letter, another first half, another escape, or the end follows */
	ASSERT_TOLD("\"\\ud83d\"", "\"\xef\xbf\xbd\"");
	ASSERT_TOLD("\"\\ud83dx\\ud83d\\u0041\"", "\"\xef\xbf\xbdx\xef\xbf\xbd"
	                                          "A\"");
	ASSERT_TOLD("\"\\ud83d\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"");
	ASSERT_TOLD("\"\\ude00\\ud83d\\n\"", "\"\xef\xbf\xbd\xef\xbf\xbd\n\"");
}

static void numbers_are_told_by_their_kind(void **state)
{
	(void)state;
	ASSERT_TOLD("0", "i0");
	ASSERT_TOLD("-0", "i-0");
	ASSERT_TOLD("-0.0", "n-0x0p+0");
	ASSERT_TOLD("0e5", "n0x0p+0");
	ASSERT_TOLD("18446744073709551615", "i18446744073709551615");
	ASSERT_TOLD("-9223372036854775808", "i-9223372036854775808");
	ASSERT_TOLD("18446744073709551616", "l18446744073709551616/0x1p+64");
	ASSERT_TOLD("-9223372036854775809", "l-9223372036854775809/-0x1p+63");
	ASSERT_TOLD("[99999999999999999999]", "[l99999999999999999999/0x1.5af1d78b58c4p+66.");
	ASSERT_TOLD("18446744073709551616.0", "n0x1p+64");
	ASSERT_TOLD("18446744073709551616e0", "n0x1p+64");
	ASSERT_TOLD("1.0", "n0x1p+0");
	ASSERT_TOLD("1E2", "n0x1.9p+6");
	/* between two doubles, and a digit that decides */
	ASSERT_TOLD("9007199254740993.0", "n0x1p+53");
	ASSERT_TOLD("9007199254740993.00000000000000000000000000000000000000000000000001", "n0x1.0000000000001p+53");
	ASSERT_TOLD("0.1", "n0x1.999999999999ap-4");
	ASSERT_TOLD("5e-324", "n0x0.0000000000001p-1022");
	ASSERT_TOLD("1e-400", "n0x0p+0");
	ASSERT_TOLD("-1e-99999999999999999999999", "n-0x0p+0");
	ASSERT_TOLD("0e99999999999999999999999", "n0x0p+0");
}

/* An exponent that takes back what a long fraction gives. */
static void long_fractions_and_large_exponents_meet(void **state)
{
	(void)state;
	static const int lengths[] = {20, 300, 9999, 10000, 99998, 99999, 100000, 1000000};
	for (size_t index = 0; index < sizeof lengths / sizeof lengths[0]; index++) {
		for (int offset = -1; offset <= 1; offset++) {
			sbx__buffer text = {0};
			sbx__json_reading reading;
			json_record record = {.refused = 0};
			sbx__buffer_text(&text, "[0.");
			for (int zero = 1; zero < lengths[index]; zero++)
				sbx__buffer_byte(&text, '0');
			sbx__buffer_format(&text, "1e%d]", lengths[index] + offset);
			assert_true(read_text(&reading, text.data, text.length, &record));
			double value = strtod(record.text.data + 2, NULL);
			assert_true(value == (offset < 0 ? 0.1 : offset ? 10 : 1));
			sbx__buffer_free(&record.text);
			sbx__buffer_free(&text);
		}
	}
	sbx__json_reading reading;
	assert_false(read_text(&reading, "1e99999999", 10, NULL));
	assert_string_equal(reading.problem, "a number that is too large");
}

/* As many digits as an integer may have, and one more. */
static void integers_have_an_end(void **state)
{
	(void)state;
	char digits[SBX__JSON_DIGITS + 3];
	char expected[SBX__JSON_DIGITS + 64];
	sbx__json_reading reading;
	digits[0] = '-';
	memset(digits + 1, '7', SBX__JSON_DIGITS);
	digits[SBX__JSON_DIGITS + 1] = '\0';
	snprintf(expected, sizeof expected, "l%s/%a", digits, -DBL_MAX);
	assert_told(digits, strlen(digits), expected, strlen(expected));
	snprintf(expected, sizeof expected, "l%s/%a", digits + 1, DBL_MAX);
	assert_told(digits + 1, strlen(digits) - 1, expected, strlen(expected));
	digits[SBX__JSON_DIGITS + 1] = '7';
	digits[SBX__JSON_DIGITS + 2] = '\0';
	for (const char *text = digits; text <= digits + 1; text++) {
		assert_false(read_text(&reading, text, strlen(text), NULL));
		assert_string_equal(reading.problem, "an integer of too many digits");
		assert_int_equal(reading.position, strlen(text));
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void put_digits(sbx__buffer *text, uint64_t *seed, int most)
{
	int count = 1 + (int)(next_random(seed) % (uint64_t)most);
	for (int index = 0; index < count; index++)
		sbx__buffer_byte(text, (char)((index ? '0' : '1') + (char)(next_random(seed) % 9)));
}

/* The C library rounds correctly; here it reads the same text, with the point of its own locale. */
static void numbers_are_rounded_correctly(void **state)
{
	(void)state;
	uint64_t seed = 88172645463325252;
	for (int round = 0; round < 100000; round++) {
		static const int most[] = {3, 9, 20, 60};
		sbx__buffer text = {0};
		if (next_random(&seed) % 2)
			sbx__buffer_byte(&text, '-');
		put_digits(&text, &seed, most[round % 4]);
		sbx__buffer_byte(&text, '.');
		put_digits(&text, &seed, most[round / 4 % 4]);
		if (next_random(&seed) % 2)
			sbx__buffer_format(&text, "e%d", (int)(next_random(&seed) % 560) - 330);
		sbx__json_reading reading;
		json_record record = {.refused = 0};
		assert_true(read_text(&reading, text.data, text.length, &record));
		double expected = strtod(text.data, NULL);
		double value = strtod(record.text.data + 1, NULL);
		if (memcmp(&value, &expected, sizeof value) != 0)
			fail_msg("%s was read as %.17g", text.data, value);
		sbx__buffer_free(&record.text);
		sbx__buffer_free(&text);
	}
}

static void the_locale_does_not_matter(void **state)
{
	(void)state;
	/* One that needs the C library, and one that does not. */
	static const char text[] = "[0.30000000000000004,2.5,123456789012345678901.5]";
	static const char told[] = "[n0x1.3333333333334p-2n0x1.4p+1n0x1.ac53a7e04bcdap+66.";
	ASSERT_TOLD(text, told);
	if (!locale_enter(",")) {
		print_message("no localedef here to make a locale with a decimal comma\n");
		skip();
	}
	sbx__json_reading reading;
	/* What is told is compared as numbers: "%a" writes the locale's own point. */
	json_record record = {.refused = 0};
	assert_true(read_text(&reading, text, sizeof text - 1, &record));
	for (char *comma = record.text.data; (comma = strchr(comma, ',')) != NULL;)
		*comma = '.';
	assert_string_equal(record.text.data, told);
	sbx__buffer_free(&record.text);
	locale_leave();
}

/* ---- what is JSON ---- */

typedef enum verdict { REFUSED, READ } verdict;

typedef struct judged {
	const char *text;
	size_t length;
	verdict verdict;
} judged;

#define YES(text) {text, sizeof(text) - 1, READ}
#define NO(text) {text, sizeof(text) - 1, REFUSED}

/* What RFC 8259 allows. */
static const judged allowed[] = {
        YES("[[] ]"),
        YES("[\"\"]"),
        YES("[]"),
        YES("[\"a\"]"),
        YES("[false]"),
        YES("[null, 1, \"1\", {}]"),
        YES("[null]"),
        YES("[1\n]"),
        YES(" [1]"),
        YES("[1,null,null,null,2]"),
        YES("[2] "),
        YES("[123e65]"),
        YES("[0e+1]"),
        YES("[0e1]"),
        YES("[ 4]"),
        YES("[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]"),
        YES("[20e1]"),
        YES("[-0]"),
        YES("[-123]"),
        YES("[-1]"),
        YES("[-0]"),
        YES("[1E22]"),
        YES("[1E-2]"),
        YES("[1E+2]"),
        YES("[123e45]"),
        YES("[123.456e78]"),
        YES("[1e-2]"),
        YES("[1e+2]"),
        YES("[123]"),
        YES("[123.456789]"),
        YES("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
        YES("{\"asd\":\"sdf\"}"),
        YES("{\"a\":\"b\",\"a\":\"c\"}"),
        YES("{\"a\":\"b\",\"a\":\"b\"}"),
        YES("{}"),
        YES("{\"\":0}"),
        YES("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
        YES("{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], \"id\": \"x\"}"),
        YES("{\"a\":[]}"),
        YES("{\"title\":\"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430\" }"),
        YES("{\n\"a\": \"b\"\n}"),
        YES("[\"\\u0060\\u012a\\u12AB\"]"),
        YES("[\"\\uD801\\udc37\"]"),
        YES("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
        YES("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
        YES("[\"\\\\u0000\"]"),
        YES("[\"\\\"\"]"),
        YES("[\"a/*b*/c/*d//e\"]"),
        YES("[\"\\\\a\"]"),
        YES("[\"\\\\n\"]"),
        YES("[\"\\u0012\"]"),
        YES("[\"\\uFFFF\"]"),
        YES("[ \"asd\"]"),
        YES("[\"\\uDBFF\\uDFFF\"]"),
        YES("[\"new\\u00A0line\"]"),
        YES("[\"\xf4\x8f\xbf\xbf\"]"),
        YES("[\"\xef\xbf\xbf\"]"),
        YES("[\"\\u0000\"]"),
        YES("[\"\\u002c\"]"),
        YES("[\"\xcf\x80\"]"),
        YES("[\"\xf0\x9b\xbf\xbf\"]"),
        YES("[\"asd \"]"),
        YES("\" \""),
        YES("[\"\\uD834\\uDd1e\"]"),
        YES("[\"\\u0821\"]"),
        YES("[\"\\u0123\"]"),
        YES("[\"\xe2\x80\xa8\"]"),
        YES("[\"\xe2\x80\xa9\"]"),
        YES("[\"\\u0061\\u30af\\u30EA\\u30b9\"]"),
        YES("[\"new\\u000Aline\"]"),
        YES("[\"\x7f\"]"),
        YES("[\"\\uA66D\"]"),
        YES("[\"\\u005C\"]"),
        YES("[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]"),
        YES("[\"\\u0022\"]"),
        YES("[\"\\uDBFF\\uDFFE\"]"),
        YES("[\"\\uD83F\\uDFFE\"]"),
        YES("[\"\\u200B\"]"),
        YES("[\"\\u2064\"]"),
        YES("[\"\\uFDD0\"]"),
        YES("[\"\\uFFFE\"]"),
        YES("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"),
        YES("[\"a\x7f"
	    "a\"]"),
        YES("false"),
        YES("42"),
        YES("-0.1"),
        YES("null"),
        YES("\"asd\""),
        YES("true"),
        YES("\"\""),
        YES("[\"a\"]\n"),
        YES("[true]"),
        YES(" [] "),
};

/* What it does not allow. */
static const judged forbidden[] = {
        NO("[1 true]"),
        NO("[a\xe5]"),
        NO("[\"\": 1]"),
        NO("[\"\"],"),
        NO("[,1]"),
        NO("[1,,2]"),
        NO("[\"x\",,]"),
        NO("[\"x\"]]"),
        NO("[\"\",]"),
        NO("[\"x\""),
        NO("[x"),
        NO("[3[4]]"),
        NO("[\xff]"),
        NO("[1:2]"),
        NO("[,]"),
        NO("[-]"),
        NO("[   , \"\"]"),
        NO("[\"a\",\n4\n,1,"),
        NO("[1,]"),
        NO("[1,,]"),
        NO("[\"\x0b"
	   "a\"\\f]"),
        NO("[*]"),
        NO("[\"\""),
        NO("[1,"),
        NO("[1,\n1\n,1"),
        NO("[{}"),
        NO("[fals]"),
        NO("[nul]"),
        NO("[tru]"),
        NO("123\0"),
        NO("[++1234]"),
        NO("[+1]"),
        NO("[+Inf]"),
        NO("[-01]"),
        NO("[-1.0.]"),
        NO("[-2.]"),
        NO("[-NaN]"),
        NO("[.-1]"),
        NO("[.2e-3]"),
        NO("[0.1.2]"),
        NO("[0.3e+]"),
        NO("[0.3e]"),
        NO("[0.e1]"),
        NO("[0E+]"),
        NO("[0E]"),
        NO("[0e+]"),
        NO("[0e]"),
        NO("[1.0e+]"),
        NO("[1.0e-]"),
        NO("[1.0e]"),
        NO("[1 000.0]"),
        NO("[1eE2]"),
        NO("[2.e+3]"),
        NO("[2.e-3]"),
        NO("[2.e3]"),
        NO("[9.e+]"),
        NO("[Inf]"),
        NO("[NaN]"),
        NO("[\xef\xbc\x91]"),
        NO("[1+2]"),
        NO("[0x1]"),
        NO("[0x42]"),
        NO("[Infinity]"),
        NO("[0e+-1]"),
        NO("[-123.123foo]"),
        NO("[123\xe5]"),
        NO("[1e1\xe5]"),
        NO("[0\xe5]\n"),
        NO("[-Infinity]"),
        NO("[-foo]"),
        NO("[- 1]"),
        NO("[-012]"),
        NO("[-.123]"),
        NO("[-1x]"),
        NO("[1ea]"),
        NO("[1e\xe5]"),
        NO("[1.]"),
        NO("[.123]"),
        NO("[1.2a-3]"),
        NO("[1.8011670033376514H-308]"),
        NO("[012]"),
        NO("[\"x\", truth]"),
        NO("{[: \"x\"}\n"),
        NO("{\"x\", null}"),
        NO("{\"x\"::\"b\"}"),
        NO("{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"),
        NO("{\"a\":\"a\" 123}"),
        NO("{key: 'value'}"),
        NO("{\"\xb9\":\"0\",}"),
        NO("{\"a\" b}"),
        NO("{:\"b\"}"),
        NO("{\"a\" \"b\"}"),
        NO("{\"a\":"),
        NO("{\"a\""),
        NO("{1:1}"),
        NO("{9999E9999:1}"),
        NO("{null:null,null:null}"),
        NO("{\"id\":0,,,,,}"),
        NO("{'a':0}"),
        NO("{\"id\":0,}"),
        NO("{\"a\":\"b\"}/**/"),
        NO("{\"a\":\"b\"}/**//"),
        NO("{\"a\":\"b\"}//"),
        NO("{\"a\":\"b\"}/"),
        NO("{\"a\":\"b\",,\"c\":\"d\"}"),
        NO("{a: \"b\"}"),
        NO("{\"a\":\"a"),
        NO("{ \"foo\" : \"bar\", \"a\" }"),
        NO("{\"a\":\"b\"}#"),
        NO(" "),
        NO("[\"\\uD800\\\"]"),
        NO("[\"\\uD800\\u\"]"),
        NO("[\"\\uD800\\u1\"]"),
        NO("[\"\\uD800\\u1x\"]"),
        NO("[\xc3\xa9]"),
        NO("[\"\\\0\"]"),
        NO("[\"\\x00\"]"),
        NO("[\"\\\\\\\"]"),
        NO("[\"\\\t\"]"),
        NO("[\"\\\xf0\x9f\x8c\x80\"]"),
        NO("[\"\\\"]"),
        NO("[\"\\u00A\"]"),
        NO("[\"\\uD834\\uDd\"]"),
        NO("[\"\\uD800\\uD800\\x\"]"),
        NO("[\"\\u\xe5\"]"),
        NO("[\"\\a\"]"),
        NO("[\"\\uqqqq\"]"),
        NO("[\"\\\xe5\"]"),
        NO("[\\u0020\"asd\"]"),
        NO("[\\n]"),
        NO("\""),
        NO("['single quote']"),
        NO("abc"),
        NO("[\"\\"),
        NO("[\"a\0a\"]"),
        NO("[\"new\nline\"]"),
        NO("[\"\t\"]"),
        NO("\"\\UA66D\""),
        NO("\"\"x"),
        NO("[\xe2\x81\xa0]"),
        NO("\xef\xbb\xbf"),
        NO("<.>"),
        NO("[<null>]"),
        NO("[1]x"),
        NO("[1]]"),
        NO("[\"asd]"),
        NO("a\xc3\xa5"),
        NO("[True]"),
        NO("1]"),
        NO("{\"x\": true,"),
        NO("[][]"),
        NO("]"),
        NO("\xef\xbb{}"),
        NO("\xe5"),
        NO("["),
        NO(""),
        NO("[\0]"),
        NO("2@"),
        NO("{}}"),
        NO("{\"\":"),
        NO("{\"a\":/*comment*/\"b\"}"),
        NO("{\"a\": true} \"x\""),
        NO("['"),
        NO("[,"),
        NO("[{"),
        NO("[\"a"),
        NO("[\"a\""),
        NO("{"),
        NO("{]"),
        NO("{,"),
        NO("{["),
        NO("{\"a"),
        NO("{'a'"),
        NO("[\"\\{[\"\\{[\"\\{[\"\\{"),
        NO("\xe9"),
        NO("*"),
        NO("{\"a\":\"b\"}#{}"),
        NO("[\\u000A\"\"]"),
        NO("[1"),
        NO("[ false, nul"),
        NO("[ true, fals"),
        NO("[ false, tru"),
        NO("{\"asd\":\"asd\""),
        NO("\xc3\xa5"),
        NO("[\xe2\x81\xa0]"),
        NO("[\f]"),
};

/* What it leaves open, as this reader decides it. */
static const judged open_to_choice[] = {
        YES("[123.456e-789]"),
        NO("[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]"),
        NO("[-1e+9999]"),
        NO("[1.5e+9999]"),
        NO("[-123123e100000]"),
        NO("[123123e100000]"),
        YES("[123e-10000000]"),
        YES("[-123123123123123123123123123123]"),
        YES("[100000000000000000000]"),
        YES("[-237462374673276894279832749832423479823246327846]"),
        YES("{\"\\uDFAA\":0}"),
        YES("[\"\\uDADA\"]"),
        YES("[\"\\uD888\\u1234\"]"),
        YES("[\"\\uD800\\n\"]"),
        YES("[\"\\uDd1ea\"]"),
        YES("[\"\\uD800\\uD800\\n\"]"),
        YES("[\"\\ud800\"]"),
        YES("[\"\\ud800abc\"]"),
        YES("[\"\\uDd1e\\uD834\"]"),
        YES("[\"\\uDFAA\"]"),
        NO("[\"\xff\"]"),
        NO("[\"\xe9\"]"),
        NO("[\"\x81\"]"),
        NO("[\"\xf4\xbf\xbf\xbf\"]"),
        NO("[\"\xc0\xaf\"]"),
        NO("[\"\xfc\x83\xbf\xbf\xbf\xbf\"]"),
        NO("[\"\xfc\x80\x80\x80\x80\x80\"]"),
        NO("[\"\xe0\xff\"]"),
        NO("[\"\xe6\x97\xa5\xd1\x88\xfa\"]"),
        NO("[\"\xed\xa0\x80\"]"),
        NO("\xff\xfe[\0\"\0\xe9\0\"\0]\0"),
        NO("\0[\0\"\0\xe9\0\"\0]"),
        NO("[\0\"\0\xe9\0\"\0]\0"),
        NO("\xef\xbb\xbf{}"),
        NO("{\"a\\u0000\":1}"),
};

static void assert_judged(const judged *cases, size_t count)
{
	for (size_t index = 0; index < count; index++) {
		sbx__json_reading reading;
		bool read = read_text(&reading, cases[index].text, cases[index].length, NULL);
		if (read != (cases[index].verdict == READ))
			fail_msg("%.*s was %s", (int)cases[index].length, cases[index].text, read ? "read" : "refused");
		assert_true(read == !reading.problem);
		assert_true(read || reading.position <= cases[index].length);
		/* The one who builds values of it is told the same. */
		sbx_json *json = NULL;
		sbx_status status = sbx_json_parse(cases[index].text, cases[index].length, &json, NULL);
		assert_int_equal(status, read ? SBX_OK : SBX_ERROR_INVALID_JSON);
		sbx_json_free(json);
	}
}

static void the_standard_decides(void **state)
{
	(void)state;
	assert_judged(allowed, sizeof allowed / sizeof allowed[0]);
	assert_judged(forbidden, sizeof forbidden / sizeof forbidden[0]);
	assert_judged(open_to_choice, sizeof open_to_choice / sizeof open_to_choice[0]);
}

/* What begins like a valid text is either refused or, where the rest was digits or white space, valid itself. */
static void every_prefix_is_refused_or_whole(void **state)
{
	(void)state;
	for (size_t index = 0; index < sizeof allowed / sizeof allowed[0]; index++) {
		const judged *whole = &allowed[index];
		const char *text = whole->text;
		bool number = memchr("-0123456789", text[0], 11) != NULL;
		size_t closed = whole->length;
		while (closed && memchr(" \t\r\n", text[closed - 1], 4))
			closed--;
		for (size_t length = 0; length < whole->length; length++) {
			sbx__json_reading reading;
			json_record record = {.refused = 0};
			bool read = read_text(&reading, text, length, &record);
			if (read && number) {
				char copy[64];
				snprintf(copy, sizeof copy, "%.*s", (int)length, text);
				const char *told = record.text.data;
				assert_true(strtod(told + 1, NULL) == strtod(copy, NULL));
			} else {
				assert_true(read == (length >= closed));
			}
			sbx__buffer_free(&record.text);
		}
	}
}

/* The byte that is wrong is named: all before it begins some valid text. */
static void the_position_is_the_first_byte_that_no_text_has(void **state)
{
	(void)state;
	static const struct {
		const char *text, *problem;
		size_t position;
	} cases[] = {
	        {"", "the text ends too early", 0},
	        {"[1,", "the text ends too early", 3},
	        {"[1,]", "a value that is none", 3},
	        {"nulk", "a value that is none", 0},
	        {"[-x]", "a number that is none", 2},
	        {"[1.]", "a number that is none", 3},
	        {"[1e+]", "a number that is none", 4},
	        {"[1e400]", "a number that is too large", 6},
	        {"[1}", "neither a comma nor an end", 2},
	        {"{\"a\" 1}", "a name without a value", 5},
	        {"{\"a\":1,}", "a member without a name", 7},
	        {"{\"b\\u0000\":1}", "a member's name with a NUL", 3},
	        {"\"ab\\x\"", "an escape that JSON does not have", 3},
	        {"\"ab\\u00g0\"", "an escape that JSON does not have", 3},
	        {"\"abcdefghij\n\"", "a control byte within a string", 11},
	        {"\"abcdefghij\xff\"", "bytes that are not UTF-8", 11},
	        {"\"abcdefghij", "the text ends within a string", 11},
	        {"\"abc\\", "the text ends within a string", 4},
	        {"\"abc\\u12", "the text ends within a string", 4},
	        {"[] []", "something follows the value", 3},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__json_reading reading;
		assert_false(read_text(&reading, cases[index].text, strlen(cases[index].text), NULL));
		assert_string_equal(reading.problem, cases[index].problem);
		assert_int_equal(reading.position, cases[index].position);
		assert_false(reading.no_memory);
	}
}

static void depth_and_values_are_counted(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int depth, values;
	} cases[] = {{"1", 0, 1}, {"[]", 1, 1}, {"[[],[[]]]", 3, 4}, {"{\"a\":1,\"b\":[true,null]}", 2, 5}};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__json_reading reading;
		assert_true(read_text(&reading, cases[index].text, strlen(cases[index].text), NULL));
		assert_int_equal(reading.depth, cases[index].depth);
		assert_int_equal(reading.values, cases[index].values);
	}
}

/* ---- when memory runs out ---- */

/* All kinds of values, escapes in names and strings, repeated names, an array and an object that have to grow. */
static const char rich[] =
        "{\"a\":[1,-2,3.5,0.30000000000000004,18446744073709551615,99999999999999999999,\"\",\"x\\ny\",true,null],"
        "\"b\\u00e9\":{\"a\":{\"a\":{}},\"a\":[[[]]],\"a\":\"\\ud83d\\ude00\"},\"m0\":0,\"m1\":1,\"m2\":2,\"m3\":3,"
        "\"m4\":4,\"m5\":5,\"m6\":6,\"m7\":7,\"m8\":8,\"m9\":9,\"n0\":0,\"n1\":1,\"n2\":2,\"n3\":3,\"n4\":4,"
        "\"n5\":5,\"n6\":6,\"n7\":7,\"n8\":8,\"n9\":9}";

static void each_event_may_end_the_reading(void **state)
{
	(void)state;
	int told = 1;
	for (int refused = 1; refused <= told; refused++) {
		sbx__json_reading reading;
		json_record record = {.refused = 0};
		assert_true(read_text(&reading, rich, sizeof rich - 1, &record));
		told = record.told;
		sbx__buffer_free(&record.text);
		record.told = 0;
		record.refused = refused;
		assert_false(read_text(&reading, rich, sizeof rich - 1, &record));
		assert_int_equal(record.told, refused);
		assert_true(reading.no_memory);
		assert_non_null(reading.problem);
		sbx__buffer_free(&record.text);
	}
	assert_true(told > 60);
}

/* Parses with each of the allocations failing in turn, json-c's own among them, and gives how many there are. */
static long starve_parse(const char *text, size_t length, sbx_status wanted)
{
	static char mark;
	sbx_status status;
	long allocations, failing = 0;
	do {
		sbx_json *json = (sbx_json *)&mark;
		sbx_error *error = NULL;
		starvation_begin(++failing);
		status = sbx_json_parse(text, length, &json, &error);
		bool untouched = json == (sbx_json *)&mark;
		if (status == SBX_OK)
			sbx_json_free(json);
		sbx_status code = sbx_error_code(error);
		sbx_error_free(error);
		allocations = starvation_end();
		assert_int_equal(starvation_left(), 0);
		assert_int_equal(code, status);
		assert_true(untouched == (status != SBX_OK));
		assert_int_equal(status, allocations >= failing ? SBX_ERROR_OUT_OF_MEMORY : wanted);
	} while (allocations >= failing);
	return allocations;
}

static void memory_may_run_out_anywhere(void **state)
{
	(void)state;
	static const char *const texts[] = {"null", "\"a\"",  "\"\\u0041\"", "[]",       "{}",
	                                    "1",    "1e-300", "1.5",         "[[[[]]]]", "{\"a\":{\"b\":[]}}"};
	assert_true(starve_parse(rich, sizeof rich - 1, SBX_OK) > 80);
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		starve_parse(texts[index], strlen(texts[index]), SBX_OK);
	/* What is built of a text before it turns out to be no JSON. */
	for (size_t length = 0; length < sizeof rich - 1; length += 7)
		starve_parse(rich, length, SBX_ERROR_INVALID_JSON);
}

static sbx_status build_by_hand(void)
{
	sbx_json *object = sbx_json_new_object();
	sbx_json *array = sbx_json_new_array();
	sbx_status status = object && array ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;
	for (int index = 0; status == SBX_OK && index < 40; index++) {
		char name[16];
		snprintf(name, sizeof name, "member %d", index);
		status = sbx_json_set(object, name, sbx_json_new_integer(index));
		if (status == SBX_OK)
			status = sbx_json_append(array, sbx_json_new_string(name, strlen(name)));
	}
	sbx_json *copy = status == SBX_OK ? sbx_json_copy(object) : NULL;
	if (status == SBX_OK && !copy)
		status = SBX_ERROR_OUT_OF_MEMORY;
	sbx_json_free(copy);
	sbx_json_free(array);
	sbx_json_free(object);
	return status;
}

static void memory_may_run_out_while_building(void **state)
{
	(void)state;
	long allocations, failing = 0;
	do {
		starvation_begin(++failing);
		sbx_status status = build_by_hand();
		allocations = starvation_end();
		assert_int_equal(starvation_left(), 0);
		assert_int_equal(status, allocations >= failing ? SBX_ERROR_OUT_OF_MEMORY : SBX_OK);
	} while (allocations >= failing);
	assert_true(failing > 200);
}

/* ---- on a small stack ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SMALL_STACK ((size_t)1024 * 1024) /* a sanitizer's frames are several times as large */
#else
#define SMALL_STACK ((size_t)128 * 1024) /* what some C libraries give a thread */
#endif

static void *use_deep_value(void *text)
{
	sbx_json *json = NULL;
	if (sbx_json_parse(text, strlen(text), &json, NULL) < 0)
		return NULL;
	sbx_json *copy = sbx_json_copy(json);
	char *printed = NULL;
	bool same = copy && sbx_json_equal(json, copy) && sbx_json_print(copy, 0, &printed, NULL) == SBX_OK &&
	            strcmp(printed, text) == 0;
	sbx_string_free(printed);
	sbx_json_free(copy);
	sbx_json_free(json);
	return same ? text : NULL;
}

static void the_deepest_value_fits_a_small_stack(void **state)
{
	(void)state;
	sbx__buffer text = {0};
	for (int level = 0; level < SBX__JSON_DEPTH - 1; level++)
		sbx__buffer_text(&text, level % 2 ? "[" : "{\"a\":");
	sbx__buffer_text(&text, "{}");
	for (int level = SBX__JSON_DEPTH - 1; level-- > 0;)
		sbx__buffer_text(&text, level % 2 ? "]" : "}");
	pthread_attr_t attributes;
	pthread_t thread;
	void *result = NULL;
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
	assert_int_equal(pthread_create(&thread, &attributes, use_deep_value, text.data), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	pthread_attr_destroy(&attributes);
	assert_ptr_equal(result, text.data);
	sbx__buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_are_told_in_order),
	        cmocka_unit_test(escapes_are_undone),
	        cmocka_unit_test(numbers_are_told_by_their_kind),
	        cmocka_unit_test(long_fractions_and_large_exponents_meet),
	        cmocka_unit_test(integers_have_an_end),
	        cmocka_unit_test(numbers_are_rounded_correctly),
	        cmocka_unit_test(the_locale_does_not_matter),
	        cmocka_unit_test(the_standard_decides),
	        cmocka_unit_test(every_prefix_is_refused_or_whole),
	        cmocka_unit_test(the_position_is_the_first_byte_that_no_text_has),
	        cmocka_unit_test(depth_and_values_are_counted),
	        cmocka_unit_test(each_event_may_end_the_reading),
	        cmocka_unit_test(memory_may_run_out_anywhere),
	        cmocka_unit_test(memory_may_run_out_while_building),
	        cmocka_unit_test(the_deepest_value_fits_a_small_stack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
