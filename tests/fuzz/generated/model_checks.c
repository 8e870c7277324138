/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * For every model: each typed accessor against the JSON that the model shows.
 */
#include "model_checks.h"

#include <sandbox_sdk/models.h>

#include "../model_expectations.h"
#include "generated/model_descriptors.h"

static void check_sandbox(const void *given);
static void check_pagination(const void *given);
static void check_sandbox_list(const void *given);
static void check_sandbox_deletion(const void *given);
static void check_sandbox_deletion_error(const void *given);
static void check_sandbox_deletions(const void *given);
static void check_execution(const void *given);
static void check_uploaded_file(const void *given);
static void check_volume_mount(const void *given);
static void check_volume(const void *given);
static void check_volume_list(const void *given);
static void check_volume_deletion(const void *given);
static void check_snapshot(const void *given);

static void check_sandbox(const void *given)
{
	const sbx_sandbox *model = given;
	const sbx_json *json = sbx_sandbox_json(model);
	sbx_sandbox *kept = sbx_sandbox_ref(model);

	expect_same_text(json, sbx_sandbox_to_json, model);
	expect_presence(json, "id", sbx_sandbox_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_sandbox_id(model), sbx_sandbox_id_length(model));
	expect_presence(json, "cpu", sbx_sandbox_has_cpu(model));
	expect_number(json, "cpu", sbx_sandbox_cpu(model));
	expect_presence(json, "created_at", sbx_sandbox_has_created_at(model));
	expect_string(sbx_json_get(json, "created_at"), sbx_sandbox_created_at(model),
	              sbx_sandbox_created_at_length(model));
	expect_presence(json, "disk_size", sbx_sandbox_has_disk_size(model));
	expect_number(json, "disk_size", sbx_sandbox_disk_size(model));
	expect_presence(json, "memory", sbx_sandbox_has_memory(model));
	expect_number(json, "memory", sbx_sandbox_memory(model));
	expect_presence(json, "name", sbx_sandbox_has_name(model));
	expect_string(sbx_json_get(json, "name"), sbx_sandbox_name(model), sbx_sandbox_name_length(model));
	expect_presence(json, "status", sbx_sandbox_has_status(model));
	expect_string(sbx_json_get(json, "status"), sbx_sandbox_status(model), sbx_sandbox_status_length(model));
	expect_presence(json, "storage", sbx_sandbox_has_storage(model));
	expect_number(json, "storage", sbx_sandbox_storage(model));
	sbx_sandbox_free(kept);
}

static void check_pagination(const void *given)
{
	const sbx_pagination *model = given;
	const sbx_json *json = sbx_pagination_json(model);
	sbx_pagination *kept = sbx_pagination_ref(model);

	expect_same_text(json, sbx_pagination_to_json, model);
	expect_presence(json, "page", sbx_pagination_has_page(model));
	expect_number(json, "page", sbx_pagination_page(model));
	expect_presence(json, "page_size", sbx_pagination_has_page_size(model));
	expect_number(json, "page_size", sbx_pagination_page_size(model));
	expect_presence(json, "total_items", sbx_pagination_has_total_items(model));
	expect_number(json, "total_items", sbx_pagination_total_items(model));
	expect_presence(json, "total_pages", sbx_pagination_has_total_pages(model));
	expect_number(json, "total_pages", sbx_pagination_total_pages(model));
	sbx_pagination_free(kept);
}

static void check_sandbox_list(const void *given)
{
	const sbx_sandbox_list *model = given;
	const sbx_json *json = sbx_sandbox_list_json(model);
	sbx_sandbox_list *kept = sbx_sandbox_list_ref(model);

	expect_same_text(json, sbx_sandbox_list_to_json, model);
	expect_presence(json, "data", sbx_sandbox_list_has_data(model));
	expect_count(json, "data", sbx_sandbox_list_data_count(model));
	for (size_t index = 0; index < sbx_sandbox_list_data_count(model); index++) {
		expect_same(sbx_json_at(sbx_json_get(json, "data"), index),
		            sbx_sandbox_json(sbx_sandbox_list_data_at(model, index)));
		check_sandbox(sbx_sandbox_list_data_at(model, index));
	}
	expect_nothing(sbx_sandbox_list_data_at(model, sbx_sandbox_list_data_count(model)));
	expect_presence(json, "pagination", sbx_sandbox_list_has_pagination(model));
	if (sbx_sandbox_list_pagination(model))
		expect_same(sbx_json_get(json, "pagination"), sbx_pagination_json(sbx_sandbox_list_pagination(model)));
	if (sbx_sandbox_list_pagination(model))
		check_pagination(sbx_sandbox_list_pagination(model));
	sbx_sandbox_list_free(kept);
}

static void check_sandbox_deletion(const void *given)
{
	const sbx_sandbox_deletion *model = given;
	const sbx_json *json = sbx_sandbox_deletion_json(model);
	sbx_sandbox_deletion *kept = sbx_sandbox_deletion_ref(model);

	expect_same_text(json, sbx_sandbox_deletion_to_json, model);
	expect_presence(json, "id", sbx_sandbox_deletion_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_sandbox_deletion_id(model), sbx_sandbox_deletion_id_length(model));
	expect_presence(json, "message", sbx_sandbox_deletion_has_message(model));
	expect_string(sbx_json_get(json, "message"), sbx_sandbox_deletion_message(model),
	              sbx_sandbox_deletion_message_length(model));
	expect_presence(json, "snapshot_created", sbx_sandbox_deletion_has_snapshot_created(model));
	expect_boolean(json, "snapshot_created", sbx_sandbox_deletion_snapshot_created(model));
	expect_presence(json, "snapshot_name", sbx_sandbox_deletion_has_snapshot_name(model));
	expect_string(sbx_json_get(json, "snapshot_name"), sbx_sandbox_deletion_snapshot_name(model),
	              sbx_sandbox_deletion_snapshot_name_length(model));
	expect_presence(json, "storage_deleted", sbx_sandbox_deletion_has_storage_deleted(model));
	expect_boolean(json, "storage_deleted", sbx_sandbox_deletion_storage_deleted(model));
	expect_presence(json, "storage_name", sbx_sandbox_deletion_has_storage_name(model));
	expect_string(sbx_json_get(json, "storage_name"), sbx_sandbox_deletion_storage_name(model),
	              sbx_sandbox_deletion_storage_name_length(model));
	sbx_sandbox_deletion_free(kept);
}

static void check_sandbox_deletion_error(const void *given)
{
	const sbx_sandbox_deletion_error *model = given;
	const sbx_json *json = sbx_sandbox_deletion_error_json(model);
	sbx_sandbox_deletion_error *kept = sbx_sandbox_deletion_error_ref(model);

	expect_same_text(json, sbx_sandbox_deletion_error_to_json, model);
	expect_presence(json, "id", sbx_sandbox_deletion_error_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_sandbox_deletion_error_id(model),
	              sbx_sandbox_deletion_error_id_length(model));
	expect_presence(json, "error", sbx_sandbox_deletion_error_has_error(model));
	expect_string(sbx_json_get(json, "error"), sbx_sandbox_deletion_error_error(model),
	              sbx_sandbox_deletion_error_error_length(model));
	sbx_sandbox_deletion_error_free(kept);
}

static void check_sandbox_deletions(const void *given)
{
	const sbx_sandbox_deletions *model = given;
	const sbx_json *json = sbx_sandbox_deletions_json(model);
	sbx_sandbox_deletions *kept = sbx_sandbox_deletions_ref(model);

	expect_same_text(json, sbx_sandbox_deletions_to_json, model);
	expect_presence(json, "deleted_count", sbx_sandbox_deletions_has_deleted_count(model));
	expect_number(json, "deleted_count", sbx_sandbox_deletions_deleted_count(model));
	expect_presence(json, "deleted_ids", sbx_sandbox_deletions_has_deleted_ids(model));
	expect_count(json, "deleted_ids", sbx_sandbox_deletions_deleted_ids_count(model));
	for (size_t index = 0; index < sbx_sandbox_deletions_deleted_ids_count(model); index++)
		expect_string(sbx_json_at(sbx_json_get(json, "deleted_ids"), index),
		              sbx_sandbox_deletions_deleted_ids_at(model, index),
		              sbx_sandbox_deletions_deleted_ids_at_length(model, index));
	expect_nothing(sbx_sandbox_deletions_deleted_ids_at(model, sbx_sandbox_deletions_deleted_ids_count(model)));
	expect_presence(json, "message", sbx_sandbox_deletions_has_message(model));
	expect_string(sbx_json_get(json, "message"), sbx_sandbox_deletions_message(model),
	              sbx_sandbox_deletions_message_length(model));
	expect_presence(json, "errors", sbx_sandbox_deletions_has_errors(model));
	expect_count(json, "errors", sbx_sandbox_deletions_errors_count(model));
	for (size_t index = 0; index < sbx_sandbox_deletions_errors_count(model); index++) {
		expect_same(sbx_json_at(sbx_json_get(json, "errors"), index),
		            sbx_sandbox_deletion_error_json(sbx_sandbox_deletions_errors_at(model, index)));
		check_sandbox_deletion_error(sbx_sandbox_deletions_errors_at(model, index));
	}
	expect_nothing(sbx_sandbox_deletions_errors_at(model, sbx_sandbox_deletions_errors_count(model)));
	expect_presence(json, "storage_deleted_count", sbx_sandbox_deletions_has_storage_deleted_count(model));
	expect_number(json, "storage_deleted_count", sbx_sandbox_deletions_storage_deleted_count(model));
	sbx_sandbox_deletions_free(kept);
}

static void check_execution(const void *given)
{
	const sbx_execution *model = given;
	const sbx_json *json = sbx_execution_json(model);
	sbx_execution *kept = sbx_execution_ref(model);

	expect_same_text(json, sbx_execution_to_json, model);
	expect_presence(json, "id", sbx_execution_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_execution_id(model), sbx_execution_id_length(model));
	expect_presence(json, "completed_at", sbx_execution_has_completed_at(model));
	expect_string(sbx_json_get(json, "completed_at"), sbx_execution_completed_at(model),
	              sbx_execution_completed_at_length(model));
	expect_presence(json, "created_at", sbx_execution_has_created_at(model));
	expect_string(sbx_json_get(json, "created_at"), sbx_execution_created_at(model),
	              sbx_execution_created_at_length(model));
	expect_presence(json, "execution_time_ms", sbx_execution_has_execution_time_ms(model));
	expect_integer(json, "execution_time_ms", sbx_execution_execution_time_ms(model));
	expect_presence(json, "exit_code", sbx_execution_has_exit_code(model));
	expect_integer(json, "exit_code", sbx_execution_exit_code(model));
	expect_presence(json, "status", sbx_execution_has_status(model));
	expect_string(sbx_json_get(json, "status"), sbx_execution_status(model), sbx_execution_status_length(model));
	expect_presence(json, "stderr", sbx_execution_has_stderr(model));
	expect_string(sbx_json_get(json, "stderr"), sbx_execution_stderr(model), sbx_execution_stderr_length(model));
	expect_presence(json, "stdout", sbx_execution_has_stdout(model));
	expect_string(sbx_json_get(json, "stdout"), sbx_execution_stdout(model), sbx_execution_stdout_length(model));
	sbx_execution_free(kept);
}

static void check_uploaded_file(const void *given)
{
	const sbx_uploaded_file *model = given;
	const sbx_json *json = sbx_uploaded_file_json(model);
	sbx_uploaded_file *kept = sbx_uploaded_file_ref(model);

	expect_same_text(json, sbx_uploaded_file_to_json, model);
	expect_presence(json, "message", sbx_uploaded_file_has_message(model));
	expect_string(sbx_json_get(json, "message"), sbx_uploaded_file_message(model),
	              sbx_uploaded_file_message_length(model));
	expect_presence(json, "path", sbx_uploaded_file_has_path(model));
	expect_string(sbx_json_get(json, "path"), sbx_uploaded_file_path(model), sbx_uploaded_file_path_length(model));
	expect_presence(json, "size", sbx_uploaded_file_has_size(model));
	expect_integer(json, "size", sbx_uploaded_file_size(model));
	sbx_uploaded_file_free(kept);
}

static void check_volume_mount(const void *given)
{
	const sbx_volume_mount *model = given;
	const sbx_json *json = sbx_volume_mount_json(model);
	sbx_volume_mount *kept = sbx_volume_mount_ref(model);

	expect_same_text(json, sbx_volume_mount_to_json, model);
	expect_presence(json, "sandbox_id", sbx_volume_mount_has_sandbox_id(model));
	expect_string(sbx_json_get(json, "sandbox_id"), sbx_volume_mount_sandbox_id(model),
	              sbx_volume_mount_sandbox_id_length(model));
	expect_presence(json, "sandbox_name", sbx_volume_mount_has_sandbox_name(model));
	expect_string(sbx_json_get(json, "sandbox_name"), sbx_volume_mount_sandbox_name(model),
	              sbx_volume_mount_sandbox_name_length(model));
	sbx_volume_mount_free(kept);
}

static void check_volume(const void *given)
{
	const sbx_volume *model = given;
	const sbx_json *json = sbx_volume_json(model);
	sbx_volume *kept = sbx_volume_ref(model);

	expect_same_text(json, sbx_volume_to_json, model);
	expect_presence(json, "id", sbx_volume_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_volume_id(model), sbx_volume_id_length(model));
	expect_presence(json, "created_at", sbx_volume_has_created_at(model));
	expect_string(sbx_json_get(json, "created_at"), sbx_volume_created_at(model),
	              sbx_volume_created_at_length(model));
	expect_presence(json, "name", sbx_volume_has_name(model));
	expect_string(sbx_json_get(json, "name"), sbx_volume_name(model), sbx_volume_name_length(model));
	expect_presence(json, "size", sbx_volume_has_size(model));
	expect_string(sbx_json_get(json, "size"), sbx_volume_size(model), sbx_volume_size_length(model));
	expect_presence(json, "status", sbx_volume_has_status(model));
	expect_string(sbx_json_get(json, "status"), sbx_volume_status(model), sbx_volume_status_length(model));
	expect_presence(json, "in_use", sbx_volume_has_in_use(model));
	expect_boolean(json, "in_use", sbx_volume_in_use(model));
	expect_presence(json, "type", sbx_volume_has_type(model));
	expect_string(sbx_json_get(json, "type"), sbx_volume_type(model), sbx_volume_type_length(model));
	expect_presence(json, "mounted_by", sbx_volume_has_mounted_by(model));
	if (sbx_volume_mounted_by(model))
		expect_same(sbx_json_get(json, "mounted_by"), sbx_volume_mount_json(sbx_volume_mounted_by(model)));
	if (sbx_volume_mounted_by(model))
		check_volume_mount(sbx_volume_mounted_by(model));
	expect_presence(json, "source_volume_id", sbx_volume_has_source_volume_id(model));
	expect_string(sbx_json_get(json, "source_volume_id"), sbx_volume_source_volume_id(model),
	              sbx_volume_source_volume_id_length(model));
	expect_presence(json, "source_volume_name", sbx_volume_has_source_volume_name(model));
	expect_string(sbx_json_get(json, "source_volume_name"), sbx_volume_source_volume_name(model),
	              sbx_volume_source_volume_name_length(model));
	sbx_volume_free(kept);
}

static void check_volume_list(const void *given)
{
	const sbx_volume_list *model = given;
	const sbx_json *json = sbx_volume_list_json(model);
	sbx_volume_list *kept = sbx_volume_list_ref(model);

	expect_same_text(json, sbx_volume_list_to_json, model);
	expect_presence(json, "data", sbx_volume_list_has_data(model));
	expect_count(json, "data", sbx_volume_list_data_count(model));
	for (size_t index = 0; index < sbx_volume_list_data_count(model); index++) {
		expect_same(sbx_json_at(sbx_json_get(json, "data"), index),
		            sbx_volume_json(sbx_volume_list_data_at(model, index)));
		check_volume(sbx_volume_list_data_at(model, index));
	}
	expect_nothing(sbx_volume_list_data_at(model, sbx_volume_list_data_count(model)));
	expect_presence(json, "pagination", sbx_volume_list_has_pagination(model));
	if (sbx_volume_list_pagination(model))
		expect_same(sbx_json_get(json, "pagination"), sbx_pagination_json(sbx_volume_list_pagination(model)));
	if (sbx_volume_list_pagination(model))
		check_pagination(sbx_volume_list_pagination(model));
	sbx_volume_list_free(kept);
}

static void check_volume_deletion(const void *given)
{
	const sbx_volume_deletion *model = given;
	const sbx_json *json = sbx_volume_deletion_json(model);
	sbx_volume_deletion *kept = sbx_volume_deletion_ref(model);

	expect_same_text(json, sbx_volume_deletion_to_json, model);
	expect_presence(json, "id", sbx_volume_deletion_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_volume_deletion_id(model), sbx_volume_deletion_id_length(model));
	expect_presence(json, "message", sbx_volume_deletion_has_message(model));
	expect_string(sbx_json_get(json, "message"), sbx_volume_deletion_message(model),
	              sbx_volume_deletion_message_length(model));
	expect_presence(json, "type", sbx_volume_deletion_has_type(model));
	expect_string(sbx_json_get(json, "type"), sbx_volume_deletion_type(model),
	              sbx_volume_deletion_type_length(model));
	sbx_volume_deletion_free(kept);
}

static void check_snapshot(const void *given)
{
	const sbx_snapshot *model = given;
	const sbx_json *json = sbx_snapshot_json(model);
	sbx_snapshot *kept = sbx_snapshot_ref(model);

	expect_same_text(json, sbx_snapshot_to_json, model);
	expect_presence(json, "id", sbx_snapshot_has_id(model));
	expect_string(sbx_json_get(json, "id"), sbx_snapshot_id(model), sbx_snapshot_id_length(model));
	expect_presence(json, "consistency", sbx_snapshot_has_consistency(model));
	expect_string(sbx_json_get(json, "consistency"), sbx_snapshot_consistency(model),
	              sbx_snapshot_consistency_length(model));
	expect_presence(json, "created_at", sbx_snapshot_has_created_at(model));
	expect_string(sbx_json_get(json, "created_at"), sbx_snapshot_created_at(model),
	              sbx_snapshot_created_at_length(model));
	expect_presence(json, "name", sbx_snapshot_has_name(model));
	expect_string(sbx_json_get(json, "name"), sbx_snapshot_name(model), sbx_snapshot_name_length(model));
	expect_presence(json, "sandbox_id", sbx_snapshot_has_sandbox_id(model));
	expect_string(sbx_json_get(json, "sandbox_id"), sbx_snapshot_sandbox_id(model),
	              sbx_snapshot_sandbox_id_length(model));
	expect_presence(json, "sandbox_name", sbx_snapshot_has_sandbox_name(model));
	expect_string(sbx_json_get(json, "sandbox_name"), sbx_snapshot_sandbox_name(model),
	              sbx_snapshot_sandbox_name_length(model));
	expect_presence(json, "status", sbx_snapshot_has_status(model));
	expect_string(sbx_json_get(json, "status"), sbx_snapshot_status(model), sbx_snapshot_status_length(model));
	expect_presence(json, "volume_id", sbx_snapshot_has_volume_id(model));
	expect_string(sbx_json_get(json, "volume_id"), sbx_snapshot_volume_id(model),
	              sbx_snapshot_volume_id_length(model));
	expect_presence(json, "volume_name", sbx_snapshot_has_volume_name(model));
	expect_string(sbx_json_get(json, "volume_name"), sbx_snapshot_volume_name(model),
	              sbx_snapshot_volume_name_length(model));
	sbx_snapshot_free(kept);
}

const model_check model_checks[] = {
        {&sbx__sandbox_descriptor, check_sandbox},
        {&sbx__pagination_descriptor, check_pagination},
        {&sbx__sandbox_list_descriptor, check_sandbox_list},
        {&sbx__sandbox_deletion_descriptor, check_sandbox_deletion},
        {&sbx__sandbox_deletion_error_descriptor, check_sandbox_deletion_error},
        {&sbx__sandbox_deletions_descriptor, check_sandbox_deletions},
        {&sbx__execution_descriptor, check_execution},
        {&sbx__uploaded_file_descriptor, check_uploaded_file},
        {&sbx__volume_mount_descriptor, check_volume_mount},
        {&sbx__volume_descriptor, check_volume},
        {&sbx__volume_list_descriptor, check_volume_list},
        {&sbx__volume_deletion_descriptor, check_volume_deletion},
        {&sbx__snapshot_descriptor, check_snapshot},
};

const size_t model_checks_count = sizeof(model_checks) / sizeof(model_checks[0]);
