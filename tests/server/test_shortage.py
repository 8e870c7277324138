"""What runs short: disk, descriptors, processes, sizes of files. The server says so, and goes on afterwards."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import resource
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import IS_ROOT, OTHER_USER, read_proc, wait_until


@contextlib.contextmanager
def small_disk(directories, size: str):
    path = directories.new()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_full_disk(start, directories):
    """Whatever fills the disk, deleting the sandbox that did it frees it again."""
    with small_disk(directories, "4m") as state:
        server = start("--state", str(state))
        small, large = server.create(), server.create()
        server.execute(large, "cat /dev/zero > /data/large; cat /dev/zero > /data/rest")
        assert server.upload(small, "/data/x", b"x" * 100_000).status == 507
        answers = [server.call("POST", "/v1/sandboxes/create") for _ in range(3)]
        assert {answer.status for answer in answers} == {507}
        assert server.output(small, "echo still works") == "still works\n"
        assert {sandbox["id"] for sandbox in server.list()} == server.folders() == {small["id"], large["id"]}
        answer = server.call("DELETE", f"/v1/sandboxes/{large['id']}/delete")
        assert answer.status == 200, answer.body
        assert server.folders() == {small["id"]}
        assert server.upload(small, "/data/x", b"x" * 100_000).status == 200
        assert server.stop() == 0


@contextlib.contextmanager
def eaten(disk: Path):
    """Whatever becomes free is taken at once."""
    ends = threading.Event()

    def eat() -> None:
        with (disk / "eaten").open("wb", buffering=0) as file:
            while not ends.is_set():
                with contextlib.suppress(OSError):
                    while not ends.is_set():
                        file.write(b"x" * 4096)
                ends.wait(0.001)

    thread = threading.Thread(target=eat)
    thread.start()
    try:
        assert wait_until(lambda: os.statvfs(disk).f_bavail == 0)
        yield
    finally:
        ends.set()
        thread.join()


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_deletions_on_a_disk_that_stays_full(start, directories):
    """What they free is not what they need."""
    with small_disk(directories, "32m") as disk:
        state = disk / "state"
        state.mkdir(mode=0o700)
        server = start("--state", str(state))
        large = {f"V{number}": "x" * 100_000 for number in range(5)}
        sandboxes = [server.create(env_vars=large if number % 10 == 5 else {}) for number in range(40)]
        volumes = [server.call("POST", "/v1/volumes/create", {}).json for _ in range(20)]
        for sandbox in sandboxes:
            assert server.upload(sandbox, "/data/f", b"x").status == 200
        with eaten(disk):
            assert server.output(sandboxes[0], "rm /data/f; ls /data") == ""
            for number, sandbox in enumerate(sandboxes):
                headers = {"Idempotency-Key": f"key {number}"} if number % 2 else {}
                answer = server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", headers=headers)
                assert answer.status == 200, (number, answer.body)
            for volume in volumes:
                answer = server.call("DELETE", f"/v1/volumes/{volume['id']}/delete")
                assert answer.status == 200, answer.body
            assert server.list() == []
            assert server.folders() == set()
            server.kill()
        again = start("--state", str(state))
        assert again.list() == []
        assert again.stop() == 0
        assert again.errors == b""


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_deletions_after_a_start_on_a_full_disk(start, directories, end):
    """The databases have their room again before anything of a sandbox can take it."""
    with small_disk(directories, "12m") as disk:
        state = disk / "state"
        state.mkdir(mode=0o700)
        server = start("--state", str(state))
        sandboxes = [server.create() for _ in range(20)]
        server.execute(sandboxes[0], "cat /dev/zero > /data/large; cat /dev/zero > /data/rest")
        getattr(server, end)()
        again = start("--state", str(state))
        again.execute(sandboxes[0], "cat /dev/zero >> /data/large; cat /dev/zero >> /data/rest")
        with eaten(disk):
            for number, sandbox in enumerate(sandboxes):
                answer = again.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
                assert answer.status == 200, (number, answer.body)
            assert again.folders() == set()
        assert again.stop() == 0
        assert again.errors == b""


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_few_descriptors(start):
    """Connections that there is no room for are closed: the server neither spins nor fails other commands."""

    def ticks():
        return sum(int(field) for field in read_proc(server.pid, "stat").rsplit(b")", 1)[1].split()[11:13])

    def execute(_):
        try:
            return server.execute(sandbox, "sleep 0.05; echo hi")["stdout"]
        except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
            return "closed"

    server = start("--ephemeral", prefix=["prlimit", "--nofile=64:64"])
    sandbox = server.create()
    clients = [socket.create_connection((server.host, server.port), timeout=5) for _ in range(100)]
    time.sleep(0.3)
    before = ticks()
    time.sleep(0.5)
    assert ticks() - before < 10
    for client in clients:
        client.close()
    # There is room again as soon as the server has seen that they are gone.
    assert wait_until(lambda: execute(0) == "hi\n")
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(execute, range(20)))
    assert answers <= {"hi\n", "closed"}
    assert "hi\n" in answers


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_sandboxes_leave_connections_their_descriptors(start):
    server = start("--ephemeral", prefix=["prlimit", "--nofile=128:128"])
    answers = [server.call("POST", "/v1/sandboxes/create") for _ in range(40)]
    made = [answer.json for answer in answers if answer.status == 200]
    assert len(made) == 24
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.error["type"]) for answer in refused} == {(503, "unavailable")}
    assert "open files" in refused[0].error["message"]
    assert refused[0].headers["Retry-After"] == "1"
    for sandbox in made:
        assert server.output(sandbox, "cat", stdin="works") == "works"
        assert server.upload(sandbox, "/data/f", b"x").status == 200
        assert server.download(sandbox, "/data/f").body == b"x"
    assert server.call("DELETE", f"/v1/sandboxes/{made[0]['id']}/delete").status == 200
    assert server.output(server.create(), "echo works") == "works\n"
    assert server.stop() == 0
    assert server.errors == b""


def test_no_descriptor_left(start):
    """For a while: what needs one is refused, nothing breaks, and nothing of it stays."""
    server = start("--ephemeral", user=os.geteuid())  # whose limits can be set
    sandbox = server.create()
    path = f"/v1/sandboxes/{sandbox['id']}"
    assert server.upload(sandbox, "/data/f", b"kept").status == 200
    held = {int(each.name) for each in Path(f"/proc/{server.pid}/fd").iterdir()}
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    free = next(number for number in itertools.count() if number not in held)
    for more in range(8):
        # The first of them is the connection's own.
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (free + 1 + more, hard))
        answers = [
            server.call("POST", "/v1/sandboxes/create"),
            server.call("POST", f"{path}/execute", {"command": "cat", "stdin": "x"}),
            server.upload(sandbox, "/data/g", b"new"),
            server.download(sandbox, "/data/f"),
        ]
        refused = {(answer.status, answer.error["type"]) for answer in answers if answer.status != 200}
        assert refused <= {(503, "unavailable")}, [answer.body for answer in answers]
        assert more > 0 or len([answer for answer in answers if answer.status != 200]) == 4
        assert len(server.list()) == len(server.folders())
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (hard, hard))
    assert server.output(sandbox, "cat /data/f", stdin="x") == "kept"
    assert server.output(server.create(), "echo works") == "works\n"
    assert server.call("DELETE", f"{path}/delete").status == 200
    assert server.stop() == 0
    assert server.errors == b""


@pytest.mark.skipif(not IS_ROOT or shutil.which("prlimit") is None, reason="needs a user without other processes")
def test_few_processes(start):
    """A command that could not be started says so; it is not reported as one that was killed."""

    def execute(_):
        try:
            answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "exec sleep 0.3"})
        except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
            return "closed"
        return answer.json["status"] if answer.status == 200 else answer.error["type"]

    prefix = ["prlimit", "--nproc=20:20"]
    server = start("--ephemeral", user=OTHER_USER + 1, prefix=prefix, env={"TMPDIR": "/tmp"})
    sandbox = server.create()
    for _ in range(3):
        with ThreadPoolExecutor(16) as pool:
            answers = set(pool.map(execute, range(16)))
        assert answers <= {"completed", "unavailable", "closed"}
    assert server.output(sandbox, "echo still works") == "still works\n"


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_limited_file_size(start):
    """A limit that the server inherits is an error of the upload, not the server's end."""
    server = start("--ephemeral", prefix=["prlimit", "--fsize=1000000:1000000"])
    sandbox = server.create()
    answer = server.upload(sandbox, "/data/x", b"x" * 3_000_000)
    assert answer.status == 413, answer.body
    assert server.output(sandbox, "ls /data") == ""
