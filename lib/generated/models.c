/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The models' descriptors and accessors.
 */
#include <sandbox_sdk/models.h>

#include "../error.h"
#include "model_descriptors.h"

static const sbx__model *view(const void *model)
{
	return model;
}

static sbx_status to_json(const sbx__model *model, int indent, char **text, size_t *length, sbx_error **error)
{
	if (!text)
		return sbx__fail_argument(error, "text", "must not be NULL");
	if (sbx_json_print(sbx__model_json(model), indent, text, length) < 0)
		return sbx__fail_memory(error);
	return SBX_OK;
}

enum {
	FIELD_SANDBOX_ID,
	FIELD_SANDBOX_CPU,
	FIELD_SANDBOX_CREATED_AT,
	FIELD_SANDBOX_DISK_SIZE,
	FIELD_SANDBOX_MEMORY,
	FIELD_SANDBOX_NAME,
	FIELD_SANDBOX_STATUS,
	FIELD_SANDBOX_STORAGE,
};

static const sbx__field sandbox_fields[] = {
        {"id", SBX__STRING, true, NULL},         {"cpu", SBX__NUMBER, true, NULL},
        {"created_at", SBX__STRING, true, NULL}, {"disk_size", SBX__NUMBER, true, NULL},
        {"memory", SBX__NUMBER, true, NULL},     {"name", SBX__STRING, true, NULL},
        {"status", SBX__STRING, true, NULL},     {"storage", SBX__NUMBER, false, NULL},
};

const sbx__model_descriptor sbx__sandbox_descriptor = {
        .name = "sandbox",
        .fields = sandbox_fields,
        .fields_count = sizeof(sandbox_fields) / sizeof(sandbox_fields[0]),
};

const char *sbx_sandbox_id(const sbx_sandbox *sandbox)
{
	return sbx__model_string(view(sandbox), FIELD_SANDBOX_ID, NULL);
}

size_t sbx_sandbox_id_length(const sbx_sandbox *sandbox)
{
	size_t length = 0;

	sbx__model_string(view(sandbox), FIELD_SANDBOX_ID, &length);
	return length;
}

sbx_presence sbx_sandbox_has_id(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_ID);
}

double sbx_sandbox_cpu(const sbx_sandbox *sandbox)
{
	return sbx__model_number(view(sandbox), FIELD_SANDBOX_CPU);
}

sbx_presence sbx_sandbox_has_cpu(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_CPU);
}

const char *sbx_sandbox_created_at(const sbx_sandbox *sandbox)
{
	return sbx__model_string(view(sandbox), FIELD_SANDBOX_CREATED_AT, NULL);
}

size_t sbx_sandbox_created_at_length(const sbx_sandbox *sandbox)
{
	size_t length = 0;

	sbx__model_string(view(sandbox), FIELD_SANDBOX_CREATED_AT, &length);
	return length;
}

sbx_presence sbx_sandbox_has_created_at(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_CREATED_AT);
}

double sbx_sandbox_disk_size(const sbx_sandbox *sandbox)
{
	return sbx__model_number(view(sandbox), FIELD_SANDBOX_DISK_SIZE);
}

sbx_presence sbx_sandbox_has_disk_size(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_DISK_SIZE);
}

double sbx_sandbox_memory(const sbx_sandbox *sandbox)
{
	return sbx__model_number(view(sandbox), FIELD_SANDBOX_MEMORY);
}

sbx_presence sbx_sandbox_has_memory(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_MEMORY);
}

const char *sbx_sandbox_name(const sbx_sandbox *sandbox)
{
	return sbx__model_string(view(sandbox), FIELD_SANDBOX_NAME, NULL);
}

size_t sbx_sandbox_name_length(const sbx_sandbox *sandbox)
{
	size_t length = 0;

	sbx__model_string(view(sandbox), FIELD_SANDBOX_NAME, &length);
	return length;
}

sbx_presence sbx_sandbox_has_name(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_NAME);
}

const char *sbx_sandbox_status(const sbx_sandbox *sandbox)
{
	return sbx__model_string(view(sandbox), FIELD_SANDBOX_STATUS, NULL);
}

size_t sbx_sandbox_status_length(const sbx_sandbox *sandbox)
{
	size_t length = 0;

	sbx__model_string(view(sandbox), FIELD_SANDBOX_STATUS, &length);
	return length;
}

sbx_presence sbx_sandbox_has_status(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_STATUS);
}

double sbx_sandbox_storage(const sbx_sandbox *sandbox)
{
	return sbx__model_number(view(sandbox), FIELD_SANDBOX_STORAGE);
}

sbx_presence sbx_sandbox_has_storage(const sbx_sandbox *sandbox)
{
	return sbx__model_presence(view(sandbox), FIELD_SANDBOX_STORAGE);
}

const sbx_json *sbx_sandbox_json(const sbx_sandbox *sandbox)
{
	return sbx__model_json(view(sandbox));
}

sbx_status sbx_sandbox_to_json(const sbx_sandbox *sandbox, int indent, char **text, size_t *length, sbx_error **error)
{
	return to_json(view(sandbox), indent, text, length, error);
}

sbx_sandbox *sbx_sandbox_ref(const sbx_sandbox *sandbox)
{
	return (sbx_sandbox *)sbx__model_ref((sbx__model *)sandbox);
}

void sbx_sandbox_free(sbx_sandbox *sandbox)
{
	sbx__model_unref((sbx__model *)sandbox);
}

enum {
	FIELD_PAGINATION_PAGE,
	FIELD_PAGINATION_PAGE_SIZE,
	FIELD_PAGINATION_TOTAL_ITEMS,
	FIELD_PAGINATION_TOTAL_PAGES,
};

static const sbx__field pagination_fields[] = {
        {"page", SBX__NUMBER, true, NULL},
        {"page_size", SBX__NUMBER, true, NULL},
        {"total_items", SBX__NUMBER, true, NULL},
        {"total_pages", SBX__NUMBER, true, NULL},
};

const sbx__model_descriptor sbx__pagination_descriptor = {
        .name = "pagination",
        .fields = pagination_fields,
        .fields_count = sizeof(pagination_fields) / sizeof(pagination_fields[0]),
};

double sbx_pagination_page(const sbx_pagination *pagination)
{
	return sbx__model_number(view(pagination), FIELD_PAGINATION_PAGE);
}

sbx_presence sbx_pagination_has_page(const sbx_pagination *pagination)
{
	return sbx__model_presence(view(pagination), FIELD_PAGINATION_PAGE);
}

double sbx_pagination_page_size(const sbx_pagination *pagination)
{
	return sbx__model_number(view(pagination), FIELD_PAGINATION_PAGE_SIZE);
}

sbx_presence sbx_pagination_has_page_size(const sbx_pagination *pagination)
{
	return sbx__model_presence(view(pagination), FIELD_PAGINATION_PAGE_SIZE);
}

double sbx_pagination_total_items(const sbx_pagination *pagination)
{
	return sbx__model_number(view(pagination), FIELD_PAGINATION_TOTAL_ITEMS);
}

sbx_presence sbx_pagination_has_total_items(const sbx_pagination *pagination)
{
	return sbx__model_presence(view(pagination), FIELD_PAGINATION_TOTAL_ITEMS);
}

double sbx_pagination_total_pages(const sbx_pagination *pagination)
{
	return sbx__model_number(view(pagination), FIELD_PAGINATION_TOTAL_PAGES);
}

sbx_presence sbx_pagination_has_total_pages(const sbx_pagination *pagination)
{
	return sbx__model_presence(view(pagination), FIELD_PAGINATION_TOTAL_PAGES);
}

const sbx_json *sbx_pagination_json(const sbx_pagination *pagination)
{
	return sbx__model_json(view(pagination));
}

sbx_status sbx_pagination_to_json(const sbx_pagination *pagination, int indent, char **text, size_t *length,
                                  sbx_error **error)
{
	return to_json(view(pagination), indent, text, length, error);
}

sbx_pagination *sbx_pagination_ref(const sbx_pagination *pagination)
{
	return (sbx_pagination *)sbx__model_ref((sbx__model *)pagination);
}

void sbx_pagination_free(sbx_pagination *pagination)
{
	sbx__model_unref((sbx__model *)pagination);
}

enum {
	FIELD_SANDBOX_LIST_DATA,
	FIELD_SANDBOX_LIST_PAGINATION,
};

static const sbx__field sandbox_list_fields[] = {
        {"data", SBX__MODEL_LIST, true, &sbx__sandbox_descriptor},
        {"pagination", SBX__MODEL, true, &sbx__pagination_descriptor},
};

const sbx__model_descriptor sbx__sandbox_list_descriptor = {
        .name = "sandbox_list",
        .fields = sandbox_list_fields,
        .fields_count = sizeof(sandbox_list_fields) / sizeof(sandbox_list_fields[0]),
};

size_t sbx_sandbox_list_data_count(const sbx_sandbox_list *sandbox_list)
{
	return sbx__model_count(view(sandbox_list), FIELD_SANDBOX_LIST_DATA);
}

const sbx_sandbox *sbx_sandbox_list_data_at(const sbx_sandbox_list *sandbox_list, size_t index)
{
	return (const sbx_sandbox *)sbx__model_at(view(sandbox_list), FIELD_SANDBOX_LIST_DATA, index);
}

sbx_presence sbx_sandbox_list_has_data(const sbx_sandbox_list *sandbox_list)
{
	return sbx__model_presence(view(sandbox_list), FIELD_SANDBOX_LIST_DATA);
}

const sbx_pagination *sbx_sandbox_list_pagination(const sbx_sandbox_list *sandbox_list)
{
	return (const sbx_pagination *)sbx__model_member(view(sandbox_list), FIELD_SANDBOX_LIST_PAGINATION);
}

sbx_presence sbx_sandbox_list_has_pagination(const sbx_sandbox_list *sandbox_list)
{
	return sbx__model_presence(view(sandbox_list), FIELD_SANDBOX_LIST_PAGINATION);
}

const sbx_json *sbx_sandbox_list_json(const sbx_sandbox_list *sandbox_list)
{
	return sbx__model_json(view(sandbox_list));
}

sbx_status sbx_sandbox_list_to_json(const sbx_sandbox_list *sandbox_list, int indent, char **text, size_t *length,
                                    sbx_error **error)
{
	return to_json(view(sandbox_list), indent, text, length, error);
}

sbx_sandbox_list *sbx_sandbox_list_ref(const sbx_sandbox_list *sandbox_list)
{
	return (sbx_sandbox_list *)sbx__model_ref((sbx__model *)sandbox_list);
}

void sbx_sandbox_list_free(sbx_sandbox_list *sandbox_list)
{
	sbx__model_unref((sbx__model *)sandbox_list);
}

enum {
	FIELD_SANDBOX_DELETION_ID,
	FIELD_SANDBOX_DELETION_MESSAGE,
	FIELD_SANDBOX_DELETION_SNAPSHOT_CREATED,
	FIELD_SANDBOX_DELETION_SNAPSHOT_NAME,
	FIELD_SANDBOX_DELETION_STORAGE_DELETED,
	FIELD_SANDBOX_DELETION_STORAGE_NAME,
};

static const sbx__field sandbox_deletion_fields[] = {
        {"id", SBX__STRING, true, NULL},
        {"message", SBX__STRING, true, NULL},
        {"snapshot_created", SBX__BOOLEAN, false, NULL},
        {"snapshot_name", SBX__STRING, false, NULL},
        {"storage_deleted", SBX__BOOLEAN, false, NULL},
        {"storage_name", SBX__STRING, false, NULL},
};

const sbx__model_descriptor sbx__sandbox_deletion_descriptor = {
        .name = "sandbox_deletion",
        .fields = sandbox_deletion_fields,
        .fields_count = sizeof(sandbox_deletion_fields) / sizeof(sandbox_deletion_fields[0]),
};

const char *sbx_sandbox_deletion_id(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_ID, NULL);
}

size_t sbx_sandbox_deletion_id_length(const sbx_sandbox_deletion *sandbox_deletion)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_ID, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_has_id(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_ID);
}

const char *sbx_sandbox_deletion_message(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_MESSAGE, NULL);
}

size_t sbx_sandbox_deletion_message_length(const sbx_sandbox_deletion *sandbox_deletion)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_MESSAGE, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_has_message(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_MESSAGE);
}

int sbx_sandbox_deletion_snapshot_created(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_boolean(view(sandbox_deletion), FIELD_SANDBOX_DELETION_SNAPSHOT_CREATED);
}

sbx_presence sbx_sandbox_deletion_has_snapshot_created(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_SNAPSHOT_CREATED);
}

const char *sbx_sandbox_deletion_snapshot_name(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_SNAPSHOT_NAME, NULL);
}

size_t sbx_sandbox_deletion_snapshot_name_length(const sbx_sandbox_deletion *sandbox_deletion)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_SNAPSHOT_NAME, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_has_snapshot_name(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_SNAPSHOT_NAME);
}

int sbx_sandbox_deletion_storage_deleted(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_boolean(view(sandbox_deletion), FIELD_SANDBOX_DELETION_STORAGE_DELETED);
}

sbx_presence sbx_sandbox_deletion_has_storage_deleted(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_STORAGE_DELETED);
}

const char *sbx_sandbox_deletion_storage_name(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_STORAGE_NAME, NULL);
}

size_t sbx_sandbox_deletion_storage_name_length(const sbx_sandbox_deletion *sandbox_deletion)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion), FIELD_SANDBOX_DELETION_STORAGE_NAME, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_has_storage_name(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_presence(view(sandbox_deletion), FIELD_SANDBOX_DELETION_STORAGE_NAME);
}

const sbx_json *sbx_sandbox_deletion_json(const sbx_sandbox_deletion *sandbox_deletion)
{
	return sbx__model_json(view(sandbox_deletion));
}

sbx_status sbx_sandbox_deletion_to_json(const sbx_sandbox_deletion *sandbox_deletion, int indent, char **text,
                                        size_t *length, sbx_error **error)
{
	return to_json(view(sandbox_deletion), indent, text, length, error);
}

sbx_sandbox_deletion *sbx_sandbox_deletion_ref(const sbx_sandbox_deletion *sandbox_deletion)
{
	return (sbx_sandbox_deletion *)sbx__model_ref((sbx__model *)sandbox_deletion);
}

void sbx_sandbox_deletion_free(sbx_sandbox_deletion *sandbox_deletion)
{
	sbx__model_unref((sbx__model *)sandbox_deletion);
}

enum {
	FIELD_SANDBOX_DELETION_ERROR_ID,
	FIELD_SANDBOX_DELETION_ERROR_ERROR,
};

static const sbx__field sandbox_deletion_error_fields[] = {
        {"id", SBX__STRING, true, NULL},
        {"error", SBX__STRING, true, NULL},
};

const sbx__model_descriptor sbx__sandbox_deletion_error_descriptor = {
        .name = "sandbox_deletion_error",
        .fields = sandbox_deletion_error_fields,
        .fields_count = sizeof(sandbox_deletion_error_fields) / sizeof(sandbox_deletion_error_fields[0]),
};

const char *sbx_sandbox_deletion_error_id(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return sbx__model_string(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ID, NULL);
}

size_t sbx_sandbox_deletion_error_id_length(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ID, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_error_has_id(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return sbx__model_presence(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ID);
}

const char *sbx_sandbox_deletion_error_error(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return sbx__model_string(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ERROR, NULL);
}

size_t sbx_sandbox_deletion_error_error_length(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ERROR, &length);
	return length;
}

sbx_presence sbx_sandbox_deletion_error_has_error(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return sbx__model_presence(view(sandbox_deletion_error), FIELD_SANDBOX_DELETION_ERROR_ERROR);
}

const sbx_json *sbx_sandbox_deletion_error_json(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return sbx__model_json(view(sandbox_deletion_error));
}

sbx_status sbx_sandbox_deletion_error_to_json(const sbx_sandbox_deletion_error *sandbox_deletion_error, int indent,
                                              char **text, size_t *length, sbx_error **error)
{
	return to_json(view(sandbox_deletion_error), indent, text, length, error);
}

sbx_sandbox_deletion_error *sbx_sandbox_deletion_error_ref(const sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	return (sbx_sandbox_deletion_error *)sbx__model_ref((sbx__model *)sandbox_deletion_error);
}

void sbx_sandbox_deletion_error_free(sbx_sandbox_deletion_error *sandbox_deletion_error)
{
	sbx__model_unref((sbx__model *)sandbox_deletion_error);
}

enum {
	FIELD_SANDBOX_DELETIONS_DELETED_COUNT,
	FIELD_SANDBOX_DELETIONS_DELETED_IDS,
	FIELD_SANDBOX_DELETIONS_MESSAGE,
	FIELD_SANDBOX_DELETIONS_ERRORS,
	FIELD_SANDBOX_DELETIONS_STORAGE_DELETED_COUNT,
};

static const sbx__field sandbox_deletions_fields[] = {
        {"deleted_count", SBX__NUMBER, true, NULL},
        {"deleted_ids", SBX__STRING_LIST, true, NULL},
        {"message", SBX__STRING, true, NULL},
        {"errors", SBX__MODEL_LIST, false, &sbx__sandbox_deletion_error_descriptor},
        {"storage_deleted_count", SBX__NUMBER, false, NULL},
};

const sbx__model_descriptor sbx__sandbox_deletions_descriptor = {
        .name = "sandbox_deletions",
        .fields = sandbox_deletions_fields,
        .fields_count = sizeof(sandbox_deletions_fields) / sizeof(sandbox_deletions_fields[0]),
};

double sbx_sandbox_deletions_deleted_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_number(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_COUNT);
}

sbx_presence sbx_sandbox_deletions_has_deleted_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_presence(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_COUNT);
}

size_t sbx_sandbox_deletions_deleted_ids_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_count(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_IDS);
}

const char *sbx_sandbox_deletions_deleted_ids_at(const sbx_sandbox_deletions *sandbox_deletions, size_t index)
{
	return sbx__model_string_at(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_IDS, index, NULL);
}

size_t sbx_sandbox_deletions_deleted_ids_at_length(const sbx_sandbox_deletions *sandbox_deletions, size_t index)
{
	size_t length = 0;

	sbx__model_string_at(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_IDS, index, &length);
	return length;
}

sbx_presence sbx_sandbox_deletions_has_deleted_ids(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_presence(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_DELETED_IDS);
}

const char *sbx_sandbox_deletions_message(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_string(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_MESSAGE, NULL);
}

size_t sbx_sandbox_deletions_message_length(const sbx_sandbox_deletions *sandbox_deletions)
{
	size_t length = 0;

	sbx__model_string(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_MESSAGE, &length);
	return length;
}

sbx_presence sbx_sandbox_deletions_has_message(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_presence(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_MESSAGE);
}

size_t sbx_sandbox_deletions_errors_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_count(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_ERRORS);
}

const sbx_sandbox_deletion_error *sbx_sandbox_deletions_errors_at(const sbx_sandbox_deletions *sandbox_deletions,
                                                                  size_t index)
{
	return (const sbx_sandbox_deletion_error *)sbx__model_at(view(sandbox_deletions),
	                                                         FIELD_SANDBOX_DELETIONS_ERRORS, index);
}

sbx_presence sbx_sandbox_deletions_has_errors(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_presence(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_ERRORS);
}

double sbx_sandbox_deletions_storage_deleted_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_number(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_STORAGE_DELETED_COUNT);
}

sbx_presence sbx_sandbox_deletions_has_storage_deleted_count(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_presence(view(sandbox_deletions), FIELD_SANDBOX_DELETIONS_STORAGE_DELETED_COUNT);
}

const sbx_json *sbx_sandbox_deletions_json(const sbx_sandbox_deletions *sandbox_deletions)
{
	return sbx__model_json(view(sandbox_deletions));
}

sbx_status sbx_sandbox_deletions_to_json(const sbx_sandbox_deletions *sandbox_deletions, int indent, char **text,
                                         size_t *length, sbx_error **error)
{
	return to_json(view(sandbox_deletions), indent, text, length, error);
}

sbx_sandbox_deletions *sbx_sandbox_deletions_ref(const sbx_sandbox_deletions *sandbox_deletions)
{
	return (sbx_sandbox_deletions *)sbx__model_ref((sbx__model *)sandbox_deletions);
}

void sbx_sandbox_deletions_free(sbx_sandbox_deletions *sandbox_deletions)
{
	sbx__model_unref((sbx__model *)sandbox_deletions);
}

enum {
	FIELD_EXECUTION_ID,
	FIELD_EXECUTION_COMPLETED_AT,
	FIELD_EXECUTION_CREATED_AT,
	FIELD_EXECUTION_EXECUTION_TIME_MS,
	FIELD_EXECUTION_EXIT_CODE,
	FIELD_EXECUTION_STATUS,
	FIELD_EXECUTION_STDERR,
	FIELD_EXECUTION_STDOUT,
};

static const sbx__field execution_fields[] = {
        {"id", SBX__STRING, true, NULL},         {"completed_at", SBX__STRING, true, NULL},
        {"created_at", SBX__STRING, true, NULL}, {"execution_time_ms", SBX__INTEGER, true, NULL},
        {"exit_code", SBX__INTEGER, true, NULL}, {"status", SBX__STRING, true, NULL},
        {"stderr", SBX__STRING, true, NULL},     {"stdout", SBX__STRING, true, NULL},
};

const sbx__model_descriptor sbx__execution_descriptor = {
        .name = "execution",
        .fields = execution_fields,
        .fields_count = sizeof(execution_fields) / sizeof(execution_fields[0]),
};

const char *sbx_execution_id(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_ID, NULL);
}

size_t sbx_execution_id_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_ID, &length);
	return length;
}

sbx_presence sbx_execution_has_id(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_ID);
}

const char *sbx_execution_completed_at(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_COMPLETED_AT, NULL);
}

size_t sbx_execution_completed_at_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_COMPLETED_AT, &length);
	return length;
}

sbx_presence sbx_execution_has_completed_at(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_COMPLETED_AT);
}

const char *sbx_execution_created_at(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_CREATED_AT, NULL);
}

size_t sbx_execution_created_at_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_CREATED_AT, &length);
	return length;
}

sbx_presence sbx_execution_has_created_at(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_CREATED_AT);
}

int64_t sbx_execution_execution_time_ms(const sbx_execution *execution)
{
	return sbx__model_integer(view(execution), FIELD_EXECUTION_EXECUTION_TIME_MS);
}

sbx_presence sbx_execution_has_execution_time_ms(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_EXECUTION_TIME_MS);
}

int64_t sbx_execution_exit_code(const sbx_execution *execution)
{
	return sbx__model_integer(view(execution), FIELD_EXECUTION_EXIT_CODE);
}

sbx_presence sbx_execution_has_exit_code(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_EXIT_CODE);
}

const char *sbx_execution_status(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_STATUS, NULL);
}

size_t sbx_execution_status_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_STATUS, &length);
	return length;
}

sbx_presence sbx_execution_has_status(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_STATUS);
}

const char *sbx_execution_stderr(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_STDERR, NULL);
}

size_t sbx_execution_stderr_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_STDERR, &length);
	return length;
}

sbx_presence sbx_execution_has_stderr(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_STDERR);
}

const char *sbx_execution_stdout(const sbx_execution *execution)
{
	return sbx__model_string(view(execution), FIELD_EXECUTION_STDOUT, NULL);
}

size_t sbx_execution_stdout_length(const sbx_execution *execution)
{
	size_t length = 0;

	sbx__model_string(view(execution), FIELD_EXECUTION_STDOUT, &length);
	return length;
}

sbx_presence sbx_execution_has_stdout(const sbx_execution *execution)
{
	return sbx__model_presence(view(execution), FIELD_EXECUTION_STDOUT);
}

const sbx_json *sbx_execution_json(const sbx_execution *execution)
{
	return sbx__model_json(view(execution));
}

sbx_status sbx_execution_to_json(const sbx_execution *execution, int indent, char **text, size_t *length,
                                 sbx_error **error)
{
	return to_json(view(execution), indent, text, length, error);
}

sbx_execution *sbx_execution_ref(const sbx_execution *execution)
{
	return (sbx_execution *)sbx__model_ref((sbx__model *)execution);
}

void sbx_execution_free(sbx_execution *execution)
{
	sbx__model_unref((sbx__model *)execution);
}

enum {
	FIELD_UPLOADED_FILE_MESSAGE,
	FIELD_UPLOADED_FILE_PATH,
	FIELD_UPLOADED_FILE_SIZE,
};

static const sbx__field uploaded_file_fields[] = {
        {"message", SBX__STRING, true, NULL},
        {"path", SBX__STRING, true, NULL},
        {"size", SBX__INTEGER, true, NULL},
};

const sbx__model_descriptor sbx__uploaded_file_descriptor = {
        .name = "uploaded_file",
        .fields = uploaded_file_fields,
        .fields_count = sizeof(uploaded_file_fields) / sizeof(uploaded_file_fields[0]),
};

const char *sbx_uploaded_file_message(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_string(view(uploaded_file), FIELD_UPLOADED_FILE_MESSAGE, NULL);
}

size_t sbx_uploaded_file_message_length(const sbx_uploaded_file *uploaded_file)
{
	size_t length = 0;

	sbx__model_string(view(uploaded_file), FIELD_UPLOADED_FILE_MESSAGE, &length);
	return length;
}

sbx_presence sbx_uploaded_file_has_message(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_presence(view(uploaded_file), FIELD_UPLOADED_FILE_MESSAGE);
}

const char *sbx_uploaded_file_path(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_string(view(uploaded_file), FIELD_UPLOADED_FILE_PATH, NULL);
}

size_t sbx_uploaded_file_path_length(const sbx_uploaded_file *uploaded_file)
{
	size_t length = 0;

	sbx__model_string(view(uploaded_file), FIELD_UPLOADED_FILE_PATH, &length);
	return length;
}

sbx_presence sbx_uploaded_file_has_path(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_presence(view(uploaded_file), FIELD_UPLOADED_FILE_PATH);
}

int64_t sbx_uploaded_file_size(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_integer(view(uploaded_file), FIELD_UPLOADED_FILE_SIZE);
}

sbx_presence sbx_uploaded_file_has_size(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_presence(view(uploaded_file), FIELD_UPLOADED_FILE_SIZE);
}

const sbx_json *sbx_uploaded_file_json(const sbx_uploaded_file *uploaded_file)
{
	return sbx__model_json(view(uploaded_file));
}

sbx_status sbx_uploaded_file_to_json(const sbx_uploaded_file *uploaded_file, int indent, char **text, size_t *length,
                                     sbx_error **error)
{
	return to_json(view(uploaded_file), indent, text, length, error);
}

sbx_uploaded_file *sbx_uploaded_file_ref(const sbx_uploaded_file *uploaded_file)
{
	return (sbx_uploaded_file *)sbx__model_ref((sbx__model *)uploaded_file);
}

void sbx_uploaded_file_free(sbx_uploaded_file *uploaded_file)
{
	sbx__model_unref((sbx__model *)uploaded_file);
}

enum {
	FIELD_VOLUME_MOUNT_SANDBOX_ID,
	FIELD_VOLUME_MOUNT_SANDBOX_NAME,
};

static const sbx__field volume_mount_fields[] = {
        {"sandbox_id", SBX__STRING, true, NULL},
        {"sandbox_name", SBX__STRING, true, NULL},
};

const sbx__model_descriptor sbx__volume_mount_descriptor = {
        .name = "volume_mount",
        .fields = volume_mount_fields,
        .fields_count = sizeof(volume_mount_fields) / sizeof(volume_mount_fields[0]),
};

const char *sbx_volume_mount_sandbox_id(const sbx_volume_mount *volume_mount)
{
	return sbx__model_string(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_ID, NULL);
}

size_t sbx_volume_mount_sandbox_id_length(const sbx_volume_mount *volume_mount)
{
	size_t length = 0;

	sbx__model_string(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_ID, &length);
	return length;
}

sbx_presence sbx_volume_mount_has_sandbox_id(const sbx_volume_mount *volume_mount)
{
	return sbx__model_presence(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_ID);
}

const char *sbx_volume_mount_sandbox_name(const sbx_volume_mount *volume_mount)
{
	return sbx__model_string(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_NAME, NULL);
}

size_t sbx_volume_mount_sandbox_name_length(const sbx_volume_mount *volume_mount)
{
	size_t length = 0;

	sbx__model_string(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_NAME, &length);
	return length;
}

sbx_presence sbx_volume_mount_has_sandbox_name(const sbx_volume_mount *volume_mount)
{
	return sbx__model_presence(view(volume_mount), FIELD_VOLUME_MOUNT_SANDBOX_NAME);
}

const sbx_json *sbx_volume_mount_json(const sbx_volume_mount *volume_mount)
{
	return sbx__model_json(view(volume_mount));
}

sbx_status sbx_volume_mount_to_json(const sbx_volume_mount *volume_mount, int indent, char **text, size_t *length,
                                    sbx_error **error)
{
	return to_json(view(volume_mount), indent, text, length, error);
}

sbx_volume_mount *sbx_volume_mount_ref(const sbx_volume_mount *volume_mount)
{
	return (sbx_volume_mount *)sbx__model_ref((sbx__model *)volume_mount);
}

void sbx_volume_mount_free(sbx_volume_mount *volume_mount)
{
	sbx__model_unref((sbx__model *)volume_mount);
}

enum {
	FIELD_VOLUME_ID,
	FIELD_VOLUME_CREATED_AT,
	FIELD_VOLUME_NAME,
	FIELD_VOLUME_SIZE,
	FIELD_VOLUME_STATUS,
	FIELD_VOLUME_IN_USE,
	FIELD_VOLUME_TYPE,
	FIELD_VOLUME_MOUNTED_BY,
	FIELD_VOLUME_SOURCE_VOLUME_ID,
	FIELD_VOLUME_SOURCE_VOLUME_NAME,
};

static const sbx__field volume_fields[] = {
        {"id", SBX__STRING, true, NULL},
        {"created_at", SBX__STRING, true, NULL},
        {"name", SBX__STRING, true, NULL},
        {"size", SBX__STRING, true, NULL},
        {"status", SBX__STRING, true, NULL},
        {"in_use", SBX__BOOLEAN, false, NULL},
        {"type", SBX__STRING, false, NULL},
        {"mounted_by", SBX__MODEL, false, &sbx__volume_mount_descriptor},
        {"source_volume_id", SBX__STRING, false, NULL},
        {"source_volume_name", SBX__STRING, false, NULL},
};

const sbx__model_descriptor sbx__volume_descriptor = {
        .name = "volume",
        .fields = volume_fields,
        .fields_count = sizeof(volume_fields) / sizeof(volume_fields[0]),
};

const char *sbx_volume_id(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_ID, NULL);
}

size_t sbx_volume_id_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_ID, &length);
	return length;
}

sbx_presence sbx_volume_has_id(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_ID);
}

const char *sbx_volume_created_at(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_CREATED_AT, NULL);
}

size_t sbx_volume_created_at_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_CREATED_AT, &length);
	return length;
}

sbx_presence sbx_volume_has_created_at(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_CREATED_AT);
}

const char *sbx_volume_name(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_NAME, NULL);
}

size_t sbx_volume_name_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_NAME, &length);
	return length;
}

sbx_presence sbx_volume_has_name(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_NAME);
}

const char *sbx_volume_size(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_SIZE, NULL);
}

size_t sbx_volume_size_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_SIZE, &length);
	return length;
}

sbx_presence sbx_volume_has_size(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_SIZE);
}

const char *sbx_volume_status(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_STATUS, NULL);
}

size_t sbx_volume_status_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_STATUS, &length);
	return length;
}

sbx_presence sbx_volume_has_status(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_STATUS);
}

int sbx_volume_in_use(const sbx_volume *volume)
{
	return sbx__model_boolean(view(volume), FIELD_VOLUME_IN_USE);
}

sbx_presence sbx_volume_has_in_use(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_IN_USE);
}

const char *sbx_volume_type(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_TYPE, NULL);
}

size_t sbx_volume_type_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_TYPE, &length);
	return length;
}

sbx_presence sbx_volume_has_type(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_TYPE);
}

const sbx_volume_mount *sbx_volume_mounted_by(const sbx_volume *volume)
{
	return (const sbx_volume_mount *)sbx__model_member(view(volume), FIELD_VOLUME_MOUNTED_BY);
}

sbx_presence sbx_volume_has_mounted_by(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_MOUNTED_BY);
}

const char *sbx_volume_source_volume_id(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_SOURCE_VOLUME_ID, NULL);
}

size_t sbx_volume_source_volume_id_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_SOURCE_VOLUME_ID, &length);
	return length;
}

sbx_presence sbx_volume_has_source_volume_id(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_SOURCE_VOLUME_ID);
}

const char *sbx_volume_source_volume_name(const sbx_volume *volume)
{
	return sbx__model_string(view(volume), FIELD_VOLUME_SOURCE_VOLUME_NAME, NULL);
}

size_t sbx_volume_source_volume_name_length(const sbx_volume *volume)
{
	size_t length = 0;

	sbx__model_string(view(volume), FIELD_VOLUME_SOURCE_VOLUME_NAME, &length);
	return length;
}

sbx_presence sbx_volume_has_source_volume_name(const sbx_volume *volume)
{
	return sbx__model_presence(view(volume), FIELD_VOLUME_SOURCE_VOLUME_NAME);
}

const sbx_json *sbx_volume_json(const sbx_volume *volume)
{
	return sbx__model_json(view(volume));
}

sbx_status sbx_volume_to_json(const sbx_volume *volume, int indent, char **text, size_t *length, sbx_error **error)
{
	return to_json(view(volume), indent, text, length, error);
}

sbx_volume *sbx_volume_ref(const sbx_volume *volume)
{
	return (sbx_volume *)sbx__model_ref((sbx__model *)volume);
}

void sbx_volume_free(sbx_volume *volume)
{
	sbx__model_unref((sbx__model *)volume);
}

enum {
	FIELD_VOLUME_LIST_DATA,
	FIELD_VOLUME_LIST_PAGINATION,
};

static const sbx__field volume_list_fields[] = {
        {"data", SBX__MODEL_LIST, true, &sbx__volume_descriptor},
        {"pagination", SBX__MODEL, true, &sbx__pagination_descriptor},
};

const sbx__model_descriptor sbx__volume_list_descriptor = {
        .name = "volume_list",
        .fields = volume_list_fields,
        .fields_count = sizeof(volume_list_fields) / sizeof(volume_list_fields[0]),
};

size_t sbx_volume_list_data_count(const sbx_volume_list *volume_list)
{
	return sbx__model_count(view(volume_list), FIELD_VOLUME_LIST_DATA);
}

const sbx_volume *sbx_volume_list_data_at(const sbx_volume_list *volume_list, size_t index)
{
	return (const sbx_volume *)sbx__model_at(view(volume_list), FIELD_VOLUME_LIST_DATA, index);
}

sbx_presence sbx_volume_list_has_data(const sbx_volume_list *volume_list)
{
	return sbx__model_presence(view(volume_list), FIELD_VOLUME_LIST_DATA);
}

const sbx_pagination *sbx_volume_list_pagination(const sbx_volume_list *volume_list)
{
	return (const sbx_pagination *)sbx__model_member(view(volume_list), FIELD_VOLUME_LIST_PAGINATION);
}

sbx_presence sbx_volume_list_has_pagination(const sbx_volume_list *volume_list)
{
	return sbx__model_presence(view(volume_list), FIELD_VOLUME_LIST_PAGINATION);
}

const sbx_json *sbx_volume_list_json(const sbx_volume_list *volume_list)
{
	return sbx__model_json(view(volume_list));
}

sbx_status sbx_volume_list_to_json(const sbx_volume_list *volume_list, int indent, char **text, size_t *length,
                                   sbx_error **error)
{
	return to_json(view(volume_list), indent, text, length, error);
}

sbx_volume_list *sbx_volume_list_ref(const sbx_volume_list *volume_list)
{
	return (sbx_volume_list *)sbx__model_ref((sbx__model *)volume_list);
}

void sbx_volume_list_free(sbx_volume_list *volume_list)
{
	sbx__model_unref((sbx__model *)volume_list);
}

enum {
	FIELD_VOLUME_DELETION_ID,
	FIELD_VOLUME_DELETION_MESSAGE,
	FIELD_VOLUME_DELETION_TYPE,
};

static const sbx__field volume_deletion_fields[] = {
        {"id", SBX__STRING, true, NULL},
        {"message", SBX__STRING, true, NULL},
        {"type", SBX__STRING, false, NULL},
};

const sbx__model_descriptor sbx__volume_deletion_descriptor = {
        .name = "volume_deletion",
        .fields = volume_deletion_fields,
        .fields_count = sizeof(volume_deletion_fields) / sizeof(volume_deletion_fields[0]),
};

const char *sbx_volume_deletion_id(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_ID, NULL);
}

size_t sbx_volume_deletion_id_length(const sbx_volume_deletion *volume_deletion)
{
	size_t length = 0;

	sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_ID, &length);
	return length;
}

sbx_presence sbx_volume_deletion_has_id(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_presence(view(volume_deletion), FIELD_VOLUME_DELETION_ID);
}

const char *sbx_volume_deletion_message(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_MESSAGE, NULL);
}

size_t sbx_volume_deletion_message_length(const sbx_volume_deletion *volume_deletion)
{
	size_t length = 0;

	sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_MESSAGE, &length);
	return length;
}

sbx_presence sbx_volume_deletion_has_message(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_presence(view(volume_deletion), FIELD_VOLUME_DELETION_MESSAGE);
}

const char *sbx_volume_deletion_type(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_TYPE, NULL);
}

size_t sbx_volume_deletion_type_length(const sbx_volume_deletion *volume_deletion)
{
	size_t length = 0;

	sbx__model_string(view(volume_deletion), FIELD_VOLUME_DELETION_TYPE, &length);
	return length;
}

sbx_presence sbx_volume_deletion_has_type(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_presence(view(volume_deletion), FIELD_VOLUME_DELETION_TYPE);
}

const sbx_json *sbx_volume_deletion_json(const sbx_volume_deletion *volume_deletion)
{
	return sbx__model_json(view(volume_deletion));
}

sbx_status sbx_volume_deletion_to_json(const sbx_volume_deletion *volume_deletion, int indent, char **text,
                                       size_t *length, sbx_error **error)
{
	return to_json(view(volume_deletion), indent, text, length, error);
}

sbx_volume_deletion *sbx_volume_deletion_ref(const sbx_volume_deletion *volume_deletion)
{
	return (sbx_volume_deletion *)sbx__model_ref((sbx__model *)volume_deletion);
}

void sbx_volume_deletion_free(sbx_volume_deletion *volume_deletion)
{
	sbx__model_unref((sbx__model *)volume_deletion);
}

enum {
	FIELD_SNAPSHOT_ID,
	FIELD_SNAPSHOT_CONSISTENCY,
	FIELD_SNAPSHOT_CREATED_AT,
	FIELD_SNAPSHOT_NAME,
	FIELD_SNAPSHOT_SANDBOX_ID,
	FIELD_SNAPSHOT_SANDBOX_NAME,
	FIELD_SNAPSHOT_STATUS,
	FIELD_SNAPSHOT_VOLUME_ID,
	FIELD_SNAPSHOT_VOLUME_NAME,
};

static const sbx__field snapshot_fields[] = {
        {"id", SBX__STRING, true, NULL},          {"consistency", SBX__STRING, true, NULL},
        {"created_at", SBX__STRING, true, NULL},  {"name", SBX__STRING, true, NULL},
        {"sandbox_id", SBX__STRING, true, NULL},  {"sandbox_name", SBX__STRING, true, NULL},
        {"status", SBX__STRING, true, NULL},      {"volume_id", SBX__STRING, true, NULL},
        {"volume_name", SBX__STRING, true, NULL},
};

const sbx__model_descriptor sbx__snapshot_descriptor = {
        .name = "snapshot",
        .fields = snapshot_fields,
        .fields_count = sizeof(snapshot_fields) / sizeof(snapshot_fields[0]),
};

const char *sbx_snapshot_id(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_ID, NULL);
}

size_t sbx_snapshot_id_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_ID, &length);
	return length;
}

sbx_presence sbx_snapshot_has_id(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_ID);
}

const char *sbx_snapshot_consistency(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_CONSISTENCY, NULL);
}

size_t sbx_snapshot_consistency_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_CONSISTENCY, &length);
	return length;
}

sbx_presence sbx_snapshot_has_consistency(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_CONSISTENCY);
}

const char *sbx_snapshot_created_at(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_CREATED_AT, NULL);
}

size_t sbx_snapshot_created_at_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_CREATED_AT, &length);
	return length;
}

sbx_presence sbx_snapshot_has_created_at(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_CREATED_AT);
}

const char *sbx_snapshot_name(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_NAME, NULL);
}

size_t sbx_snapshot_name_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_NAME, &length);
	return length;
}

sbx_presence sbx_snapshot_has_name(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_NAME);
}

const char *sbx_snapshot_sandbox_id(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_SANDBOX_ID, NULL);
}

size_t sbx_snapshot_sandbox_id_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_SANDBOX_ID, &length);
	return length;
}

sbx_presence sbx_snapshot_has_sandbox_id(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_SANDBOX_ID);
}

const char *sbx_snapshot_sandbox_name(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_SANDBOX_NAME, NULL);
}

size_t sbx_snapshot_sandbox_name_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_SANDBOX_NAME, &length);
	return length;
}

sbx_presence sbx_snapshot_has_sandbox_name(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_SANDBOX_NAME);
}

const char *sbx_snapshot_status(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_STATUS, NULL);
}

size_t sbx_snapshot_status_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_STATUS, &length);
	return length;
}

sbx_presence sbx_snapshot_has_status(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_STATUS);
}

const char *sbx_snapshot_volume_id(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_VOLUME_ID, NULL);
}

size_t sbx_snapshot_volume_id_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_VOLUME_ID, &length);
	return length;
}

sbx_presence sbx_snapshot_has_volume_id(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_VOLUME_ID);
}

const char *sbx_snapshot_volume_name(const sbx_snapshot *snapshot)
{
	return sbx__model_string(view(snapshot), FIELD_SNAPSHOT_VOLUME_NAME, NULL);
}

size_t sbx_snapshot_volume_name_length(const sbx_snapshot *snapshot)
{
	size_t length = 0;

	sbx__model_string(view(snapshot), FIELD_SNAPSHOT_VOLUME_NAME, &length);
	return length;
}

sbx_presence sbx_snapshot_has_volume_name(const sbx_snapshot *snapshot)
{
	return sbx__model_presence(view(snapshot), FIELD_SNAPSHOT_VOLUME_NAME);
}

const sbx_json *sbx_snapshot_json(const sbx_snapshot *snapshot)
{
	return sbx__model_json(view(snapshot));
}

sbx_status sbx_snapshot_to_json(const sbx_snapshot *snapshot, int indent, char **text, size_t *length,
                                sbx_error **error)
{
	return to_json(view(snapshot), indent, text, length, error);
}

sbx_snapshot *sbx_snapshot_ref(const sbx_snapshot *snapshot)
{
	return (sbx_snapshot *)sbx__model_ref((sbx__model *)snapshot);
}

void sbx_snapshot_free(sbx_snapshot *snapshot)
{
	sbx__model_unref((sbx__model *)snapshot);
}
