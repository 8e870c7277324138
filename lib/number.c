#include "number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than that are written by the C library: from the fifth on it writes small numbers with an exponent. */
#define SIMPLE_DECIMALS 4

static char *put_digits(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

size_t sbx__number_write_integer(char text[SBX__NUMBER_SIZE], uint64_t magnitude, bool negative)
{
	char digits[24];
	char *end = digits + sizeof digits;
	char *start = put_digits(end, magnitude);
	if (negative)
		*--start = '-';
	size_t length = (size_t)(end - start);
	memcpy(text, start, length);
	text[length] = '\0';
	return length;
}

/* Writes a number of few digits. What they stand for, divided once, rounds as reading them does, so they are its
 * shortest form where that gives the number again. 0: it is no such number. */
static size_t write_simple(char *text, double number, bool fraction)
{
	static const double powers[] = {1, 10, 100, 1000, 10000};
	double magnitude = fabs(number);
	if (FLT_EVAL_METHOD != 0 || magnitude >= 1e9 || magnitude != magnitude)
		return 0;
	for (int decimals = 0; decimals <= SIMPLE_DECIMALS; decimals++) {
		uint64_t digits = (uint64_t)(magnitude * powers[decimals] + 0.5);
		if ((double)digits / powers[decimals] != magnitude)
			continue;
		uint64_t power = (uint64_t)powers[decimals];
		size_t length = sbx__number_write_integer(text, digits / power, signbit(number));
		if (decimals == 0 && !fraction)
			return length;
		/* A one before the decimals keeps their zeros. */
		size_t rest = sbx__number_write_integer(text + length, decimals ? power + digits % power : 10, false);
		text[length] = '.';
		return length + rest;
	}
	return 0;
}

/* Turns what a locale puts in the place of the point, which may be several bytes long, into one. Tells whether there
 * is neither that nor an exponent. */
static bool set_point(char *text)
{
	bool whole = true;
	char *end = text;
	for (const char *at = text; *at; at++) {
		bool digit = (*at >= '0' && *at <= '9') || *at == '-' || *at == '+';
		if (digit || *at == 'e')
			*end++ = *at;
		else if (end[-1] != '.')
			*end++ = '.';
		whole = whole && digit;
	}
	*end = '\0';
	return whole;
}

/* With how many digits to begin: fifteen are never too many, but where there is not room for so many; and where there
 * are sixteen before the point, fewer would be written with an exponent. */
static int fewest_digits(double magnitude)
{
	if (magnitude < DBL_MIN)
		return 1;
	return magnitude >= 1e15 && magnitude < 1e16 ? 16 : 15;
}

size_t sbx__number_write(char text[SBX__NUMBER_SIZE], double number, bool fraction)
{
	size_t length = write_simple(text, number, fraction);
	if (length)
		return length;
	for (int precision = fewest_digits(fabs(number)); precision <= 17; precision++) {
		snprintf(text, SBX__NUMBER_SIZE, "%.*g", precision, number);
		/* strtod() reads by the same locale that snprintf() has written by. */
		if (strtod(text, NULL) == number)
			break;
	}
	if (set_point(text) && fraction)
		strcat(text, ".0");
	return strlen(text);
}
