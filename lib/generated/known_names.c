/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The names of all fields of all models.
 */
#include "../known_names.h"

#include <string.h>

static const char *const names[] = {
        "id",
        "cpu",
        "data",
        "name",
        "page",
        "path",
        "size",
        "type",
        "error",
        "errors",
        "in_use",
        "memory",
        "status",
        "stderr",
        "stdout",
        "message",
        "storage",
        "disk_size",
        "exit_code",
        "page_size",
        "volume_id",
        "created_at",
        "mounted_by",
        "pagination",
        "sandbox_id",
        "consistency",
        "deleted_ids",
        "total_items",
        "total_pages",
        "volume_name",
        "completed_at",
        "sandbox_name",
        "storage_name",
        "deleted_count",
        "snapshot_name",
        "storage_deleted",
        "snapshot_created",
        "source_volume_id",
        "execution_time_ms",
        "source_volume_name",
        "storage_deleted_count",
};

/* Where the names of each length begin. */
static const unsigned char starts[] = {
        0, 0, 0, 1, 2, 8, 9, 15, 17, 17, 21, 25, 30, 33, 35, 35, 36, 38, 39, 40, 40, 40, 41,
};

const char *sbx__known_name(const char *text, size_t length)
{
	if (length >= sizeof(starts) / sizeof(starts[0]) - 1)
		return NULL;
	for (size_t index = starts[length]; index < starts[length + 1]; index++)
		if (*names[index] == *text && memcmp(names[index], text, length) == 0)
			return names[index];
	return NULL;
}
