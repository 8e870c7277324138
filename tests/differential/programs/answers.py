"""What the API answers with, for programs that are about something else."""

from __future__ import annotations

SANDBOX = {
    "id": "sb-1",
    "cpu": 1,
    "created_at": "2026-01-02T03:04:05Z",
    "memory": 512,
    "name": "hello",
    "status": "running",
    "storage": 10,
}
LISTED = {
    "id": "sb-1",
    "cpu": 0.5,
    "created_at": "2026-01-02T03:04:05Z",
    "disk_size": 10,
    "memory": 512,
    "name": "hello",
    "status": "running",
}
PAGE = {
    "data": [LISTED, {**LISTED, "id": "sb-2", "name": "ünï"}],
    "pagination": {"page": 1, "page_size": 20, "total_items": 2, "total_pages": 1},
}
EXECUTION = {
    "id": "ex-1",
    "completed_at": "2026-01-02T03:04:06Z",
    "created_at": "2026-01-02T03:04:05Z",
    "execution_time_ms": 12,
    "exit_code": 0,
    "status": "completed",
    "stderr": "",
    "stdout": "hello\n",
}
DELETED = {"id": "sb-1", "message": "Sandbox deleted", "storage_deleted": True, "storage_name": "st-1"}
ALL_DELETED = {
    "deleted_count": 2,
    "deleted_ids": ["sb-1", "sb-2"],
    "message": "done",
    "errors": [{"id": "sb-3", "error": "busy"}],
}
UPLOADED = {"message": "File uploaded", "path": "/data/x", "size": 3}

OPERATIONS = {
    "create": (SANDBOX, lambda sandboxes, **more: sandboxes.create(**more)),
    "list": (PAGE, lambda sandboxes, **more: sandboxes.list(**more)),
    "delete": (DELETED, lambda sandboxes, **more: sandboxes.delete("sb-1", **more)),
    "delete_all": (ALL_DELETED, lambda sandboxes, **more: sandboxes.delete_all(**more)),
    "execute": (EXECUTION, lambda sandboxes, **more: sandboxes.execute("sb-1", command="echo hello", **more)),
    "upload": (UPLOADED, lambda sandboxes, **more: sandboxes.upload("sb-1", path="/data/x", **more)),
}
"""Each operation that answers with JSON: its answer, and how it is called on a resource of any kind."""
