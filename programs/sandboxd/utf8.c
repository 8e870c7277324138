#include "utf8.h"

size_t utf8_sequence(const unsigned char *bytes, size_t left)
{
	unsigned char lowest = 0x80, highest = 0xBF;
	size_t length;

	if (bytes[0] >= 0xC2 && bytes[0] <= 0xDF)
		length = 2;
	else if (bytes[0] >= 0xE0 && bytes[0] <= 0xEF)
		length = 3;
	else if (bytes[0] >= 0xF0 && bytes[0] <= 0xF4)
		length = 4;
	else
		return 0;
	if (bytes[0] == 0xE0)
		lowest = 0xA0;
	else if (bytes[0] == 0xED)
		highest = 0x9F;
	else if (bytes[0] == 0xF0)
		lowest = 0x90;
	else if (bytes[0] == 0xF4)
		highest = 0x8F;
	if (length > left || bytes[1] < lowest || bytes[1] > highest)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
	return length;
}
