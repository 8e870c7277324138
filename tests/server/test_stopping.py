"""What a sandbox does while all its processes are to be stopped, for a snapshot that is consistent; and afterwards."""

from __future__ import annotations

import contextlib
import threading

import pytest
from harness import wait_until
from hostile import compiled, plant
from test_limits_cgroup import controllers
from test_snapshots import WRITES, ask, delete_sandbox, folder, take, volume_of
from test_volumes import volume_folders

# Several: each of them continues the others.
CONTINUES = """
#include <signal.h>
#include <unistd.h>
int main(void) { fork(); fork(); for (;;) kill(-1, SIGCONT); }
"""

# Its parent waits for it to begin a program, which the kernel lets nobody interrupt.
NEVER_BEGINS = """
#include <unistd.h>
int main(void) { if (vfork() == 0) for (;;) pause(); }
"""

FIRST_THREAD_ENDS = """
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static int files[400];
static void *writes(void *unused)
{
    char text[32];
    for (long number = 1;; number++)
        for (int i = 0; i < 400; i++)
            pwrite(files[i], text, sprintf(text, "%20ld", number), 0);
}
int main(void)
{
    pthread_t thread;
    char name[32];
    for (int i = 0; i < 400; i++) {
        sprintf(name, "/data/%d", i);
        files[i] = open(name, O_RDWR | O_CREAT, 0644);
    }
    pthread_create(&thread, 0, writes, 0);
    pthread_exit(0);
}
"""


@pytest.fixture
def fresh(start):
    return start("--ephemeral")


@contextlib.contextmanager
def running(server, sandbox, name: str, program: str | bytes):
    """The sandbox runs a program in Python or a compiled one until the end, which is the sandbox's."""
    body = program if isinstance(program, bytes) else program.encode()
    assert server.upload(sandbox, f"/tmp/{name}", body).status == 200
    start = "/usr/bin/python3" if isinstance(program, str) else "chmod 755 /tmp/" + name + "; exec"
    command = f"{start} /tmp/{name}"
    path = f"/v1/sandboxes/{sandbox['id']}/execute"

    def run():
        # However it ends: the sandbox is deleted meanwhile.
        server.call("POST", path, {"command": command, "timeout": 120})

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        delete_sandbox(server, sandbox)
        thread.join()


def start_one(server, sandbox, source: str) -> None:
    """In the background."""
    path = plant(server, sandbox, "background", source)
    server.output(sandbox, f"({path} > /dev/null 2>&1 &); sleep 0.5")


def goes_on(server, sandbox) -> bool:
    file = server.root(sandbox) / "data/0"
    before = file.read_bytes()
    return wait_until(lambda: file.read_bytes() != before, 20)


def writes(server, sandbox) -> bool:
    last = server.root(sandbox) / "data/399"
    return wait_until(lambda: last.exists() and last.read_bytes(), 20)


def check_order(server, snapshot) -> None:
    """Of files that are written in turn none is a turn behind."""
    root = folder(server, snapshot)
    numbers = [int((root / str(i)).read_bytes()) for i in range(400)]
    assert numbers[0] - numbers[-1] in (0, 1)
    assert sorted(numbers, reverse=True) == numbers


def check_refused(answer) -> None:
    assert (answer.status, answer.error["type"]) == (503, "unavailable"), answer.body
    assert "application-consistent" in answer.error["message"]
    assert int(answer.headers["Retry-After"]) >= 1


def test_processes_that_are_continued_all_the_time(fresh):
    """Either all stand still, or nobody is told that they did."""
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    with running(fresh, sandbox, "writes.py", WRITES):
        assert writes(fresh, sandbox)
        # Takes a while to be copied: what is not stopped writes meanwhile.
        fresh.output(sandbox, "head -c 50000000 /dev/urandom > /data/large")
        start_one(fresh, sandbox, CONTINUES)
        for turn in range(5):
            before = volume_folders(fresh)
            answer = ask(fresh, volume, name=f"s{turn}")
            if answer.status == 200:
                check_order(fresh, answer.json)
            else:
                check_refused(answer)
                assert volume_folders(fresh) == before
            assert goes_on(fresh, sandbox)


def test_process_whose_first_thread_has_ended(fresh):
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    with running(fresh, sandbox, "program", compiled(FIRST_THREAD_ENDS)):
        assert writes(fresh, sandbox)
        for turn in range(5):
            check_order(fresh, take(fresh, volume, f"s{turn}"))
            assert goes_on(fresh, sandbox)


def test_process_that_does_not_stop(fresh):
    """No snapshot is taken then, and all goes on; the sandbox can still be had without one, or with a quick one."""
    if controllers(fresh):
        pytest.skip("a cgroup stops also those that wait for a child")
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    with running(fresh, sandbox, "writes.py", WRITES):
        assert writes(fresh, sandbox)
        start_one(fresh, sandbox, NEVER_BEGINS)
        check_refused(ask(fresh, volume, name="s"))
        assert volume_folders(fresh) == set()
        assert goes_on(fresh, sandbox)
        assert fresh.output(sandbox, "echo goes on") == "goes on\n"
        check_refused(fresh.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", {"create_snapshot": True}))
        assert [one["id"] for one in fresh.list()] == [sandbox["id"]]
        assert ask(fresh, volume, name="s", quick=True).json["consistency"] == "crash-consistent"


@pytest.mark.parametrize("refused", [False, True])
def test_what_had_stopped_before_stays_stopped(fresh, refused):
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    if refused:
        start_one(fresh, sandbox, NEVER_BEGINS)
    state = "cut -d ' ' -f 3 /proc/$(cat /tmp/stopped)/stat /proc/$(cat /tmp/asleep)/stat"
    fresh.output(
        sandbox,
        "sleep 1000 > /dev/null 2>&1 & echo $! > /tmp/asleep;"
        "sleep 1001 > /dev/null 2>&1 & echo $! > /tmp/stopped; kill -STOP $!; sleep 0.2",
    )
    assert fresh.output(sandbox, state) == "T\nS\n"
    for turn in range(2):
        assert ask(fresh, volume, name=f"s{turn}").status in (200, 503)
        assert fresh.output(sandbox, state) == "T\nS\n"
    fresh.output(sandbox, "kill -CONT $(cat /tmp/stopped)")
    assert wait_until(lambda: fresh.output(sandbox, state) == "S\nS\n", 20)


def test_processes_that_begin_programs_all_the_time(fresh):
    """A parent waits for its child to begin one, and stops after that only."""
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    begins = "import subprocess\nwhile True: subprocess.run(['/bin/true'], close_fds=False)\n"
    with running(fresh, sandbox, "begins.py", begins):
        fresh.output(sandbox, "(while :; do /bin/true; done > /dev/null 2>&1 &); sleep 0.5")
        for turn in range(20):
            take(fresh, volume, f"s{turn}")
