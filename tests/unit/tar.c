#include "tar.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

#define BLOCK 512

/* A header of the POSIX format, field by field. */
typedef struct tar_header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8];
	char rest[247];
} tar_header;
_Static_assert(sizeof(tar_header) == BLOCK, "a header is a block");

static void copy_name(char field[100], const char *name)
{
	size_t length = name ? strlen(name) : 0;
	memcpy(field, name ? name : "", length < 100 ? length : 100);
}

void tar_add_sized(sbx__buffer *tar, char type, const char *name, const char *link, unsigned mode, const void *content,
                   size_t length, unsigned long long size)
{
	static const char zeros[BLOCK];
	tar_header header;
	unsigned sum = 0;
	memset(&header, 0, sizeof header);
	copy_name(header.name, name);
	copy_name(header.link, link);
	snprintf(header.mode, sizeof header.mode, "%07o", mode);
	snprintf(header.uid, sizeof header.uid, "%07o", 0);
	snprintf(header.gid, sizeof header.gid, "%07o", 0);
	snprintf(header.size, sizeof header.size, "%011llo", size);
	snprintf(header.mtime, sizeof header.mtime, "%011o", 1700000000);
	memcpy(header.magic, "ustar\00000", 8);
	memset(header.checksum, ' ', sizeof header.checksum);
	header.type = type;
	for (size_t index = 0; index < sizeof header; index++)
		sum += ((const unsigned char *)&header)[index];
	snprintf(header.checksum, sizeof header.checksum, "%06o", sum);
	sbx__buffer_append(tar, &header, sizeof header);
	sbx__buffer_append(tar, content, length);
	if (length % BLOCK)
		sbx__buffer_append(tar, zeros, BLOCK - length % BLOCK);
	assert_false(tar->failed);
}

void tar_add(sbx__buffer *tar, char type, const char *name, const char *link, unsigned mode, const char *content)
{
	tar_add_sized(tar, type, name, link, mode, content, strlen(content), strlen(content));
}

void tar_end(sbx__buffer *tar)
{
	static const char zeros[2 * BLOCK];
	sbx__buffer_append(tar, zeros, sizeof zeros);
}
