/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/**
 * @file models.h
 * What the operations answer. A model is an immutable view on the decoded answer: any number of threads may read one.
 *
 * A field that the answer does not have, that is null, or that is of another type than the API's description says,
 * reads as "", 0 or NULL. An integer beyond 64 bits reads as the nearest that fits: INT64_MAX or INT64_MIN. The `_has_`
 * function beside each accessor tells absent, null and present apart, and the `_json` function shows the value as it
 * came. Every function accepts a NULL model, which has no field.
 */
#ifndef SANDBOX_SDK_MODELS_H
#define SANDBOX_SDK_MODELS_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** A sandbox. Opaque. Since 0.1.0. */
typedef struct sbx_sandbox sbx_sandbox;

/** Where a page stands among all pages. Opaque. Since 0.1.0. */
typedef struct sbx_pagination sbx_pagination;

/** One page of sandboxes. Opaque. Since 0.1.0. */
typedef struct sbx_sandbox_list sbx_sandbox_list;

/** What became of a sandbox and its storage. Opaque. Since 0.1.0. */
typedef struct sbx_sandbox_deletion sbx_sandbox_deletion;

/** Why one sandbox could not be deleted. Opaque. Since 0.1.0. */
typedef struct sbx_sandbox_deletion_error sbx_sandbox_deletion_error;

/** What became of all sandboxes and their storage. Opaque. Since 0.1.0. */
typedef struct sbx_sandbox_deletions sbx_sandbox_deletions;

/** How a command ended and what it wrote. Opaque. Since 0.1.0. */
typedef struct sbx_execution sbx_execution;

/** A file that was written into a sandbox. Opaque. Since 0.1.0. */
typedef struct sbx_uploaded_file sbx_uploaded_file;

/** The sandbox that is using a volume. Opaque. Since 0.1.0. */
typedef struct sbx_volume_mount sbx_volume_mount;

/** A volume. Opaque. Since 0.1.0. */
typedef struct sbx_volume sbx_volume;

/** One page of volumes and snapshots. Opaque. Since 0.1.0. */
typedef struct sbx_volume_list sbx_volume_list;

/** What became of a volume or snapshot. Opaque. Since 0.1.0. */
typedef struct sbx_volume_deletion sbx_volume_deletion;

/** A snapshot of a volume. Opaque. Since 0.1.0. */
typedef struct sbx_snapshot sbx_snapshot;

/**
 * Identifier of the sandbox.
 *
 * @param sandbox a sandbox
 * @return UTF-8 followed by a NUL, owned by the sandbox; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_id(const sbx_sandbox *sandbox);

/**
 * The length of sbx_sandbox_id(), whose text may hold NULs.
 *
 * @param sandbox a sandbox
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_id_length(const sbx_sandbox *sandbox);

/**
 * Whether the field `id` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_id(const sbx_sandbox *sandbox);

/**
 * Number of CPUs.
 *
 * @param sandbox a sandbox
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_cpu(const sbx_sandbox *sandbox);

/**
 * Whether the field `cpu` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_cpu(const sbx_sandbox *sandbox);

/**
 * When the sandbox was created.
 *
 * @param sandbox a sandbox
 * @return UTF-8 followed by a NUL, owned by the sandbox; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_created_at(const sbx_sandbox *sandbox);

/**
 * The length of sbx_sandbox_created_at(), whose text may hold NULs.
 *
 * @param sandbox a sandbox
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_created_at_length(const sbx_sandbox *sandbox);

/**
 * Whether the field `created_at` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_created_at(const sbx_sandbox *sandbox);

/**
 * Size of the disk in GB.
 *
 * @param sandbox a sandbox
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_disk_size(const sbx_sandbox *sandbox);

/**
 * Whether the field `disk_size` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_disk_size(const sbx_sandbox *sandbox);

/**
 * Memory in MB.
 *
 * @param sandbox a sandbox
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_memory(const sbx_sandbox *sandbox);

/**
 * Whether the field `memory` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_memory(const sbx_sandbox *sandbox);

/**
 * Name of the sandbox.
 *
 * @param sandbox a sandbox
 * @return UTF-8 followed by a NUL, owned by the sandbox; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_name(const sbx_sandbox *sandbox);

/**
 * The length of sbx_sandbox_name(), whose text may hold NULs.
 *
 * @param sandbox a sandbox
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_name_length(const sbx_sandbox *sandbox);

/**
 * Whether the field `name` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_name(const sbx_sandbox *sandbox);

/**
 * State that the sandbox is in.
 *
 * @param sandbox a sandbox
 * @return UTF-8 followed by a NUL, owned by the sandbox; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_status(const sbx_sandbox *sandbox);

/**
 * The length of sbx_sandbox_status(), whose text may hold NULs.
 *
 * @param sandbox a sandbox
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_status_length(const sbx_sandbox *sandbox);

/**
 * Whether the field `status` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_status(const sbx_sandbox *sandbox);

/**
 * Size of the storage in GB. Only the answer to its creation has it.
 *
 * @param sandbox a sandbox
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_storage(const sbx_sandbox *sandbox);

/**
 * Whether the field `storage` is there.
 *
 * @param sandbox a sandbox
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_has_storage(const sbx_sandbox *sandbox);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param sandbox a sandbox
 * @return a JSON object, owned by the sandbox; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_sandbox_json(const sbx_sandbox *sandbox);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param sandbox a sandbox; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandbox_to_json(const sbx_sandbox *sandbox, int indent, char **text, size_t *length,
                                       sbx_error **error);

/**
 * Keeps a sandbox, also one that a list or another model owns, until it is freed once more.
 *
 * @param sandbox a sandbox; NULL is accepted
 * @return the same sandbox, freed with sbx_sandbox_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_sandbox *sbx_sandbox_ref(const sbx_sandbox *sandbox);

/**
 * Frees a sandbox, and what was read of it, once nothing keeps it any more.
 *
 * @param sandbox what a call or sbx_sandbox_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_sandbox_free(sbx_sandbox *sandbox);

/**
 * Number of this page, counted from 1.
 *
 * @param pagination a pagination
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_pagination_page(const sbx_pagination *pagination);

/**
 * Whether the field `page` is there.
 *
 * @param pagination a pagination
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_pagination_has_page(const sbx_pagination *pagination);

/**
 * How many items a page has.
 *
 * @param pagination a pagination
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_pagination_page_size(const sbx_pagination *pagination);

/**
 * Whether the field `page_size` is there.
 *
 * @param pagination a pagination
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_pagination_has_page_size(const sbx_pagination *pagination);

/**
 * How many items there are on all pages.
 *
 * @param pagination a pagination
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_pagination_total_items(const sbx_pagination *pagination);

/**
 * Whether the field `total_items` is there.
 *
 * @param pagination a pagination
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_pagination_has_total_items(const sbx_pagination *pagination);

/**
 * How many pages there are.
 *
 * @param pagination a pagination
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_pagination_total_pages(const sbx_pagination *pagination);

/**
 * Whether the field `total_pages` is there.
 *
 * @param pagination a pagination
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_pagination_has_total_pages(const sbx_pagination *pagination);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param pagination a pagination
 * @return a JSON object, owned by the pagination; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_pagination_json(const sbx_pagination *pagination);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param pagination a pagination; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_pagination_to_json(const sbx_pagination *pagination, int indent, char **text, size_t *length,
                                          sbx_error **error);

/**
 * Keeps a pagination, also one that a list or another model owns, until it is freed once more.
 *
 * @param pagination a pagination; NULL is accepted
 * @return the same pagination, freed with sbx_pagination_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_pagination *sbx_pagination_ref(const sbx_pagination *pagination);

/**
 * Frees a pagination, and what was read of it, once nothing keeps it any more.
 *
 * @param pagination what a call or sbx_pagination_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_pagination_free(sbx_pagination *pagination);

/**
 * The sandboxes on this page.
 *
 * @param sandbox_list a sandbox list
 * @return how many there are; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_list_data_count(const sbx_sandbox_list *sandbox_list);

/**
 * One of sbx_sandbox_list_data_count().
 *
 * @param sandbox_list a sandbox list
 * @param index from 0
 * @return a sandbox, owned by the sandbox list; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_sandbox *sbx_sandbox_list_data_at(const sbx_sandbox_list *sandbox_list, size_t index);

/**
 * Whether the field `data` is there.
 *
 * @param sandbox_list a sandbox list
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_list_has_data(const sbx_sandbox_list *sandbox_list);

/**
 * Where this page stands among all pages.
 *
 * @param sandbox_list a sandbox list
 * @return a pagination, owned by the sandbox list; NULL where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_pagination *sbx_sandbox_list_pagination(const sbx_sandbox_list *sandbox_list);

/**
 * Whether the field `pagination` is there.
 *
 * @param sandbox_list a sandbox list
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_list_has_pagination(const sbx_sandbox_list *sandbox_list);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param sandbox_list a sandbox list
 * @return a JSON object, owned by the sandbox list; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_sandbox_list_json(const sbx_sandbox_list *sandbox_list);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param sandbox_list a sandbox list; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandbox_list_to_json(const sbx_sandbox_list *sandbox_list, int indent, char **text,
                                            size_t *length, sbx_error **error);

/**
 * Keeps a sandbox list, also one that a list or another model owns, until it is freed once more.
 *
 * @param sandbox_list a sandbox list; NULL is accepted
 * @return the same sandbox list, freed with sbx_sandbox_list_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_sandbox_list *sbx_sandbox_list_ref(const sbx_sandbox_list *sandbox_list);

/**
 * Frees a sandbox list, and what was read of it, once nothing keeps it any more.
 *
 * @param sandbox_list what a call or sbx_sandbox_list_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_sandbox_list_free(sbx_sandbox_list *sandbox_list);

/**
 * Identifier of the sandbox that was deleted.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_id(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * The length of sbx_sandbox_deletion_id(), whose text may hold NULs.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_id_length(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `id` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_id(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * What was done, in words.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_message(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * The length of sbx_sandbox_deletion_message(), whose text may hold NULs.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_message_length(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `message` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_message(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether a snapshot was taken.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return 1 for true; 0 for false and where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int sbx_sandbox_deletion_snapshot_created(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `snapshot_created` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_snapshot_created(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Name of the snapshot that was taken.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_snapshot_name(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * The length of sbx_sandbox_deletion_snapshot_name(), whose text may hold NULs.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_snapshot_name_length(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `snapshot_name` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_snapshot_name(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the storage was deleted.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return 1 for true; 0 for false and where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int sbx_sandbox_deletion_storage_deleted(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `storage_deleted` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_storage_deleted(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Name of the storage that was deleted.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_storage_name(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * The length of sbx_sandbox_deletion_storage_name(), whose text may hold NULs.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_storage_name_length(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Whether the field `storage_name` is there.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_has_storage_name(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param sandbox_deletion a sandbox deletion
 * @return a JSON object, owned by the sandbox deletion; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_sandbox_deletion_json(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param sandbox_deletion a sandbox deletion; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandbox_deletion_to_json(const sbx_sandbox_deletion *sandbox_deletion, int indent, char **text,
                                                size_t *length, sbx_error **error);

/**
 * Keeps a sandbox deletion, also one that a list or another model owns, until it is freed once more.
 *
 * @param sandbox_deletion a sandbox deletion; NULL is accepted
 * @return the same sandbox deletion, freed with sbx_sandbox_deletion_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_sandbox_deletion *sbx_sandbox_deletion_ref(const sbx_sandbox_deletion *sandbox_deletion);

/**
 * Frees a sandbox deletion, and what was read of it, once nothing keeps it any more.
 *
 * @param sandbox_deletion what a call or sbx_sandbox_deletion_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_sandbox_deletion_free(sbx_sandbox_deletion *sandbox_deletion);

/**
 * Identifier of the sandbox that is still there.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion error; "" where the field is absent, null or of
 *        another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_error_id(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * The length of sbx_sandbox_deletion_error_id(), whose text may hold NULs.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_error_id_length(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * Whether the field `id` is there.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_error_has_id(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * What went wrong, in words.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return UTF-8 followed by a NUL, owned by the sandbox deletion error; "" where the field is absent, null or of
 *        another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletion_error_error(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * The length of sbx_sandbox_deletion_error_error(), whose text may hold NULs.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletion_error_error_length(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * Whether the field `error` is there.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletion_error_has_error(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param sandbox_deletion_error a sandbox deletion error
 * @return a JSON object, owned by the sandbox deletion error; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_sandbox_deletion_error_json(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param sandbox_deletion_error a sandbox deletion error; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandbox_deletion_error_to_json(const sbx_sandbox_deletion_error *sandbox_deletion_error,
                                                      int indent, char **text, size_t *length, sbx_error **error);

/**
 * Keeps a sandbox deletion error, also one that a list or another model owns, until it is freed once more.
 *
 * @param sandbox_deletion_error a sandbox deletion error; NULL is accepted
 * @return the same sandbox deletion error, freed with sbx_sandbox_deletion_error_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_sandbox_deletion_error *
sbx_sandbox_deletion_error_ref(const sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * Frees a sandbox deletion error, and what was read of it, once nothing keeps it any more.
 *
 * @param sandbox_deletion_error what a call or sbx_sandbox_deletion_error_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_sandbox_deletion_error_free(sbx_sandbox_deletion_error *sandbox_deletion_error);

/**
 * How many sandboxes were deleted.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_deletions_deleted_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Whether the field `deleted_count` is there.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletions_has_deleted_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Identifiers of the sandboxes that were deleted.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return how many there are; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletions_deleted_ids_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * One of sbx_sandbox_deletions_deleted_ids_count().
 *
 * @param sandbox_deletions a sandbox deletions
 * @param index from 0
 * @return UTF-8 followed by a NUL, owned by the sandbox deletions; "" where it is no string; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletions_deleted_ids_at(const sbx_sandbox_deletions *sandbox_deletions, size_t index);

/**
 * The length of sbx_sandbox_deletions_deleted_ids_at(), whose text may hold NULs.
 *
 * @param sandbox_deletions a sandbox deletions
 * @param index from 0
 * @return bytes, without the NUL at the end; 0 past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletions_deleted_ids_at_length(const sbx_sandbox_deletions *sandbox_deletions,
                                                           size_t index);

/**
 * Whether the field `deleted_ids` is there.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletions_has_deleted_ids(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * What was done, in words.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return UTF-8 followed by a NUL, owned by the sandbox deletions; "" where the field is absent, null or of another
 *        type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_sandbox_deletions_message(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * The length of sbx_sandbox_deletions_message(), whose text may hold NULs.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletions_message_length(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Whether the field `message` is there.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletions_has_message(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * The sandboxes that could not be deleted.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return how many there are; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_sandbox_deletions_errors_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * One of sbx_sandbox_deletions_errors_count().
 *
 * @param sandbox_deletions a sandbox deletions
 * @param index from 0
 * @return a sandbox deletion error, owned by the sandbox deletions; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_sandbox_deletion_error *
sbx_sandbox_deletions_errors_at(const sbx_sandbox_deletions *sandbox_deletions, size_t index);

/**
 * Whether the field `errors` is there.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletions_has_errors(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * How many storage volumes were deleted.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API double sbx_sandbox_deletions_storage_deleted_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Whether the field `storage_deleted_count` is there.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_sandbox_deletions_has_storage_deleted_count(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param sandbox_deletions a sandbox deletions
 * @return a JSON object, owned by the sandbox deletions; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_sandbox_deletions_json(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param sandbox_deletions a sandbox deletions; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandbox_deletions_to_json(const sbx_sandbox_deletions *sandbox_deletions, int indent,
                                                 char **text, size_t *length, sbx_error **error);

/**
 * Keeps a sandbox deletions, also one that a list or another model owns, until it is freed once more.
 *
 * @param sandbox_deletions a sandbox deletions; NULL is accepted
 * @return the same sandbox deletions, freed with sbx_sandbox_deletions_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_sandbox_deletions *sbx_sandbox_deletions_ref(const sbx_sandbox_deletions *sandbox_deletions);

/**
 * Frees a sandbox deletions, and what was read of it, once nothing keeps it any more.
 *
 * @param sandbox_deletions what a call or sbx_sandbox_deletions_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_sandbox_deletions_free(sbx_sandbox_deletions *sandbox_deletions);

/**
 * Identifier of this run of the command.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_id(const sbx_execution *execution);

/**
 * The length of sbx_execution_id(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_id_length(const sbx_execution *execution);

/**
 * Whether the field `id` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_id(const sbx_execution *execution);

/**
 * When the command ended.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_completed_at(const sbx_execution *execution);

/**
 * The length of sbx_execution_completed_at(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_completed_at_length(const sbx_execution *execution);

/**
 * Whether the field `completed_at` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_completed_at(const sbx_execution *execution);

/**
 * When the command was started.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_created_at(const sbx_execution *execution);

/**
 * The length of sbx_execution_created_at(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_created_at_length(const sbx_execution *execution);

/**
 * Whether the field `created_at` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_created_at(const sbx_execution *execution);

/**
 * How many milliseconds the command ran.
 *
 * @param execution an execution
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int64_t sbx_execution_execution_time_ms(const sbx_execution *execution);

/**
 * Whether the field `execution_time_ms` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_execution_time_ms(const sbx_execution *execution);

/**
 * Exit code of the command.
 *
 * @param execution an execution
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int64_t sbx_execution_exit_code(const sbx_execution *execution);

/**
 * Whether the field `exit_code` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_exit_code(const sbx_execution *execution);

/**
 * How the run stands. It is one of `running`, `completed`, `timeout`, `error`; a later server may send others.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_status(const sbx_execution *execution);

/**
 * The length of sbx_execution_status(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_status_length(const sbx_execution *execution);

/**
 * Whether the field `status` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_status(const sbx_execution *execution);

/**
 * What the command wrote to standard error.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_stderr(const sbx_execution *execution);

/**
 * The length of sbx_execution_stderr(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_stderr_length(const sbx_execution *execution);

/**
 * Whether the field `stderr` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_stderr(const sbx_execution *execution);

/**
 * What the command wrote to standard output.
 *
 * @param execution an execution
 * @return UTF-8 followed by a NUL, owned by the execution; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_execution_stdout(const sbx_execution *execution);

/**
 * The length of sbx_execution_stdout(), whose text may hold NULs.
 *
 * @param execution an execution
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_execution_stdout_length(const sbx_execution *execution);

/**
 * Whether the field `stdout` is there.
 *
 * @param execution an execution
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_execution_has_stdout(const sbx_execution *execution);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param execution an execution
 * @return a JSON object, owned by the execution; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_execution_json(const sbx_execution *execution);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param execution an execution; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_execution_to_json(const sbx_execution *execution, int indent, char **text, size_t *length,
                                         sbx_error **error);

/**
 * Keeps an execution, also one that a list or another model owns, until it is freed once more.
 *
 * @param execution an execution; NULL is accepted
 * @return the same execution, freed with sbx_execution_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_execution *sbx_execution_ref(const sbx_execution *execution);

/**
 * Frees an execution, and what was read of it, once nothing keeps it any more.
 *
 * @param execution what a call or sbx_execution_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_execution_free(sbx_execution *execution);

/**
 * What was done, in words.
 *
 * @param uploaded_file an uploaded file
 * @return UTF-8 followed by a NUL, owned by the uploaded file; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_uploaded_file_message(const sbx_uploaded_file *uploaded_file);

/**
 * The length of sbx_uploaded_file_message(), whose text may hold NULs.
 *
 * @param uploaded_file an uploaded file
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_uploaded_file_message_length(const sbx_uploaded_file *uploaded_file);

/**
 * Whether the field `message` is there.
 *
 * @param uploaded_file an uploaded file
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_uploaded_file_has_message(const sbx_uploaded_file *uploaded_file);

/**
 * Where the file is in the sandbox.
 *
 * @param uploaded_file an uploaded file
 * @return UTF-8 followed by a NUL, owned by the uploaded file; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_uploaded_file_path(const sbx_uploaded_file *uploaded_file);

/**
 * The length of sbx_uploaded_file_path(), whose text may hold NULs.
 *
 * @param uploaded_file an uploaded file
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_uploaded_file_path_length(const sbx_uploaded_file *uploaded_file);

/**
 * Whether the field `path` is there.
 *
 * @param uploaded_file an uploaded file
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_uploaded_file_has_path(const sbx_uploaded_file *uploaded_file);

/**
 * Size of the file in bytes.
 *
 * @param uploaded_file an uploaded file
 * @return the number; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int64_t sbx_uploaded_file_size(const sbx_uploaded_file *uploaded_file);

/**
 * Whether the field `size` is there.
 *
 * @param uploaded_file an uploaded file
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_uploaded_file_has_size(const sbx_uploaded_file *uploaded_file);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param uploaded_file an uploaded file
 * @return a JSON object, owned by the uploaded file; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_uploaded_file_json(const sbx_uploaded_file *uploaded_file);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param uploaded_file an uploaded file; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_uploaded_file_to_json(const sbx_uploaded_file *uploaded_file, int indent, char **text,
                                             size_t *length, sbx_error **error);

/**
 * Keeps an uploaded file, also one that a list or another model owns, until it is freed once more.
 *
 * @param uploaded_file an uploaded file; NULL is accepted
 * @return the same uploaded file, freed with sbx_uploaded_file_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_uploaded_file *sbx_uploaded_file_ref(const sbx_uploaded_file *uploaded_file);

/**
 * Frees an uploaded file, and what was read of it, once nothing keeps it any more.
 *
 * @param uploaded_file what a call or sbx_uploaded_file_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_uploaded_file_free(sbx_uploaded_file *uploaded_file);

/**
 * Identifier of the sandbox.
 *
 * @param volume_mount a volume mount
 * @return UTF-8 followed by a NUL, owned by the volume mount; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_mount_sandbox_id(const sbx_volume_mount *volume_mount);

/**
 * The length of sbx_volume_mount_sandbox_id(), whose text may hold NULs.
 *
 * @param volume_mount a volume mount
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_mount_sandbox_id_length(const sbx_volume_mount *volume_mount);

/**
 * Whether the field `sandbox_id` is there.
 *
 * @param volume_mount a volume mount
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_mount_has_sandbox_id(const sbx_volume_mount *volume_mount);

/**
 * Name of the sandbox.
 *
 * @param volume_mount a volume mount
 * @return UTF-8 followed by a NUL, owned by the volume mount; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_mount_sandbox_name(const sbx_volume_mount *volume_mount);

/**
 * The length of sbx_volume_mount_sandbox_name(), whose text may hold NULs.
 *
 * @param volume_mount a volume mount
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_mount_sandbox_name_length(const sbx_volume_mount *volume_mount);

/**
 * Whether the field `sandbox_name` is there.
 *
 * @param volume_mount a volume mount
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_mount_has_sandbox_name(const sbx_volume_mount *volume_mount);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param volume_mount a volume mount
 * @return a JSON object, owned by the volume mount; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_volume_mount_json(const sbx_volume_mount *volume_mount);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param volume_mount a volume mount; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volume_mount_to_json(const sbx_volume_mount *volume_mount, int indent, char **text,
                                            size_t *length, sbx_error **error);

/**
 * Keeps a volume mount, also one that a list or another model owns, until it is freed once more.
 *
 * @param volume_mount a volume mount; NULL is accepted
 * @return the same volume mount, freed with sbx_volume_mount_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_volume_mount *sbx_volume_mount_ref(const sbx_volume_mount *volume_mount);

/**
 * Frees a volume mount, and what was read of it, once nothing keeps it any more.
 *
 * @param volume_mount what a call or sbx_volume_mount_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_volume_mount_free(sbx_volume_mount *volume_mount);

/**
 * Identifier of the volume or snapshot.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_id(const sbx_volume *volume);

/**
 * The length of sbx_volume_id(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_id_length(const sbx_volume *volume);

/**
 * Whether the field `id` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_id(const sbx_volume *volume);

/**
 * When the volume or snapshot was created.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_created_at(const sbx_volume *volume);

/**
 * The length of sbx_volume_created_at(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_created_at_length(const sbx_volume *volume);

/**
 * Whether the field `created_at` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_created_at(const sbx_volume *volume);

/**
 * Name of the volume or snapshot.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_name(const sbx_volume *volume);

/**
 * The length of sbx_volume_name(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_name_length(const sbx_volume *volume);

/**
 * Whether the field `name` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_name(const sbx_volume *volume);

/**
 * Size with its unit, such as `10Gi`. A snapshot has the size of its source.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_size(const sbx_volume *volume);

/**
 * The length of sbx_volume_size(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_size_length(const sbx_volume *volume);

/**
 * Whether the field `size` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_size(const sbx_volume *volume);

/**
 * State that the volume is in. It is one of `Pending`, `Bound`, `Lost`, `Ready`; a later server may send others.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_status(const sbx_volume *volume);

/**
 * The length of sbx_volume_status(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_status_length(const sbx_volume *volume);

/**
 * Whether the field `status` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_status(const sbx_volume *volume);

/**
 * Whether a sandbox is using the volume. Never true for a snapshot.
 *
 * @param volume a volume
 * @return 1 for true; 0 for false and where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API int sbx_volume_in_use(const sbx_volume *volume);

/**
 * Whether the field `in_use` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_in_use(const sbx_volume *volume);

/**
 * Whether this is a volume or a snapshot. It is one of `volume`, `snapshot`; a later server may send others.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_type(const sbx_volume *volume);

/**
 * The length of sbx_volume_type(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_type_length(const sbx_volume *volume);

/**
 * Whether the field `type` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_type(const sbx_volume *volume);

/**
 * The sandbox that is using the volume.
 *
 * @param volume a volume
 * @return a volume mount, owned by the volume; NULL where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_volume_mount *sbx_volume_mounted_by(const sbx_volume *volume);

/**
 * Whether the field `mounted_by` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_mounted_by(const sbx_volume *volume);

/**
 * Identifier of the volume that a snapshot was taken of.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_source_volume_id(const sbx_volume *volume);

/**
 * The length of sbx_volume_source_volume_id(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_source_volume_id_length(const sbx_volume *volume);

/**
 * Whether the field `source_volume_id` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_source_volume_id(const sbx_volume *volume);

/**
 * Name of the volume that a snapshot was taken of.
 *
 * @param volume a volume
 * @return UTF-8 followed by a NUL, owned by the volume; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_source_volume_name(const sbx_volume *volume);

/**
 * The length of sbx_volume_source_volume_name(), whose text may hold NULs.
 *
 * @param volume a volume
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_source_volume_name_length(const sbx_volume *volume);

/**
 * Whether the field `source_volume_name` is there.
 *
 * @param volume a volume
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_has_source_volume_name(const sbx_volume *volume);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param volume a volume
 * @return a JSON object, owned by the volume; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_volume_json(const sbx_volume *volume);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param volume a volume; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volume_to_json(const sbx_volume *volume, int indent, char **text, size_t *length,
                                      sbx_error **error);

/**
 * Keeps a volume, also one that a list or another model owns, until it is freed once more.
 *
 * @param volume a volume; NULL is accepted
 * @return the same volume, freed with sbx_volume_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_volume *sbx_volume_ref(const sbx_volume *volume);

/**
 * Frees a volume, and what was read of it, once nothing keeps it any more.
 *
 * @param volume what a call or sbx_volume_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_volume_free(sbx_volume *volume);

/**
 * The volumes and snapshots on this page.
 *
 * @param volume_list a volume list
 * @return how many there are; 0 where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_list_data_count(const sbx_volume_list *volume_list);

/**
 * One of sbx_volume_list_data_count().
 *
 * @param volume_list a volume list
 * @param index from 0
 * @return a volume, owned by the volume list; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_volume *sbx_volume_list_data_at(const sbx_volume_list *volume_list, size_t index);

/**
 * Whether the field `data` is there.
 *
 * @param volume_list a volume list
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_list_has_data(const sbx_volume_list *volume_list);

/**
 * Where this page stands among all pages.
 *
 * @param volume_list a volume list
 * @return a pagination, owned by the volume list; NULL where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_pagination *sbx_volume_list_pagination(const sbx_volume_list *volume_list);

/**
 * Whether the field `pagination` is there.
 *
 * @param volume_list a volume list
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_list_has_pagination(const sbx_volume_list *volume_list);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param volume_list a volume list
 * @return a JSON object, owned by the volume list; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_volume_list_json(const sbx_volume_list *volume_list);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param volume_list a volume list; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volume_list_to_json(const sbx_volume_list *volume_list, int indent, char **text, size_t *length,
                                           sbx_error **error);

/**
 * Keeps a volume list, also one that a list or another model owns, until it is freed once more.
 *
 * @param volume_list a volume list; NULL is accepted
 * @return the same volume list, freed with sbx_volume_list_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_volume_list *sbx_volume_list_ref(const sbx_volume_list *volume_list);

/**
 * Frees a volume list, and what was read of it, once nothing keeps it any more.
 *
 * @param volume_list what a call or sbx_volume_list_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_volume_list_free(sbx_volume_list *volume_list);

/**
 * Identifier of the volume or snapshot that was deleted.
 *
 * @param volume_deletion a volume deletion
 * @return UTF-8 followed by a NUL, owned by the volume deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_deletion_id(const sbx_volume_deletion *volume_deletion);

/**
 * The length of sbx_volume_deletion_id(), whose text may hold NULs.
 *
 * @param volume_deletion a volume deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_deletion_id_length(const sbx_volume_deletion *volume_deletion);

/**
 * Whether the field `id` is there.
 *
 * @param volume_deletion a volume deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_deletion_has_id(const sbx_volume_deletion *volume_deletion);

/**
 * What was done, in words.
 *
 * @param volume_deletion a volume deletion
 * @return UTF-8 followed by a NUL, owned by the volume deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_deletion_message(const sbx_volume_deletion *volume_deletion);

/**
 * The length of sbx_volume_deletion_message(), whose text may hold NULs.
 *
 * @param volume_deletion a volume deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_deletion_message_length(const sbx_volume_deletion *volume_deletion);

/**
 * Whether the field `message` is there.
 *
 * @param volume_deletion a volume deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_deletion_has_message(const sbx_volume_deletion *volume_deletion);

/**
 * Whether it was a volume or a snapshot.
 *
 * @param volume_deletion a volume deletion
 * @return UTF-8 followed by a NUL, owned by the volume deletion; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_volume_deletion_type(const sbx_volume_deletion *volume_deletion);

/**
 * The length of sbx_volume_deletion_type(), whose text may hold NULs.
 *
 * @param volume_deletion a volume deletion
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_volume_deletion_type_length(const sbx_volume_deletion *volume_deletion);

/**
 * Whether the field `type` is there.
 *
 * @param volume_deletion a volume deletion
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_volume_deletion_has_type(const sbx_volume_deletion *volume_deletion);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param volume_deletion a volume deletion
 * @return a JSON object, owned by the volume deletion; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_volume_deletion_json(const sbx_volume_deletion *volume_deletion);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param volume_deletion a volume deletion; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volume_deletion_to_json(const sbx_volume_deletion *volume_deletion, int indent, char **text,
                                               size_t *length, sbx_error **error);

/**
 * Keeps a volume deletion, also one that a list or another model owns, until it is freed once more.
 *
 * @param volume_deletion a volume deletion; NULL is accepted
 * @return the same volume deletion, freed with sbx_volume_deletion_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_volume_deletion *sbx_volume_deletion_ref(const sbx_volume_deletion *volume_deletion);

/**
 * Frees a volume deletion, and what was read of it, once nothing keeps it any more.
 *
 * @param volume_deletion what a call or sbx_volume_deletion_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_volume_deletion_free(sbx_volume_deletion *volume_deletion);

/**
 * Identifier of the snapshot.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_id(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_id(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_id_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `id` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_id(const sbx_snapshot *snapshot);

/**
 * What the snapshot holds of writes that were under way. It is one of `application-consistent`, `crash-consistent`; a
 * later server may send others.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_consistency(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_consistency(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_consistency_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `consistency` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_consistency(const sbx_snapshot *snapshot);

/**
 * When the snapshot was taken.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_created_at(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_created_at(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_created_at_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `created_at` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_created_at(const sbx_snapshot *snapshot);

/**
 * Name of the snapshot.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_name(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_name(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_name_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `name` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_name(const sbx_snapshot *snapshot);

/**
 * Identifier of the sandbox that was using the volume.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_sandbox_id(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_sandbox_id(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_sandbox_id_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `sandbox_id` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_sandbox_id(const sbx_snapshot *snapshot);

/**
 * Name of the sandbox that was using the volume.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_sandbox_name(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_sandbox_name(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_sandbox_name_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `sandbox_name` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_sandbox_name(const sbx_snapshot *snapshot);

/**
 * State that the snapshot is in.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_status(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_status(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_status_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `status` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_status(const sbx_snapshot *snapshot);

/**
 * Identifier of the volume that the snapshot was taken of.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_volume_id(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_volume_id(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_volume_id_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `volume_id` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_volume_id(const sbx_snapshot *snapshot);

/**
 * Name of the volume that the snapshot was taken of.
 *
 * @param snapshot a snapshot
 * @return UTF-8 followed by a NUL, owned by the snapshot; "" where the field is absent, null or of another type
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_snapshot_volume_name(const sbx_snapshot *snapshot);

/**
 * The length of sbx_snapshot_volume_name(), whose text may hold NULs.
 *
 * @param snapshot a snapshot
 * @return bytes, without the NUL at the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_snapshot_volume_name_length(const sbx_snapshot *snapshot);

/**
 * Whether the field `volume_name` is there.
 *
 * @param snapshot a snapshot
 * @return ::SBX_ABSENT, ::SBX_NULL or ::SBX_PRESENT, of whatever type the value is
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_presence sbx_snapshot_has_volume_name(const sbx_snapshot *snapshot);

/**
 * All fields as they came, those included that this version does not know.
 *
 * @param snapshot a snapshot
 * @return a JSON object, owned by the snapshot; NULL for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_json *sbx_snapshot_json(const sbx_snapshot *snapshot);

/**
 * Writes all fields as JSON text, those included that this version does not know.
 *
 * @param snapshot a snapshot; NULL is written as null
 * @param indent spaces a level; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_snapshot_to_json(const sbx_snapshot *snapshot, int indent, char **text, size_t *length,
                                        sbx_error **error);

/**
 * Keeps a snapshot, also one that a list or another model owns, until it is freed once more.
 *
 * @param snapshot a snapshot; NULL is accepted
 * @return the same snapshot, freed with sbx_snapshot_free()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_snapshot *sbx_snapshot_ref(const sbx_snapshot *snapshot);

/**
 * Frees a snapshot, and what was read of it, once nothing keeps it any more.
 *
 * @param snapshot what a call or sbx_snapshot_ref() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_snapshot_free(sbx_snapshot *snapshot);

SBX_END_DECLS

#endif
