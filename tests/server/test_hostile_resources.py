"""Attempts by quantity: output, silence, memory, descriptors and what the kernel counts for a user."""

from __future__ import annotations

import json
import os
import threading
from contextlib import closing

import pytest
from harness import IS_ASAN, descendants, read_proc, status_field, wait_until
from hostile import FULL, delete, inits, inside, is_well, meanwhile, names, python


def memory(server) -> int:
    """What the server itself has, in KiB."""
    return int(status_field(server.pid, "VmRSS")[0])


@pytest.mark.parametrize(
    "command", ["exec yes", "exec cat /dev/zero", "exec cat /dev/urandom >&2", "yes & exec yes >&2"]
)
def test_output_without_end(any_server, any_sandbox, command):
    before = memory(any_server)
    result = any_server.execute(any_sandbox, command, timeout=20 if FULL else 1)
    assert result["status"] == "timeout"
    assert len(result["stdout"]) + len(result["stderr"]) < 250_000 * 3
    assert memory(any_server) < before + 20_000
    assert inside(any_server, any_sandbox) == []


# What the server may have at most, in KiB: all outputs together and what each stream may keep beside that, and its own.
PEAK = (256 + 64 + 64) << 10
LONG = 10485760


def peak(server) -> int:
    return int(status_field(server.pid, "VmHWM")[0])


def at_once(server, sandbox, count: int, command: str, look) -> list:
    """What `look` finds in the answer's bytes, of which no test holds all."""
    found = []

    def run_one():
        with closing(server.connection(timeout=120)) as connection:
            server.send(connection, "POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": command})
            answer = connection.getresponse()
            found.append(look(iter(lambda: answer.read(1 << 20), b"")))

    threads = [threading.Thread(target=run_one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == count
    return found


@pytest.fixture
def usual(start):
    """A server with the limits that it has by default."""
    server = start("--ephemeral")
    return server, server.create()


def test_long_outputs_at_once_are_whole(usual):
    """JSON makes six bytes of each NUL; the server does not hold them."""
    server, sandbox = usual

    def look(pieces):
        """The number of escapes; one may be cut by a piece's end."""
        count, rest = 0, b""
        for piece in pieces:
            rest += piece
            count += rest.count(b"\\u0000")
            rest = rest[-5:] if not rest.endswith(b"\\u0000") else b""
        return count

    command = f"head -c {LONG} /dev/zero >&2; head -c {LONG} /dev/zero"
    assert at_once(server, sandbox, 8, command, look) == [2 * LONG] * 8
    assert peak(server) < PEAK


def test_long_outputs_as_streams(usual):
    server, sandbox = usual
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    before = peak(server)
    with closing(server.connection(timeout=120)) as connection:
        server.send(connection, "POST", path, {"command": f"head -c {LONG} /dev/zero"}, {"Accept": "text/event-stream"})
        body = connection.getresponse().read()
    result = json.loads(body.split(b"event: result\ndata: ")[1])
    assert (len(result["stdout"]), result["stdout_truncated"]) == (LONG, False)
    assert peak(server) < before + 30_000


def test_outputs_for_which_there_is_no_room_are_cut(usual):
    server, sandbox = usual
    command = (
        f"yes x | tr -d '\\n' | head -c {LONG} >&2; yes x | tr -d '\\n' | head -c {LONG};"
        "mktemp /data/XXXXXX > /dev/null;"
        "while [ ! -e /tmp/go ]; do sleep 0.2; done"
    )

    def look(pieces):
        return json.loads(b"".join(pieces))

    def ask_meanwhile():
        there = server.root(sandbox) / "data"
        assert wait_until(lambda: len(names(there)) == 16, 100)
        small.append(server.output(sandbox, "echo well; sleep 1"))
        server.output(sandbox, "touch /tmp/go")

    small = []
    other = threading.Thread(target=ask_meanwhile)
    other.start()
    results = at_once(server, sandbox, 16, command, look)
    other.join()
    assert small == ["well\n"], "each has a little of its own"
    kept = 0
    for result in results:
        for stream in ("stdout", "stderr"):
            text, mark, number = result[stream].partition("\n[truncated: ")
            assert result[f"{stream}_truncated"] == bool(mark)
            if mark:
                assert text.strip("x") == ""
                assert len(text) + int(number.split()[0]) == LONG
            kept += len(text)
    assert 250 << 20 < kept < (256 << 20) + 32 * (64 << 10) + 10_000
    assert peak(server) < PEAK
    result = server.execute(sandbox, f"yes x | head -c {LONG}")
    assert (len(result["stdout"]), result["stdout_truncated"]) == (LONG, False), "there is room again"


def test_long_answers_that_are_given_again(usual):
    """Clients that do not read them keep the server from giving more, and from nothing else."""
    server, sandbox = usual
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    request = {"command": f"yes x | head -c {LONG}"}, {"Idempotency-Key": "once"}
    first = server.call("POST", path, *request).body
    connections = [server.connection(timeout=120) for _ in range(30)]
    try:
        for connection in connections:
            server.send(connection, "POST", path, *request)
        answers = [connection.getresponse() for connection in connections]
        assert {answer.status for answer in answers} == {200, 503}
        assert server.output(sandbox, "echo well") == "well\n"
        assert [answer.read() == first for answer in answers if answer.status == 200].count(False) == 0
    finally:
        for connection in connections:
            connection.close()
    # AddressSanitizer keeps much of what was freed.
    assert IS_ASAN or peak(server) < PEAK
    assert wait_until(lambda: server.call("POST", path, *request).body == first)


@pytest.mark.parametrize(
    "command",
    [
        "exec sleep 1000",
        "exec > /dev/null 2>&1 < /dev/null; sleep 1000",
        "exec >&- 2>&- <&-; exec sleep 1000",
        "exec python3 -c 'import os; os.closerange(0, 4096); os.kill(os.getpid(), 19)'",
        "cat /dev/zero > /dev/null",
    ],
    ids=["silent", "to nowhere", "closed", "stopped", "busy"],
)
def test_a_command_of_which_nothing_is_heard(any_server, any_sandbox, command):
    result = any_server.execute(any_sandbox, command, timeout=1)
    assert (result["status"], result["stdout"]) == ("timeout", "")
    assert inside(any_server, any_sandbox) == []


def test_output_to_closed_streams(any_server, any_sandbox):
    assert any_server.execute(any_sandbox, "exec >&- 2>&-; echo x; echo y >&2; exit 3")["exit_code"] == 3


def test_a_pipe_that_is_read_by_who_writes_it(any_server, any_sandbox):
    """A command can open its own stdout for reading, and make it larger: the server gets what is left."""
    code = (
        "import fcntl, os\nfcntl.fcntl(1, 1031, 1 << 20)\nfd = os.open('/proc/self/fd/1', os.O_RDWR | os.O_NONBLOCK)\n"
        "for i in range(1000):\n    os.write(fd, b'x' * 4096)\n    try: os.read(fd, 4096)\n    except OSError: pass\n"
    )
    before = memory(any_server)
    assert python(any_server, any_sandbox, code)["exit_code"] == 0
    assert memory(any_server) < before + 20_000
    assert is_well(any_server)


# Takes a part of what it may, and after a while three times as much as it may.
MEMORY = """
import os, time
kept = [bytearray(b"x") * (256 << 20)]
open("/data/ready", "w").close()
while not os.path.exists("/data/go"): time.sleep(0.02)
for _ in range(3 << 10): kept.append(bytearray(b"x") * (1 << 20))
open("/data/all", "w").close()
"""


def test_memory(any_server, any_sandbox):
    """Whoever enforces the limit: what takes more than it is ended, and would be the first to go where the machine's
    own memory ends."""
    states = {one["name"]: one["state"] for one in any_server.call("GET", "/v1/health").json["limits"]}
    any_server.upload(any_sandbox, "/tmp/memory.py", MEMORY.encode())
    with meanwhile(any_server, any_sandbox, "exec python3 /tmp/memory.py") as answers:
        data = any_server.root(any_sandbox) / "data"
        assert wait_until(lambda: (data / "ready").exists(), 20)
        pids = inside(any_server, any_sandbox)
        assert pids
        for pid in pids:
            assert int(read_proc(pid, "oom_score_adj")) == 1000
            assert int(read_proc(pid, "oom_score")) > int(read_proc(any_server.pid, "oom_score"))
        any_server.upload(any_sandbox, "/data/go", b"")
        assert wait_until(lambda: answers, 60)
    result = answers[0].json
    assert (result["status"], result["exit_code"]) == ("completed", 137), result
    assert not (data / "all").exists()
    # The kernel, which enforces it, does not say whom it has killed.
    assert states["memory"] == "enforced" or result["limit"] == "memory", result
    assert inside(any_server, any_sandbox) == []
    assert any_server.output(any_sandbox, "echo well") == "well\n"
    assert is_well(any_server)


def test_shared_memory_is_bounded(any_server, any_sandbox):
    any_server.execute(any_sandbox, "cat /dev/zero > /dev/shm/a; cat /dev/zero > /dev/shm/b")
    init = inits(any_server)[any_sandbox["id"]]
    size = os.statvfs(f"/proc/{init}/root/dev/shm")
    assert (size.f_blocks * size.f_frsize, size.f_bfree) == (64 << 20, 0)
    assert any_server.output(any_sandbox, "echo well") == "well\n"


# ---- what is counted for a host user, which all sandboxes of a server that is not root share ----

COUNTED = {
    "pipes": "import os, time\nkept = []\nfor i in range(2000): kept.append(os.pipe())\n",
    "descriptors on the way": (
        "import array, os, socket, time\nkept = []\nfd = os.open('/dev/null', 0)\n"
        "try:\n    while True:\n        kept.append(socket.socketpair()); kept[-1][0].setblocking(False)\n"
        "        try:\n            while True: kept[-1][0].sendmsg([b'x'], [(1, 1, array.array('i', [fd] * 250))])\n"
        "        except BlockingIOError: pass\nexcept OSError as e: assert e.errno == 109, e\n"
    ),
    "watches": (
        "import ctypes, time\nlibc = ctypes.CDLL(None)\n"
        "for i in range(4000):\n    fd = libc.inotify_init()\n    if fd < 0: break\n"
        "    libc.inotify_add_watch(fd, b'/data', 2)\n"
    ),
    "open files": (
        "import time\nkept = []\ntry:\n    while True: kept.append(open('/dev/null'))\nexcept OSError: del kept[-9:]\n"
    ),
    "signals": (
        "import ctypes, os, signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
        "libc = ctypes.CDLL(None)\n"
        "for i in range(200000):\n    if libc.sigqueue(os.getpid(), 40, None): break\n"
    ),
    "timers": (
        "import ctypes, time\nlibc = ctypes.CDLL(None)\nfor i in range(20000):\n"
        "    if libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p())): break\n"
    ),
    "locks": (
        "import fcntl, os, time\nfd = os.open('/data/locked', os.O_RDWR | os.O_CREAT)\n"
        "for i in range(3000): fcntl.lockf(fd, fcntl.LOCK_EX, 1, i * 2)\n"
    ),
    "System V memory": (
        "import ctypes, time\nlibc = ctypes.CDLL(None)\n"
        "for i in range(5000):\n    if libc.shmget(0, 1 << 20, 0o1600) < 0: break\n"
    ),
    "locked memory": (
        "import ctypes, time\nlibc = ctypes.CDLL(None)\nlibc.mlockall(3)\n"
        "kept = [bytearray(1 << 20) for i in range(50)]\n"
    ),
}


@pytest.mark.parametrize("what", COUNTED)
def test_what_is_counted_for_a_user(any_server, any_sandbox, what):
    """One sandbox takes all that it gets; the server and others go on."""
    waiting = "open('/data/ready', 'w').close()\ntime.sleep(60)\n"
    any_server.upload(any_sandbox, "/tmp/count.py", (COUNTED[what] + waiting).encode())
    with meanwhile(any_server, any_sandbox, "exec python3 /tmp/count.py > /data/out 2>&1"):
        data = any_server.root(any_sandbox) / "data"
        assert wait_until(lambda: (data / "ready").exists(), 20), (data / "out").read_text()
        assert is_well(any_server)
        assert any_server.output(any_sandbox, "echo well") == "well\n"
        delete(any_server, any_sandbox)
    assert is_well(any_server)


def test_nothing_stays_of_many_sandboxes(any_server):
    """Descriptors and processes of the server are what they were."""
    any_server.call("DELETE", f"/v1/sandboxes/{any_server.create()['id']}/delete")

    def look():
        return len(names(f"/proc/{any_server.pid}/fd")), len(descendants(any_server.pid))

    descriptors, processes = look()
    for _ in range(200 if FULL else 20):
        sandbox = any_server.create()
        any_server.execute(sandbox, "sleep 1000 & setsid sleep 1000 & mkfifo /data/f; cat /data/f &")
        delete(any_server, sandbox)
    assert wait_until(lambda: look()[0] <= descriptors and look()[1] == processes), look()
