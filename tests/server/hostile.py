"""What the hostile suite is made of: programs that attack from inside, and looks from the host at what came of it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from harness import descendants, is_alive, read_proc, status_field

FULL = bool(os.environ.get("SBX_FULL"))
SECRET = b"a secret of the host, which no sandbox may read"
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")

needs_x86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")


@functools.cache
def compiled(source: str) -> bytes:
    """A program in C. The sandbox has this machine's /usr, so what runs here runs there."""
    if not shutil.which("gcc"):
        pytest.skip("needs gcc, which is not installed")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        subprocess.run(
            ["gcc", "-O1", "-w", "-pthread", "-x", "c", "-", "-o", str(program)], input=source.encode(), check=True
        )
        return program.read_bytes()


def plant(server, sandbox, name: str, source: str) -> str:
    """Puts a program in C into the sandbox. Returns its path there."""
    path = f"/tmp/{name}"
    assert server.upload(sandbox, path, compiled(source)).status == 200
    server.output(sandbox, f"chmod 755 {path}")
    return path


def python(server, sandbox, code: str, **params) -> dict:
    assert server.upload(sandbox, "/tmp/attack.py", code.encode()).status == 200
    return server.execute(sandbox, "exec python3 /tmp/attack.py", **params)


def attack(server, sandbox, code: str) -> str:
    """What an attack says that comes to its end. One that ends before, by a fault of its own, has attacked nothing."""
    result = python(server, sandbox, f"{code}\nprint('tried')\n")
    assert result["exit_code"] == 0, result
    assert result["stdout"].endswith("tried\n"), result
    return result["stdout"].removesuffix("tried\n")


def on_the_host(code: str) -> str:
    """What the same attack says where nothing keeps it from anything."""
    return subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def meanwhile(server, sandbox, command: str, **params):
    """A command that runs in the background of a test; whatever becomes of it."""
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(server.call("POST", path, {"command": command, "timeout": 60, **params}))
    )
    thread.start()
    yield answers
    thread.join()


# ---- the host's view ----


def link(path) -> str:
    return str(Path(path).readlink())


def names(path) -> list[str]:
    return [entry.name for entry in Path(path).iterdir()]


def inits(server) -> dict[str, int]:
    """The first process of each sandbox, by the sandbox's id."""
    found = {}
    for pid in descendants(server.pid):
        if status_field(pid, "Name") == ["sandbox-init"] and status_field(pid, "NSpid")[-1] == "1":
            for line in read_proc(pid, "mountinfo").decode().splitlines():
                fields = line.split()
                if fields[4] == "/data":
                    found[fields[3].split("/sandboxes/")[1].split("/")[0]] = pid
    return found


def inside(server, sandbox) -> list[int]:
    """All processes of a sandbox, by their ids on the host, without its init."""
    init = inits(server)[sandbox["id"]]
    namespace = link(f"/proc/{init}/ns/pid")
    found = []
    for pid in descendants(server.pid):
        try:
            if pid != init and link(f"/proc/{pid}/ns/pid") == namespace and is_alive(pid):
                found.append(pid)
        except OSError:
            continue
    return found


def named(name: str) -> list[int]:
    """The processes of the whole host whose name this is, also those of which only a thread is left."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and read_proc(int(entry.name), "comm") == name.encode() + b"\n":
            threads = status_field(int(entry.name), "Threads")
            if is_alive(int(entry.name)) or (threads and int(threads[0]) > 1):
                found.append(int(entry.name))
    return found


def in_namespaces(pid: int) -> dict[str, str]:
    return {name: link(f"/proc/{pid}/ns/{name}") for name in NAMESPACES}


def is_well(server) -> bool:
    """The server works for others: a sandbox is made, used and deleted."""
    other = server.create()
    try:
        return server.output(other, "echo well") == "well\n"
    finally:
        assert server.call("DELETE", f"/v1/sandboxes/{other['id']}/delete").status == 200


def delete(server, sandbox) -> None:
    """Deletes a sandbox, whose processes and files have to be gone from the host then."""
    init = inits(server).get(sandbox["id"])
    pids = [init, *inside(server, sandbox)] if init else []
    with closing(server.connection(timeout=900)) as connection:
        server.send(connection, "DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
        assert connection.getresponse().status == 200
    assert not any(is_alive(pid) and read_proc(pid, "comm") != b"" and pid in descendants(server.pid) for pid in pids)
    assert not server.folder(sandbox).exists()


class Outside:
    """A directory of the host that everyone may read and write: that no sandbox does is not a matter of its mode."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.chmod(0o777)
        self.secret = folder / "secret"
        self.secret.write_bytes(SECRET)
        self.secret.chmod(0o666)
        (folder / "deep").mkdir()
        (folder / "deep").chmod(0o777)

    def is_untouched(self) -> bool:
        names = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        return names == {"secret", "deep"} and self.secret.read_bytes() == SECRET
