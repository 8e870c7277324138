#include "disk_floor.h"

#define BYTES_DEFAULT (256ULL << 20)

/* A default is no more than this part of all there is. */
#define PART 50

/* Which ext4 makes a place for a file for. */
#define BYTES_OF_A_FILE (16 * 1024)

static uint64_t lesser(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

void disk_floor_set(struct disk_floor *floor, const char *path, long mebibytes)
{
	struct statvfs info = {0};

	*floor = (struct disk_floor){.bytes = mebibytes < 0 ? 0 : (uint64_t)mebibytes << 20};
	if (statvfs(path, &info) < 0)
		return;
	if (mebibytes < 0)
		floor->bytes = lesser((uint64_t)info.f_blocks * info.f_frsize / PART, BYTES_DEFAULT);
	floor->files = lesser(info.f_files / PART, floor->bytes / BYTES_OF_A_FILE);
}

bool disk_floor_has_bytes(const struct disk_floor *floor, const struct statvfs *info, uint64_t more)
{
	return (uint64_t)info->f_bavail * info->f_frsize >= floor->bytes + more;
}

bool disk_floor_has_files(const struct disk_floor *floor, const struct statvfs *info, uint64_t more)
{
	return info->f_files == 0 || info->f_favail >= floor->files + more;
}
