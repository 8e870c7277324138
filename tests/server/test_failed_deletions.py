"""Files that cannot be removed: nothing else is lost by them, nobody is told that they are gone, and a line says so."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, descendants, read_proc, sleepers, wait_until

pytestmark = pytest.mark.skipif(not IS_ROOT, reason="only root can make what a server's user cannot remove")


@pytest.fixture
def run(start, directories):
    """Starts servers that are not root, on one state directory."""
    state = directories.new(OTHER_USER)
    return lambda *options: start("--state", str(state), *options, user=OTHER_USER)


def hold(folder: Path) -> None:
    """Makes what the server's user can neither empty nor remove."""
    held = folder / "held"
    held.mkdir(mode=0o755)
    (held / "of root").touch()


def let_go(state: Path) -> None:
    """A removal that was begun has moved things about."""
    for found in list(state.rglob("of root")):
        shutil.rmtree(found.parent)


def delete(server, sandbox, **params):
    return server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", params)


def volumes(server) -> list[dict]:
    return server.call("GET", "/v1/volumes/list").json["data"]


def hide(state: Path, table: str, identity: str) -> None:
    """As a server leaves it that is killed while it deletes."""
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database, database:
        database.execute(f"UPDATE {table} SET hidden = 1, name = NULL WHERE id = ?", (identity,))
        database.execute("DELETE FROM volumes WHERE sandbox = ?", (identity,))
    os.chown(state / "state.db", OTHER_USER, OTHER_USER)


def hidden(state: Path, table: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database:
        return [row[0] for row in database.execute(f"SELECT id FROM {table} WHERE hidden <> 0")]


def said(server) -> list[str]:
    server.stop()
    lines = server.errors.decode().splitlines()
    assert all(line.startswith("sandboxd: ") and "; " in line for line in lines), lines
    return lines


def gc(state: Path) -> tuple[int, list, list[str]]:
    done = subprocess.run(
        [str(BINARY), "gc", "--json", "--state", str(state)],
        capture_output=True,
        check=False,
        env={**os.environ, "TMPDIR": str(state)},
        user=OTHER_USER,
        group=OTHER_USER,
        extra_groups=[],
    )
    removed = json.loads(done.stdout)["removed"] if done.stdout else []
    return done.returncode, [one["name"] for one in removed], done.stderr.decode().splitlines()


def test_sandbox_stays_until_it_can_be_deleted(run):
    server = run()
    sandbox = server.create(name="kept", env_vars={"A": "1"}, resources={"storage": 3})
    before = server.list(), volumes(server)
    hold(server.root(sandbox) / "data")
    for _ in range(2):
        answer = delete(server, sandbox)
        assert (answer.status, answer.error["type"]) == (500, "engine_error")
        assert f"bwrap/sandboxes/{sandbox['id']}" in answer.error["message"]
        assert (server.list(), volumes(server)) == before
    assert server.call("POST", "/v1/sandboxes/create", {"name": "kept"}).status == 409
    assert server.output(sandbox, "echo $A > /data/new && cat /data/new") == "1\n", "it can be used"
    let_go(server.state)
    assert delete(server, sandbox).status == 200
    assert (server.list(), volumes(server), server.folders()) == ([], [], set())
    lines = said(server)
    assert len(lines) == 2, lines
    assert all(sandbox["id"] in line for line in lines)


def test_sandbox_whose_name_was_taken_meanwhile_is_called_by_its_id(run, mark):
    server = run()
    sandbox = server.create(name="mine")
    hold(server.root(sandbox) / "data")
    threads = [threading.Thread(target=lambda: server.execute(sandbox, f"sleep {mark}"))]
    threads[0].start()
    assert wait_until(lambda: sleepers(mark), 20)
    (init,) = [pid for pid in descendants(server.pid) if read_proc(pid, "comm") == b"sandbox-init\n"]
    os.kill(init, signal.SIGSTOP)
    try:
        threads.append(threading.Thread(target=lambda: delete(server, sandbox)))
        threads[1].start()
        assert wait_until(lambda: server.list() == [], 20)
        server.create(name="mine")
    finally:
        os.kill(init, signal.SIGCONT)
        for thread in threads:
            thread.join()
    assert sorted(one["name"] for one in server.list()) == sorted(["mine", sandbox["id"]])
    let_go(server.state)
    assert delete(server, sandbox).status == 200


def test_delete_all_tells_each_error(run):
    server = run()
    first, held, last = (server.create() for _ in range(3))
    hold(server.root(held) / "data")
    for deleted in ([first["id"], last["id"]], []):
        answer = server.call("DELETE", "/v1/sandboxes/delete-all")
        assert answer.status == 200
        (error,) = answer.json["errors"]
        assert set(error) == {"id", "error"}
        assert error["id"] == held["id"]
        assert held["id"] in error["error"]
        assert answer.json["deleted_ids"] == deleted
        assert answer.json["deleted_count"] == answer.json["storage_deleted_count"] == len(deleted)
        assert answer.json["message"] == "Some sandboxes could not be deleted"
        assert [one["id"] for one in server.list()] == [held["id"]]
    let_go(server.state)
    answer = server.call("DELETE", "/v1/sandboxes/delete-all").json
    assert (answer["deleted_ids"], answer["errors"]) == ([held["id"]], [])


def test_with_a_snapshot(run):
    """The snapshot was whole before anything was removed: it is kept."""
    server = run()
    sandbox = server.create()
    server.upload(sandbox, "/data/f", b"1")
    hold(server.root(sandbox) / "tmp")
    assert delete(server, sandbox, create_snapshot=True, snapshot_name="last").status == 500
    assert [one["id"] for one in server.list()] == [sandbox["id"]]
    (snapshot,) = [one for one in volumes(server) if one["type"] == "snapshot"]
    assert snapshot["name"] == "last"
    let_go(server.state)
    assert delete(server, sandbox).status == 200
    assert [one["name"] for one in volumes(server)] == ["last"]


def test_volume_stays_until_it_can_be_deleted(run):
    server = run()
    volume = server.call("POST", "/v1/volumes/create", {"name": "kept"}).json
    before = volumes(server)
    hold(server.state / "bwrap/volumes" / volume["id"])
    for _ in range(2):
        answer = server.call("DELETE", f"/v1/volumes/{volume['id']}/delete")
        assert (answer.status, answer.error["type"]) == (500, "engine_error")
        assert volumes(server) == before
    let_go(server.state)
    assert server.call("DELETE", f"/v1/volumes/{volume['id']}/delete").status == 200
    assert volumes(server) == []
    assert len(said(server)) == 2


@pytest.mark.parametrize("how", ["restart", "gc"])
def test_deletion_that_was_begun_waits(run, how):
    """Everybody else's start does not depend on it, nor does what gc has to do beside it."""
    server = run()
    held, gone, kept = (server.create() for _ in range(3))
    volume = server.call("POST", "/v1/volumes/create", {"name": "held"}).json
    hold(server.root(held) / "data")
    hold(server.state / "bwrap/volumes" / volume["id"])
    server.upload(kept, "/data/f", b"1")
    server.stop()
    state = server.state
    for one in (held, gone):
        hide(state, "sandboxes", one["id"])
    hide(state, "volumes", volume["id"])
    orphan = state / "bwrap/sandboxes/sbx-orphan"
    orphan.mkdir()
    hold(orphan)
    expected = {held["id"], volume["id"], "sbx-orphan"}
    for _ in range(2):
        if how == "gc":
            code, removed, lines = gc(state)
            assert code == 6
            assert not expected & set(removed)
        else:
            server = run()
            assert [one["id"] for one in server.list()] == [kept["id"]]
            lines = said(server)
        assert len(lines) == 3, lines
        assert all(sum(name in line for line in lines) == 1 for name in expected), lines
        assert {entry.name for entry in (state / "bwrap/sandboxes").iterdir()} == {
            held["id"],
            kept["id"],
            "sbx-orphan",
        }
        assert held["id"] in hidden(state, "sandboxes"), "its user's number stays taken"
        assert hidden(state, "volumes") == [volume["id"]]
    let_go(state)
    if how == "gc":
        code, removed, lines = gc(state)
        assert (code, lines) == (0, [])
        assert expected <= set(removed)
    server = run()
    assert server.folders() == {kept["id"]}
    assert hidden(state, "sandboxes") == hidden(state, "volumes") == []
    assert server.download(kept, "/data/f").body == b"1"
    assert said(server) == []


def test_unfinished_upload_that_cannot_be_removed(run):
    server = run()
    sandbox = server.create()
    server.stop()
    hold(server.folder(sandbox) / "incoming")
    again = run()
    assert [one["id"] for one in again.list()] == [sandbox["id"]]
    assert again.output(sandbox, "echo works") == "works\n"
    (line,) = said(again)
    assert sandbox["id"] in line


def test_sandbox_that_nobody_uses_is_not_tried_all_the_time(run):
    server = run("--idle-delete", "3")
    sandbox = server.create()
    hold(server.root(sandbox) / "data")
    moved = server.root(sandbox) / "data/held"
    assert wait_until(lambda: not moved.exists(), 20)
    assert wait_until(lambda: [one["id"] for one in server.list()] == [sandbox["id"]], 20)
    began = time.monotonic()
    time.sleep(6)
    tries = 1 + (time.monotonic() - began) / 3
    let_go(server.state)
    assert wait_until(lambda: server.list() == [], 30)
    assert len(said(server)) <= tries
