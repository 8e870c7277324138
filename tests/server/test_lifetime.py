"""Stopping, being killed, starting again, and the owner."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from harness import (
    BINARY,
    IS_ROOT,
    Server,
    descendants,
    form,
    is_alive,
    processes_with,
    sleepers,
    wait_until,
)

# ---- restart ----


def test_everything_is_there_after_a_restart(start, directories):
    state = str(directories.new())
    server = start("--state", state)
    server.import_image("i")
    made = [
        server.create(name=f"n{i}", image="i", env_vars={"A": f"v{i}"}, resources={"cpus": i + 1}) for i in range(3)
    ]
    server.upload(made[0], "/data/f", b"kept")
    server.output(made[0], "echo kept > ~/g; ln -s g ~/l; chmod 751 /data; mkdir -m 700 /tmp/d")
    gone = server.create()
    server.call("DELETE", f"/v1/sandboxes/{gone['id']}/delete")
    before, key = server.list(), server.key
    assert server.stop() == 0
    again = start("--state", state)
    assert again.key == key
    assert again.list() == before
    assert again.download(made[0], "/data/f").body == b"kept"
    assert again.output(made[0], "cat ~/l; stat -c %a /data /tmp/d; echo $A") == "kept\n751\n700\nv0\n"
    assert again.output(made[2], "echo $A") == "v2\n"
    assert again.call("POST", "/v1/sandboxes/create", {"name": "n0"}).status == 409


def test_what_a_killed_server_left_half_made_is_removed(start, directories):
    """The states that a kill can leave, made by hand."""
    state = directories.new()
    server = start("--state", str(state))
    kept, hidden = server.create(), server.create()
    server.upload(kept, "/data/f", b"kept")
    server.kill()
    sandboxes = state / "bwrap/sandboxes"
    (sandboxes / "sbx-never-acknowledged/root/data").mkdir(parents=True)
    (sandboxes / "probe").mkdir()
    (sandboxes / kept["id"] / "incoming/put-123").write_text("half")
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database, database:
        database.execute("UPDATE sandboxes SET hidden = 1, name = NULL WHERE id = ?", (hidden["id"],))
    again = start("--state", str(state))
    assert [one["id"] for one in again.list()] == [kept["id"]]
    assert again.folders() == {kept["id"]}
    assert list((again.folder(kept) / "incoming").iterdir()) == []
    assert again.download(kept, "/data/f").body == b"kept"
    assert again.upload(kept, "/data/g", b"works").status == 200


def test_database_removed_while_the_server_runs(start, directories):
    """What would not be there after a restart is not acknowledged."""
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    (state / "state.db").rename(state / "elsewhere.db")
    for method, path in [("POST", "create"), ("DELETE", f"{sandbox['id']}/delete")]:
        answer = server.call(method, f"/v1/sandboxes/{path}")
        assert (answer.status, answer.error["type"]) == (500, "internal_error")
    assert server.folders() == {sandbox["id"]}
    (state / "elsewhere.db").rename(state / "state.db")
    server.create()
    assert server.stop() == 0
    assert b"state.db" in server.errors


def test_stop_while_the_engine_does_not_answer(start):
    """The keeper may be stopped, by a person or a debugger."""
    server = start("--ephemeral", "--grace", "0")
    (keeper,) = descendants(server.pid)
    os.kill(keeper, signal.SIGSTOP)
    connection = server.connection()
    server.send(connection, "POST", "/v1/sandboxes/create", {})
    time.sleep(0.3)
    assert server.stop(timeout=10) == 0
    connection.close()
    assert not server.state.exists()


def test_lost_files_are_said(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.stop()
    for path, folders, files in os.walk(state / "bwrap/sandboxes" / sandbox["id"], topdown=False):
        for name in folders:
            (Path(path) / name).rmdir()
        assert files == []
    (state / "bwrap/sandboxes" / sandbox["id"]).rmdir()
    again = start("--state", str(state))
    assert again.output(sandbox, "echo empty again") == "empty again\n"
    again.stop()
    assert sandbox["id"].encode() in again.errors


@pytest.mark.parametrize("moment", range(12))
def test_killed_while_commands_start(start, mark, moment):
    """Bubblewrap is killed at any point of its own set-up, and leaves nothing."""
    server = start("--ephemeral")
    sandbox = server.create()
    threads = []

    def run():
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.execute(sandbox, f"setsid sleep {mark}")

    for _ in range(4):
        threads.append(threading.Thread(target=run))
        threads[-1].start()
    time.sleep(moment * 0.002)
    tree = descendants(server.pid)
    server.kill()
    for thread in threads:
        thread.join()
    time.sleep(0.05)
    assert wait_until(lambda: processes_with(mark) == [], 3)
    assert wait_until(lambda: not any(is_alive(pid) for pid in tree), 3)


# ---- stop ----


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stop(start, directories, number):
    temporary = directories.new()
    server = start("--ephemeral", env={"TMPDIR": str(temporary)})
    sandbox = server.create()
    server.output(sandbox, "mkdir -p /data/a; touch /data/a/b; chmod 0 /data/a")
    idle = server.connection()
    server.send(idle, "GET", "/v1/sandboxes/list")
    idle.getresponse().read()
    begun = time.monotonic()
    assert server.stop(number) == 0
    assert time.monotonic() - begun < 2, "idle connections do not hold it up"
    assert (server.rest, server.errors) == (b"", b"")
    assert list(temporary.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))


def in_background(server, sandbox, command):
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(sandbox, command)))
    thread.start()
    return thread, results


def test_grace(start, mark):
    server = start("--ephemeral", "--grace", "10")
    sandbox = server.create()
    waiting = server.connection()
    server.send(waiting, "GET", "/v1/sandboxes/list")
    waiting.getresponse().read()
    thread, results = in_background(server, sandbox, f"sleep 1.{mark}; echo finished")
    assert wait_until(lambda: sleepers(f"1.{mark}"))
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    server.send(waiting, "GET", "/v1/sandboxes/list")
    response = waiting.getresponse()
    assert (response.status, json.loads(response.read())["error"]["type"]) == (503, "unavailable")
    with pytest.raises(OSError), socket.create_connection((server.host, server.port)) as late:
        late.settimeout(0.3)
        late.recv(1)
    begun = time.monotonic()
    assert server.process.wait(10) == 0
    assert time.monotonic() - begun < 3, "no longer than the command"
    thread.join()
    assert results[0]["stdout"] == "finished\n"


def test_end_of_the_grace(start, mark):
    server = start("--ephemeral", "--grace", "1")
    thread, results = in_background(server, server.create(), f"echo begun; trap '' TERM; sleep {mark}")
    assert wait_until(lambda: sleepers(mark))
    begun = time.monotonic()
    assert server.stop() == 0
    assert 1 <= time.monotonic() - begun < 3
    thread.join()
    assert (results[0]["status"], results[0]["exit_code"], results[0]["stdout"]) == ("error", 137, "begun\n")
    assert processes_with(mark) == []


def test_asked_twice(start, mark):
    server = start("--ephemeral", "--grace", "60")
    thread, _ = in_background(server, server.create(), f"sleep {mark}")
    assert wait_until(lambda: sleepers(mark))
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 2
    thread.join()


def test_stop_during_an_upload(start, directories):
    temporary = directories.new()
    server = start("--ephemeral", "--grace", "0", env={"TMPDIR": str(temporary)})
    sandbox = server.create()
    headers, body = form("/data/f", b"x" * 1_000_000)
    with socket.create_connection((server.host, server.port)) as connection:
        head = f"POST /v1/sandboxes/{sandbox['id']}/upload HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
        head += f"Content-Type: {headers['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:500_000])
        assert wait_until(lambda: list((server.folder(sandbox) / "incoming").iterdir()))
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 3
    assert list(temporary.iterdir()) == []


# ---- owner ----

OWNER = """
import os, signal, subprocess, sys, threading, time
binary, what, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]

def begin():
    global server
    owner = os.pidfd_open(os.getpid())
    server = subprocess.Popen([binary, "--owner-fd", str(owner), *arguments], stdout=subprocess.PIPE, pass_fds=[owner])
    os.close(owner)
    print(server.stdout.readline().decode(), end="", flush=True)

if what == "thread":  # the thread that started the server ends; the owner does not
    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
else:
    begin()
if what == "fork":  # a child outlives its parent, with everything that is inherited
    if os.fork() == 0:
        os.setsid()
        print(os.getpid(), flush=True)
        time.sleep(30)
        os._exit(0)
sys.stdin.readline()
if what == "exit":
    sys.exit(0)
if what == "exec":
    os.execvp("sleep", ["sleep", "30"])
time.sleep(30)
"""


class Owned(Server):
    """A server that was started by another process, its owner."""

    def __init__(self, what: str, *arguments: str, env: dict):
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(BINARY), what, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **env},
        )
        self.ready = self._read_ready()
        self.pid, self.state = self.ready["pid"], Path(self.ready["state"])
        self.key = Path(self.ready["key_file"]).read_text().strip()
        self.socket, self.host = None, "127.0.0.1"
        self.port = int(self.ready["url"].rsplit(":", 1)[1])

    def is_gone(self) -> bool:
        return not is_alive(self.pid)


@pytest.fixture
def own(directories):
    temporary = directories.new()
    made = []

    def start_owned(what: str, *arguments: str) -> Owned:
        made.append(Owned(what, *arguments, env={"TMPDIR": str(temporary)}))
        return made[-1]

    start_owned.temporary = temporary
    yield start_owned
    for one in made:
        one.process.kill()
        one.process.communicate()
        assert wait_until(one.is_gone)


def test_owner_is_killed(own, mark):
    server = own("stay", "--ephemeral", "--grace", "60")
    sandbox = server.create()

    def run():
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.execute(sandbox, f"setsid sleep {mark} & sleep {mark}")

    thread = threading.Thread(target=run)
    thread.start()
    assert wait_until(lambda: len(sleepers(mark)) == 2)
    tree = [server.pid, *descendants(server.pid)]
    assert len(tree) >= 6
    server.process.kill()
    assert wait_until(server.is_gone, 2), "at once, whatever the grace"
    assert not any(is_alive(pid) for pid in tree)
    assert processes_with(mark) == []
    assert list(own.temporary.iterdir()) == [], "no file is left"
    thread.join()


def test_owner_exits(own):
    server = own("exit", "--ephemeral")
    assert server.list() == []
    server.process.stdin.write(b"\n")
    server.process.stdin.flush()
    assert wait_until(server.is_gone, 3)
    assert list(own.temporary.iterdir()) == []


def test_end_of_the_owners_thread_changes_nothing(own):
    server = own("thread", "--ephemeral")
    time.sleep(0.5)
    assert server.output(server.create(), "echo still there") == "still there\n"
    server.process.kill()
    assert wait_until(server.is_gone, 2)


def test_forked_child_of_the_owner_keeps_nothing_alive(own):
    server = own("fork", "--ephemeral")
    child = int(server.process.stdout.readline())
    assert server.list() == []
    server.process.kill()
    assert wait_until(server.is_gone, 2)
    assert is_alive(child)
    os.kill(child, signal.SIGKILL)
    assert list(own.temporary.iterdir()) == []


def test_owner_that_executes_another_program_is_still_the_owner(own):
    server = own("exec", "--ephemeral")
    server.process.stdin.write(b"\n")
    server.process.stdin.flush()
    assert wait_until(lambda: Path(f"/proc/{server.process.pid}/comm").read_text() == "sleep\n")
    assert server.list() == []


def test_owner_that_has_ended_before_the_start(directories):
    temporary = directories.new()
    with subprocess.Popen(["sleep", "100"]) as owner:
        fd = os.pidfd_open(owner.pid)
        owner.kill()
    server = subprocess.Popen(
        [str(BINARY), "--ephemeral", "--owner-fd", str(fd)],
        pass_fds=[fd],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    os.close(fd)
    server.communicate(timeout=10)
    assert server.returncode == 0
    assert list(temporary.iterdir()) == []


def test_state_of_an_owned_server_stays_when_it_is_not_ephemeral(own, start, directories):
    state = directories.new()
    server = own("stay", "--state", str(state))
    sandbox = server.create(name="kept")
    server.process.kill()
    assert wait_until(server.is_gone, 2)
    assert [one["id"] for one in start("--state", str(state)).list()] == [sandbox["id"]]


@pytest.mark.skipif(not IS_ROOT, reason="reads the descriptors of all processes")
def test_the_owners_pidfd_is_not_inherited_further(own, mark):
    server = own("stay", "--ephemeral")
    sandbox = server.create()
    thread = threading.Thread(target=lambda: server.execute(sandbox, f"sleep {mark}", timeout=1))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    for pid in descendants(server.pid):
        targets = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        assert not any("pidfd" in target or "state.db" in target or "lock" in target for target in targets), targets
    thread.join()
