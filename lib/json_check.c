#include "json_check.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct scanner {
	const char *start;
	const char *at;
	const char *end;
	sbx__json_check *check;
	unsigned char in_object[SBX__JSON_DEPTH / 8]; /* a bit for each level: an object, else an array */
} scanner;

static bool fail(scanner *scan, const char *problem)
{
	scan->check->problem = problem;
	scan->check->position = (size_t)(scan->at - scan->start);
	return false;
}

size_t sbx__utf8_sequence(const unsigned char *text, size_t left)
{
	unsigned char first = text[0];
	if (first < 0x80)
		return 1;
	size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || length > left)
		return 0;
	for (size_t index = 1; index < length; index++)
		if ((text[index] & 0xc0) != 0x80)
			return 0;
	if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
	    (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

bool sbx__utf8_valid(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + length;
	while (at < end) {
		size_t sequence = sbx__utf8_sequence(at, (size_t)(end - at));
		if (sequence == 0)
			return false;
		at += sequence;
	}
	return true;
}

void sbx__utf8_append(sbx__buffer *buffer, const char *text, size_t length)
{
	size_t start = 0;
	size_t index = 0;
	while (index < length) {
		size_t sequence = sbx__utf8_sequence((const unsigned char *)text + index, length - index);
		if (sequence == 0) {
			sbx__buffer_append(buffer, text + start, index - start);
			sbx__buffer_text(buffer, "\xef\xbf\xbd");
			start = index + 1;
		}
		index += sequence ? sequence : 1;
	}
	sbx__buffer_append(buffer, text + start, length - start);
}

static void skip_space(scanner *scan)
{
	while (scan->at < scan->end &&
	       (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
		scan->at++;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool scan_escape(scanner *scan, bool is_name)
{
	if (scan->end - scan->at < 2)
		return fail(scan, "the text ends within a string");
	char kind = scan->at[1];
	if (kind != 'u') {
		if (!memchr("\"\\/bfnrt", kind, 8))
			return fail(scan, "an escape that JSON does not have");
		scan->at += 2;
		return true;
	}
	if (scan->end - scan->at < 6)
		return fail(scan, "the text ends within a string");
	for (int index = 2; index < 6; index++)
		if (!is_hex(scan->at[index]))
			return fail(scan, "an escape that JSON does not have");
	if (is_name && memcmp(scan->at + 2, "0000", 4) == 0)
		return fail(scan, "a member's name with a NUL");
	scan->at += 6;
	return true;
}

static bool scan_string(scanner *scan, bool is_name)
{
	scan->at++;
	while (scan->at < scan->end) {
		unsigned char byte = (unsigned char)*scan->at;
		if (byte == '"') {
			scan->at++;
			return true;
		}
		if (byte == '\\') {
			if (!scan_escape(scan, is_name))
				return false;
		} else if (byte < 0x20) {
			return fail(scan, "a control byte within a string");
		} else if (byte < 0x80) {
			scan->at++;
		} else {
			size_t sequence =
			        sbx__utf8_sequence((const unsigned char *)scan->at, (size_t)(scan->end - scan->at));
			if (sequence == 0)
				return fail(scan, "bytes that are not UTF-8");
			scan->at += sequence;
		}
	}
	return fail(scan, "the text ends within a string");
}

static bool scan_digits(scanner *scan)
{
	const char *first = scan->at;
	while (scan->at < scan->end && is_digit(*scan->at))
		scan->at++;
	return scan->at > first;
}

/* Reads an exponent, and lets one that is absurdly large stop growing: no fraction is long enough to make up for it. */
static int64_t read_exponent(const char *at, const char *end)
{
	bool negative = *at == '-';
	int64_t exponent = 0;
	if (*at == '-' || *at == '+')
		at++;
	for (; at < end && exponent < INT64_C(1000000000000); at++)
		exponent = exponent * 10 + (*at - '0');
	return negative ? -exponent : exponent;
}

/* Copies a number's text without its point, which the locale may want to be another byte: "-12.5e3" becomes "-125e2".
 * NULL when memory has run out. */
static char *number_text(const scanner *scan, const char *first)
{
	sbx__buffer text = {0};
	int64_t exponent = 0;
	bool fraction = false;
	const char *at = first;
	for (; at < scan->at && *at != 'e' && *at != 'E'; at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		sbx__buffer_byte(&text, *at);
		exponent -= fraction;
	}
	if (at < scan->at)
		exponent += read_exponent(at + 1, scan->at);
	if (exponent)
		sbx__buffer_format(&text, "e%lld", (long long)exponent);
	return sbx__buffer_take(&text);
}

static bool fail_memory(scanner *scan)
{
	scan->check->no_memory = true;
	return fail(scan, "out of memory");
}

/* A whole number is noted when it does not fit 64 bits; any number must fit a double. */
static bool check_range(scanner *scan, const char *first, bool whole)
{
	char *text = number_text(scan, first);
	if (!text)
		return fail_memory(scan);
	errno = 0;
	if (whole && *text == '-')
		(void)strtoll(text, NULL, 10);
	else if (whole)
		(void)strtoull(text, NULL, 10);
	bool fits = errno == 0;
	bool finite = (whole && fits) || isfinite(strtod(text, NULL));
	free(text);
	if (!finite)
		return fail(scan, "a number that is too large");
	size_t end = (size_t)(scan->at - scan->start);
	if (!fits)
		sbx__buffer_append(&scan->check->long_ends, &end, sizeof end);
	return !scan->check->long_ends.failed || fail_memory(scan);
}

static bool scan_number(scanner *scan)
{
	const char *first = scan->at;
	bool whole = true;
	bool has_exponent = false;
	if (*scan->at == '-')
		scan->at++;
	if (scan->at < scan->end && *scan->at == '0')
		scan->at++;
	else if (!scan_digits(scan))
		return fail(scan, "a number that is none");
	if (scan->at < scan->end && *scan->at == '.') {
		whole = false;
		scan->at++;
		if (!scan_digits(scan))
			return fail(scan, "a number that is none");
	}
	if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
		whole = false;
		has_exponent = true;
		scan->at++;
		if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
			scan->at++;
		if (!scan_digits(scan))
			return fail(scan, "a number that is none");
	}
	/* Fewer than 19 characters always fit. */
	if (has_exponent || scan->at - first >= 19)
		return check_range(scan, first, whole);
	return true;
}

static bool scan_word(scanner *scan, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
		return fail(scan, "a value that is none");
	scan->at += length;
	return true;
}

static bool scan_scalar(scanner *scan)
{
	switch (*scan->at) {
	case '"':
		return scan_string(scan, false);
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	default:
		if (*scan->at == '-' || is_digit(*scan->at))
			return scan_number(scan);
		return fail(scan, "a value that is none");
	}
}

static bool is_object(const scanner *scan, int depth)
{
	return scan->in_object[(depth - 1) / 8] >> ((depth - 1) % 8) & 1;
}

static bool push(scanner *scan, int *depth, bool object)
{
	if (*depth == SBX__JSON_DEPTH)
		return fail(scan, "arrays and objects nest too deep");
	unsigned char bit = (unsigned char)(1u << (*depth % 8));
	unsigned char *byte = &scan->in_object[*depth / 8];
	*byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
	++*depth;
	if (*depth > scan->check->depth)
		scan->check->depth = *depth;
	scan->at++;
	return true;
}

static bool scan_name(scanner *scan)
{
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != '"')
		return fail(scan, "a member without a name");
	if (!scan_string(scan, true))
		return false;
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != ':')
		return fail(scan, "a name without a value");
	scan->at++;
	return true;
}

/* After a value: closes what ends here, and moves to the next element; `more` tells whether one follows. */
static bool scan_separator(scanner *scan, int *depth, bool *more)
{
	for (;;) {
		skip_space(scan);
		*more = *depth > 0;
		if (*depth == 0)
			return true;
		if (scan->at == scan->end)
			return fail(scan, "the text ends too early");
		bool object = is_object(scan, *depth);
		if (*scan->at == ',') {
			scan->at++;
			return !object || scan_name(scan);
		}
		if (*scan->at != (object ? '}' : ']'))
			return fail(scan, "neither a comma nor an end");
		scan->at++;
		--*depth;
	}
}

static bool scan_values(scanner *scan)
{
	int depth = 0;
	bool more = true;
	while (more) {
		skip_space(scan);
		if (scan->at == scan->end)
			return fail(scan, "the text ends too early");
		if (++scan->check->values > SBX__JSON_VALUES)
			return fail(scan, "more values than a client takes");
		if (*scan->at == '{' || *scan->at == '[') {
			bool object = *scan->at == '{';
			if (!push(scan, &depth, object))
				return false;
			skip_space(scan);
			bool empty = scan->at < scan->end && *scan->at == (object ? '}' : ']');
			if (!empty) {
				if (object && !scan_name(scan))
					return false;
				continue;
			}
		} else if (!scan_scalar(scan)) {
			return false;
		}
		if (!scan_separator(scan, &depth, &more))
			return false;
	}
	return scan->at == scan->end || fail(scan, "something follows the value");
}

bool sbx__json_check_text(sbx__json_check *check, const char *text, size_t length)
{
	*check = (sbx__json_check){0};
	scanner scan = {.start = text, .at = text, .end = text + length, .check = check};
	return scan_values(&scan);
}
