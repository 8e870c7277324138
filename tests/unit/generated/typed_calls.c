/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
#include "typed_calls.h"

static sbx_status call_sandboxes_create(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_create_params given = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox_resources given_resources = SBX_SANDBOX_RESOURCES_INIT;
	sbx_sandbox *answer = NULL;
	sbx_status status;

	given.resources = &given_resources;
	if (lie == TYPED_MEMBERS)
		given_resources.size = 0;
	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_create(client, &given, NULL, taken ? &answer : NULL, error);
	sbx_sandbox_free(answer);
	return status;
}

static sbx_status start_sandboxes_create(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_create_params given = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox_resources given_resources = SBX_SANDBOX_RESOURCES_INIT;

	given.resources = &given_resources;
	if (lie == TYPED_MEMBERS)
		given_resources.size = 0;
	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_create_start(client, &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_create(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_sandbox *answer = NULL;
	sbx_status status = sbx_call_result_sandbox(call, taken ? &answer : NULL, error);

	sbx_sandbox_free(answer);
	return status;
}

static sbx_status call_sandboxes_list(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_list_params given = SBX_SANDBOXES_LIST_PARAMS_INIT;
	sbx_sandbox_list *answer = NULL;
	sbx_status status;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_list(client, &given, NULL, taken ? &answer : NULL, error);
	sbx_sandbox_list_free(answer);
	return status;
}

static sbx_status start_sandboxes_list(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_list_params given = SBX_SANDBOXES_LIST_PARAMS_INIT;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_list_start(client, &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_list(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_sandbox_list *answer = NULL;
	sbx_status status = sbx_call_result_sandbox_list(call, taken ? &answer : NULL, error);

	sbx_sandbox_list_free(answer);
	return status;
}

static sbx_status call_sandboxes_get(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandbox *answer = NULL;
	sbx_status status;

	(void)lie;
	status = sbx_sandboxes_get(client, "x", NULL, taken ? &answer : NULL, error);
	sbx_sandbox_free(answer);
	return status;
}

static sbx_status start_sandboxes_get(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{

	(void)lie;
	return sbx_sandboxes_get_start(client, "x", NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_get(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_sandbox *answer = NULL;
	sbx_status status = sbx_call_result_sandbox(call, taken ? &answer : NULL, error);

	sbx_sandbox_free(answer);
	return status;
}

static sbx_status call_sandboxes_delete(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_delete_params given = SBX_SANDBOXES_DELETE_PARAMS_INIT;
	sbx_sandbox_deletion *answer = NULL;
	sbx_status status;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_delete(client, "x", &given, NULL, taken ? &answer : NULL, error);
	sbx_sandbox_deletion_free(answer);
	return status;
}

static sbx_status start_sandboxes_delete(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_delete_params given = SBX_SANDBOXES_DELETE_PARAMS_INIT;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_delete_start(client, "x", &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_delete(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_sandbox_deletion *answer = NULL;
	sbx_status status = sbx_call_result_sandbox_deletion(call, taken ? &answer : NULL, error);

	sbx_sandbox_deletion_free(answer);
	return status;
}

static sbx_status call_sandboxes_delete_all(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandbox_deletions *answer = NULL;
	sbx_status status;

	(void)lie;
	status = sbx_sandboxes_delete_all(client, NULL, taken ? &answer : NULL, error);
	sbx_sandbox_deletions_free(answer);
	return status;
}

static sbx_status start_sandboxes_delete_all(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{

	(void)lie;
	return sbx_sandboxes_delete_all_start(client, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_delete_all(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_sandbox_deletions *answer = NULL;
	sbx_status status = sbx_call_result_sandbox_deletions(call, taken ? &answer : NULL, error);

	sbx_sandbox_deletions_free(answer);
	return status;
}

static sbx_status call_sandboxes_execute(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_execute_params given = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *answer = NULL;
	sbx_status status;

	given.command = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_execute(client, "x", &given, NULL, taken ? &answer : NULL, error);
	sbx_execution_free(answer);
	return status;
}

static sbx_status start_sandboxes_execute(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_execute_params given = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;

	given.command = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_execute_start(client, "x", &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_execute(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_execution *answer = NULL;
	sbx_status status = sbx_call_result_execution(call, taken ? &answer : NULL, error);

	sbx_execution_free(answer);
	return status;
}

static sbx_status call_sandboxes_upload(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_upload_params given = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_uploaded_file *answer = NULL;
	sbx_status status;

	given.path = "x";
	source.kind = SBX_SOURCE_MEMORY;
	given.file = &source;
	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_upload(client, "x", &given, NULL, taken ? &answer : NULL, error);
	sbx_uploaded_file_free(answer);
	return status;
}

static sbx_status start_sandboxes_upload(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_upload_params given = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;

	given.path = "x";
	source.kind = SBX_SOURCE_MEMORY;
	given.file = &source;
	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_upload_start(client, "x", &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_upload(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_uploaded_file *answer = NULL;
	sbx_status status = sbx_call_result_uploaded_file(call, taken ? &answer : NULL, error);

	sbx_uploaded_file_free(answer);
	return status;
}

static sbx_status call_sandboxes_download(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_sandboxes_download_params given = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_response *answer = NULL;
	sbx_status status;

	given.path = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_sandboxes_download(client, "x", &given, NULL, taken ? &answer : NULL, error);
	sbx_response_free(answer);
	return status;
}

static sbx_status start_sandboxes_download(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_sandboxes_download_params given = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;

	given.path = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_sandboxes_download_start(client, "x", &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_sandboxes_download(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_response *answer = NULL;
	sbx_status status = sbx_call_result(call, taken ? &answer : NULL, error);

	sbx_response_free(answer);
	return status;
}

static sbx_status call_volumes_create(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_volumes_create_params given = SBX_VOLUMES_CREATE_PARAMS_INIT;
	sbx_volume *answer = NULL;
	sbx_status status;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_volumes_create(client, &given, NULL, taken ? &answer : NULL, error);
	sbx_volume_free(answer);
	return status;
}

static sbx_status start_volumes_create(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_volumes_create_params given = SBX_VOLUMES_CREATE_PARAMS_INIT;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_volumes_create_start(client, &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_volumes_create(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_volume *answer = NULL;
	sbx_status status = sbx_call_result_volume(call, taken ? &answer : NULL, error);

	sbx_volume_free(answer);
	return status;
}

static sbx_status call_volumes_list(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_volumes_list_params given = SBX_VOLUMES_LIST_PARAMS_INIT;
	sbx_volume_list *answer = NULL;
	sbx_status status;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_volumes_list(client, &given, NULL, taken ? &answer : NULL, error);
	sbx_volume_list_free(answer);
	return status;
}

static sbx_status start_volumes_list(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_volumes_list_params given = SBX_VOLUMES_LIST_PARAMS_INIT;

	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_volumes_list_start(client, &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_volumes_list(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_volume_list *answer = NULL;
	sbx_status status = sbx_call_result_volume_list(call, taken ? &answer : NULL, error);

	sbx_volume_list_free(answer);
	return status;
}

static sbx_status call_volumes_delete(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_volume_deletion *answer = NULL;
	sbx_status status;

	(void)lie;
	status = sbx_volumes_delete(client, "x", NULL, taken ? &answer : NULL, error);
	sbx_volume_deletion_free(answer);
	return status;
}

static sbx_status start_volumes_delete(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{

	(void)lie;
	return sbx_volumes_delete_start(client, "x", NULL, NULL, NULL, call, error);
}

static sbx_status result_volumes_delete(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_volume_deletion *answer = NULL;
	sbx_status status = sbx_call_result_volume_deletion(call, taken ? &answer : NULL, error);

	sbx_volume_deletion_free(answer);
	return status;
}

static sbx_status call_volumes_create_snapshot(sbx_client *client, typed_lie lie, int taken, sbx_error **error)
{
	sbx_volumes_create_snapshot_params given = SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT;
	sbx_snapshot *answer = NULL;
	sbx_status status;

	given.name = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	status = sbx_volumes_create_snapshot(client, "x", &given, NULL, taken ? &answer : NULL, error);
	sbx_snapshot_free(answer);
	return status;
}

static sbx_status start_volumes_create_snapshot(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error)
{
	sbx_volumes_create_snapshot_params given = SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT;

	given.name = "x";
	if (lie == TYPED_PARAMS)
		given.size = 0;
	return sbx_volumes_create_snapshot_start(client, "x", &given, NULL, NULL, NULL, call, error);
}

static sbx_status result_volumes_create_snapshot(const sbx_call *call, int taken, sbx_error **error)
{
	sbx_snapshot *answer = NULL;
	sbx_status status = sbx_call_result_snapshot(call, taken ? &answer : NULL, error);

	sbx_snapshot_free(answer);
	return status;
}

const typed_call typed_calls[] = {
        {"sandboxes.create", 1, 1, call_sandboxes_create, start_sandboxes_create, result_sandboxes_create},
        {"sandboxes.list", 1, 0, call_sandboxes_list, start_sandboxes_list, result_sandboxes_list},
        {"sandboxes.get", 0, 0, call_sandboxes_get, start_sandboxes_get, result_sandboxes_get},
        {"sandboxes.delete", 1, 0, call_sandboxes_delete, start_sandboxes_delete, result_sandboxes_delete},
        {"sandboxes.delete_all", 0, 0, call_sandboxes_delete_all, start_sandboxes_delete_all,
	 result_sandboxes_delete_all},
        {"sandboxes.execute", 1, 0, call_sandboxes_execute, start_sandboxes_execute, result_sandboxes_execute},
        {"sandboxes.upload", 1, 0, call_sandboxes_upload, start_sandboxes_upload, result_sandboxes_upload},
        {"sandboxes.download", 1, 0, call_sandboxes_download, start_sandboxes_download, result_sandboxes_download},
        {"volumes.create", 1, 0, call_volumes_create, start_volumes_create, result_volumes_create},
        {"volumes.list", 1, 0, call_volumes_list, start_volumes_list, result_volumes_list},
        {"volumes.delete", 0, 0, call_volumes_delete, start_volumes_delete, result_volumes_delete},
        {"volumes.create_snapshot", 1, 0, call_volumes_create_snapshot, start_volumes_create_snapshot,
	 result_volumes_create_snapshot},
};

const size_t typed_calls_count = sizeof(typed_calls) / sizeof(typed_calls[0]);
