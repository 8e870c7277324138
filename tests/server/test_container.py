"""Starting where few processes are seen and parts of /proc are not: in containers, and on hardened machines."""

from __future__ import annotations

import contextlib
import os
import signal

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, Server, descendants, fail, read_proc, wait_until

pytestmark = pytest.mark.skipif(not IS_ROOT, reason="only root can make a container's namespaces")

# A process id namespace with a /proc of its own, in which the first ids have been used up by others.
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"]
IDS_USED_UP = "/bin/true; /bin/true; /bin/true; /bin/true; "

AS_USER = {
    "root": "exec ",
    "other user": f"exec setpriv --reuid {OTHER_USER} --regid {OTHER_USER} --clear-groups ",
}

# What Docker lays over /proc, as far as it is there.
MASKED = (
    "mount --bind -o ro /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; "
    "mount -t tmpfs -o ro tmpfs /proc/fs; mount --bind /dev/null /proc/timer_list; "
)


def container(setup: str, user: str) -> list[str]:
    return [*NAMESPACES, "sh", "-c", f'{IDS_USED_UP}{setup}{AS_USER[user]}"$0" "$@"']


@contextlib.contextmanager
def server_in_container(setup: str, user: str):
    server = Server("--ephemeral", prefix=container(setup, user), env={"TMPDIR": "/tmp"})
    try:
        yield server
    finally:
        for pid in descendants(server.process.pid):
            if read_proc(pid, "cmdline").startswith(os.fsencode(BINARY)):
                os.kill(pid, signal.SIGTERM)
                break
        server.process.wait(timeout=20)
        assert wait_until(lambda: not server.state.exists())


@pytest.mark.parametrize("user", AS_USER)
@pytest.mark.parametrize(
    "setup",
    ["", "mount -o remount,hidepid=2 /proc; "],
    ids=["own /proc", "hidepid"],
)
def test_in_a_container(setup, user):
    with server_in_container(setup, user) as server:
        sandbox = server.create()
        assert server.output(sandbox, "echo $$; ls -d /proc/[0-9]*").split() == ["3", "/proc/1", "/proc/2", "/proc/3"]
        assert server.execute(sandbox, "exit 3")["exit_code"] == 3
        assert server.execute(sandbox, "sleep 100", timeout=1)["status"] == "timeout"


def test_masked_proc_as_root():
    with server_in_container(MASKED, "root") as server:
        assert server.output(server.create(), "echo hello") == "hello\n"


def test_masked_proc_as_other_user(directories):
    """The kernel lets no user mount what a container hides; the line says what lets the container show it."""
    temporary = directories.new(OTHER_USER)
    code, line = fail("--ephemeral", prefix=container(MASKED, "other user"), env={"TMPDIR": str(temporary)})
    assert code == 4
    assert "/proc" in line
    assert "systempaths=unconfined" in line
    assert list(temporary.iterdir()) == []
