#include "init.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As getdents64 writes it; the C library's way to read a directory takes memory of its own. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

void directory_each_number(int folder, bool (*each)(void *context, const char *name, int64_t next), void *context)
{
	_Alignas(8) char bytes[8192];
	long got;

	while ((got = syscall(SYS_getdents64, folder, bytes, sizeof(bytes))) > 0) {
		const struct directory_entry *entry;
		for (long at = 0; at < got; at += entry->length) {
			entry = (const struct directory_entry *)(const void *)(bytes + at);
			if (entry->name[0] >= '0' && entry->name[0] <= '9' &&
			    !each(context, entry->name, entry->offset))
				return;
		}
	}
}
