"""Raw requests to a server, as strangers, pages and broken clients make them, and what it holds afterwards."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from pathlib import Path

from harness import IS_ASAN, status_field

LIST = "/v1/sandboxes/list"
CREATE = "/v1/sandboxes/create"
MIB = 1024 * 1024
# What the allocator keeps for later, whatever was there meanwhile. AddressSanitizer keeps 256 MiB for no use.
SLACK = (24 + (300 if IS_ASAN else 0)) * MIB


# ---- what the server holds ----


def memory(server) -> int:
    return int(status_field(server.pid, "VmRSS")[0]) * 1024


def descriptors(server) -> int:
    return sum(1 for _ in Path(f"/proc/{server.pid}/fd").iterdir())


def threads(server) -> int:
    return int(status_field(server.pid, "Threads")[0])


def connections(server) -> int:
    text = server.call("GET", "/metrics").body.decode()
    return sum(int(count) for count in re.findall(r'sandboxd_connections{key="[a-z ]+"} (\d+)', text))


def is_alone(server) -> bool:
    """No connection but the one that asks."""
    return connections(server) == 1


def dial(server, timeout: float = 20) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=timeout)


# ---- speaking ----


def head(server, method="GET", path=LIST, *lines: str, key=True, host="localhost", version="HTTP/1.1") -> bytes:
    """The head of a request, with its empty line."""
    known = [f"Host: {host}"] if host is not None else []
    known += [f"x-api-key: {server.key}"] if key else []
    return "".join(f"{line}\r\n" for line in [f"{method} {path} {version}", *known, *lines, ""]).encode("latin-1")


def post(server, *lines: str, path=CREATE, kind="application/json") -> bytes:
    return head(server, "POST", path, f"Content-Type: {kind}", *lines)


def say(server, data: bytes, timeout: float = 20) -> bytes:
    """All that comes back for these bytes, also when the server ends the connection before they are all out."""
    answer = b""
    with dial(server, timeout) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def reset(connection: socket.socket) -> None:
    """Ends it with an RST in place of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
