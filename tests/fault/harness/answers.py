"""What a server in good health answers to each operation."""

from __future__ import annotations

import json

# Every byte value, so that text is not mistaken for a file, and more than a page.
FILE = bytes(range(256)) * 20
PAGE = {"data": [{"id": "sb-1", "name": "one"}], "pagination": {"page": 1, "total_pages": 1}}
JSON = {
    "list": PAGE,
    "execute": {"id": "ex-1", "status": "completed", "exit_code": 0, "stdout": "made\n", "stderr": ""},
    "delete": {"id": "sb-1", "message": "deleted"},
    "session_create": {"id": "sb-1", "status": "running"},
    "upload": {"message": "stored", "path": "/data/in", "size": 1000},
    "custom_get": {"id": "thing-1", "name": "one", "state": "as it was"},
    "custom_post": {"id": "thing-2", "name": "two", "state": "made"},
    "custom_put": {"id": "thing-3", "name": "three", "state": "put", "size": 1000},
}
# What the calls of a session are that are one request.
REQUESTS = {"session_run": "execute", "session_read": "download", "session_write": "upload", "session_close": "delete"}


def operation_of(target: str) -> str:
    """The operation of a request's target."""
    end = target.partition("?")[0].rpartition("/")[2]
    return end if end in JSON or end in ("download", "create") else "list"


def plain(operation: str) -> str:
    """The operation that a request is of, however often its bytes can be had."""
    return REQUESTS.get(operation, operation.removesuffix("_once"))


def body(operation: str) -> bytes:
    operation = plain(operation)
    return FILE if operation == "download" else json.dumps(JSON[operation]).encode()


def content_type(operation: str) -> str:
    return "application/octet-stream" if plain(operation) == "download" else "application/json"


def chunks(data: bytes, size: int = 40) -> bytes:
    """The data in chunks, without the last one, which ends them."""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def whole(
    operation: str,
    status: str = "200 OK",
    headers: dict | None = None,
    text: str | None = None,
    data: bytes | None = None,
) -> bytes:
    """An ordinary answer."""
    data = body(operation) if data is None else data
    data = data if text is None else text.encode("latin-1")
    fields = {"Content-Type": content_type(operation), "Content-Length": len(data), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + data
