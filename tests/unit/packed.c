#include "packed.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

void packed_append(sbx__buffer *packed, packed_form form, const void *data, size_t length)
{
	static const int around[] = {
	        [PACKED_GZIP] = MAX_WBITS + 16, [PACKED_ZLIB] = MAX_WBITS, [PACKED_BARE] = -MAX_WBITS};
	z_stream zlib = {0};
	if (deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, around[form], 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t bound = deflateBound(&zlib, length);
	unsigned char *bytes = malloc(bound);
	if (!bytes)
		abort();
	zlib.next_in = (unsigned char *)(uintptr_t)data;
	zlib.avail_in = (uInt)length;
	zlib.next_out = bytes;
	zlib.avail_out = (uInt)bound;
	if (deflate(&zlib, Z_FINISH) != Z_STREAM_END)
		abort();
	sbx__buffer_append(packed, bytes, bound - zlib.avail_out);
	deflateEnd(&zlib);
	free(bytes);
}

void packed_pattern(sbx__buffer *plain, size_t length, unsigned first)
{
	sbx__buffer_reserve(plain, length);
	for (size_t index = 0; index < length; index++)
		sbx__buffer_byte(plain, (char)('a' + (first + index) % 23));
}

void packed_noise(sbx__buffer *plain, size_t length)
{
	uint32_t state = 1;
	sbx__buffer_reserve(plain, length);
	for (size_t index = 0; index < length; index++) {
		state = state * 1664525 + 1013904223;
		sbx__buffer_byte(plain, (char)(state >> 24));
	}
}
