/* The Range header (RFC 9110, section 14). */
#ifndef SANDBOXD_BYTE_RANGE_H
#define SANDBOXD_BYTE_RANGE_H

#include <stdint.h>

struct byte_range {
	uint64_t start;
	uint64_t length;
};

enum byte_range_result {
	BYTE_RANGE_WHOLE, /* nothing of it can be used: the header is of no effect */
	BYTE_RANGE_PART,
	BYTE_RANGE_UNSATISFIABLE,
};

/* What the header asks for of so many bytes; the range is set when it is a part. */
enum byte_range_result byte_range_read(const char *header, uint64_t size, struct byte_range *range);

#endif
