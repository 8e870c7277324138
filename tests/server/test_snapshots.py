"""Snapshots of volumes, looked at from the host."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path

import documents
import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, Server, descendants, read_proc, sleepers, status_field, wait_until
from test_sandboxes import TIME
from test_volumes import create, delete, listed, volume_folders


@pytest.fixture
def fresh(start):
    return start("--ephemeral")


@pytest.fixture(params=["own user", "other user"])
def any_fresh(request, start):
    if request.param == "own user":
        return start("--ephemeral")
    if not IS_ROOT:
        pytest.skip("only root can start a server as another user")
    return start("--ephemeral", user=OTHER_USER, env={"TMPDIR": "/tmp"})


def ask(server, volume: dict, **params):
    return server.call("POST", f"/v1/volumes/{volume['id']}/snapshot", params)


def take(server, volume: dict, name: str = "s", **params) -> dict:
    answer = ask(server, volume, name=name, **params)
    assert answer.status == 200, answer.body
    documents.check(answer.json, "VolumeCreateSnapshotResponse")
    return answer.json


def volume_of(server, sandbox: dict) -> dict:
    (volume,) = [one for one in listed(server) if one.get("mounted_by", {}).get("sandbox_id") == sandbox["id"]]
    return volume


def folder(server, snapshot: dict) -> Path:
    return server.state / "bwrap/volumes" / snapshot["id"]


def python(server, sandbox: dict, code: str) -> str:
    server.upload(sandbox, "/tmp/code.py", code.encode())
    return server.output(sandbox, "/usr/bin/python3 /tmp/code.py")


def delete_sandbox(server, sandbox: dict, **params):
    return server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", params)


# ---- what the API says ----


@pytest.mark.parametrize("quick", [None, False, True])
def test_snapshot_has_every_field(fresh, quick):
    sandbox = fresh.create(name="the user", resources={"storage": 3})
    fresh.upload(sandbox, "/data/deep/f", b"content")
    volume = volume_of(fresh, sandbox)
    snapshot = take(fresh, volume, "of the user", quick=quick, unknown={"a": 1})
    assert TIME.fullmatch(snapshot.pop("created_at"))
    assert re.fullmatch("snap-[0-9a-f]{20}", snapshot["id"])
    assert snapshot == {
        "id": snapshot["id"],
        "consistency": "crash-consistent" if quick else "application-consistent",
        "name": "of the user",
        "sandbox_id": sandbox["id"],
        "sandbox_name": "the user",
        "status": "Ready",
        "volume_id": volume["id"],
        "volume_name": volume["name"],
    }
    (entry,) = [one for one in listed(fresh) if one["type"] == "snapshot"]
    assert TIME.fullmatch(entry.pop("created_at"))
    assert entry == {
        "id": snapshot["id"],
        "name": "of the user",
        "size": "3Gi",
        "status": "Ready",
        "type": "snapshot",
        "in_use": False,
        "source_volume_id": volume["id"],
        "source_volume_name": volume["name"],
    }
    assert (folder(fresh, snapshot) / "deep/f").read_bytes() == b"content"
    assert volume_folders(fresh) == {snapshot["id"]}


def test_snapshot_of_a_volume_that_nobody_uses(fresh):
    volume = create(fresh, name="own", size="5Mi")
    (fresh.state / "bwrap/volumes" / volume["id"] / "f").write_bytes(b"content")
    snapshot = take(fresh, volume)
    assert (snapshot["sandbox_id"], snapshot["sandbox_name"]) == (None, None)
    assert snapshot["volume_name"] == "own"
    assert listed(fresh)[1]["size"] == "5Mi"
    assert (folder(fresh, snapshot) / "f").read_bytes() == b"content"


def test_snapshot_outlives_its_source(fresh):
    volume, sandbox = create(fresh, name="own"), fresh.create()
    fresh.upload(sandbox, "/data/f", b"content")
    first, second = take(fresh, volume, "first"), take(fresh, volume_of(fresh, sandbox), "second")
    assert delete(fresh, volume).status == 200
    assert delete_sandbox(fresh, sandbox).status == 200
    entries = listed(fresh)
    assert [one["id"] for one in entries] == [first["id"], second["id"]]
    assert (entries[0]["source_volume_id"], entries[0]["source_volume_name"]) == (volume["id"], "own")
    assert entries[1]["source_volume_name"] == f"{sandbox['id']}-data"
    assert (folder(fresh, second) / "f").read_bytes() == b"content"


def test_delete_a_snapshot(fresh):
    volume = create(fresh)
    snapshot = take(fresh, volume)
    answer = delete(fresh, snapshot)
    documents.check(answer.json, "VolumeDeleteResponse")
    assert answer.json == {"id": snapshot["id"], "message": "Snapshot deleted", "type": "snapshot"}
    assert volume_folders(fresh) == {volume["id"]}
    assert delete(fresh, snapshot).status == 404
    assert ask(fresh, snapshot, name="again").status == 404


def test_snapshot_of_a_snapshot(fresh):
    snapshot = take(fresh, create(fresh))
    answer = ask(fresh, snapshot, name="of it")
    assert (answer.status, answer.error["type"]) == (409, "conflict")
    assert len(volume_folders(fresh)) == 2


def test_names_are_unique_among_volumes_and_snapshots(fresh):
    volume = create(fresh, name="v")
    take(fresh, volume, "s")
    for name in ("v", "s"):
        answer = ask(fresh, volume, name=name)
        assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "name")
        assert fresh.call("POST", "/v1/volumes/create", {"name": name}).status == 409
    assert len(volume_folders(fresh)) == 2
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(fresh, volume, name="one"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert len(volume_folders(fresh)) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": 1}, "name"),
        ({"name": "x", "quick": 1}, "quick"),
        ({"name": "x", "quick": "true"}, "quick"),
    ],
)
def test_bad_requests(fresh, body, field):
    volume = create(fresh)
    answer = ask(fresh, volume, **body)
    assert (answer.status, answer.error["type"], answer.error["field"]) == (422, "validation_error", field)
    assert volume_folders(fresh) == {volume["id"]}


# ---- what is copied ----


def test_kinds_of_files(any_fresh):
    """Links stay links, whatever they point to; what is neither file, directory nor link is left out."""
    sandbox = any_fresh.create()
    any_fresh.output(
        sandbox,
        "cd /data && echo text > file && mkdir -p a/b && echo deep > a/b/c && ln -s /etc/passwd passwd"
        " && ln -s ../.. up && ln -s nowhere dangling && ln -s loop loop && mkfifo fifo a/fifo && mkdir empty"
        " && : > nothing && /usr/bin/python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('socket')\"",
    )
    root = folder(any_fresh, take(any_fresh, volume_of(any_fresh, sandbox)))
    assert {entry.name for entry in root.iterdir()} == {
        *("file", "a", "passwd", "up", "dangling", "loop", "empty", "nothing")
    }
    assert {name: str((root / name).readlink()) for name in ("passwd", "up", "dangling", "loop")} == {
        "passwd": "/etc/passwd",
        "up": "../..",
        "dangling": "nowhere",
        "loop": "loop",
    }
    assert [entry.name for entry in (root / "a").iterdir()] == ["b"]
    assert (root / "a/b/c").read_text() == "deep\n"
    assert (root / "nothing").read_bytes() == b""
    assert list((root / "empty").iterdir()) == []


@pytest.mark.skipif(not IS_ROOT, reason="only root can make devices")
def test_devices_are_left_out(fresh):
    volume = create(fresh)
    source = fresh.state / "bwrap/volumes" / volume["id"]
    os.mknod(source / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    (source / "f").touch()
    assert [entry.name for entry in folder(fresh, take(fresh, volume)).iterdir()] == ["f"]


def test_owner_modes_and_times(any_fresh):
    sandbox = any_fresh.create()
    any_fresh.output(
        sandbox,
        "cd /data && touch plain setuid && chmod 6755 setuid && chmod 640 plain && mkdir -m 2775 shared && mkdir sticky"
        " && chmod 1777 sticky && ln -s x link && touch -h -d 2001-02-03T04:05:06.789Z link plain shared sticky . ",
    )
    root = folder(any_fresh, take(any_fresh, volume_of(any_fresh, sandbox)))
    modes = {name: stat.S_IMODE((root / name).lstat().st_mode) for name in ("plain", "setuid", "shared", "sticky", ".")}
    assert modes == {"plain": 0o640, "setuid": 0o755, "shared": 0o775, "sticky": 0o1777, ".": 0o755}
    server_user = any_fresh.state.stat().st_uid
    for name in ("plain", "setuid", "shared", "sticky", "link", "."):
        info = (root / name).lstat()
        assert (info.st_uid, info.st_gid) == (server_user, any_fresh.state.stat().st_gid), name
        if name != "setuid":
            assert info.st_mtime_ns == 981173106789000000, name


def test_what_its_owner_may_not_read_is_copied(any_fresh):
    """Closed files and directories, /data itself among them, which keep their modes."""
    sandbox = any_fresh.create()
    any_fresh.output(
        sandbox,
        "cd /data && mkdir -p shut/deep list pass && echo 1 > shut/deep/f && echo 2 > list/f && echo 3 > pass/f"
        " && echo 4 > g && chmod 0 g shut/deep/f shut/deep shut && chmod 400 list && chmod 100 pass && chmod 0 .",
    )
    snapshot = take(any_fresh, volume_of(any_fresh, sandbox))
    source = any_fresh.root(sandbox) / "data"
    modes = {"shut": 0, "list": 0o400, "pass": 0o100, "g": 0, ".": 0}
    # A server that is not root makes a directory readable when it measures what the sandbox holds.
    measured = 0o500 if status_field(any_fresh.pid, "Uid")[0] != "0" else 0
    for name, mode in modes.items():
        allowed = (mode, mode if name == "g" else mode | measured)
        with contextlib.suppress(PermissionError):
            assert stat.S_IMODE((source / name).stat().st_mode) in allowed, name
            assert stat.S_IMODE((folder(any_fresh, snapshot) / name).stat().st_mode) in allowed, name
    if IS_ROOT:
        root = folder(any_fresh, snapshot)
        contents = [(root / name).read_text() for name in ("shut/deep/f", "list/f", "pass/f", "g")]
        assert contents == ["1\n", "2\n", "3\n", "4\n"]
        assert stat.S_IMODE((root / "shut/deep").stat().st_mode) in (0, measured)
        assert stat.S_IMODE((source / "shut/deep/f").stat().st_mode) == 0
    assert delete(any_fresh, snapshot).status == 200
    assert volume_folders(any_fresh) == set()


def test_holes_stay_holes(fresh):
    sandbox = fresh.create()
    python(
        fresh,
        sandbox,
        "with open('/data/sparse', 'wb') as f:\n"
        "    f.write(b'begin'); f.seek(3 << 30); f.write(b'middle'); f.seek(6 << 30); f.write(b'end')\n"
        "    f.truncate((6 << 30) + 1000000)\n"
        "open('/data/hole', 'wb').truncate(5 << 30)\n",
    )
    root = folder(fresh, take(fresh, volume_of(fresh, sandbox)))
    assert (root / "sparse").stat().st_size == (6 << 30) + 1000000
    assert (root / "hole").stat().st_size == 5 << 30
    assert (root / "sparse").stat().st_blocks < 4096
    assert (root / "hole").stat().st_blocks == 0
    with (root / "sparse").open("rb") as copy:
        for at, text in ((0, b"begin"), (3 << 30, b"middle"), (6 << 30, b"end")):
            copy.seek(at)
            assert copy.read(10) == text + bytes(10 - len(text))


def test_large_content(fresh):
    sandbox = fresh.create()
    content = random.randbytes(20_000_000)
    fresh.upload(sandbox, "/data/large", content)
    snapshot = take(fresh, volume_of(fresh, sandbox))
    fresh.upload(sandbox, "/data/large", b"new")
    assert (folder(fresh, snapshot) / "large").read_bytes() == content


def test_hard_links(fresh):
    sandbox = fresh.create()
    fresh.output(
        sandbox,
        "cd /data && mkdir a && echo 1 > one && ln one two && ln one a/three && echo 1 > other && echo x > outside",
    )
    os.link(fresh.root(sandbox) / "data/outside", fresh.root(sandbox) / "home/sandbox/outside")
    root = folder(fresh, take(fresh, volume_of(fresh, sandbox)))
    infos = [(root / name).stat() for name in ("one", "two", "a/three")]
    assert len({info.st_ino for info in infos}) == 1
    assert infos[0].st_nlink == 3
    assert (root / "a/three").read_text() == "1\n"
    assert (root / "other").stat().st_ino != infos[0].st_ino
    assert (root / "outside").stat().st_nlink == 1
    assert infos[0].st_ino != (fresh.root(sandbox) / "data/one").stat().st_ino


def test_user_attributes(fresh):
    volume = create(fresh)
    source = fresh.state / "bwrap/volumes" / volume["id"]
    (source / "f").touch()
    (source / "d").mkdir()
    try:
        os.setxattr(source / "f", "user.colour", b"blue\0\xff")
        os.setxattr(source / "f", "user.empty", b"")
        os.setxattr(source / "d", "user.kind", b"folder")
    except OSError as error:
        assert error.errno == errno.ENOTSUP
        pytest.skip("the file system has no attributes of users")
    if IS_ROOT:
        os.setxattr(source / "f", "trusted.secret", b"x")
    root = folder(fresh, take(fresh, volume))
    assert {name: os.getxattr(root / "f", name) for name in os.listxattr(root / "f")} == {
        "user.colour": b"blue\0\xff",
        "user.empty": b"",
    }
    assert os.getxattr(root / "d", "user.kind") == b"folder"


def test_names_of_any_bytes(any_fresh):
    sandbox = any_fresh.create()
    python(
        any_fresh,
        sandbox,
        "import os\n"
        "os.chdir(b'/data')\n"
        "names = [bytes([i]) for i in range(1, 256) if i not in b'/.'] + [b'x' * 255, b'...', b'a\\n', b'-rf']\n"
        "for name in names:\n"
        "    open(name, 'wb').write(name)\n"
        "os.mkdir(b'\\xff' * 255)\n"
        "open(b'\\xff' * 255 + b'/f', 'wb').write(b'deep')\n",
    )
    root = folder(any_fresh, take(any_fresh, volume_of(any_fresh, sandbox)))
    contents = {os.fsencode(entry.name): entry.read_bytes() for entry in root.iterdir() if entry.is_file()}
    assert len(contents) == 253 + 4
    assert all(name == content for name, content in contents.items())
    assert (root / os.fsdecode(b"\xff" * 255) / "f").read_bytes() == b"deep"


def read_at(directory: int, name: str) -> str:
    fd = os.open(name, os.O_RDONLY, dir_fd=directory)
    try:
        return os.read(fd, 100).decode()
    finally:
        os.close(fd)


@pytest.mark.parametrize("quick", [False, True])
def test_deep_tree(any_fresh, quick):
    """2000 directories with long names, some with others and with files beside the next one."""
    sandbox = any_fresh.create()
    python(
        any_fresh,
        sandbox,
        "import os\n"
        "os.chdir('/data')\n"
        "for i in range(2000):\n"
        "    if i % 100 == 0:\n"
        "        open('a', 'w').write(str(i)); os.mkdir('side'); open('side/f', 'w').write('side')\n"
        "    os.mkdir('d' * 200); os.chdir('d' * 200)\n",
    )
    snapshot = take(any_fresh, volume_of(any_fresh, sandbox), quick=quick)
    fd = os.open(folder(any_fresh, snapshot), os.O_RDONLY)
    for i in range(2000):
        for name, text in (("a", str(i)), ("side/f", "side")) if i % 100 == 0 else ():
            assert read_at(fd, name) == text
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = deeper
    with os.scandir(fd) as entries:
        assert list(entries) == []
    os.close(fd)
    assert delete(any_fresh, snapshot).status == 200
    assert volume_folders(any_fresh) == set()


def test_wide_tree(fresh):
    sandbox = fresh.create()
    python(
        fresh,
        sandbox,
        "import os\n"
        "for i in range(300):\n"
        "    os.mkdir(f'/data/{i}'); open(f'/data/{i}/f', 'w').write(str(i)); open(f'/data/f{i}', 'w').write(str(i))\n",
    )
    root = folder(fresh, take(fresh, volume_of(fresh, sandbox)))
    assert len(list(root.iterdir())) == 600
    for i in range(300):
        assert (root / f"f{i}").read_text() == (root / f"{i}/f").read_text() == str(i)


def test_descriptors_and_mounts_are_given_back(fresh):
    sandbox = fresh.create()
    fresh.output(sandbox, "cd /data && mkdir -p a/b/c && echo x > a/b/c/d && ln a/b/c/d e")
    volume = volume_of(fresh, sandbox)
    delete(fresh, take(fresh, volume))

    def count():
        return len(list(Path(f"/proc/{fresh.pid}/fd").iterdir()))

    before = count()
    for _ in range(20):
        delete(fresh, take(fresh, volume))
    assert wait_until(lambda: count() <= before)


# ---- while the sandbox works ----

SWAPS = """
import os, threading
os.chdir('/data')
for name in ('one/deep/er', 'two/deep/er', 'other/er'):
    os.makedirs(name)
    for i in range(20):
        open(f'{name}/{i}', 'w').write('inside')
for i in range(20):
    os.makedirs(f'two/deep/z{i}')
    os.makedirs(f'other/z{i}')
    open(f'other/z{i}/never', 'w').write('inside')
os.symlink('/', 'link')
open('ready', 'w').close()
def swap(a, b, c):
    while True:
        try:
            os.rename(a, 'x' + c); os.rename(b, a); os.rename('x' + c, b)
        except OSError:
            pass
for a, b, c in (('two/deep/er', 'other/er', '1'), ('one/deep', 'link', '3'), ('one/deep/er/1', 'link', '4')):
    threading.Thread(target=swap, args=(a, b, c), daemon=True).start()
while True:
    try:
        os.unlink('f'); os.mkfifo('f'); os.unlink('f'); open('f', 'w').close()
    except OSError:
        pass
"""


def test_quick_while_the_tree_changes(any_fresh):
    """Whatever is put in the place of what: nothing comes from outside or lands where it never was, nothing hangs."""
    sandbox = any_fresh.create()
    any_fresh.upload(sandbox, "/tmp/code.py", SWAPS.encode())
    volume = volume_of(any_fresh, sandbox)

    def run():
        with contextlib.suppress(OSError, http.client.HTTPException):
            any_fresh.execute(sandbox, "/usr/bin/python3 /tmp/code.py", timeout=60)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert wait_until(lambda: (any_fresh.root(sandbox) / "data/ready").exists())
        for turn in range(15):
            snapshot = take(any_fresh, volume, f"s{turn}", quick=True)
            for path, folders, files in os.walk(folder(any_fresh, snapshot)):
                for name in files:
                    entry = Path(path) / name
                    assert not stat.S_ISFIFO(entry.lstat().st_mode)
                    if entry.is_symlink():
                        assert str(entry.readlink()) == "/"
                    elif name not in ("ready", "f"):
                        assert entry.read_text() == "inside"
                    assert name != "never" or Path(path).parent.name == "other", path
                assert not {"usr", "etc", "proc"} & set(folders)
            assert delete(any_fresh, snapshot).status == 200
    finally:
        delete_sandbox(any_fresh, sandbox)
        thread.join()
    assert volume_folders(any_fresh) == set()


WRITES = """
import os
files = [os.open(f'/data/{i}', os.O_RDWR | os.O_CREAT) for i in range(400)]
number = 0
while True:
    number += 1
    for file in files:
        os.pwrite(file, b'%20d' % number, 0)
"""


def test_application_consistent(fresh):
    """All processes stand still while the volume is copied: of files that are written in turn none is a turn behind."""
    sandbox = fresh.create()
    fresh.upload(sandbox, "/tmp/code.py", WRITES.encode())
    volume = volume_of(fresh, sandbox)
    thread = threading.Thread(target=lambda: fresh.execute(sandbox, "/usr/bin/python3 /tmp/code.py", timeout=60))
    thread.start()
    data = fresh.root(sandbox) / "data"
    try:
        assert wait_until(lambda: (data / "399").exists() and (data / "399").read_bytes())
        for turn in range(5):
            root = folder(fresh, take(fresh, volume, f"s{turn}"))
            numbers = [int((root / str(i)).read_bytes()) for i in range(400)]
            assert numbers[0] - numbers[-1] in (0, 1)
            assert sorted(numbers, reverse=True) == numbers
            before = (data / "0").read_bytes()
            assert wait_until(lambda seen=before: (data / "0").read_bytes() != seen), "it goes on"
    finally:
        delete_sandbox(fresh, sandbox)
        thread.join()


def test_sleeping_sandbox_runs_nothing_while_it_is_copied(start, directories):
    """After a restart a sandbox has no processes that could be stopped. A command that would make them waits."""
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    fill(server, sandbox, 200)
    server.stop()
    server = start("--state", str(state))
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(server, volume_of(server, sandbox), name="s")))
    thread.start()
    assert wait_until(lambda: volume_folders(server), timeout=30)
    assert server.output(sandbox, "touch /data/late; echo done") == "done\n"
    assert len(volume_folders(server)) == 1, "nothing of the copy is under way any more"
    thread.join()
    assert not (folder(server, answers[0].json) / "late").exists()


def test_nobody_else_waits_for_processes_that_do_not_stop(fresh):
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    (init,) = [pid for pid in descendants(fresh.pid) if read_proc(pid, "comm") == b"sandbox-init\n"]
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(fresh, volume, name="s")))
    os.kill(init, signal.SIGSTOP)
    try:
        thread.start()
        # Without a cgroup it is the init that stops the others.
        wait_until(lambda: answers, timeout=1)
        waited = not answers
        assert [(one["id"], one["status"]) for one in fresh.list()] == [(sandbox["id"], "running")]
        fresh.call("GET", f"/v1/sandboxes/{sandbox['id']}")
        assert not (waited and answers), "the list came while the other one waited"
    finally:
        os.kill(init, signal.SIGCONT)
        thread.join()
    assert answers[0].status == 200, answers[0].body
    assert fresh.output(sandbox, "echo goes on") == "goes on\n"


def test_snapshots_at_once(fresh):
    """Of one sandbox they wait for one another, and its processes go on when all have been taken."""
    sandbox = fresh.create()
    fresh.upload(sandbox, "/data/f", b"x" * 1_000_000)
    volume = volume_of(fresh, sandbox)
    thread = threading.Thread(
        target=lambda: fresh.execute(sandbox, "while :; do date +%N > /data/now; sleep 0.01; done", timeout=60)
    )
    thread.start()
    answers = []
    takers = [threading.Thread(target=lambda i=i: answers.append(ask(fresh, volume, name=f"{i}"))) for i in range(8)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert [answer.status for answer in answers] == [200] * 8
    seen = (fresh.root(sandbox) / "data/now").read_text()
    assert wait_until(lambda: (fresh.root(sandbox) / "data/now").read_text() not in (seen, ""))
    assert fresh.output(sandbox, "echo goes on") == "goes on\n"
    delete_sandbox(fresh, sandbox)
    thread.join()


def test_refused_snapshot_lets_the_processes_go_on(fresh):
    sandbox = fresh.create()
    volume = volume_of(fresh, sandbox)
    take(fresh, volume, "taken")
    assert ask(fresh, volume, name="taken").status == 409
    assert fresh.output(sandbox, "echo goes on") == "goes on\n"


# ---- delete with a snapshot ----


def test_delete_with_a_snapshot(fresh, mark):
    sandbox = fresh.create(name="the user")
    volume = volume_of(fresh, sandbox)
    results = []
    command = f"echo before > /data/f; sleep {mark}; echo after > /data/f"
    thread = threading.Thread(target=lambda: results.append(fresh.execute(sandbox, command)))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    answer = delete_sandbox(fresh, sandbox, create_snapshot=True, snapshot_name="last words").json
    thread.join()
    documents.check(answer, "SandboxDeleteResponse")
    assert answer == {
        "id": sandbox["id"],
        "message": "Sandbox deleted",
        "snapshot_created": True,
        "snapshot_name": "last words",
        "storage_deleted": True,
        "storage_name": volume["name"],
    }
    assert (results[0]["status"], results[0]["exit_code"]) == ("error", 137)
    assert fresh.list() == []
    assert fresh.folders() == set()
    (entry,) = listed(fresh)
    assert (entry["type"], entry["name"]) == ("snapshot", "last words")
    assert (entry["source_volume_id"], entry["source_volume_name"]) == (volume["id"], volume["name"])
    assert (folder(fresh, entry) / "f").read_text() == "before\n"
    assert delete_sandbox(fresh, sandbox, create_snapshot=True).status == 404


def test_generated_snapshot_names(fresh):
    names = []
    for _ in range(3):
        sandbox = fresh.create(name="x" * 128)
        names.append(delete_sandbox(fresh, sandbox, create_snapshot=True).json["snapshot_name"])
    assert names[0] == "x" * 128
    assert len(set(names)) == 3
    assert all(re.fullmatch(r"x{128}-\d{13}", name) for name in names[1:])


def test_delete_whose_snapshot_fails_deletes_nothing(fresh):
    sandbox = fresh.create()
    fresh.upload(sandbox, "/data/f", b"kept")
    take(fresh, volume_of(fresh, sandbox), "taken")
    answer = delete_sandbox(fresh, sandbox, create_snapshot=True, snapshot_name="taken")
    assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "snapshot_name")
    assert fresh.download(sandbox, "/data/f").body == b"kept"
    assert len(listed(fresh)) == 2
    assert fresh.output(sandbox, "echo goes on") == "goes on\n"


def test_deletes_with_snapshots_at_once_delete_once(fresh):
    for turn in range(5):
        sandbox = fresh.create()
        answers = []

        def run(number, sandbox=sandbox, answers=answers, turn=turn):
            answers.append(delete_sandbox(fresh, sandbox, create_snapshot=number > 0, snapshot_name=f"{turn} {number}"))

        threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(answer.status == 200 for answer in answers) == 1
        assert {answer.status for answer in answers} <= {200, 404, 503}
        (done,) = [answer.json for answer in answers if answer.status == 200]
        snapshots = [one["name"] for one in listed(fresh) if one["name"].startswith(f"{turn} ")]
        assert snapshots == ([done["snapshot_name"]] if done["snapshot_created"] else [])
    assert fresh.folders() == set()
    assert len(volume_folders(fresh)) == len(listed(fresh))


def test_gc_leaves_what_is_in_a_snapshot(start, directories):
    """Its folder is the volume's, whatever names the sandbox has given."""
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.upload(sandbox, "/data/incoming/f", b"kept")
    snapshot = take(server, volume_of(server, sandbox))
    server.stop()
    (state / "bwrap/volumes/.snap-half/a").mkdir(parents=True)
    subprocess.run([str(BINARY), "gc", "--state", str(state)], check=True, stdout=subprocess.DEVNULL)
    assert volume_folders(server) == {snapshot["id"]}
    assert (folder(server, snapshot) / "incoming/f").read_bytes() == b"kept"


# ---- what goes wrong ----


def small_disk(state: Path, size: str = "24m") -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", state], check=True)


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
@pytest.mark.parametrize("quick", [False, True])
def test_full_disk(start, directories, quick):
    """A copy that does not fit leaves nothing, and the sandbox goes on."""
    state = directories.new()
    small_disk(state)
    try:
        server = start("--state", str(state))
        sandbox = server.create()
        files = 0
        while (info := os.statvfs(state)).f_bavail * info.f_frsize > 3_000_000:
            assert server.upload(sandbox, f"/data/d{files}/f", b"x" * 1_000_000).status == 200
            files += 1
        assert files >= 5, "the copy is larger than what is left"
        answer = ask(server, volume_of(server, sandbox), name="too large", quick=quick)
        assert (answer.status, answer.error["type"]) == (507, "insufficient_storage")
        assert volume_folders(server) == set()
        answer = delete_sandbox(server, sandbox, create_snapshot=True)
        assert (answer.status, answer.error["type"]) == (507, "insufficient_storage")
        assert len(listed(server)) == 1
        assert volume_folders(server) == set()
        assert server.output(sandbox, "rm -r /data/d[1-9]*; echo goes on") == "goes on\n"
        take(server, volume_of(server, sandbox), "small enough")
        assert server.stop() == 0
        assert server.errors == b""
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)


def fill(server: Server, sandbox: dict, megabytes: int) -> None:
    for i in range(megabytes):
        server.upload(sandbox, f"/data/{i % 7}/{i}", bytes([i % 256]) * 1_000_000)


def test_stop_during_a_snapshot(start, directories):
    """The copy is given up; nothing of it is left, and the server does not wait for it."""
    state = directories.new()
    server = start("--state", str(state), "--grace", "0")
    sandbox = server.create()
    fill(server, sandbox, 300)
    volume = volume_of(server, sandbox)
    answers = []

    def run():
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(ask(server, volume, name="s", quick=True))

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: volume_folders(server))
    assert server.stop() == 0
    thread.join()
    assert server.errors == b""
    taken = [answer for answer in answers if answer.status == 200]
    assert all(answer.status in (200, 503) for answer in answers)
    left = {entry.name for entry in (state / "bwrap/volumes").iterdir()}
    assert left == {answer.json["id"] for answer in taken}


def test_delete_during_a_snapshot(fresh):
    """Whoever deletes need not wait for a copy of what is deleted."""
    sandbox = fresh.create()
    fill(fresh, sandbox, 100)
    volume = volume_of(fresh, sandbox)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(fresh, volume, name="s", quick=True)))
    thread.start()
    wait_until(lambda: volume_folders(fresh))
    assert delete_sandbox(fresh, sandbox).status == 200
    thread.join()
    assert answers[0].status in (200, 404, 503), answers[0].body
    assert fresh.folders() == set()
    assert len(volume_folders(fresh)) == len(listed(fresh)) == (answers[0].status == 200)


def test_killed_while_snapshots_are_taken(start, directories):
    """At many moments: what was acknowledged is there, whole; of what was not there is neither folder nor row."""
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    fill(server, sandbox, 40)
    volume = volume_of(server, sandbox)
    acknowledged: dict[str, str] = {}
    size = 40_000_000
    for turn in range(24):

        def run(number, server=server, turn=turn):
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                for i in range(100):
                    answer = ask(server, volume, name=f"{turn} {number} {i}", quick=number == 1)
                    if answer.status != 200:
                        return
                    acknowledged[answer.json["id"]] = answer.json["name"]
                    if i % 2:
                        gone = acknowledged.pop(answer.json["id"])
                        if delete(server, answer.json).status != 200:
                            acknowledged[answer.json["id"]] = gone

        threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.0, 0.4))
        server.kill()
        for thread in threads:
            thread.join()
        server = start("--state", str(state))
        entries = {one["id"]: one for one in listed(server) if one["type"] == "snapshot"}
        assert entries.keys() >= acknowledged.keys()
        assert volume_folders(server) == set(entries)
        for one in entries.values():
            root = folder(server, one)
            assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) == size
            assert delete(server, one).status == 200
        acknowledged.clear()
        assert server.output(sandbox, "echo goes on") == "goes on\n"


@pytest.mark.skipif(not IS_ROOT or shutil.which("mkfs.xfs") is None, reason="needs root and mkfs.xfs")
def test_reflinks(start, directories, tmp_path):
    """Where the file system can share blocks a copy takes none."""
    state = directories.new()
    image = tmp_path / "disk"
    with image.open("wb") as disk:
        disk.truncate(400 << 20)
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, state], check=False).returncode != 0:
        pytest.skip("this machine cannot mount a loop device")
    try:
        state.chmod(0o700)
        server = start("--state", str(state))
        sandbox = server.create()
        fill(server, sandbox, 60)
        os.sync()
        before = os.statvfs(state).f_bavail
        snapshots = [take(server, volume_of(server, sandbox), f"s{i}") for i in range(8)]
        os.sync()
        assert (before - os.statvfs(state).f_bavail) * os.statvfs(state).f_frsize < 30 << 20
        assert (folder(server, snapshots[-1]) / "3/3").read_bytes() == b"\3" * 1_000_000
        assert server.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)
