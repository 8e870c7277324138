"""A sandboxd for the benchmarks, clients that cost next to nothing, and what it is compared with: bubblewrap alone."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness import BIN, Broken, environment

# As whom bubblewrap runs alone, where the server is root: nobody's on any distribution.
OTHER_USER = 54321


class Client:
    """One connection that is kept alive."""

    def __init__(self, server: Sandboxd):
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: 127.0.0.1\r\nx-api-key: {server.key}\r\n"

    def request(self, method: str, path: str, body: dict | None = None, header: str = "") -> bytes:
        text = b"" if body is None else json.dumps(body).encode()
        kind = "" if body is None else "Content-Type: application/json\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self.head}{header}{kind}Content-Length: {len(text)}\r\n\r\n"
        return head.encode() + text

    def send(self, request: bytes) -> bytes:
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = self.socket.recv(65536)
            if not piece:
                raise Broken("sandboxd closed a connection")
            answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self.socket.recv(65536)
        if not head.startswith(b"HTTP/1.1 200"):
            raise Broken(f"sandboxd answered {head[:20]!r}: {body[:200]!r}")
        return body

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        return json.loads(self.send(self.request(method, path, body)))

    def create(self) -> str:
        return self.call("POST", "/v1/sandboxes/create", {})["id"]

    def execute(self, sandbox: str, command: str) -> str:
        return self.call("POST", f"/v1/sandboxes/{sandbox}/execute", {"command": command})["stdout"]

    def close(self) -> None:
        self.socket.close()


class Sandboxd:
    def __init__(self, *arguments: str):
        self.process = subprocess.Popen(
            [str(BIN / "sandboxd"), *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment()
        )
        readable, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.process.kill()
            raise Broken("sandboxd did not start; its complaint stands above")
        ready = json.loads(line)
        self.pid = ready["pid"]
        self.port = int(ready["url"].rpartition(":")[2])
        self.key = Path(ready["key_file"]).read_text().strip()

    def processes(self) -> list[int]:
        """All beneath the server, itself not among them."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        found = [self.pid]
        for parent in found:
            found += [child for child, of in parents.items() if of == parent]
        return found[1:]

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait()


@contextlib.contextmanager
def sandboxd(*arguments: str) -> Iterator[Sandboxd]:
    server = Sandboxd(*(arguments or ("--ephemeral",)))
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def state_directory() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-sandboxd-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# What a sandbox of the server sees, less what is masked of /proc; `same_mounts` says whether that is still so.
BWRAP = (
    "bwrap --unshare-all --unshare-user --new-session --die-with-parent --as-pid-1 --disable-userns --cap-drop ALL"
    " --uid 1000 --gid 1000 --hostname sandbox --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/sbin /sbin"
    " --symlink usr/lib /lib --symlink usr/lib64 /lib64 --ro-bind {0}/etc /etc --proc /proc {1} --dev /dev"
    " --size 67108864 --tmpfs /dev/shm --remount-ro /dev --symlink /tmp /var/tmp --dir /run --bind {0}/data /data"
    " --bind {0}/tmp /tmp --bind {0}/home /home/sandbox --remount-ro / --chdir / --"
)


class BareBwrap:
    """Bubblewrap alone, with the same namespaces and mounts: what one spawn of `true` takes is the unit."""

    def __init__(self, folder: Path, masked: list[str]):
        self.identity = {"user": OTHER_USER, "group": OTHER_USER, "extra_groups": []} if os.geteuid() == 0 else {}
        folder.chmod(0o755)
        for name in ("etc", "data", "tmp", "home", "empty"):
            (folder / name).mkdir()
            if self.identity:
                os.chown(folder / name, OTHER_USER, OTHER_USER)
        program = shutil.copy2(BIN / "bench_spawn", folder / "spawn")
        masks = [f"--ro-bind {folder / 'empty' if Path(name).is_dir() else '/dev/null'} {name}" for name in masked]
        words = BWRAP.format(folder, " ".join(masks)).split()
        words[0] = shutil.which("bwrap") or "bwrap"
        self.command = [program, "1", *words]

    def run(self, *command: str) -> str:
        return subprocess.run(
            [*self.command, *command], check=True, capture_output=True, text=True, env={}, cwd="/", **self.identity
        ).stdout

    def spawn(self, count: int) -> float:
        """Milliseconds that one takes."""
        self.command[1] = str(count)
        measured = json.loads(self.run("/usr/bin/true"))
        return measured["wall_ns"] / measured["calls"] / 1e6


@contextlib.contextmanager
def bare_bwrap(client: Client, sandbox: str) -> Iterator[BareBwrap]:
    """With the mounts of this sandbox."""
    look = "cut -d' ' -f5 /proc/self/mountinfo | sort"
    ours = client.execute(sandbox, look).splitlines()
    folder = Path(tempfile.mkdtemp(prefix="bench-bwrap-", dir="/tmp"))
    try:
        bare = BareBwrap(folder, [path for path in ours if path.startswith("/proc/")])
        theirs = bare.run("/bin/sh", "-c", look).rpartition("{")[0].splitlines()
        if theirs != ours:
            raise Broken(f"bubblewrap alone has other mounts than a sandbox: {theirs} and {ours}")
        yield bare
    finally:
        shutil.rmtree(folder, ignore_errors=True)
