"""What a server has while a session is made and used: a sandbox, and the archives in it."""

from __future__ import annotations

import io
import json
import re
import tarfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from . import answers

if TYPE_CHECKING:
    from .script import Request

# A directory of this machine on its way to a sandbox, and one of a sandbox on its way here. The mark is compare.BODY.
TREE = {"a": b"canary-body-3f9c1d " * 200, "below/b": bytes(range(256)) * 40, "below/empty": b"", "link": "a"}
# What is there before where a directory is fetched into one that exists.
OLD = {"a": b"as it was", "own": b"nobody else's"}
# What an archive may have at its end that must not be unpacked: a link that stays inside may, a way through it not.
EVIL = {
    "with a way out": {"../outside": b"out"},
    "with a link as a way": {"way": "below", "way/outside": b"out"},
}
ARCHIVE = re.compile(rb"\.sandbox-sdk-[0-9a-f]{16}\.tar")
# Safety of the requests that a session's calls are made of.
SAFETY = {
    "create": "unsafe",
    "list": "safe",
    "upload": "idempotent",
    "archive": "unsafe",
    "execute": "unsafe",
    "cleanup": "idempotent",
    "download": "safe",
}


def write_tree(folder: Path, tree: dict[str, bytes | str]) -> Path:
    folder.mkdir()
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
    return folder


def read_tree(folder: Path) -> dict[str, bytes | str]:
    """All that is below a folder, but for folders."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def archive(kind: str) -> bytes:
    """The directory as `tar` gives it, or something in its place."""
    entries = [*TREE.items(), *EVIL.get(kind, {}).items()]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(f"./{name}")
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                content = b""
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    data = made.getvalue()
    return {"cut": data[:5000], "none": b"<html>Log in</html>"}.get(kind, data)


class World:
    """It does what whole requests ask for, unless the fault says that it does not."""

    def __init__(self, fault: dict) -> None:
        self.fault = fault
        self.lock = threading.Lock()
        self.name = ""
        self.exists = False
        self.archives: set[bytes] = set()
        self.lists = 0

    def kind(self, operation: str, request: Request) -> str:
        """What a request is for: commands that remove an archive are no others, nor is what the server is to unpack."""
        if operation == "upload" and request.header("content-type") == "application/x-tar":
            return "archive"
        return "cleanup" if operation == "execute" and b"rm -f" in request.body else operation

    def take(self, kind: str, head: bytes, body: bytes) -> None:
        if kind in self.fault.get("undone", []):
            return
        with self.lock:
            if kind == "create":
                self.name, self.exists = json.loads(body)["name"], True
            elif kind == "list":
                self.lists += 1
            elif kind == "delete":
                self.exists = False
            elif kind == "cleanup":
                self.archives -= set(ARCHIVE.findall(body))
            elif kind in ("upload", "execute"):
                self.archives |= set(ARCHIVE.findall(body))

    def sandbox(self) -> dict:
        after = self.fault.get("ready_after", 0)
        status = after if isinstance(after, str) else "running" if self.lists >= after else "pending"
        return {"id": "sb-1", "name": self.name, "status": status}

    def body(self, operation: str) -> bytes:
        """The answer of a server in good health."""
        if operation == "create":
            data = self.sandbox()
        elif operation == "list":
            data = answers.PAGE | {"data": [self.sandbox()] if self.exists else []}
        elif operation == "execute":
            data = answers.JSON["execute"] | {"exit_code": self.fault.get("exit_code", 0)}
        elif operation == "download":
            return archive(self.fault.get("archive", "whole"))
        else:
            return answers.body(operation)
        return json.dumps(data).encode()
