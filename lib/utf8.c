#include "utf8.h"

#include <stdint.h>
#include <string.h>

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
		uint64_t bytes;
		/* Most text is ASCII. */
		if (end - at >= 8 && (memcpy(&bytes, at, 8), bytes & UINT64_C(0x8080808080808080)) == 0) {
			at += 8;
			continue;
		}
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

char *sbx__utf8_put(char *at, unsigned long character)
{
	if (character < 0x80) {
		*at++ = (char)character;
		return at;
	}
	if (character < 0x800) {
		*at++ = (char)(0xc0 | character >> 6);
	} else {
		if (character < 0x10000) {
			*at++ = (char)(0xe0 | character >> 12);
		} else {
			*at++ = (char)(0xf0 | character >> 18);
			*at++ = (char)(0x80 | (character >> 12 & 0x3f));
		}
		*at++ = (char)(0x80 | (character >> 6 & 0x3f));
	}
	*at++ = (char)(0x80 | (character & 0x3f));
	return at;
}
