/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The operations of the API as data.
 */
#include "../operation.h"
#include "model_descriptors.h"

static const sbx__parameter sandbox_resources_members[] = {
        {
                .name = "cpus",
                .wire_name = "cpus",
                .location = SBX__IN_BODY,
                .type = SBX__INTEGER,
                .required = false,
        },
        {
                .name = "memory",
                .wire_name = "memory",
                .location = SBX__IN_BODY,
                .type = SBX__INTEGER,
                .required = false,
        },
        {
                .name = "storage",
                .wire_name = "storage",
                .location = SBX__IN_BODY,
                .type = SBX__INTEGER,
                .required = false,
        },
};

static const sbx__parameter sandboxes_create_parameters[] = {
        {
                .name = "env_vars",
                .wire_name = "env_vars",
                .location = SBX__IN_BODY,
                .type = SBX__STRING_MAP,
                .required = false,
        },
        {
                .name = "image",
                .wire_name = "image",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
        {
                .name = "name",
                .wire_name = "name",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
        {
                .name = "resources",
                .wire_name = "resources",
                .location = SBX__IN_BODY,
                .type = SBX__OBJECT,
                .required = false,
                .members = sandbox_resources_members,
                .members_count = sizeof(sandbox_resources_members) / sizeof(sandbox_resources_members[0]),
        },
        {
                .name = "wait_for_ready",
                .wire_name = "wait_for_ready",
                .location = SBX__IN_BODY,
                .type = SBX__BOOLEAN,
                .required = false,
        },
};

static const sbx__parameter sandboxes_list_parameters[] = {
        {
                .name = "page",
                .wire_name = "page",
                .location = SBX__IN_QUERY,
                .type = SBX__INTEGER,
                .required = false,
        },
        {
                .name = "page_size",
                .wire_name = "page_size",
                .location = SBX__IN_QUERY,
                .type = SBX__INTEGER,
                .required = false,
        },
};

static const sbx__parameter sandboxes_get_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
};

static const sbx__parameter sandboxes_delete_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "create_snapshot",
                .wire_name = "create_snapshot",
                .location = SBX__IN_BODY,
                .type = SBX__BOOLEAN,
                .required = false,
        },
        {
                .name = "keep_storage",
                .wire_name = "keep_storage",
                .location = SBX__IN_BODY,
                .type = SBX__BOOLEAN,
                .required = false,
        },
        {
                .name = "snapshot_name",
                .wire_name = "snapshot_name",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
};

static const sbx__parameter sandboxes_execute_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "command",
                .wire_name = "command",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "env",
                .wire_name = "env",
                .location = SBX__IN_BODY,
                .type = SBX__STRING_MAP,
                .required = false,
        },
        {
                .name = "stdin",
                .wire_name = "stdin",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
                .confirmed_by = "stdin_bytes",
        },
        {
                .name = "stdin_base64",
                .wire_name = "stdin_base64",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
                .confirmed_by = "stdin_bytes",
        },
        {
                .name = "api_timeout",
                .wire_name = "timeout",
                .location = SBX__IN_BODY,
                .type = SBX__INTEGER,
                .required = false,
        },
        {
                .name = "working_dir",
                .wire_name = "working_dir",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
};

static const sbx__parameter sandboxes_upload_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "path",
                .wire_name = "path",
                .location = SBX__IN_PART,
                .type = SBX__STRING,
                .required = true,
        },
};

static const sbx__parameter sandboxes_download_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "path",
                .wire_name = "path",
                .location = SBX__IN_QUERY,
                .type = SBX__STRING,
                .required = true,
        },
};

static const sbx__parameter volumes_create_parameters[] = {
        {
                .name = "name",
                .wire_name = "name",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
        {
                .name = "size",
                .wire_name = "size",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = false,
        },
};

static const sbx__parameter volumes_list_parameters[] = {
        {
                .name = "page",
                .wire_name = "page",
                .location = SBX__IN_QUERY,
                .type = SBX__INTEGER,
                .required = false,
        },
        {
                .name = "page_size",
                .wire_name = "page_size",
                .location = SBX__IN_QUERY,
                .type = SBX__INTEGER,
                .required = false,
        },
};

static const sbx__parameter volumes_delete_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
};

static const sbx__parameter volumes_create_snapshot_parameters[] = {
        {
                .name = "id",
                .wire_name = "id",
                .location = SBX__IN_PATH,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "name",
                .wire_name = "name",
                .location = SBX__IN_BODY,
                .type = SBX__STRING,
                .required = true,
        },
        {
                .name = "quick",
                .wire_name = "quick",
                .location = SBX__IN_BODY,
                .type = SBX__BOOLEAN,
                .required = false,
        },
};

static const sbx__page_names sandboxes_list_pages = {
        .page = "page",
        .items = "data",
        .id = "id",
        .pagination = "pagination",
};

static const sbx__page_names volumes_list_pages = {
        .page = "page",
        .items = "data",
        .id = "id",
        .pagination = "pagination",
};

const sbx_operation sbx__operations[] = {
        {
                .name = "sandboxes.create",
                .method = "POST",
                .path = "/v1/sandboxes/create",
                .accept = "application/json",
                .body = SBX__BODY_JSON,
                .safety = SBX__UNSAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = sandboxes_create_parameters,
                .parameters_count = sizeof(sandboxes_create_parameters) / sizeof(sandboxes_create_parameters[0]),
                .model = &sbx__sandbox_descriptor,
        },
        {
                .name = "sandboxes.list",
                .method = "GET",
                .path = "/v1/sandboxes/list",
                .accept = "application/json",
                .body = SBX__BODY_NONE,
                .safety = SBX__SAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = sandboxes_list_parameters,
                .parameters_count = sizeof(sandboxes_list_parameters) / sizeof(sandboxes_list_parameters[0]),
                .pages = &sandboxes_list_pages,
                .model = &sbx__sandbox_list_descriptor,
        },
        {
                .name = "sandboxes.get",
                .method = "GET",
                .path = "/v1/sandboxes/{id}",
                .accept = "application/json",
                .body = SBX__BODY_NONE,
                .safety = SBX__SAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = sandboxes_get_parameters,
                .parameters_count = sizeof(sandboxes_get_parameters) / sizeof(sandboxes_get_parameters[0]),
                .model = &sbx__sandbox_descriptor,
        },
        {
                .name = "sandboxes.delete",
                .method = "DELETE",
                .path = "/v1/sandboxes/{id}/delete",
                .accept = "application/json",
                .body = SBX__BODY_JSON,
                .safety = SBX__IDEMPOTENT,
                .unsafe_when = "create_snapshot",
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = sandboxes_delete_parameters,
                .parameters_count = sizeof(sandboxes_delete_parameters) / sizeof(sandboxes_delete_parameters[0]),
                .model = &sbx__sandbox_deletion_descriptor,
        },
        {
                .name = "sandboxes.delete_all",
                .method = "DELETE",
                .path = "/v1/sandboxes/delete-all",
                .accept = "application/json",
                .body = SBX__BODY_NONE,
                .safety = SBX__UNSAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .model = &sbx__sandbox_deletions_descriptor,
        },
        {
                .name = "sandboxes.execute",
                .method = "POST",
                .path = "/v1/sandboxes/{id}/execute",
                .accept = "application/json",
                .body = SBX__BODY_JSON,
                .safety = SBX__UNSAFE,
                .unsafe_when = NULL,
                .timeout_parameter = "api_timeout",
                .file_part = NULL,
                .parameters = sandboxes_execute_parameters,
                .parameters_count = sizeof(sandboxes_execute_parameters) / sizeof(sandboxes_execute_parameters[0]),
                .model = &sbx__execution_descriptor,
        },
        {
                .name = "sandboxes.upload",
                .method = "POST",
                .path = "/v1/sandboxes/{id}/upload",
                .accept = "application/json",
                .body = SBX__BODY_MULTIPART,
                .safety = SBX__IDEMPOTENT,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = "file",
                .parameters = sandboxes_upload_parameters,
                .parameters_count = sizeof(sandboxes_upload_parameters) / sizeof(sandboxes_upload_parameters[0]),
                .model = &sbx__uploaded_file_descriptor,
        },
        {
                .name = "sandboxes.download",
                .method = "GET",
                .path = "/v1/sandboxes/{id}/download",
                .accept = "application/octet-stream",
                .body = SBX__BODY_NONE,
                .safety = SBX__SAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = sandboxes_download_parameters,
                .parameters_count = sizeof(sandboxes_download_parameters) / sizeof(sandboxes_download_parameters[0]),
                .model = NULL,
        },
        {
                .name = "volumes.create",
                .method = "POST",
                .path = "/v1/volumes/create",
                .accept = "application/json",
                .body = SBX__BODY_JSON,
                .safety = SBX__UNSAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = volumes_create_parameters,
                .parameters_count = sizeof(volumes_create_parameters) / sizeof(volumes_create_parameters[0]),
                .model = &sbx__volume_descriptor,
        },
        {
                .name = "volumes.list",
                .method = "GET",
                .path = "/v1/volumes/list",
                .accept = "application/json",
                .body = SBX__BODY_NONE,
                .safety = SBX__SAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = volumes_list_parameters,
                .parameters_count = sizeof(volumes_list_parameters) / sizeof(volumes_list_parameters[0]),
                .pages = &volumes_list_pages,
                .model = &sbx__volume_list_descriptor,
        },
        {
                .name = "volumes.delete",
                .method = "DELETE",
                .path = "/v1/volumes/{id}/delete",
                .accept = "application/json",
                .body = SBX__BODY_NONE,
                .safety = SBX__IDEMPOTENT,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = volumes_delete_parameters,
                .parameters_count = sizeof(volumes_delete_parameters) / sizeof(volumes_delete_parameters[0]),
                .model = &sbx__volume_deletion_descriptor,
        },
        {
                .name = "volumes.create_snapshot",
                .method = "POST",
                .path = "/v1/volumes/{id}/snapshot",
                .accept = "application/json",
                .body = SBX__BODY_JSON,
                .safety = SBX__UNSAFE,
                .unsafe_when = NULL,
                .timeout_parameter = NULL,
                .file_part = NULL,
                .parameters = volumes_create_snapshot_parameters,
                .parameters_count =
                        sizeof(volumes_create_snapshot_parameters) / sizeof(volumes_create_snapshot_parameters[0]),
                .model = &sbx__snapshot_descriptor,
        },
};

const size_t sbx__operations_count = sizeof(sbx__operations) / sizeof(sbx__operations[0]);
