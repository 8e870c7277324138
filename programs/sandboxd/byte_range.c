#include "byte_range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t");
}

/* One that is too large for any file stays too large. Returns whether there is a number. */
static bool read_number(const char **text, uint64_t *number)
{
	const char *at = *text;

	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		*number = *number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *number * 10 + digit;
	}
	bool found = at > *text;
	*text = at;
	return found;
}

static enum byte_range_result read_suffix(uint64_t wanted, uint64_t size, struct byte_range *range)
{
	if (wanted == 0)
		return BYTE_RANGE_UNSATISFIABLE;
	/* Of an empty file no byte can be named. */
	if (size == 0)
		return BYTE_RANGE_WHOLE;
	range->length = wanted < size ? wanted : size;
	range->start = size - range->length;
	return BYTE_RANGE_PART;
}

enum byte_range_result byte_range_read(const char *header, uint64_t size, struct byte_range *range)
{
	static const char unit[] = "bytes=";
	uint64_t first, last;

	if (strncasecmp(header, unit, strlen(unit)) != 0)
		return BYTE_RANGE_WHOLE;
	const char *at = skip_space(header + strlen(unit));
	bool has_first = read_number(&at, &first);
	if (*at++ != '-')
		return BYTE_RANGE_WHOLE;
	bool has_last = read_number(&at, &last);
	/* More ranges, or what is none: both get everything. */
	if (*skip_space(at) != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first))
		return BYTE_RANGE_WHOLE;
	if (!has_first)
		return read_suffix(last, size, range);
	if (first >= size)
		return BYTE_RANGE_UNSATISFIABLE;
	if (!has_last || last >= size)
		last = size - 1;
	*range = (struct byte_range){.start = first, .length = last - first + 1};
	return BYTE_RANGE_PART;
}
