"""The server is killed at random moments of a mixed load: nothing acknowledged is lost, and nothing half-made stays."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from crash_load import CALLS, Check, Ledger, Load, check_databases, check_ended, check_nothing_to_collect, rows
from harness import (
    BINARY,
    IS_ROOT,
    OTHER_USER,
    Server,
    descendants,
    fail,
    marker,
    processes_with,
    read_proc,
    sleepers,
    wait_until,
)

FULL = bool(os.environ.get("SBX_FULL"))
# In the long form 200 kills are on a disk that is full, and 200 on one that has become read-only. Each ten have a disk
# of their own, for what they leave to stay little.
DISKS = pytest.mark.parametrize("disks", range(20 if FULL else 1))
# Of this run alone, so that its processes can be told from those of other tests.
CRASH_USER = OTHER_USER + 1 + os.getpid() % 1000

USERS = [pytest.param(None, id="own user")]
if IS_ROOT:
    USERS.append(pytest.param(CRASH_USER, id="other user"))


def short_mark() -> str:
    return f"31{os.getpid() % 100000}{int(marker()[2:]) % 10000:04}"


class Crashes:
    """One state, and the servers that are killed on it."""

    def __init__(self, state: Path, directories, user: int | None = None, **options):
        self.state, self.directories, self.user = state, directories, user
        self.ledger = Ledger(short_mark(), options.pop("refusals", ()))
        self.options = options
        self.kills = 0
        self.server: Server | None = None

    def start(self) -> Server:
        self.server = Server("--state", str(self.state), user=self.user, env={"HOME": "/tmp"})
        return self.server

    def kill(self) -> None:
        tree = [self.server.pid, *descendants(self.server.pid)]
        self.server.kill()
        self.kills += 1
        self.after(tree)

    def after(self, tree: list[int]) -> None:
        check_ended(self.ledger, self.state, tree)
        check_databases(self.state)

    def load(self, seconds: float, fills: bool = False) -> Load:
        """A load, and the end of the server in the middle of it."""
        load = Load(self.start(), self.ledger, fills)
        time.sleep(seconds)
        self.kill_under(load)
        return load

    def kill_under(self, load: Load) -> None:
        tree = [self.server.pid, *descendants(self.server.pid)]
        load.killed = True
        self.server.kill()
        self.kills += 1
        load.join()
        assert self.ledger.faults == []
        self.after(tree)

    def kill_while_starting(self) -> None:
        process = subprocess.Popen(
            [str(BINARY), "--state", str(self.state)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={**os.environ, "HOME": "/tmp"},
            **({} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}),
        )
        time.sleep(random.uniform(0, 0.15))
        tree = [process.pid, *descendants(process.pid)]
        process.kill()
        process.wait()
        self.kills += 1
        self.after(tree)

    def check(self, collect: bool = False) -> None:
        Check(self.start(), self.ledger, **self.options).run()
        assert self.ledger.faults == []
        if collect:
            self.kill()
            check_nothing_to_collect(self.state, self.directories, self.user)
        else:
            assert self.server.stop() == 0


@pytest.fixture
def crashes(directories):
    made = []

    def make(user: int | None = None, state: Path | None = None, **options) -> Crashes:
        made.append(Crashes(state or directories.new(user), directories, user, **options))
        return made[-1]

    yield make
    for one in made:
        if one.server and one.server.process.poll() is None:
            one.server.kill()


@pytest.mark.parametrize("user", USERS)
def test_killed_under_a_mixed_load(crashes, user):
    one = crashes(user)
    turns = (110 if FULL else 9) if IS_ROOT else (220 if FULL else 18)
    for turn in range(turns):
        one.load(random.uniform(0.02, 1.2))
        if turn % 4 == 3:
            one.kill_while_starting()
        one.check(collect=turn % 4 == 2)
    print(f"\n{one.kills} kills, {dict(sorted(one.ledger.counts.items()))}")
    assert one.ledger.counts["create"] > 0
    if FULL:
        assert one.kills >= turns
        assert set(one.ledger.counts) >= CALLS, "some kind of call was never made"


# ---- a disk in need ----


@pytest.fixture
def disk(directories):
    """Mounts of this test, with their loop devices."""
    mounted = []

    def mount(*arguments: str) -> Path:
        # A folder of its own in it: what is mounted of it in any namespace is found by its name.
        path = directories.new()
        subprocess.run(["mount", *arguments, path], check=True)
        mounted.append(path)
        state = path / f"state-{marker()}"
        state.mkdir(mode=0o700, exist_ok=True)
        return state

    yield mount
    for path in mounted:
        subprocess.run(["umount", "--lazy", path], check=True)


def free_bytes(state: Path) -> int:
    info = os.statvfs(state)
    return info.f_bavail * info.f_frsize


def make_room(one: Crashes) -> None:
    """Deletions work, however full the disk is."""
    server = one.start()
    deleted = set()
    for client in one.ledger.clients:
        for sandbox in list(client.sandboxes.values()):
            if any("large" in path for path in sandbox.files):
                answer = server.call("DELETE", f"/v1/sandboxes/{sandbox.id}/delete")
                assert answer.status == 200, answer.body
                del client.sandboxes[sandbox.id]
                client.gone.add(sandbox.id)
                deleted.add(sandbox.id)
    assert not deleted & server.folders()
    one.kill()


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
@DISKS
def test_killed_on_a_full_disk(crashes, disk, disks):
    state = disk("-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs")
    one = crashes(None, state, refusals=(507,), on_full_disk=True)
    full = turns = 0
    while turns < 4 or (FULL and full < 10 and turns < 40):
        turns += 1
        one.load(random.uniform(1.0, 2.0), fills=True)
        full += free_bytes(state) < 600_000
        one.check()
        make_room(one)
    print(f"\n{one.kills} kills, {full} under a load on a full disk, {dict(sorted(one.ledger.counts.items()))}")
    assert full >= (10 if FULL else 1)


def fill(state: Path) -> Path:
    """Leaves no byte."""
    large = state / "filler"
    with large.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return large


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_start_on_a_full_disk_with_deletions_that_were_begun(start, disk):
    state = disk("-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs")
    server = start("--state", str(state))
    kept, gone = server.create(), server.create()
    volume = server.call("POST", "/v1/volumes/create", {"name": "gone"}).json
    server.kill()
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database, database:
        # The connection that is left open keeps the log, as a killed server does.
        database.execute("UPDATE sandboxes SET hidden = 1, name = NULL WHERE id = ?", (gone["id"],))
        database.execute("UPDATE volumes SET hidden = 1, name = NULL WHERE id = ?", (volume["id"],))
        database.commit()
        large = fill(state)
        again = start("--state", str(state))
        assert [one["id"] for one in again.list()] == [kept["id"]]
        assert again.folders() == {kept["id"]}
        assert again.output(kept, "echo still works") == "still works\n"
        again.kill()
    large.unlink()
    last = start("--state", str(state))
    assert rows(state, "SELECT id FROM sandboxes") == [(kept["id"],)]
    assert last.stop() == 0


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a disk")
@DISKS
def test_killed_on_a_disk_that_becomes_read_only(crashes, directories, disks):
    """As after an error of the disk: changes are refused, reads go on, and a disk that is mended has everything."""
    folder, place = directories.new(), directories.new()
    image = folder / "0"
    with image.open("wb") as file:
        file.truncate(48 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)

    def mount() -> None:
        subprocess.run(["mount", "-o", "loop", image, place], check=True)

    try:
        mount()
    except subprocess.CalledProcessError:
        pytest.skip("no loop device can be used here")
    try:
        state = place / f"state-{marker()}"
        state.mkdir(mode=0o700)
        one = crashes(None, state, refusals=(500, 507), on_full_disk=True)
        for _ in range(10 if FULL else 2):
            load = Load(one.start(), one.ledger)
            time.sleep(random.uniform(0.3, 1.0))
            become_read_only(place, one.server.pid)
            time.sleep(0.3)
            server = one.server
            listed = server.list()
            assert server.call("POST", "/v1/sandboxes/create").status == 500
            assert server.call("POST", "/v1/volumes/create").status == 500
            for sandbox in listed[:3]:
                assert server.upload(sandbox, "/data/refused", b"x").status >= 500
                assert server.download(sandbox, "/data/refused").status == 404
            assert server.list() == listed
            load.killed = True
            tree = [server.pid, *descendants(server.pid)]
            server.kill()
            one.kills += 1
            load.join()
            assert b"read-only" in server.errors.lower() or b"readonly" in server.errors.lower(), server.errors
            assert one.ledger.faults == []
            check_ended(one.ledger, state, tree)
            code, line = fail("--state", str(state))
            assert code == 6, line
            subprocess.run(["umount", place], check=True)
            # A file of its own each time: servers of other tests may have the old one mounted still.
            image = image.rename(folder / "old")
            shutil.copyfile(image, folder / "1")
            image.unlink()
            image = folder / "1"
            subprocess.run(
                ["fsck.ext4", "-fy", image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
            mount()
            one.check()
        print(f"\n{one.kills} kills, {dict(sorted(one.ledger.counts.items()))}")
    finally:
        subprocess.run(["umount", "--lazy", place], check=False)


def become_read_only(place: Path, server: int) -> None:
    """At once for all processes; what they wrote before is on the disk: this is not about the kernel's part."""

    def send(number: int) -> list[int]:
        tree = [server, *descendants(server)]
        for pid in tree:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return tree

    def have_stopped() -> bool:
        """A signal is sent before it is taken: a thread may be about to rename a file, or to make a process."""
        states = [
            stat.read_text().rpartition(")")[2].split()[0]
            for pid in send(signal.SIGSTOP)
            for stat in Path(f"/proc/{pid}/task").glob("*/stat")
        ]
        return set(states) <= {"T", "Z", "X"}

    def stop() -> bool:
        """Who waits for a child of vfork() stops only when that has gone on: then all begin again."""
        if wait_until(have_stopped, 2):
            return True
        send(signal.SIGCONT)
        return False

    assert wait_until(stop, 30)
    subprocess.run(["sync", "-f", place], check=True)
    subprocess.run(["mount", "-o", "remount,abort", place], check=True)
    send(signal.SIGCONT)


# ---- one process of the server's ----


def test_half_made_folders_of_a_killed_start(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.kill()
    (state / "bwrap/sandboxes/probe/root").mkdir(mode=0o700, parents=True)
    for path in (state / "bwrap", state / "bwrap/sandboxes", state / "bwrap/empty"):
        path.chmod(0o700)
    again = start("--state", str(state))
    assert again.output(sandbox, "echo works") == "works\n"
    assert again.output(again.create(), "echo works") == "works\n"


@pytest.mark.parametrize("user", USERS)
def test_killed_keeper(crashes, user):
    """Without what makes its sandboxes the server ends, and nothing of it is left."""
    one = crashes(user)
    server = one.start()
    sandbox = server.create()
    server.execute(sandbox, f"setsid sleep {one.ledger.mark} >/dev/null 2>&1 & echo x > /data/f")
    assert wait_until(lambda: sleepers(one.ledger.mark))
    tree = [server.pid, *descendants(server.pid)]
    os.kill(tree[1], signal.SIGKILL)
    assert server.process.wait(10) == 1
    _, errors = server.process.communicate()
    assert len(errors.splitlines()) == 1, errors
    check_ended(one.ledger, one.state, tree)
    again = one.start()
    assert again.download(sandbox, "/data/f").body == b"x\n"
    assert again.stop() == 0


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("which", ["bwrap", "init"])
def test_killed_process_of_one_sandbox(crashes, user, which):
    """That sandbox is broken; others, the server and all files are as before."""
    one = crashes(user)
    server = one.start()
    broken = server.create()
    own = descendants(server.pid)[1:]
    whole = server.create()
    server.execute(broken, f"setsid sleep {one.ledger.mark} >/dev/null 2>&1 & echo x > /data/f")
    assert wait_until(lambda: sleepers(one.ledger.mark))
    victims = [pid for pid in own if (b"bwrap" in read_proc(pid, "comm")) == (which == "bwrap")]
    os.kill(victims[0], signal.SIGKILL)
    assert wait_until(lambda: processes_with(one.ledger.mark) == [])
    # Its first process can be the last one that ends, and takes commands until then.
    assert wait_until(lambda: server.call("GET", f"/v1/sandboxes/{broken['id']}").json["status"] == "broken")
    assert server.download(broken, "/data/f").body == b"x\n"
    answer = server.call("POST", f"/v1/sandboxes/{broken['id']}/execute", {"command": "true"})
    assert answer.status == 409, answer.body
    assert server.output(whole, "echo works") == "works\n"
    assert server.call("DELETE", f"/v1/sandboxes/{broken['id']}/delete").status == 200
    assert server.folders() == {whole["id"]}
    tree = [server.pid, *descendants(server.pid)]
    assert server.stop() == 0
    check_ended(one.ledger, one.state, tree)


def test_stopped_for_seconds(crashes):
    """A load survives that the server does not run for a while."""
    one = crashes()
    load = Load(one.start(), one.ledger)
    time.sleep(0.5)
    for _ in range(3):
        one.server.process.send_signal(signal.SIGSTOP)
        time.sleep(1.0)
        one.server.process.send_signal(signal.SIGCONT)
        time.sleep(0.3)
    before = sum(one.ledger.counts.values())
    assert wait_until(lambda: sum(one.ledger.counts.values()) > before, 10)
    one.kill_under(load)
    one.check()


def test_two_servers_on_one_state(crashes):
    """The second one is refused, also while the first one starts, and harms nothing."""
    one = crashes()
    load = Load(one.start(), one.ledger)
    for _ in range(5):
        code, line = fail("--state", str(one.state))
        assert code == 7, line
    one.kill_under(load)
    one.check()
