#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct text *text, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += 3) {
		uint32_t group = 0;
		char four[4];
		size_t have = length - at < 3 ? length - at : 3;
		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < have ? (unsigned char)bytes[at + i] : 0);
		for (size_t i = 0; i < 4; i++)
			four[i] = i <= have ? digits[group >> (18 - 6 * i) & 63] : '=';
		text_append(text, four, sizeof(four));
	}
}

/* Returns how many bytes four digits stand for; 0: they are none. */
static size_t decode_group(const char *four, unsigned char three[3])
{
	uint32_t group = 0;
	size_t have = four[3] != '=' ? 4 : four[2] != '=' ? 3 : 2;

	for (size_t i = 0; i < 4; i++) {
		const char *digit = i < have && four[i] ? strchr(digits, four[i]) : NULL;
		if (i < have && !digit)
			return 0;
		group = group << 6 | (digit ? (uint32_t)(digit - digits) : 0);
	}
	for (size_t i = 0; i < 3; i++)
		three[i] = (unsigned char)(group >> (16 - 8 * i));
	return have - 1;
}

bool base64_decode(struct text *bytes, const char *text, size_t length)
{
	unsigned char three[3];

	if (length % 4 != 0)
		return false;
	for (size_t at = 0; at < length; at += 4) {
		size_t count = decode_group(text + at, three);
		if (count == 0 || (count < 3 && at + 4 < length))
			return false;
		text_append(bytes, (const char *)three, count);
	}
	return !bytes->failed;
}
