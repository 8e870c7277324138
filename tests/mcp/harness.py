"""A sandbox-sdk-mcp at the other end of two pipes, spoken to message by message."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/release/bin"
PROGRAM = Path(os.environ.get("SANDBOX_SDK_MCP") or BIN / "sandbox-sdk-mcp").resolve()

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
PREFIX = "io.modelcontextprotocol/"
META = {
    f"{PREFIX}protocolVersion": MODERN,
    f"{PREFIX}clientCapabilities": {},
    f"{PREFIX}clientInfo": {"name": "test", "version": "1"},
}
# A host passes few variables on: beside those of every program, what makes another build of it tell of itself.
ENVIRONMENT = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")} | {
    name: value
    for name, value in os.environ.items()
    if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "SANDBOX_SDK_SANDBOXD")
}
IS_OTHER_BUILD = PROGRAM.parent != BIN


class Host:
    """What starts the server. Sends what it is told to, also what no client would."""

    def __init__(
        self, *arguments: str, environment: dict[str, str] | None = None, program: Path = PROGRAM, session: bool = False
    ):
        self.process = subprocess.Popen(
            [str(program), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT | (environment or {}),
            start_new_session=session,
        )
        self.buffer = b""
        self.errors = b""
        self.last_id = 0

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    # ---- out ----

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def request(self, method: str, params: dict | None = None, modern: bool = False) -> int:
        """Gives the id of the request."""
        self.last_id += 1
        message = {"jsonrpc": "2.0", "id": self.last_id, "method": method}
        if modern:
            params = (params or {}) | {"_meta": META | (params or {}).get("_meta", {})}
        if params is not None:
            message["params"] = params
        self.send(message)
        return self.last_id

    def notify(self, method: str, params: dict) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    # ---- in ----

    def line(self, seconds: float = 20) -> bytes:
        """The next line; b"": the output has ended."""
        assert self.process.stdout
        until = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError("the server says nothing")
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                return b""
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def message(self, seconds: float = 20) -> dict:
        line = self.line(seconds)
        assert line, "the server has ended"
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    def answer(self, identity: object, seconds: float = 20) -> dict:
        """The answer to one request, which has to be the next message."""
        message = self.message(seconds)
        assert message["id"] == identity, message
        return message

    def ask(self, method: str, params: dict | None = None, modern: bool = False) -> dict:
        return self.answer(self.request(method, params, modern))

    def error(self, data: bytes) -> tuple[object, int]:
        """The id and the code with which a line is refused."""
        self.write(data + b"\n")
        message = self.message()
        assert "result" not in message
        return message["id"], message["error"]["code"]

    def call(self, tool: str, modern: bool = False, **arguments: object) -> dict:
        """The result of a tool."""
        answer = self.ask("tools/call", {"name": tool, "arguments": arguments}, modern)
        assert "result" in answer, answer
        return answer["result"]

    def shake_hands(self, version: str = LEGACY) -> dict:
        params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        result = self.ask("initialize", params)["result"]
        self.notify("notifications/initialized", {})
        return result

    def error_line(self, seconds: float = 20) -> str:
        """The next line on standard error, without its end."""
        assert self.process.stderr
        until = time.monotonic() + seconds
        line = b""
        while not line.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stderr], [], [], left)[0]:
                raise TimeoutError("the server says nothing on standard error")
            character = os.read(self.process.stderr.fileno(), 1)
            assert character, "standard error has ended"
            line += character
        self.errors += line
        return line[:-1].decode()

    # ---- the process ----

    def most_resident(self) -> int:
        """How much memory the server has had at most, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) >> 10

    # ---- the end ----

    def end(self, seconds: float = 20) -> tuple[int, bytes, str]:
        """Closes the input. The status, what was still said, and the errors."""
        out, errors = self.process.communicate(timeout=seconds)
        return self.process.returncode, self.buffer + out, (self.errors + errors).decode()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def text_of(result: dict) -> str:
    """All text of a result."""
    return "".join(block.get("text", "") for block in result["content"])
