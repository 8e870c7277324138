"""api/openapi.yaml is valid, and says what the API's table below says: nothing more, nothing less, nothing else."""

from __future__ import annotations

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

ID = {"id": ("path", "string", True)}
PAGES = {"page": ("query", "integer", False), "page_size": ("query", "integer", False)}

# name: method, path, arguments, answer, safety. An argument is its place, its type and whether it is required.
OPERATIONS = {
    "sandboxes.create": (
        "POST",
        "/v1/sandboxes/create",
        {
            "env_vars": ("body", "string_map", False),
            "image": ("body", "string", False),
            "name": ("body", "string", False),
            "resources": ("body", "SandboxResources", False),
            "wait_for_ready": ("body", "boolean", False),
        },
        "SandboxCreateResponse",
        "unsafe",
    ),
    "sandboxes.list": ("GET", "/v1/sandboxes/list", PAGES, "SandboxListResponse", "safe"),
    "sandboxes.get": ("GET", "/v1/sandboxes/{id}", ID, "Sandbox", "safe"),
    "sandboxes.delete": (
        "DELETE",
        "/v1/sandboxes/{id}/delete",
        {
            **ID,
            "create_snapshot": ("body", "boolean", False),
            "snapshot_name": ("body", "string", False),
            "keep_storage": ("body", "boolean", False),
        },
        "SandboxDeleteResponse",
        "idempotent",
    ),
    "sandboxes.delete_all": ("DELETE", "/v1/sandboxes/delete-all", {}, "SandboxDeleteAllResponse", "unsafe"),
    "sandboxes.execute": (
        "POST",
        "/v1/sandboxes/{id}/execute",
        {
            **ID,
            "command": ("body", "string", True),
            "env": ("body", "string_map", False),
            "api_timeout": ("body", "integer", False),
            "working_dir": ("body", "string", False),
            "stdin": ("body", "string", False),
            "stdin_base64": ("body", "string", False),
        },
        "SandboxExecuteResponse",
        "unsafe",
    ),
    "sandboxes.upload": (
        "POST",
        "/v1/sandboxes/{id}/upload",
        {**ID, "path": ("part", "string", True)},
        "SandboxUploadResponse",
        "idempotent",
    ),
    "sandboxes.download": (
        "GET",
        "/v1/sandboxes/{id}/download",
        {**ID, "path": ("query", "string", True)},
        None,
        "safe",
    ),
    "volumes.create": (
        "POST",
        "/v1/volumes/create",
        {"name": ("body", "string", False), "size": ("body", "string", False)},
        "Volume",
        "unsafe",
    ),
    "volumes.list": ("GET", "/v1/volumes/list", PAGES, "VolumeListResponse", "safe"),
    "volumes.delete": ("DELETE", "/v1/volumes/{id}/delete", ID, "VolumeDeleteResponse", "idempotent"),
    "volumes.create_snapshot": (
        "POST",
        "/v1/volumes/{id}/snapshot",
        {**ID, "name": ("body", "string", True), "quick": ("body", "boolean", False)},
        "VolumeCreateSnapshotResponse",
        "unsafe",
    ),
}

SANDBOX = {
    "id": "string",
    "cpu": "number",
    "created_at": "string",
    "disk_size": "number",
    "memory": "number",
    "name": "string",
    "status": "string",
}
VOLUME = {"id": "string", "created_at": "string", "name": "string", "size": "string", "status": "string"}

# name: fields. "?" marks a field that may be absent; a name of a schema, or [name], is a field of that shape.
SCHEMAS = {
    "Pagination": {"page": "number", "page_size": "number", "total_items": "number", "total_pages": "number"},
    "Sandbox": SANDBOX,
    "SandboxCreateResponse": {**SANDBOX, "storage": "number"},
    "SandboxListResponse": {"data": "[Sandbox]", "pagination": "Pagination"},
    "SandboxDeleteResponse": {
        "id": "string",
        "message": "string",
        "snapshot_created?": "boolean",
        "snapshot_name?": "string",
        "storage_deleted?": "boolean",
        "storage_name?": "string",
    },
    "SandboxDeleteAllResponse": {
        "deleted_count": "number",
        "deleted_ids": "[string]",
        "message": "string",
        "errors?": "[SandboxDeleteAllError]",
        "storage_deleted_count?": "number",
    },
    "SandboxDeleteAllError": {"id": "string", "error": "string"},
    "SandboxExecuteResponse": {
        "id": "string",
        "created_at": "string",
        "completed_at": "string",
        "execution_time_ms": "integer",
        "exit_code": "integer",
        "status": "string",
        "stdout": "string",
        "stderr": "string",
    },
    "SandboxUploadResponse": {"message": "string", "path": "string", "size": "integer"},
    "Volume": VOLUME,
    "VolumeListItem": {
        **VOLUME,
        "in_use": "boolean",
        "type": "string",
        "mounted_by?": "VolumeMountedBy",
        "source_volume_id?": "string",
        "source_volume_name?": "string",
    },
    "VolumeMountedBy": {"sandbox_id": "string", "sandbox_name": "string"},
    "VolumeListResponse": {"data": "[VolumeListItem]", "pagination": "Pagination"},
    "VolumeDeleteResponse": {"id": "string", "message": "string", "type?": "string"},
    "VolumeCreateSnapshotResponse": {
        "id": "string",
        "consistency": "string",
        "created_at": "string",
        "name": "string",
        "sandbox_id": "string",
        "sandbox_name": "string",
        "status": "string",
        "volume_id": "string",
        "volume_name": "string",
    },
}

VALUES = {
    ("SandboxExecuteResponse", "status"): ("running", "completed", "timeout", "error"),
    ("Volume", "status"): ("Pending", "Bound", "Lost"),
    ("VolumeListItem", "status"): ("Pending", "Bound", "Lost", "Ready"),
    ("VolumeListItem", "type"): ("volume", "snapshot"),
    ("VolumeCreateSnapshotResponse", "consistency"): ("application-consistent", "crash-consistent"),
}


@pytest.fixture(scope="module")
def document(root):
    return yaml.safe_load((root / "api/openapi.yaml").read_text(encoding="utf-8"))


def type_name(field):
    kind = field.type.kind.value
    if kind == "schema":
        return field.type.schema.name
    return {"schema_list": f"[{field.type.schema.name if field.type.schema else ''}]", "string_list": "[string]"}.get(
        kind, kind
    )


def test_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_operations(api):
    assert [operation.name for operation in api.operations] == list(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(api, name):
    operation = next(operation for operation in api.operations if operation.name == name)
    arguments = {p.name: (p.location.value, type_name(p), p.required) for p in operation.parameters}
    answer = operation.response.name if operation.response else None
    assert (operation.method, operation.path, arguments, answer, operation.safety.value) == OPERATIONS[name]


def test_schemas(api):
    assert {schema.name for schema in api.response_schemas} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema(api, name):
    schema = next(schema for schema in api.response_schemas if schema.name == name)
    fields = {field.name + ("" if field.required else "?"): type_name(field) for field in schema.fields}
    assert fields == SCHEMAS[name]
    assert all(field.type.nullable or field.type.kind.value.startswith("schema") for field in schema.fields)


def test_values(api):
    found = {(s.name, f.name): f.type.values for s in api.response_schemas for f in s.fields if f.type.values}
    assert found == VALUES


def test_resources_argument(api):
    schema = next(schema for schema in api.request_schemas if schema.name == "SandboxResources")
    assert {field.name: type_name(field) for field in schema.fields} == dict.fromkeys(
        ("cpus", "memory", "storage"), "integer"
    )
    assert schema.fields[0].minimum == 1


def test_special_arguments(api):
    operations = {operation.name: operation for operation in api.operations}
    timeout = next(p for p in operations["sandboxes.execute"].parameters if p.name == "api_timeout")
    assert timeout.wire_name == "timeout"
    confirmed = {p.name: p.confirmed_by for o in api.operations for p in o.parameters if p.confirmed_by}
    assert confirmed == {"stdin": "stdin_bytes", "stdin_base64": "stdin_bytes"}
    assert operations["sandboxes.execute"].timeout_parameter == "api_timeout"
    assert operations["sandboxes.delete"].unsafe_when == "create_snapshot"
    assert operations["sandboxes.upload"].file.name == "file"
    assert operations["sandboxes.download"].accept == "application/octet-stream"
    assert [o.name for o in api.operations if o.unsafe_when] == ["sandboxes.delete"]
    assert [o.name for o in api.operations if o.pages] == ["sandboxes.list", "volumes.list"]
    assert operations["volumes.list"].pages.item.name == "VolumeListItem"
    assert [o.name for o in api.operations if o.file] == ["sandboxes.upload"]


def test_key_and_server(api):
    assert (api.key_header, api.server_url) == ("x-api-key", "https://api.avm.codes")


def test_error_body(document):
    schemas = document["components"]["schemas"]
    assert set(schemas["ErrorDetail"]["properties"]) == {"type", "message", "field"}
    assert schemas["Error"]["required"] == ["error"]
    for item in document["paths"].values():
        for node in item.values():
            if isinstance(node, dict):
                assert node["responses"]["default"] == {"$ref": "#/components/responses/Error"}


def test_streamed_execute_is_described_and_not_generated(document, api):
    answers = document["paths"]["/v1/sandboxes/{id}/execute"]["post"]["responses"]["200"]["content"]
    stream = answers["text/event-stream"]
    assert stream["x-sdk-generated"] is False
    assert list(stream["x-sdk-events"]) == ["started", "stdout", "stderr", "heartbeat", "result", "error"]
    assert not any(schema.name.startswith("Execute") for schema in api.response_schemas)
