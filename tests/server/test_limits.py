"""What a sandbox may take of this machine's memory, processors and processes."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from harness import descendants, read_proc, status_field
from hostile import plant

HOG = """
import sys, time
held = []
for _ in range(int(sys.argv[1])):
    held.append(bytearray(b"x") * (1 << 20))
print("all of it", flush=True)
time.sleep(float(sys.argv[2]))
"""


def python(server, sandbox, text: str, arguments: str = "", **params) -> dict:
    assert server.upload(sandbox, "/home/sandbox/program.py", text.encode()).status == 200
    return server.execute(sandbox, f"/usr/bin/python3 program.py {arguments}", **params)


@pytest.fixture
def small(any_server):
    """A sandbox that may take 100 MiB."""
    made = any_server.create(resources={"memory": 100})
    yield made
    any_server.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


def limits(server) -> dict:
    return {fact["name"]: fact for fact in server.call("GET", "/v1/health").json["limits"]}


def test_the_tier_is_told(any_server, capsys):
    told = {name: fact["state"] + ": " + fact["detail"] for name, fact in limits(any_server).items()}
    with capsys.disabled():
        print("\nlimits here:", json.dumps(told))
    assert told["memory"].startswith(("enforced", "partly"))
    assert told["processes"].startswith(("enforced", "partly"))


def test_a_process_that_takes_too_much_is_killed(any_server, small):
    result = python(any_server, small, HOG, "1000 60")
    assert result["exit_code"] == 137
    assert result["status"] == "completed"
    assert result["limit"] == "memory"
    assert "all of it" not in result["stdout"]


def test_a_process_that_takes_less_is_left_alone(any_server, small):
    result = python(any_server, small, HOG, "60 2")
    assert result["stdout"] == "all of it\n"
    assert "limit" not in result


def test_the_command_goes_on_without_its_killed_process(any_server, small):
    any_server.upload(small, "/home/sandbox/hog.py", HOG.encode())
    result = any_server.execute(small, "/usr/bin/python3 hog.py 1000 60; echo $?")
    assert (result["exit_code"], result["stdout"], result["limit"]) == (0, "137\n", "memory")


def test_only_the_command_at_fault_is_told_of(any_server, small):
    any_server.upload(small, "/home/sandbox/hog.py", HOG.encode())
    any_server.execute(small, "sleep 60 & /usr/bin/python3 hog.py 1000 60")
    result = any_server.execute(small, "pgrep sleep || ps")
    assert "limit" not in result
    assert result["exit_code"] == 0, "the smaller process lives"


def test_processes_count_together(any_server, small):
    any_server.upload(small, "/home/sandbox/hog.py", HOG.encode())
    result = any_server.execute(
        small,
        'for i in 1 2 3 4; do /usr/bin/python3 hog.py 40 5 & p="$p $!"; done; for i in $p; do wait $i || echo $?; done',
    )
    assert result["limit"] == "memory"
    assert result["stdout"].split().count("137") in (2, 3), result


def test_background_processes_count_when_no_command_runs(any_server, small):
    any_server.upload(small, "/home/sandbox/hog.py", HOG.encode())
    any_server.execute(small, "/usr/bin/python3 hog.py 1000 60 >/dev/null 2>&1 &")
    deadline = time.monotonic() + 60
    while any_server.output(small, "pgrep -f [h]og.py || true") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert any_server.output(small, "pgrep -f [h]og.py || true") == ""


def test_shared_memory_counts(any_server, small):
    text = "import mmap, time\nm = mmap.mmap(-1, 400 << 20)\nfor i in range(0, len(m), 4096): m[i] = 1\ntime.sleep(60)"
    result = python(any_server, small, text)
    assert (result["exit_code"], result["limit"]) == (137, "memory")


THREAD_HOG = """
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *hog(void *unused)
{
    for (int i = 0; i < 1000; i++)
        memset(malloc(1 << 20), 1, 1 << 20);
    write(1, "all of it", 9);
    sleep(60);
    return unused;
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, hog, NULL);
    pthread_exit(NULL);
}
"""


def test_a_process_whose_first_thread_has_ended_counts(any_server, small):
    program = plant(any_server, small, "hog", THREAD_HOG)
    result = any_server.execute(small, f"exec {program}", timeout=60)
    assert (result["exit_code"], result["stdout"], result.get("limit")) == (137, "", "memory")


MEMORY_FILE = """
import mmap, os, sys, time
def fill(mebibytes):
    made = os.memfd_create("made")
    for _ in range(mebibytes): os.write(made, b"x" * (1 << 20))
    return made
"""


def test_memory_files_count(any_server, small):
    text = MEMORY_FILE + "held = [fill(20) for _ in range(50)]\nprint('all of it')\ntime.sleep(60)"
    result = python(any_server, small, text, timeout=60)
    assert (result["exit_code"], result["stdout"], result.get("limit")) == (137, "", "memory")


def test_memory_files_behind_many_descriptors_count(any_server, small):
    """One look does not get to the end of them."""
    text = MEMORY_FILE + (
        "for _ in range(4):\n    if os.fork() == 0: break\n"
        "null = os.open('/dev/null', 0)\n"
        "try:\n    while True: os.dup(null)\nexcept OSError: os.close(null)\n"
        "time.sleep(2)\nheld = fill(300 if os.getppid() == int(sys.argv[1]) else 0)\n"
        "print('all of it', flush=True)\ntime.sleep(60)\n"
    )
    any_server.upload(small, "/home/sandbox/program.py", text.encode())
    result = any_server.execute(small, "exec /usr/bin/python3 program.py $PPID", timeout=60)
    assert (result["exit_code"], result.get("limit")) == (137, "memory")


def test_memory_files_count_once(any_server, small):
    """However many descriptors, mappings and processes there are."""
    text = MEMORY_FILE + (
        "held = fill(60)\nheld = [held] + [os.dup(held) for _ in range(100)]\n"
        "mapped = mmap.mmap(held[0], 60 << 20)\nsum(mapped[::4096])\n"
        "children = []\nfor _ in range(4):\n    child = os.fork()\n    if child == 0:\n"
        "        sum(mapped[::4096])\n        time.sleep(2)\n        os._exit(0)\n    children.append(child)\n"
        "print([os.waitpid(child, 0)[1] for child in children])\n"
    )
    result = python(any_server, small, text)
    assert (result["stdout"], result.get("limit")) == ("[0, 0, 0, 0]\n", None)


def test_memory_files_that_are_gone_do_not_count(any_server, small):
    text = MEMORY_FILE + "for _ in range(40): os.close(fill(50))\nprint('done')"
    result = python(any_server, small, text)
    assert (result["stdout"], result.get("limit")) == ("done\n", None)


# Takes its memory by pieces that nobody has attached in the end.
SYSTEM_V = """
import ctypes, sys, time
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(int(sys.argv[1])):
    segment = libc.shmget(0, 20 << 20, 0o1600)
    memory = libc.shmat(segment, None, 0)
    ctypes.memset(ctypes.c_void_p(memory), 1, 20 << 20)
    libc.shmdt(ctypes.c_void_p(memory))
time.sleep(float(sys.argv[2]))
"""


def system_v(server, sandbox) -> int:
    """How many MiB of it there are."""
    lines = server.output(sandbox, "cat /proc/sysvipc/shm").splitlines()[1:]
    return sum(int(line.split()[14]) + int(line.split()[15]) for line in lines) >> 20


@pytest.mark.parametrize("seconds", [3, 0])
def test_shared_memory_that_nobody_has_attached_counts(any_server, small, seconds):
    python(any_server, small, SYSTEM_V, f"30 {seconds}", timeout=60)
    assert system_v(any_server, small) <= 100


def test_shared_memory_that_fits_stays(any_server, small):
    result = python(any_server, small, SYSTEM_V, "3 2")
    assert "limit" not in result
    assert system_v(any_server, small) == 60


def test_what_is_shared_counts_once(any_server, small):
    text = """
import os, time
held = bytearray(b"x") * (50 << 20)
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])
"""
    result = python(any_server, small, text)
    assert result["stdout"] == "[0, 0, 0, 0]\n"
    assert "limit" not in result


def test_a_process_that_starts_others_counts_once(any_server, small):
    """A child of vfork has its parent's memory until it is another program."""
    text = """
import subprocess
held = bytearray(b"x") * (60 << 20)
for _ in range(200):
    subprocess.run(["true"], check=True, close_fds=False)
print("done")
"""
    assert python(any_server, small, text)["stdout"] == "done\n"


def test_two_hundred_threads_are_no_memory(any_server, small):
    text = """
import threading
gate = threading.Event()
threads = [threading.Thread(target=gate.wait) for _ in range(200)]
for thread in threads: thread.start()
gate.set()
for thread in threads: thread.join()
print("done")
"""
    assert python(any_server, small, text)["stdout"] == "done\n"


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("node", "node -e 'console.log(1)'"),
        ("java", "java -version 2>&1 | grep -c Runtime"),
        ("gcc", "printf 'int main(void) { return 0; }' > a.c && gcc -fsanitize=address a.c && ./a.out && echo 1"),
    ],
)
def test_reserved_addresses_are_no_memory(any_server, any_sandbox, program, command):
    found = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin")
    if not found or any_server.execute(any_sandbox, f"command -v {program}")["exit_code"] != 0:
        pytest.skip(f"there is no {program} here")
    assert any_server.output(any_sandbox, command) == "1\n"


def test_nothing_is_looked_at_where_nothing_runs(server):
    """The init of a sandbox without processes sleeps."""
    others = descendants(server.pid)
    made = server.create(resources={"memory": 100})
    server.execute(made, "true")
    (init,) = [
        pid for pid in descendants(server.pid) if read_proc(pid, "comm") == b"sandbox-init\n" and pid not in others
    ]

    def switches():
        return status_field(init, "voluntary_ctxt_switches")

    time.sleep(0.3)
    before = switches()
    time.sleep(1.5)
    assert switches() == before
    server.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


def test_the_stream_tells_of_the_limit(any_server, small):
    any_server.upload(small, "/home/sandbox/hog.py", HOG.encode())
    answer = any_server.call(
        "POST",
        f"/v1/sandboxes/{small['id']}/execute",
        {"command": "/usr/bin/python3 hog.py 1000 60"},
        {"Accept": "text/event-stream"},
    )
    result = json.loads(answer.body.split(b"event: result\ndata: ")[1])
    assert (result["exit_code"], result["limit"]) == (137, "memory")


def test_many_that_grow_are_kept_up_with(any_server, small):
    text = """
import os, time
for _ in range(60):
    if os.fork() == 0:
        held = []
        while True:
            held.append(bytearray(b"x") * (1 << 18))
            time.sleep(0.001)
failures = 0
for _ in range(60):
    failures += os.wait()[1] != 0
print(failures)
"""
    result = python(any_server, small, text, timeout=120)
    assert (result["stdout"], result["limit"]) == ("60\n", "memory")
