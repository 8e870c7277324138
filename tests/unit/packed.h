/*
 * Bodies as a server that compresses sends them.
 */
#ifndef SBX_TESTS_UNIT_PACKED_H
#define SBX_TESTS_UNIT_PACKED_H

#include "buffer.h"

typedef enum packed_form { PACKED_GZIP, PACKED_ZLIB, PACKED_BARE } packed_form;

/* Appends the bytes, compressed in that form. */
void packed_append(sbx__buffer *packed, packed_form form, const void *data, size_t length);
/* Appends so many bytes that have a period of 23 and compress well; those of another `first` are others. */
void packed_pattern(sbx__buffer *plain, size_t length, unsigned first);
/* Appends so many bytes that do not compress. */
void packed_noise(sbx__buffer *plain, size_t length);

#endif
