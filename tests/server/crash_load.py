"""A mixed load on a server that is killed, and what has to be true of what it leaves.

A client writes down what may be true before it asks for something, and what has to be after the answer. Each one has
things of its own, so that at most one of its requests is open when the server ends."""

from __future__ import annotations

import contextlib
import http.client
import io
import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import threading
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from harness import BINARY, Server, form, is_alive, processes, read_proc, status_field, wait_until

JSON = {"Content-Type": "application/json"}
CLIENTS = 6
ENDED = (OSError, http.client.HTTPException, ValueError)

names = itertools.count()

# What a file may hold: one of several contents, or anything.
ANYTHING = None


@dataclass
class Sandbox:
    id: str
    name: str
    files: dict[str, list[bytes | None] | None] = field(default_factory=dict)
    leaving: bool = False  # a deletion was asked for
    heir: str | None = None  # the snapshot that such a deletion was to leave

    def certain(self) -> dict[str, bytes]:
        """What is in its volume for sure, by the path there."""
        found = {path: kept[0] for path, kept in self.files.items() if kept is not ANYTHING and len(kept) == 1}
        return {path[6:]: data for path, data in found.items() if data is not None and path.startswith("/data/")}


@dataclass
class Keyed:
    key: str
    method: str
    path: str
    body: dict
    sandbox: str | None = None
    runs: str | None = None  # the file to which each run appends a byte
    answer: tuple[int, bytes] | None = None


class Client:
    """What one of the load's clients was told, and did not hear the answer of."""

    def __init__(self):
        self.sandboxes: dict[str, Sandbox] = {}
        self.volumes: dict[str, bool] = {}  # whether a deletion was asked for
        self.snapshots: dict[str, tuple[bool, dict[str, bytes]]] = {}
        self.open_names: set[str] = set()
        self.open_volumes: set[str] = set()
        self.open_snapshots: dict[str, dict[str, bytes]] = {}
        self.gone: set[str] = set()
        self.keyed: list[Keyed] = []


# By the names under which they are counted.
CALLS = {
    *("create", "delete", "execute", "stream", "background", "upload", "download", "tar"),
    *("volume", "delete volume", "snapshot", "keyed"),
}


class Ledger:
    """What has to be true, over all servers of one state."""

    def __init__(self, mark: str, refusals: tuple[int, ...] = ()):
        self.mark = mark
        self.refusals = refusals  # statuses that a server in need may answer with
        self.clients = [Client() for _ in range(CLIENTS)]
        self.faults: list[str] = []
        self.counts: dict[str, int] = {}


class Load:
    """The clients at work on one server, until it is gone."""

    def __init__(self, server: Server, ledger: Ledger, fills: bool = False):
        self.server, self.ledger, self.fills = server, ledger, fills
        self.killed = False  # just about to be
        self.threads = [threading.Thread(target=self._run, args=(client,)) for client in ledger.clients]
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()

    def _run(self, client: Client) -> None:
        try:
            while True:
                self._turn(client)
        except AssertionError as error:
            self.ledger.faults.append(str(error))
        except ENDED as error:
            if not self.killed:
                self.ledger.faults.append(f"a client lost its connection: {error!r}")

    def _turn(self, client: Client) -> None:
        turns = [
            (self._create, 3),
            (self._upload, 4),
            (self._upload_tar, 2),
            (self._write, 3),
            (self._download, 3),
            (self._stream, 2),
            (self._background, 1),
            (self._delete, 2),
            (self._delete_with_snapshot, 1),
            (self._create_volume, 1),
            (self._delete_volume, 1),
            (self._take_snapshot, 2),
            (self._keyed_execute, 4),
            (self._keyed_create, 1),
        ]
        if self.fills:
            turns.append((self._fill, 12))
        one_of, weights = zip(*turns, strict=True)
        (turn,) = random.choices(one_of, weights)
        turn(client)

    def _ask(self, what: str, method: str, path: str, body=None, headers=None):
        answer = self.server.call(method, path, body, headers)
        if answer.status == 200:
            self.ledger.counts[what] = self.ledger.counts.get(what, 0) + 1
            return answer
        if answer.status not in self.ledger.refusals:
            self.ledger.faults.append(f"{what}: {answer.status} {answer.body[:300]!r}")
        return None

    @staticmethod
    def _pick(client: Client) -> Sandbox | None:
        usable = [one for one in client.sandboxes.values() if not one.leaving]
        return random.choice(usable) if usable else None

    def _fresh(self, kind: str) -> str:
        return f"{kind}-{self.ledger.mark}-{next(names)}"

    # ---- sandboxes ----

    def _create(self, client: Client) -> None:
        if len(client.sandboxes) >= 6:
            self._delete(client)
            return
        name = self._fresh("s")
        client.open_names.add(name)
        if answer := self._ask("create", "POST", "/v1/sandboxes/create", {"name": name}):
            client.sandboxes[answer.json["id"]] = Sandbox(answer.json["id"], name)
            client.open_names.remove(name)

    def _delete(self, client: Client, heir: str | None = None) -> None:
        if not (sandbox := self._pick(client)):
            return
        sandbox.leaving, sandbox.heir = True, heir
        body = {"create_snapshot": True, "snapshot_name": heir} if heir else None
        if self._ask("delete", "DELETE", f"/v1/sandboxes/{sandbox.id}/delete", body):
            self._forget(client, sandbox)

    def _delete_with_snapshot(self, client: Client) -> None:
        self._delete(client, self._fresh("n"))

    def _forget(self, client: Client, sandbox: Sandbox) -> None:
        del client.sandboxes[sandbox.id]
        client.gone.add(sandbox.id)
        if sandbox.heir:
            client.open_snapshots[sandbox.heir] = sandbox.certain()
            self._note_snapshot(client, sandbox.heir)

    def _note_snapshot(self, client: Client, name: str) -> None:
        client.snapshots[name] = (False, client.open_snapshots.pop(name))

    # ---- files ----

    def _upload(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        path = random.choice(["/data/deep/er/f", "/data/g", "/home/sandbox/h", "/tmp/t"])
        data = os.urandom(8) * random.choice([1, 100, 20_000])
        sandbox.files.setdefault(path, [None])
        if sandbox.files[path] is not ANYTHING:
            sandbox.files[path].append(data)
        headers, body = form(path, data)
        if self._ask("upload", "POST", f"/v1/sandboxes/{sandbox.id}/upload", body, headers):
            sandbox.files[path] = [data]

    def _fill(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        path = self._fresh("/data/large")
        sandbox.files[path] = [None, data := os.urandom(64) * random.choice([200, 8000])]
        headers, body = form(path, data)
        if self._ask("upload", "POST", f"/v1/sandboxes/{sandbox.id}/upload", body, headers):
            sandbox.files[path] = [data]

    def _upload_tar(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        folder = self._fresh("/data/tar")
        members = {f"{folder}/{number}": os.urandom(16) * 200 for number in range(12)}
        sandbox.files.update({path: [None, data] for path, data in members.items()})
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for path, data in members.items():
                info = tarfile.TarInfo(Path(path).name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        query = urllib.parse.urlencode({"path": folder})
        headers = {"Content-Type": "application/x-tar"}
        if self._ask("tar", "POST", f"/v1/sandboxes/{sandbox.id}/upload?{query}", out.getvalue(), headers):
            sandbox.files.update({path: [data] for path, data in members.items()})

    def _download(self, client: Client) -> None:
        sandbox = self._pick(client)
        certain = sandbox.certain() if sandbox else {}
        if not certain:
            return
        path = random.choice(list(certain))
        query = urllib.parse.urlencode({"path": "/data/" + path})
        answer = self._ask("download", "GET", f"/v1/sandboxes/{sandbox.id}/download?{query}")
        if answer and answer.body != certain[path]:
            self.ledger.faults.append(f"downloaded {path}: other bytes")

    # ---- commands ----

    def _write(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        path, text = self._fresh("/data/w"), self._fresh("text")
        sandbox.files[path] = ANYTHING
        body = {"command": f"printf {text} > {path}"}
        answer = self._ask("execute", "POST", f"/v1/sandboxes/{sandbox.id}/execute", body)
        if answer and answer.json["exit_code"] == 0:
            sandbox.files[path] = [text.encode()]
        elif answer and not self.ledger.refusals:
            self.ledger.faults.append(f"execute: {answer.json}")

    def _stream(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        path = f"/v1/sandboxes/{sandbox.id}/execute"
        body = {"command": f"for i in 1 2 3 4; do echo $i; sleep 0.0{self.ledger.mark}; done"}
        self._ask("stream", "POST", path, json.dumps(body), {**JSON, "Accept": "text/event-stream"})

    def _background(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        mark = self.ledger.mark
        body = {"command": f"setsid sleep {mark} >/dev/null 2>&1 & nohup sleep {mark} >/dev/null 2>&1 &"}
        self._ask("background", "POST", f"/v1/sandboxes/{sandbox.id}/execute", body)

    # ---- volumes and snapshots ----

    def _create_volume(self, client: Client) -> None:
        name = self._fresh("v")
        client.open_volumes.add(name)
        if self._ask("volume", "POST", "/v1/volumes/create", {"name": name}):
            client.open_volumes.remove(name)
            client.volumes[name] = False

    def _find_volume(self, name: str) -> dict:
        """What somebody else deletes between two pages of the list moves what is behind it to the page before."""
        for _ in range(10):
            found = {one["name"]: one for one in volumes_of(self.server)}
            if name in found:
                return found[name]
        raise AssertionError(f"the volume {name} is not listed")

    def _delete_volume(self, client: Client) -> None:
        kept = [name for name, leaving in client.volumes.items() if not leaving]
        kept += [name for name, (leaving, _) in client.snapshots.items() if not leaving]
        if not kept:
            return
        name = random.choice(kept)
        identity = self._find_volume(name)["id"]
        if name in client.volumes:
            client.volumes[name] = True
        else:
            client.snapshots[name] = (True, client.snapshots[name][1])
        if self._ask("delete volume", "DELETE", f"/v1/volumes/{identity}/delete"):
            client.gone.add(identity)
            client.volumes.pop(name, None)
            client.snapshots.pop(name, None)

    def _take_snapshot(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        volume = self._find_volume(f"{sandbox.id}-data")
        name = self._fresh("n")
        client.open_snapshots[name] = sandbox.certain()
        body = {"name": name, "quick": random.random() < 0.5}
        if self._ask("snapshot", "POST", f"/v1/volumes/{volume['id']}/snapshot", body):
            self._note_snapshot(client, name)

    # ---- keys ----

    def _send_keyed(self, client: Client, keyed: Keyed):
        client.keyed.append(keyed)
        headers = {"Idempotency-Key": keyed.key}
        answer = self._ask("keyed", keyed.method, keyed.path, keyed.body, headers)
        if answer:
            keyed.answer = (answer.status, answer.body)
        return answer

    def _keyed_execute(self, client: Client) -> None:
        if not (sandbox := self._pick(client)):
            return
        runs = self._fresh("/data/k")
        sandbox.files[runs] = ANYTHING
        path = f"/v1/sandboxes/{sandbox.id}/execute"
        body = {"command": f"printf x >> {runs} && sleep 0.0{random.randrange(9)}{self.ledger.mark} && date +%N"}
        answer = self._send_keyed(client, Keyed(self._fresh("key"), "POST", path, body, sandbox.id, runs))
        if answer and answer.json["exit_code"] == 0:
            sandbox.files[runs] = [b"x"]

    def _keyed_create(self, client: Client) -> None:
        if len(client.sandboxes) >= 6:
            return
        name = self._fresh("s")
        client.open_names.add(name)
        answer = self._send_keyed(client, Keyed(self._fresh("key"), "POST", "/v1/sandboxes/create", {"name": name}))
        if answer:
            client.sandboxes[answer.json["id"]] = Sandbox(answer.json["id"], name)
            client.open_names.remove(name)


def volumes_of(server: Server) -> list[dict]:
    found, page, last = [], 0, 1
    while page < last:
        page += 1
        answer = server.call("GET", f"/v1/volumes/list?page_size=1000&page={page}").json
        found += answer["data"]
        last = answer["pagination"]["total_pages"]
    return found


# ---- what is left of a killed server ----


def rows(state: Path, query: str) -> list[tuple]:
    """Of a copy of the database: to open the one that was left would change it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("state.db", "state.db-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(state / name, folder)
        with contextlib.closing(sqlite3.connect(f"{folder}/state.db")) as database:
            return database.execute(query).fetchall()


def users_of(state: Path) -> set[str]:
    """The host's users of the sandboxes, where each has one of its own."""
    return {str(uid) for (uid,) in rows(state, "SELECT uid FROM sandboxes") if uid != state.stat().st_uid}


def left_behind(ledger: Ledger, state: Path) -> list[str]:
    """The processes on the host that are of a server of this state: by their command, user or mounts."""
    place = f"{state.name}/bwrap".encode()
    users = users_of(state)
    found = []
    for pid in processes():
        command = read_proc(pid, "cmdline")
        if (
            ledger.mark.encode() in command
            or set(status_field(pid, "Uid")) & users
            or place in read_proc(pid, "mountinfo")
        ):
            state_of = status_field(pid, "State")
            found.append(f"{pid} {state_of[:1]} {command!r}")
    return found


def check_ended(ledger: Ledger, state: Path, tree: list[int]) -> None:
    """Nothing of the server runs or holds a mount in any namespace, not even as a zombie."""
    assert wait_until(lambda: not any(is_alive(pid) for pid in tree), 5), "an orphan"
    assert wait_until(lambda: not left_behind(ledger, state), 5), left_behind(ledger, state)


def check_databases(state: Path) -> None:
    for name in ("state", "requests"):
        with tempfile.TemporaryDirectory() as folder:
            for ending in (".db", ".db-wal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy(state / (name + ending), folder)
            with contextlib.closing(sqlite3.connect(f"{folder}/{name}.db")) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name


def check_nothing_to_collect(state: Path, directories, user: int | None = None) -> None:
    identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(
        [str(BINARY), "gc", "--dry-run", "--json", "--state", str(state)],
        capture_output=True,
        env={**os.environ, "TMPDIR": str(directories.new(user))},
        cwd="/",
        check=True,
        **identity,
    )
    assert json.loads(done.stdout)["removed"] == []


# ---- what the next server has ----


def tree_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Check:
    """Compares a server that was started again with the ledger, and brings the ledger up to date."""

    def __init__(self, server: Server, ledger: Ledger, on_full_disk: bool = False):
        self.server, self.ledger = server, ledger
        self.on_full_disk = on_full_disk
        self.listed = {one["id"]: one for one in server.list()}
        self.by_name = {one["name"]: one for one in self.listed.values()}
        self.volumes = {one["name"]: one for one in volumes_of(server)}

    def run(self) -> None:
        for client in self.ledger.clients:
            self._sandboxes(client)
            self._volumes(client)
            self._snapshots(client)
            self._gone(client)
        self._nothing_half_made()
        for client in self.ledger.clients:
            for keyed in client.keyed[-12:]:
                self._keyed(client, keyed)
            self._adopt(client)

    def _gone(self, client: Client) -> None:
        identities = {one["id"] for one in self.volumes.values()} | set(self.listed)
        assert not client.gone & identities, "what was deleted is back"

    def _sandboxes(self, client: Client) -> None:
        for sandbox in list(client.sandboxes.values()):
            if sandbox.id not in self.listed:
                assert sandbox.leaving, f"the sandbox {sandbox} is lost"
                del client.sandboxes[sandbox.id]
                client.gone.add(sandbox.id)
                if sandbox.heir:
                    client.snapshots[sandbox.heir] = (False, sandbox.certain())
                continue
            assert self.listed[sandbox.id]["name"] == sandbox.name
            assert sandbox.heir not in self.volumes, "a snapshot of a deletion that was not carried through"
            if sandbox.leaving and self.on_full_disk:
                self._may_be_emptied(client, sandbox)
            sandbox.leaving, sandbox.heir = False, None
            for path, accepted in sandbox.files.items():
                if accepted is not ANYTHING:
                    sandbox.files[path] = [self._file(sandbox, path, accepted)]

    @staticmethod
    def _may_be_emptied(client: Client, sandbox: Sandbox) -> None:
        """There a deletion removes files first, and may not have been carried through: each of them is gone or not."""
        for path, accepted in sandbox.files.items():
            if accepted is not ANYTHING:
                sandbox.files[path] = [None, *accepted]
        for keyed in client.keyed:
            if keyed.sandbox == sandbox.id:
                keyed.runs = None

    def _file(self, sandbox: Sandbox, path: str, accepted: list[bytes | None]) -> bytes | None:
        answer = self.server.download({"id": sandbox.id}, path)
        assert answer.status in (200, 404), answer.body
        data = answer.body if answer.status == 200 else None
        assert data in accepted, f"{sandbox.id} {path}: {data and data[:50]!r} of {len(accepted)} possible contents"
        return data

    def _volumes(self, client: Client) -> None:
        for name, leaving in list(client.volumes.items()):
            assert leaving or name in self.volumes, f"the volume {name} is lost"
            if name in self.volumes:
                client.volumes[name] = False
                # One whose files are gone is made anew.
                assert (self.server.state / "bwrap/volumes" / self.volumes[name]["id"]).is_dir()
            else:
                del client.volumes[name]

    def _snapshots(self, client: Client) -> None:
        # Whole or absent: also one whose answer did not come.
        for name, files in client.open_snapshots.items():
            if name in self.volumes:
                client.snapshots[name] = (False, files)
        client.open_snapshots.clear()
        for name, (leaving, files) in list(client.snapshots.items()):
            if name not in self.volumes:
                assert leaving, f"the snapshot {name} is lost"
                del client.snapshots[name]
                continue
            # As with a sandbox.
            if leaving and self.on_full_disk:
                files = {}
            client.snapshots[name] = (False, files)
            found = tree_of(self.server.state / "bwrap/volumes" / self.volumes[name]["id"])
            for path, data in files.items():
                assert found.get(path) == data, f"{path} in the snapshot {name}"

    def _nothing_half_made(self) -> None:
        assert self.server.folders() == set(self.listed)
        for identity in self.listed:
            assert list((self.server.folder({"id": identity}) / "incoming").iterdir()) == []
        own = {one["id"] for one in self.volumes.values() if not one.get("in_use")}
        folders = {entry.name for entry in (self.server.state / "bwrap/volumes").iterdir()}
        assert folders <= own if self.on_full_disk else folders == own
        # On a full disk there may be no room to remove them.
        for table in () if self.on_full_disk else ("sandboxes", "volumes"):
            assert rows(self.server.state, f"SELECT id FROM {table} WHERE hidden <> 0") == []

    def _keyed(self, client: Client, keyed: Keyed) -> None:
        """The first answer again, or that it was interrupted; in no case a second run."""
        answer = self.server.call(keyed.method, keyed.path, keyed.body, {"Idempotency-Key": keyed.key})
        if answer.status in self.ledger.refusals and answer.headers["Idempotency-Replayed"] is None:
            return
        if keyed.answer and self.on_full_disk and answer.status == 409:
            assert answer.error["field"] == "Idempotency-Key", "an answer that there was no room for"
        elif keyed.answer:
            assert (answer.status, answer.body) == keyed.answer, keyed
        else:
            expected = (200, 409) if keyed.sandbox in (None, *client.sandboxes) else (200, 404, 409)
            assert answer.status in expected, answer.body
            if answer.status == 409:
                assert "interrupted" in answer.error["message"], answer.body
                self.ledger.counts["interrupted"] = self.ledger.counts.get("interrupted", 0) + 1
            if answer.status != 409:
                keyed.answer = (answer.status, answer.body)
        if keyed.sandbox in client.sandboxes and keyed.runs in client.sandboxes[keyed.sandbox].files:
            runs = self.server.download({"id": keyed.sandbox}, keyed.runs)
            count = len(runs.body) if runs.status == 200 else 0
            ran = answer.status == 200 and answer.json["exit_code"] == 0
            assert count == 1 if ran else count <= 1, (keyed, count)

    def _adopt(self, client: Client) -> None:
        """What was asked for, and may be there or not."""
        by_name = {one["name"]: one["id"] for one in self.server.list()}
        for name in client.open_names:
            if name in by_name:
                client.sandboxes[by_name[name]] = Sandbox(by_name[name], name)
        client.open_names.clear()
        for name in client.open_volumes:
            if name in self.volumes:
                client.volumes[name] = False
        client.open_volumes.clear()
