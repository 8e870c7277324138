#include "json_reader.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "utf8.h"

#define LITTLE_ENDIAN_BYTES (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

typedef struct json_reader {
	const char *start;
	const char *at;
	const char *end;
	const sbx__json_events *events;
	void *user_data;
	sbx__json_reading *reading;
	sbx__buffer scratch;                          /* a string without its escapes, or a number before a NUL */
	locale_t locale;                              /* the one that strtod_l() has a point in; 0 until needed */
	unsigned char in_object[SBX__JSON_DEPTH / 8]; /* a bit for each level: an object, else an array */
} json_reader;

static bool fail(json_reader *reader, const char *problem)
{
	reader->reading->problem = problem;
	reader->reading->position = (size_t)(reader->at - reader->start);
	return false;
}

static bool fail_memory(json_reader *reader)
{
	reader->reading->no_memory = true;
	return fail(reader, "out of memory");
}

static void skip_space(json_reader *reader)
{
	while (reader->at < reader->end &&
	       (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t'))
		reader->at++;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* ---- strings ---- */

/* Eight bytes at a time, without a branch for each. */
const char *sbx__json_skip_plain(const char *at, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	while (end - at >= 8) {
		uint64_t bytes;
		memcpy(&bytes, at, sizeof bytes);
		uint64_t quotes = bytes ^ ones * '"';
		uint64_t backslashes = bytes ^ ones * '\\';
		uint64_t found = (bytes | (bytes - ones * ' ') | (quotes - ones) | (backslashes - ones)) & ones * 0x80;
		if (found && !LITTLE_ENDIAN_BYTES)
			break;
		/* What is borrowed from the bytes behind the first one that is found does not matter. */
		if (found)
			return at + __builtin_ctzll(found) / 8;
		at += 8;
	}
	while (at < end && (unsigned char)*at >= ' ' && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

static bool skip_escape(json_reader *reader, bool is_name)
{
	if (reader->end - reader->at < 2)
		return fail(reader, "the text ends within a string");
	char kind = reader->at[1];
	if (kind != 'u') {
		if (!memchr("\"\\/bfnrt", kind, 8))
			return fail(reader, "an escape that JSON does not have");
		reader->at += 2;
		return true;
	}
	if (reader->end - reader->at < 6)
		return fail(reader, "the text ends within a string");
	for (int index = 2; index < 6; index++)
		if (!is_hex(reader->at[index]))
			return fail(reader, "an escape that JSON does not have");
	if (is_name && memcmp(reader->at + 2, "0000", 4) == 0)
		return fail(reader, "a member's name with a NUL");
	reader->at += 6;
	return true;
}

/* Moves behind the closing quote; `escaped` tells whether there is any escape. */
static bool skip_string(json_reader *reader, bool is_name, bool *escaped)
{
	reader->at++;
	for (;;) {
		reader->at = sbx__json_skip_plain(reader->at, reader->end);
		if (reader->at == reader->end)
			return fail(reader, "the text ends within a string");
		if (*reader->at == '"') {
			reader->at++;
			return true;
		}
		if (*reader->at == '\\') {
			*escaped = true;
			if (!skip_escape(reader, is_name))
				return false;
		} else if ((unsigned char)*reader->at < ' ') {
			return fail(reader, "a control byte within a string");
		} else {
			size_t left = (size_t)(reader->end - reader->at);
			size_t sequence = sbx__utf8_sequence((const unsigned char *)reader->at, left);
			if (sequence == 0)
				return fail(reader, "bytes that are not UTF-8");
			reader->at += sequence;
		}
	}
}

static unsigned long read_hex(const char *at)
{
	unsigned long value = 0;
	for (int index = 0; index < 4; index++)
		value = value << 4 | (unsigned long)(is_digit(at[index]) ? at[index] - '0' : (at[index] & 7) + 9);
	return value;
}

/* Undoes a "\u" escape, and a second one that is the other half of a surrogate pair. Half a pair alone is no character:
 * U+FFFD takes its place. */
static char *undo_unicode(char *to, const char **from, const char *end)
{
	unsigned long character = read_hex(*from + 2);
	*from += 6;
	if (character >= 0xd800 && character < 0xdc00 && end - *from >= 6 && (*from)[0] == '\\' && (*from)[1] == 'u') {
		unsigned long low = read_hex(*from + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
			*from += 6;
		}
	}
	return sbx__utf8_put(to, character >= 0xd800 && character < 0xe000 ? 0xfffd : character);
}

/* Copies a string that was checked into the scratch buffer, without its escapes: that never makes it longer. */
static bool undo_escapes(json_reader *reader, const char *from, const char *end)
{
	sbx__buffer_clear(&reader->scratch);
	if (!sbx__buffer_reserve(&reader->scratch, (size_t)(end - from)))
		return fail_memory(reader);
	char *to = reader->scratch.data;
	while (from < end) {
		const char *escape = memchr(from, '\\', (size_t)(end - from));
		size_t plain = (size_t)((escape ? escape : end) - from);
		memcpy(to, from, plain);
		to += plain;
		from += plain;
		if (!escape)
			break;
		if (from[1] == 'u') {
			to = undo_unicode(to, &from, end);
			continue;
		}
		static const char letters[] = "b\bf\fn\nr\rt\t";
		const char *letter = strchr(letters, from[1]);
		*to++ = letter ? letter[1] : from[1];
		from += 2;
	}
	reader->scratch.length = (size_t)(to - reader->scratch.data);
	return true;
}

static bool read_string(json_reader *reader, bool is_name)
{
	const char *text = reader->at + 1;
	bool escaped = false;
	if (!skip_string(reader, is_name, &escaped))
		return false;
	if (!reader->events)
		return true;
	size_t length = (size_t)(reader->at - 1 - text);
	if (escaped) {
		if (!undo_escapes(reader, text, text + length))
			return false;
		text = reader->scratch.data;
		length = reader->scratch.length;
	}
	bool (*tell)(void *, const char *, size_t) = is_name ? reader->events->name : reader->events->string;
	return tell(reader->user_data, text, length) || fail_memory(reader);
}

/* ---- numbers ---- */

typedef struct json_number {
	const char *text;
	uint64_t digits;  /* all of them in a row, the point left out; of no use when they do not fit */
	int64_t exponent; /* of the power of ten that these digits are to be multiplied with */
	bool negative;
	bool whole; /* neither a point nor an exponent */
	bool fits;  /* digits and exponent are what the text says */
} json_number;

/* False: there is no digit. */
static bool read_digits(json_reader *reader, json_number *number)
{
	const char *first = reader->at;
	for (; reader->at < reader->end && is_digit(*reader->at); reader->at++)
		number->fits = number->fits && !__builtin_mul_overflow(number->digits, 10, &number->digits) &&
		               !__builtin_add_overflow(number->digits, *reader->at - '0', &number->digits);
	return reader->at > first;
}

static bool read_fraction(json_reader *reader, json_number *number)
{
	const char *first = ++reader->at;
	number->whole = false;
	if (!read_digits(reader, number))
		return false;
	number->exponent = first - reader->at;
	return true;
}

static bool read_exponent(json_reader *reader, json_number *number)
{
	bool negative = false;
	int64_t exponent = 0;
	number->whole = false;
	if (++reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
		negative = *reader->at++ == '-';
	const char *first = reader->at;
	for (; reader->at < reader->end && is_digit(*reader->at); reader->at++)
		/* One that is absurdly large stops growing: no fraction is long enough to make up for it. */
		if (exponent < INT64_C(1000000000000))
			exponent = 10 * exponent + (*reader->at - '0');
	number->exponent += negative ? -exponent : exponent;
	return reader->at > first;
}

/* Digits and a power of ten that a double both holds exactly need one operation, which rounds once and correctly
 * (W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990), where it is done in double precision. */
static bool convert_exactly(const json_number *number, double *value)
{
	static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	if (FLT_EVAL_METHOD != 0 || !number->fits || number->digits > UINT64_C(1) << 53 || number->exponent < -22 ||
	    number->exponent > 22)
		return false;
	double digits = (double)number->digits;
	*value = number->exponent < 0 ? digits / powers[-number->exponent] : digits * powers[number->exponent];
	if (number->negative)
		*value = -*value;
	return true;
}

/* By the C library, whatever the locale of the program. */
static bool convert_slowly(json_reader *reader, const json_number *number, double *value)
{
	const char *text = number->text;
	if (reader->at == reader->end) {
		/* Else what follows the number ends it; here nothing does. */
		sbx__buffer_clear(&reader->scratch);
		sbx__buffer_append(&reader->scratch, text, (size_t)(reader->at - text));
		if (reader->scratch.failed)
			return fail_memory(reader);
		text = reader->scratch.data;
	}
	int kept = errno;
	if (!reader->locale)
		reader->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (reader->locale)
		*value = strtod_l(text, NULL, reader->locale);
	errno = kept;
	return reader->locale || fail_memory(reader);
}

/* An integer beyond 64 bits. */
static bool tell_large(json_reader *reader, const json_number *number)
{
	double nearest;
	size_t length = (size_t)(reader->at - number->text);
	if (length - number->negative > SBX__JSON_DIGITS)
		return fail(reader, "an integer of too many digits");
	if (!convert_slowly(reader, number, &nearest))
		return false;
	if (!isfinite(nearest))
		nearest = number->negative ? -DBL_MAX : DBL_MAX;
	return !reader->events || reader->events->large(reader->user_data, nearest, number->text, length) ||
	       fail_memory(reader);
}

static bool tell_number(json_reader *reader, const json_number *number)
{
	double value;
	if (number->whole && number->fits && (!number->negative || number->digits <= UINT64_C(1) << 63))
		return !reader->events ||
		       reader->events->integer(reader->user_data, number->digits, number->negative) ||
		       fail_memory(reader);
	if (number->whole)
		return tell_large(reader, number);
	if (!convert_exactly(number, &value) && !convert_slowly(reader, number, &value))
		return false;
	if (!isfinite(value))
		return fail(reader, "a number that is too large");
	return !reader->events || reader->events->number(reader->user_data, value) || fail_memory(reader);
}

static bool read_number(json_reader *reader)
{
	json_number number = {.text = reader->at, .whole = true, .fits = true, .negative = *reader->at == '-'};
	bool is_number = true;
	reader->at += number.negative;
	if (reader->at < reader->end && *reader->at == '0')
		reader->at++;
	else
		is_number = read_digits(reader, &number);
	if (is_number && reader->at < reader->end && *reader->at == '.')
		is_number = read_fraction(reader, &number);
	if (is_number && reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E'))
		is_number = read_exponent(reader, &number);
	return is_number ? tell_number(reader, &number) : fail(reader, "a number that is none");
}

/* ---- values ---- */

static bool read_word(json_reader *reader, const char *word, size_t length)
{
	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return fail(reader, "a value that is none");
	reader->at += length;
	if (!reader->events)
		return true;
	bool told = *word == 'n' ? reader->events->null(reader->user_data)
	                         : reader->events->boolean(reader->user_data, *word == 't');
	return told || fail_memory(reader);
}

static bool read_scalar(json_reader *reader)
{
	switch (*reader->at) {
	case '"':
		return read_string(reader, false);
	case 't':
		return read_word(reader, "true", 4);
	case 'f':
		return read_word(reader, "false", 5);
	case 'n':
		return read_word(reader, "null", 4);
	default:
		if (*reader->at == '-' || is_digit(*reader->at))
			return read_number(reader);
		return fail(reader, "a value that is none");
	}
}

static bool is_object(const json_reader *reader, int depth)
{
	return reader->in_object[(depth - 1) / 8] >> ((depth - 1) % 8) & 1;
}

static bool open_value(json_reader *reader, int *depth, bool object)
{
	if (*depth == SBX__JSON_DEPTH)
		return fail(reader, "arrays and objects nest too deep");
	unsigned char bit = (unsigned char)(1u << (*depth % 8));
	unsigned char *byte = &reader->in_object[*depth / 8];
	*byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
	++*depth;
	if (*depth > reader->reading->depth)
		reader->reading->depth = *depth;
	reader->at++;
	return !reader->events || reader->events->open(reader->user_data, object) || fail_memory(reader);
}

static void close_value(json_reader *reader, int *depth)
{
	reader->at++;
	--*depth;
	if (reader->events)
		reader->events->close(reader->user_data);
}

static bool read_name(json_reader *reader)
{
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != '"')
		return fail(reader, "a member without a name");
	if (!read_string(reader, true))
		return false;
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != ':')
		return fail(reader, "a name without a value");
	reader->at++;
	return true;
}

/* After a value: closes what ends here, and moves to the next element; `more` tells whether one follows. */
static bool read_separator(json_reader *reader, int *depth, bool *more)
{
	for (;;) {
		skip_space(reader);
		*more = *depth > 0;
		if (*depth == 0)
			return true;
		if (reader->at == reader->end)
			return fail(reader, "the text ends too early");
		bool object = is_object(reader, *depth);
		if (*reader->at == ',') {
			reader->at++;
			return !object || read_name(reader);
		}
		if (*reader->at != (object ? '}' : ']'))
			return fail(reader, "neither a comma nor an end");
		close_value(reader, depth);
	}
}

static bool read_values(json_reader *reader)
{
	int depth = 0;
	bool more = true;
	while (more) {
		skip_space(reader);
		if (reader->at == reader->end)
			return fail(reader, "the text ends too early");
		if (++reader->reading->values > SBX__JSON_VALUES)
			return fail(reader, "more values than a client takes");
		if (*reader->at == '{' || *reader->at == '[') {
			bool object = *reader->at == '{';
			if (!open_value(reader, &depth, object))
				return false;
			skip_space(reader);
			if (reader->at == reader->end || *reader->at != (object ? '}' : ']')) {
				if (object && !read_name(reader))
					return false;
				continue;
			}
		} else if (!read_scalar(reader)) {
			return false;
		}
		if (!read_separator(reader, &depth, &more))
			return false;
	}
	return reader->at == reader->end || fail(reader, "something follows the value");
}

bool sbx__json_read(sbx__json_reading *reading, const char *text, size_t length, const sbx__json_events *events,
                    void *user_data)
{
	*reading = (sbx__json_reading){0};
	json_reader reader = {.start = text,
	                      .at = text,
	                      .end = text + length,
	                      .events = events,
	                      .user_data = user_data,
	                      .reading = reading};
	bool read = read_values(&reader);
	sbx__buffer_free(&reader.scratch);
	if (reader.locale)
		freelocale(reader.locale);
	return read;
}
