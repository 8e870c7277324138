"""Volumes: create, list, delete, and the one of each sandbox."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

import documents
import pytest
from harness import IS_ROOT, OTHER_USER, fail, short
from test_sandboxes import TIME


@pytest.fixture
def fresh(start):
    return start("--ephemeral")


def volume_folders(server) -> set[str]:
    return {entry.name for entry in (server.state / "bwrap/volumes").iterdir()}


def create(server, **params) -> dict:
    answer = server.call("POST", "/v1/volumes/create", params)
    assert answer.status == 200, answer.body
    documents.check(answer.json, "Volume")
    return answer.json


def listed(server) -> list[dict]:
    answer = server.call("GET", "/v1/volumes/list?page_size=1000").json
    documents.check(answer, "VolumeListResponse")
    return answer["data"]


def delete(server, volume: dict):
    return server.call("DELETE", f"/v1/volumes/{volume['id']}/delete")


# ---- volumes of their own ----


def test_create_has_every_field(fresh):
    volume = create(fresh, name="all fields", size="100Mi")
    assert TIME.fullmatch(volume["created_at"])
    assert re.fullmatch("vol-[0-9a-f]{20}", volume["id"])
    assert {key: volume[key] for key in ("name", "size", "status")} == {
        "name": "all fields",
        "size": "100Mi",
        "status": "Bound",
    }
    assert volume_folders(fresh) == {volume["id"]}
    assert (fresh.state / "bwrap/volumes").stat().st_mode & 0o777 == 0o700
    assert listed(fresh) == [{**volume, "type": "volume", "in_use": False}]


def test_create_with_nothing(fresh):
    for body in (None, {}, {"name": None, "size": None, "unknown": [1]}):
        answer = fresh.call("POST", "/v1/volumes/create", body)
        assert answer.status == 200, answer.body
        assert re.fullmatch(r"volume-local-\d{13}", answer.json["name"])
        assert answer.json["size"] == "10Gi"


def test_generated_names_differ(fresh):
    with ThreadPoolExecutor(12) as pool:
        names = list(pool.map(lambda _: create(fresh)["name"], range(24)))
    assert len(set(names)) == 24


def test_duplicate_name(fresh):
    first = create(fresh, name="only one")
    sandbox = fresh.create()
    (of_sandbox,) = [one for one in listed(fresh) if one["in_use"]]
    for name in ("only one", of_sandbox["name"]):
        answer = fresh.call("POST", "/v1/volumes/create", {"name": name})
        assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "name")
    assert volume_folders(fresh) == {first["id"]}, "nothing is left of those that were refused"
    assert delete(fresh, first).status == 200
    create(fresh, name="only one")
    # A sandbox and a volume may have one name.
    create(fresh, name=sandbox["name"])


@pytest.mark.parametrize("name", ["x", "x" * 128, "a b", "..", "a/b", "日本", "'; DROP TABLE volumes; --"], ids=short)
def test_good_names(server, name):
    volume = create(server, name=name)
    assert volume["name"] == name
    assert delete(server, volume).status == 200


@pytest.mark.parametrize("name", ["", "x" * 129, "a\nb", "\x7f", "a\0b", 1, True, [], {}], ids=short)
def test_bad_names(server, name):
    answer = server.call("POST", "/v1/volumes/create", {"name": name})
    assert (answer.status, answer.error["type"], answer.error["field"]) == (422, "validation_error", "name")


@pytest.mark.parametrize(
    "size",
    [
        "10Gi",
        "100Mi",
        "1",
        "1024",
        "1Ki",
        "1024Ti",
        "1Pi",
        "1k",
        "5M",
        "5G",
        "5T",
        "1P",
        "1.5Gi",
        "0.001k",
        "007Gi",
        "1125899906842624",
        "1125.8999T",
    ],
)
def test_good_sizes(server, size):
    volume = create(server, size=size)
    assert volume["size"] == size
    assert delete(server, volume).status == 200


@pytest.mark.parametrize(
    "size",
    [
        "",
        " ",
        "Gi",
        "0",
        "0Gi",
        "0.0009k",
        "-1Gi",
        "+1Gi",
        "10 Gi",
        " 10Gi",
        "10Gi ",
        "10gi",
        "10GI",
        "10GB",
        "10K",
        "10Gib",
        "10m",
        "1e3",
        "1.Gi",
        ".5Gi",
        "1.2.3Gi",
        "0x10",
        "1,5Gi",
        "NaN",
        "inf",
        "１Gi",
        "1025Ti",
        "2Pi",
        "1Ei",
        "1125899906842625",
        "9" * 16,
        "1" * 17,
        "9" * 400,
        "10Gi\0",
        10,
        1.5,
        True,
        ["10Gi"],
        {},
    ],
    ids=short,
)
def test_bad_sizes(server, size):
    answer = server.call("POST", "/v1/volumes/create", {"size": size})
    assert (answer.status, answer.error["type"], answer.error["field"]) == (422, "validation_error", "size")


def test_bad_bodies(server):
    for body, status in ((b"{", 400), (b"[]", 422), (b"1", 422)):
        headers = {"Content-Type": "application/json"}
        assert server.call("POST", "/v1/volumes/create", body, headers).status == status


def test_delete(fresh):
    volume, other = create(fresh), create(fresh)
    answer = delete(fresh, volume)
    documents.check(answer.json, "VolumeDeleteResponse")
    assert answer.json == {"id": volume["id"], "message": "Volume deleted", "type": "volume"}
    assert volume_folders(fresh) == {other["id"]}
    assert [one["id"] for one in listed(fresh)] == [other["id"]]
    assert delete(fresh, volume).status == 404


@pytest.mark.parametrize(
    "identity", ["none", "..", "vol-", "x" * 1000, "%00", "a%2Fb", "'; DROP TABLE volumes"], ids=short
)
def test_unknown_volume(server, identity):
    path = f"/v1/volumes/{identity.replace(' ', '%20')}"
    assert server.call("DELETE", f"{path}/delete").status == 404
    assert server.call("POST", f"{path}/snapshot", {"name": "of nothing"}).status == 404


def test_deletes_at_once_delete_once(fresh):
    for _ in range(5):
        volume = create(fresh)
        with ThreadPoolExecutor(4) as pool:
            statuses = [answer.status for answer in pool.map(lambda one: delete(fresh, one), [volume] * 4)]
        assert sorted(statuses) == [200, 404, 404, 404]
    assert volume_folders(fresh) == set()


# ---- list ----


def test_list_and_its_pages(fresh):
    assert fresh.call("GET", "/v1/volumes/list").json == {
        "data": [],
        "pagination": {"page": 1, "page_size": 20, "total_items": 0, "total_pages": 0},
    }
    made = []
    for i in range(12):
        made.append(create(fresh, name=f"number {i}")["id"])
        fresh.create()
    everything = listed(fresh)
    assert [one["id"] for one in everything if not one["in_use"]] == made, "oldest first"
    assert [one["in_use"] for one in everything] == [False, True] * 12, "those of sandboxes in between"
    first = fresh.call("GET", "/v1/volumes/list").json
    assert first == {
        "data": everything[:20],
        "pagination": {"page": 1, "page_size": 20, "total_items": 24, "total_pages": 2},
    }
    third = fresh.call("GET", "/v1/volumes/list?page=3&page_size=10").json
    assert third["data"] == everything[20:]
    assert third["pagination"] == {"page": 3, "page_size": 10, "total_items": 24, "total_pages": 3}
    assert fresh.call("GET", "/v1/volumes/list?page=2147483647&page_size=1000").json["data"] == []


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=", "page_size=0", "page_size=1001", "page_size=1.5"])
def test_bad_page(server, query):
    answer = server.call("GET", f"/v1/volumes/list?{query}")
    assert (answer.status, answer.error["field"]) == (422, query.split("=")[0])


# ---- the volume of a sandbox ----


def test_each_sandbox_has_a_volume(fresh):
    sandbox = fresh.create(name="the user", resources={"storage": 7})
    fresh.upload(sandbox, "/data/f", b"x")
    (volume,) = listed(fresh)
    assert re.fullmatch("vol-[0-9a-f]{20}", volume.pop("id"))
    assert volume == {
        "created_at": sandbox["created_at"],
        "name": f"{sandbox['id']}-data",
        "size": "7Gi",
        "status": "Bound",
        "type": "volume",
        "in_use": True,
        "mounted_by": {"sandbox_id": sandbox["id"], "sandbox_name": "the user"},
    }
    assert (fresh.root(sandbox) / "data/f").read_bytes() == b"x"
    assert volume_folders(fresh) == set()


def test_volume_in_use_is_not_deleted(fresh):
    sandbox = fresh.create(name="the user")
    fresh.upload(sandbox, "/data/f", b"kept")
    (volume,) = listed(fresh)
    answer = delete(fresh, volume)
    assert (answer.status, answer.error["type"]) == (409, "conflict")
    assert sandbox["id"] in answer.error["message"]
    assert "the user" in answer.error["message"]
    assert listed(fresh) == [volume]
    assert fresh.download(sandbox, "/data/f").body == b"kept"


def test_volume_goes_with_its_sandbox(fresh):
    sandbox = fresh.create()
    (volume,) = listed(fresh)
    answer = fresh.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", {"keep_storage": True}).json
    documents.check(answer, "SandboxDeleteResponse")
    assert (answer["storage_deleted"], answer["storage_name"]) == (True, volume["name"])
    assert listed(fresh) == []


def test_volumes_go_with_all_sandboxes(fresh):
    own = create(fresh)
    for _ in range(3):
        fresh.create()
    answer = fresh.call("DELETE", "/v1/sandboxes/delete-all").json
    documents.check(answer, "SandboxDeleteAllResponse")
    assert (answer["deleted_count"], answer["storage_deleted_count"], answer["errors"]) == (3, 3, [])
    assert [one["id"] for one in listed(fresh)] == [own["id"]]


def test_refused_sandbox_leaves_no_volume(fresh):
    fresh.create(name="taken")
    assert fresh.call("POST", "/v1/sandboxes/create", {"name": "taken"}).status == 409
    assert len(listed(fresh)) == 1


def commits(server) -> int:
    """How many transactions SQLite's log holds: each is a frame that says how large the database is after it."""
    log = (server.state / "state.db-wal").read_bytes()
    size = int.from_bytes(log[8:12], "big")
    return sum(log[at + 4 : at + 8] != bytes(4) for at in range(32, len(log) - size, 24 + size))


def test_a_sandbox_and_its_volume_are_written_at_once(start, directories):
    """Whoever sees the sandbox sees its volume, and the disk is waited for once."""
    server = start("--state", str(directories.new()))
    server.create()
    before = commits(server)
    for _ in range(3):
        server.create()
    assert commits(server) - before == 3


# ---- restarts and upgrades ----


def test_volumes_are_there_after_a_restart(start, directories):
    state = str(directories.new())
    server = start("--state", state)
    create(server, name="own", size="1Mi")
    server.create(name="user")
    gone = create(server)
    delete(server, gone)
    before = listed(server)
    server.kill()
    again = start("--state", state)
    assert listed(again) == before
    assert again.call("POST", "/v1/volumes/create", {"name": "own"}).status == 409


def test_what_a_killed_server_left_half_made_is_removed(start, directories):
    """The states that a kill can leave, made by hand."""
    state = directories.new()
    server = start("--state", str(state))
    kept, hidden = create(server), create(server)
    server.kill()
    volumes = state / "bwrap/volumes"
    for name in ("vol-never-acknowledged/a/b", ".snap-half/a", ".snap-half.links/a", f"{kept['id']}/a"):
        (volumes / name).mkdir(parents=True)
    (volumes / "a file").touch()
    (volumes / hidden["id"] / "a").mkdir()
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database, database:
        database.execute("UPDATE volumes SET hidden = 1, name = NULL WHERE id = ?", (hidden["id"],))
    again = start("--state", str(state))
    assert [one["id"] for one in listed(again)] == [kept["id"]]
    assert volume_folders(again) == {kept["id"]}
    assert (volumes / kept["id"] / "a").is_dir()
    again.stop()
    assert again.errors == b""
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database:
        assert database.execute("SELECT id FROM volumes").fetchall() == [(kept["id"],)]


def test_lost_files_are_said(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    volume = create(server)
    server.stop()
    (state / "bwrap/volumes" / volume["id"]).rmdir()
    again = start("--state", str(state))
    assert volume_folders(again) == {volume["id"]}
    again.stop()
    assert volume["id"].encode() in again.errors


def test_lost_database(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    volume = create(server)
    server.kill()
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (state / name).unlink(missing_ok=True)
    code, line = fail("--state", str(state))
    assert (code, "state.db" in line) == (6, True)
    assert (state / "bwrap/volumes" / volume["id"]).is_dir()


# What sandboxd 0.1 made its database with.
VERSION_1 = """
    CREATE TABLE sandboxes ( number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT UNIQUE,
     image TEXT, created_ms INTEGER NOT NULL, cpus INTEGER NOT NULL, memory INTEGER NOT NULL,
     storage INTEGER NOT NULL, environment BLOB, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
     hidden INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX sandboxes_uid ON sandboxes (uid);
    CREATE INDEX sandboxes_visible ON sandboxes (hidden, number);
    PRAGMA user_version = 1;
"""


def version_1(state) -> None:
    """Makes the database of a state directory one of version 1, with the same sandboxes."""
    columns = "id, name, image, created_ms, cpus, memory, storage, environment, uid, gid, hidden"
    old = state / "old.db"
    with contextlib.closing(sqlite3.connect(old)) as database, database:
        database.executescript("PRAGMA journal_mode = WAL;" + VERSION_1)
        database.execute("ATTACH ? AS new", (str(state / "state.db"),))
        database.execute(f"INSERT INTO sandboxes ({columns}) SELECT {columns} FROM new.sandboxes ORDER BY number")
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (state / name).unlink(missing_ok=True)
    old.rename(state / "state.db")


def test_upgrade_from_version_1(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    made = [server.create(name=f"n{i}", resources={"storage": i + 1}) for i in range(30)]
    server.upload(made[0], "/data/f", b"kept")
    hidden = server.create()
    sandboxes = server.list()[:-1]
    server.stop()
    version_1(state)
    with contextlib.closing(sqlite3.connect(state / "state.db")) as database, database:
        database.execute("UPDATE sandboxes SET hidden = 1, name = NULL WHERE id = ?", (hidden["id"],))
    again = start("--state", str(state))
    assert again.list() == sandboxes
    assert again.download(made[0], "/data/f").body == b"kept"
    volumes = listed(again)
    assert len({one["id"] for one in volumes}) == 30
    for number, (volume, sandbox) in enumerate(zip(volumes, made, strict=True)):
        assert re.fullmatch("vol-[0-9a-f]{20}", volume.pop("id"))
        assert volume == {
            "created_at": sandbox["created_at"],
            "name": f"{sandbox['id']}-data",
            "size": f"{number + 1}Gi",
            "status": "Bound",
            "type": "volume",
            "in_use": True,
            "mounted_by": {"sandbox_id": sandbox["id"], "sandbox_name": sandbox["name"]},
        }
    assert again.call("DELETE", f"/v1/sandboxes/{made[0]['id']}/delete").json["storage_name"] == f"{made[0]['id']}-data"
    before = listed(again)
    again.stop()
    assert again.errors == b""
    assert listed(start("--state", str(state))) == before, "once, not at each start"


def test_upgrade_of_an_empty_database(start, directories):
    state = directories.new()
    start("--state", str(state)).stop()
    version_1(state)
    again = start("--state", str(state))
    assert listed(again) == []
    again.create()
    assert len(listed(again)) == 1


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_full_disk(start, directories):
    """Whatever fills the disk, volumes can be deleted on it."""
    state = directories.new()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", state], check=True)
    try:
        server = start("--state", str(state))
        small, large = create(server), create(server)
        with contextlib.suppress(OSError):
            (state / "bwrap/volumes" / large["id"] / "f").write_bytes(b"x" * 5_000_000)
        with contextlib.suppress(OSError), (state / "bwrap/volumes" / large["id"] / "g").open("wb", 0) as rest:
            while rest.write(b"x"):
                pass
        answers = [server.call("POST", "/v1/volumes/create") for _ in range(3)]
        assert {answer.status for answer in answers} == {507}
        assert volume_folders(server) == {small["id"], large["id"]}
        answer = delete(server, large)
        assert answer.status == 200, answer.body
        assert volume_folders(server) == {small["id"]}
        create(server)
        assert server.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)


@pytest.mark.skipif(not IS_ROOT, reason="only root can start a server as another user")
def test_volumes_of_another_user(start):
    server = start("--ephemeral", user=OTHER_USER, env={"TMPDIR": "/tmp"})
    volume = create(server)
    assert volume_folders(server) == {volume["id"]}
    assert delete(server, volume).status == 200
