#include "base64.h"

#include <stdint.h>

/* The value of a digit; negative: it is none. */
static int value_of(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

/* Four digits, of which the last `padding` are none, as three bytes; false: not digits, or bits that mean nothing. */
static bool decode_group(const char *text, size_t padding, char bytes[3])
{
	uint32_t bits = 0;
	for (size_t index = 0; index < 4; index++) {
		int value = index < 4 - padding ? value_of(text[index]) : 0;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	bytes[0] = (char)(bits >> 16);
	bytes[1] = (char)(bits >> 8);
	bytes[2] = (char)bits;
	uint32_t unused = padding == 2 ? 0xFFFF : padding == 1 ? 0xFF : 0;
	return (bits & unused) == 0;
}

bool sbx__base64_decode(const char *text, size_t length, sbx__buffer *bytes)
{
	if (length % 4 != 0)
		return false;
	for (size_t at = 0; at < length; at += 4) {
		size_t padding = 0;
		if (at + 4 == length)
			padding = (text[at + 3] == '=') + (size_t)(text[at + 3] == '=' && text[at + 2] == '=');
		char group[3];
		if (!decode_group(text + at, padding, group))
			return false;
		sbx__buffer_append(bytes, group, 3 - padding);
	}
	return !bytes->failed;
}
