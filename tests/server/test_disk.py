"""What sandboxes may hold on the disk, and what the server does when it is nearly full."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
from harness import IS_ROOT, sleepers, wait_until

# More than the least storage, 1 GiB, which is there at once and takes no time to write.
FILL = "fallocate -l 1200M big"


def can_fill() -> bool:
    info = os.statvfs("/tmp")
    return info.f_bavail * info.f_frsize > 4 << 30


pytestmark = pytest.mark.skipif(not can_fill(), reason="/tmp has less than 4 GiB")


@pytest.fixture
def small(any_server):
    """A sandbox that may hold 1 GiB."""
    made = any_server.create(resources={"storage": 1})
    yield made
    any_server.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


def fill(server, sandbox, then: str = "") -> dict:
    """Two files, for one alone may not be larger than the storage."""
    return server.execute(sandbox, f"fallocate -l 700M one && fallocate -l 700M two; {then}")


def test_a_command_that_writes_too_much_is_killed(any_server, small):
    result = fill(any_server, small, "echo written; sleep 60; echo unseen")
    assert (result["status"], result["exit_code"], result["limit"]) == ("error", 137, "storage")
    assert result["stdout"] == "written\n"


def test_background_processes_end_too(any_server, small, mark):
    any_server.execute(small, f"setsid sleep {mark} >/dev/null 2>&1 &")
    fill(any_server, small, "sleep 60")
    assert wait_until(lambda: not sleepers(mark))


def test_what_has_gone_on_in_the_background_counts(any_server, small, mark):
    result = any_server.execute(
        small, f"(setsid sleep {mark} & sleep 1; fallocate -l 700M one; fallocate -l 700M two) >/dev/null 2>&1 &"
    )
    assert "limit" not in result
    assert wait_until(lambda: sleepers(mark), 20)
    assert wait_until(lambda: not sleepers(mark), 60)


def test_files_can_be_removed_but_not_written(any_server, small):
    fill(any_server, small, "sleep 60")
    result = any_server.execute(small, "echo more > more; ls; cat more | wc -c")
    assert result["stdout"].split()[-1] == "0"
    assert any_server.execute(small, "rm one two")["exit_code"] == 0
    assert any_server.output(small, "echo more > more && cat more") == "more\n"


def test_uploads_are_refused(any_server, small):
    fill(any_server, small, "sleep 60")
    answer = any_server.upload(small, "/data/file", b"x")
    assert answer.status == 507
    assert answer.error["type"] == "insufficient_storage"
    assert "storage, 1 GiB" in answer.error["message"]
    answer = any_server.call(
        "POST", f"/v1/sandboxes/{small['id']}/upload?path=/data/x", bytes(10240), {"Content-Type": "application/x-tar"}
    )
    assert answer.status == 507
    any_server.output(small, "rm one two")
    assert any_server.upload(small, "/data/file", b"x").status == 200


def test_within_the_storage_nothing_happens(any_server, small):
    result = any_server.execute(small, "fallocate -l 900M one; sleep 3; rm one; echo fine")
    assert result["stdout"] == "fine\n"
    assert "limit" not in result


def test_what_is_hidden_counts(any_server, small):
    """In a deep tree, in a directory without permissions, with names of one file that count once."""
    command = (
        "for i in $(seq 300); do mkdir deep && cd deep; done; fallocate -l 700M one; cd; chmod 0 deep;"
        "mkdir closed && fallocate -l 700M closed/two && chmod 0 closed; sleep 60"
    )
    result = any_server.execute(small, command)
    assert result["limit"] == "storage"
    any_server.output(small, "chmod 700 closed deep")


def test_directories_that_close_while_they_are_measured(any_server, small):
    """Whoever opens and closes a directory all the time is measured nevertheless."""
    command = (
        "for i in $(seq 300); do mkdir -p deep && cd deep; done; cd;"
        "(while :; do chmod 0 deep; chmod 700 deep; done) & sleep 3; fallocate -l 700M one; sleep 3;"
        "fallocate -l 700M two; sleep 60"
    )
    result = any_server.execute(small, command)
    assert result["limit"] == "storage"
    any_server.output(small, "chmod 700 deep")


def test_names_of_one_file_count_once(any_server, small):
    result = any_server.execute(
        small, "fallocate -l 600M one; for i in 1 2 3 4; do ln one two$i; done; sleep 3; echo fine"
    )
    assert result["stdout"] == "fine\n"


LINKS = """
import os
held = os.open("file", os.O_CREAT | os.O_WRONLY)
os.posix_fallocate(held, 0, 31 << 20)
for i in range(64000): os.link("file", str(i))
"""

EMPTY_FILES = """
import os
for i in range(5000): os.close(os.open(str(i), os.O_CREAT | os.O_WRONLY))
"""


@pytest.mark.parametrize(
    ("mebibytes", "code"),
    [
        # A name's part is less than the kernel's least unit.
        pytest.param(1000, LINKS, id="a file of very many names"),
        # Each takes 4 KiB.
        pytest.param(1010, EMPTY_FILES, id="empty files"),
    ],
)
def test_what_is_little_by_itself_counts(any_server, small, mebibytes, code):
    any_server.upload(small, "/tmp/little.py", code.encode())
    command = f"mkdir little; cd little; python3 /tmp/little.py && fallocate -l {mebibytes}M big; sleep 20"
    result = any_server.execute(small, command)
    assert (result["status"], result.get("limit")) == ("error", "storage"), result


def test_other_sandboxes_go_on(any_server, any_sandbox, small):
    results = []
    other = threading.Thread(target=lambda: results.append(any_server.execute(any_sandbox, "sleep 3; echo fine")))
    other.start()
    assert fill(any_server, small, "sleep 60")["limit"] == "storage"
    other.join()
    assert results[0]["stdout"] == "fine\n"


# ---- a nearly full disk ----


@pytest.fixture
def mounted(directories):
    """A small file system, of which `size` is left."""
    if not IS_ROOT:
        pytest.skip("only root can mount a small file system")
    path = directories.new()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0700", "tmpfs", str(path)], check=True)
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def leave(path: Path, mebibytes: int) -> Path:
    """Fills a file system up to this much."""
    info = os.statvfs(path)
    filler = path / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, info.f_bavail * info.f_frsize - (mebibytes << 20))
    return filler


def test_below_the_floor_nothing_is_stored(start, mounted):
    server = start("--state", str(mounted), "--disk-floor", "20")
    sandbox = server.create()
    filler = leave(mounted, 10)
    for answer in (
        server.call("POST", "/v1/sandboxes/create", {}),
        server.call("POST", "/v1/volumes/create", {}),
        server.upload(sandbox, "/data/file", b"x"),
        server.call(
            "POST", f"/v1/sandboxes/{sandbox['id']}/upload?path=/data", b"", {"Content-Type": "application/x-tar"}
        ),
    ):
        assert answer.status == 507
        assert "20 MiB" in answer.error["message"]
    assert server.output(sandbox, "echo fine") == "fine\n"
    filler.unlink()
    assert server.upload(sandbox, "/data/file", b"x").status == 200
    server.create()


def test_below_the_floor_who_grows_is_ended(start, mounted, mark):
    server = start("--state", str(mounted), "--disk-floor", "20")
    quiet, growing = server.create(), server.create()
    server.execute(quiet, f"setsid sleep {mark} >/dev/null 2>&1 &")
    leave(mounted, 25)
    result = server.execute(
        growing, "for i in $(seq 60); do fallocate -l 1M file$i || exit; sleep 0.3; done", timeout=60
    )
    assert (result["exit_code"], result["limit"]) == (137, "storage")
    assert sleepers(mark), "who does not grow goes on"
    assert server.call("DELETE", f"/v1/sandboxes/{growing['id']}/delete").status == 200


@pytest.fixture
def few_files(directories):
    """A small file system with room for 3,000 files."""
    if not IS_ROOT:
        pytest.skip("only root can mount a small file system")
    path = directories.new()
    options = "size=500m,nr_inodes=3000,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], check=True)
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_below_the_floor_no_file_is_made(start, few_files, mark):
    """Ten mebibytes are 640 files, and a fiftieth of 3,000 is 60."""
    server = start("--state", str(few_files), "--disk-floor", "10")
    quiet, growing = server.create(), server.create()
    server.execute(quiet, f"setsid sleep {mark} >/dev/null 2>&1 &")
    spare = [few_files / f"spare{i}" for i in range(os.statvfs(few_files).f_favail - 100)]
    for file in spare:
        file.touch()
    command = "for i in $(seq 1000); do : > file$i || exit 7; [ $((i % 5)) != 0 ] || sleep 0.5; done"
    result = server.execute(growing, command, timeout=120)
    assert (result["exit_code"], result.get("limit")) == (137, "storage")
    assert sleepers(mark), "who does not grow goes on"
    for answer in (server.call("POST", "/v1/sandboxes/create", {}), server.upload(quiet, "/data/file", b"x")):
        assert answer.status == 507
        assert "60 more files" in answer.error["message"]
    for file in spare[:200]:
        file.unlink()
    assert server.upload(quiet, "/data/file", b"x").status == 200
    assert server.output(quiet, "echo written > file && cat file") == "written\n"
    server.create()


def test_the_default_floor_is_a_part_of_a_small_disk(start, mounted):
    server = start("--state", str(mounted))
    sandbox = server.create()
    filler = leave(mounted, 3)
    assert server.upload(sandbox, "/data/file", b"x").status == 200
    filler.unlink()
    leave(mounted, 1)
    assert "2 MiB" in server.upload(sandbox, "/data/file", b"x").error["message"]


def test_a_deletion_finds_room_on_a_full_disk(start, mounted):
    server = start("--state", str(mounted), "--disk-floor", "5")
    sandboxes = [server.create() for _ in range(3)]
    reserve = mounted / "reserve"
    assert wait_until(lambda: reserve.exists() and reserve.stat().st_blocks * 512 >= 4 << 20)
    with contextlib.suppress(OSError), (mounted / "filler").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    for sandbox in sandboxes:
        assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    server.kill()
    server = start("--state", str(mounted))
    assert server.list() == []


def test_the_reserve_is_made_again(start, mounted):
    server = start("--state", str(mounted), "--disk-floor", "5")
    sandbox = server.create()
    reserve = mounted / "reserve"
    assert wait_until(reserve.exists)
    filler = leave(mounted, 2)
    reserve.unlink()
    server.execute(sandbox, "true")
    time.sleep(0.5)
    assert not reserve.exists(), "not where the disk is nearly full"
    filler.unlink()
    assert wait_until(reserve.exists, 10)
