"""sandboxd gc: what belongs to nothing goes, everything else stays, and no server is disturbed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, Server, fail


@pytest.fixture
def temporary(directories):
    """Where ephemeral states are looked for: not where other tests have theirs."""
    return directories.new()


@pytest.fixture
def gc(temporary):
    def run(state: Path, *arguments: str) -> list[tuple[str, str | None]]:
        done = subprocess.run(
            [str(BINARY), "gc", "--json", "--state", str(state), *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        assert (done.returncode, done.stderr) == (0, b"")
        document = json.loads(done.stdout)
        assert document["dry_run"] == ("--dry-run" in arguments)
        assert document["bytes"] == sum(entry["bytes"] for entry in document["removed"])
        return [(entry["kind"], entry["name"]) for entry in document["removed"]]

    return run


def tree(path: Path) -> list[str]:
    return sorted(str(entry.relative_to(path)) for entry in path.rglob("*") if ".db" not in entry.name)


def test_nothing_to_do(start, directories, gc):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.upload(sandbox, "/data/f", b"1")
    server.stop()
    before = tree(state)
    assert gc(state) == []
    assert tree(state) == before
    assert start("--state", str(state)).download(sandbox, "/data/f").body == b"1"


def test_state_that_is_not_there(directories, gc):
    path = directories.new() / "s"
    assert gc(path) == []
    assert not path.exists()


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "for good"])
def test_what_belongs_to_nothing(start, directories, gc, dry):
    state = directories.new()
    server = start("--state", str(state))
    kept, begun = server.create(), server.create()
    server.upload(kept, "/data/f", b"1")
    server.kill()
    sandboxes = state / "bwrap/sandboxes"
    (sandboxes / "sbx-orphan/root/data").mkdir(parents=True)
    (sandboxes / "sbx-orphan/root/data/big").write_bytes(b"x" * 100_000)
    (sandboxes / kept["id"] / "incoming/half").write_bytes(b"x" * 1000)
    images = state / "bwrap/images/.unfinished-image-0"
    images.mkdir(parents=True)
    with sqlite3.connect(state / "state.db") as database:
        database.execute("UPDATE sandboxes SET hidden = 1, name = NULL WHERE id = ?", (begun["id"],))
    database.close()
    before = tree(state)
    arguments = ["--dry-run"] if dry else []
    found = gc(state, *arguments)
    assert sorted(found, key=str) == sorted(
        [
            ("sandbox", "sbx-orphan"),
            ("sandbox", begun["id"]),
            ("unfinished upload", "half"),
            ("unfinished image", ".unfinished-image-0"),
            ("deletions that were begun", None),
        ],
        key=str,
    )
    if dry:
        assert tree(state) == before
        return
    assert gc(state) == []
    assert {entry.name for entry in sandboxes.iterdir()} == {kept["id"]}
    server = start("--state", str(state))
    assert [entry["id"] for entry in server.list()] == [kept["id"]]
    assert server.download(kept, "/data/f").body == b"1"


def test_volumes_and_snapshots(start, directories, gc):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.upload(sandbox, "/data/f", b"1")
    kept = server.call("POST", "/v1/volumes/create", {"name": "kept"})
    assert kept.status == 200, kept.body
    begun = server.call("POST", "/v1/volumes/create", {"name": "begun"}).json
    server.stop()
    volumes = state / "bwrap/volumes"
    assert gc(state) == []
    (volumes / "vol-orphan").mkdir()
    with sqlite3.connect(state / "state.db") as database:
        database.execute("UPDATE volumes SET hidden = 1, name = NULL WHERE id = ?", (begun["id"],))
    database.close()
    before = {entry.name for entry in volumes.iterdir()}
    gone = {entry.name for entry in volumes.iterdir() if entry.name in (begun["id"], "vol-orphan")}
    assert sorted(gc(state), key=str) == sorted(
        [*(("volume", name) for name in gone), ("deletions that were begun", None)], key=str
    )
    assert {entry.name for entry in volumes.iterdir()} == before - gone
    server = start("--state", str(state))
    assert server.download(sandbox, "/data/f").body == b"1"
    assert "kept" in {entry["name"] for entry in server.call("GET", "/v1/volumes/list").json["data"]}


def test_old_answers(start, directories, gc):
    state = directories.new()
    start("--state", str(state)).stop()
    now = int(time.time() * 1000)
    (state / "requests.db").unlink(missing_ok=True)
    with sqlite3.connect(state / "requests.db") as database:
        database.execute("CREATE TABLE requests (number INTEGER PRIMARY KEY, created_ms INTEGER NOT NULL)")
        for age in (0, 23, 25, 100):
            database.execute("INSERT INTO requests (created_ms) VALUES (?)", (now - age * 3_600_000,))
    database.close()
    assert gc(state, "--dry-run") == [("answers older than a day", None)]
    assert gc(state) == [("answers older than a day", None)]
    assert gc(state) == []
    with sqlite3.connect(state / "requests.db") as database:
        ages = [(now - row[0]) // 3_600_000 for row in database.execute("SELECT created_ms FROM requests")]
    database.close()
    assert ages == [0, 23]


def test_bytes(start, directories, temporary):
    state = directories.new()
    start("--state", str(state)).kill()
    orphan = state / "bwrap/sandboxes/sbx-orphan"
    orphan.mkdir()
    (orphan / "big").write_bytes(b"x" * 1_000_000)
    done = subprocess.run(
        [str(BINARY), "gc", "--state", str(state)],
        capture_output=True,
        check=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("removed sandbox sbx-orphan, 10")
    assert 1_000_000 <= int(lines[0].split()[-2]) < 1_100_000
    assert lines[-1].startswith("1 things, 10")


def test_running_server_is_left_alone(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    orphan = state / "bwrap/sandboxes/sbx-orphan"
    orphan.mkdir()
    code, line = fail("gc", "--state", str(state))
    assert (code, str(state) in line) == (7, True)
    assert orphan.exists()
    assert server.list() == []


@pytest.mark.parametrize("loss", ["removed", "emptied", "damaged"])
def test_lost_database(start, directories, loss):
    state = directories.new()
    server = start("--state", str(state))
    for _ in range(30):
        sandbox = server.create(env_vars={"A": "x" * 1000})
    server.stop()
    database = state / "state.db"
    if loss == "damaged":
        content = bytearray(database.read_bytes())
        content[8192:] = os.urandom(len(content) - 8192)
        database.write_bytes(content)
    else:
        for name in ("state.db", "state.db-wal", "state.db-shm"):
            (state / name).unlink(missing_ok=True)
    if loss == "emptied":
        database.touch()
    assert fail("gc", "--state", str(state))[0] == 6
    assert (state / "bwrap/sandboxes" / sandbox["id"]).is_dir()


def test_images_that_no_sandbox_uses(start, directories, gc):
    state = directories.new()
    server = start("--state", str(state))
    for name in ("used", "unused"):
        server.import_image(name)
    server.create(image="used:latest")
    server.stop()
    assert gc(state) == []
    assert gc(state, "--images", "--dry-run") == [("image", "unused%3Alatest")]
    assert gc(state, "--images") == [("image", "unused%3Alatest")]
    assert [entry.name for entry in (state / "bwrap/images").iterdir()] == ["used%3Alatest"]


def test_states_of_killed_servers(directories, gc, temporary):
    servers = [Server("--ephemeral", env={"TMPDIR": str(temporary)}) for _ in range(3)]
    alive, dead, young = servers
    for server in (dead, young):
        server.create()
        server.process.send_signal(signal.SIGKILL)
        server.process.communicate()
    hour = time.time() - 3600
    for server in (alive, dead):
        os.utime(server.state / "lock", (hour, hour))
    for name in ("sandboxd-other", "sandboxd-abcdef", "unrelated"):
        (temporary / name).mkdir(mode=0o700)
    open_to_all = temporary / "sandboxd-opened"
    open_to_all.mkdir(mode=0o755)
    link = temporary / "sandboxd-linked"
    link.symlink_to(dead.state)
    state = directories.new() / "s"
    try:
        assert gc(state, "--dry-run") == [("state of a killed server", dead.state.name)]
        assert gc(state) == [("state of a killed server", dead.state.name)]
        assert not dead.state.exists()
        assert young.state.exists(), "it may be a server that has not come to its lock yet"
        assert alive.list() == []
        left = {entry.name for entry in temporary.iterdir()}
        assert {"sandboxd-other", "sandboxd-abcdef", "unrelated", "sandboxd-linked"} <= left
    finally:
        assert alive.stop() == 0


@pytest.mark.skipif(not IS_ROOT, reason="needs root to make what another user's server leaves")
def test_states_of_other_users(directories, gc, temporary):
    path = temporary / "sandboxd-AbCdEf"
    path.mkdir(mode=0o700)
    (path / "lock").touch()
    os.utime(path / "lock", (0, 0))
    os.chown(path, OTHER_USER, OTHER_USER)
    assert gc(directories.new() / "s") == []
    assert path.exists()


def test_files_of_other_users_and_deep_trees(start, directories, gc):
    """What sandboxes leave: read-only directories, depth beyond any path, links to elsewhere."""
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.output(
        sandbox,
        "mkdir -p /data/a/b && touch /data/a/b/c && chmod 0 /data/a/b /data/a; ln -s / /data/out; cd /data; "
        "i=0; while [ $i -lt 150 ]; do mkdir ddddddddddddddddddddddddd && cd ddddddddddddddddddddddddd || exit; "
        "i=$((i+1)); done",
    )
    server.stop()
    with sqlite3.connect(state / "state.db") as database:
        database.execute("DELETE FROM sandboxes")
    database.close()
    assert ("sandbox", sandbox["id"]) in gc(state)
    assert not (state / "bwrap/sandboxes" / sandbox["id"]).exists()
    assert Path("/usr").is_dir()
