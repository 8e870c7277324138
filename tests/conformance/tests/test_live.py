"""The drivers against a sandboxd: every operation in every language, and what the server makes of it."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from harness import columns
from harness.drivers import Driver, commands
from harness.languages import PROJECT
from harness.runner import driver_step

SANDBOXD = PROJECT / "build" / "release" / "bin" / "sandboxd"
# A stream of Lua is for custom requests alone.
WAYS = [
    pytest.param((column, entry), id=f"{column.driver} {entry}")
    for column in columns.columns(list(columns.ENTRIES), columns.lua_versions())
    for entry in column.entries
    if not (column.language == "lua" and entry.endswith("stream"))
]
NOT_FOUND, CONFLICT, INVALID, NO_KEY = 404, 409, 422, 401


@pytest.fixture(scope="module")
def server():
    """Gives its URL and key."""
    with subprocess.Popen([SANDBOXD, "--ephemeral", "--port", "0"], stdout=subprocess.PIPE) as process:
        ready = json.loads(process.stdout.readline())
        yield ready["url"], Path(ready["key_file"]).read_text().strip()
        process.terminate()


class Caller:
    """One client of one language, by one of its ways to call."""

    def __init__(self, column: columns.Column, entry: str, server: tuple[str, str]) -> None:
        known = commands(None, sys.executable, columns.lua_versions())
        self.driver = Driver(known[column.driver])
        self.entry = entry
        self.url, self.key = server

    def ask(self, call: str, arguments: dict | None = None, key: str | None = None, **step) -> dict:
        client = {"base_url": self.url, "api_key": key or self.key, "max_retries": 0}
        whole = driver_step({"call": call, "arguments": arguments or {}, **step})
        request = {"case": call, "entry": self.entry, "client": client, "steps": [whole]}
        (outcome,) = self.driver.ask(request)["results"]
        return outcome

    def succeed(self, call: str, arguments: dict | None, **step) -> dict:
        outcome = self.ask(call, arguments, **step)
        assert "ok" in outcome, outcome
        return outcome["ok"]

    def bytes_of(self, call: str, arguments: dict, **step) -> bytes:
        return base64.b64decode(self.succeed(call, arguments, **step)["bytes"])

    def call(self, call: str, arguments: dict | None = None, **step) -> dict:
        ok = self.succeed(call, arguments, **step)
        return ok["json"] if "json" in ok else json.loads(base64.b64decode(ok["bytes"]))

    def refused(self, call: str, arguments: dict | None = None, **step) -> int:
        outcome = self.ask(call, arguments, **step)
        assert outcome["error"]["body"]["error"]["message"]
        return outcome["error"]["status"]


numbers = itertools.count()


@pytest.fixture
def caller(request, server):
    made = Caller(*request.param, server)
    yield made
    assert made.driver.end() is None


in_every_way = pytest.mark.parametrize("caller", WAYS, indirect=True)


@pytest.fixture
def sandbox(caller):
    name = f"live-{next(numbers)}"
    made = caller.call("sandboxes.create", {"name": name, "env_vars": {"GREETING": "hello"}, "wait_for_ready": True})
    assert (made["name"], made["status"]) == (name, "running")
    yield made
    caller.ask("sandboxes.delete", {"id": made["id"]})


@in_every_way
def test_sandboxes(caller, sandbox):
    known = {"id": sandbox["id"]}
    shown = caller.call("sandboxes.get", known)
    assert shown == {name: value for name, value in sandbox.items() if name != "storage"}
    listed = caller.call("sandboxes.list", {"page": 1, "page_size": 1000})
    assert shown in listed["data"]
    assert listed["pagination"]["total_items"] == len(listed["data"])
    deleted = caller.call("sandboxes.delete", known)
    assert deleted["id"] == sandbox["id"]
    assert caller.refused("sandboxes.get", known) == NOT_FOUND
    assert caller.refused("sandboxes.delete", known) == NOT_FOUND


@in_every_way
def test_commands(caller, sandbox):
    asked = {"id": sandbox["id"], "command": "cat; echo $GREETING $MORE >&2; exit 7", "env": {"MORE": "wörld"}}
    result = caller.call("sandboxes.execute", {**asked, "stdin": "from here\n"})
    assert (result["status"], result["exit_code"]) == ("completed", 7)
    assert (result["stdout"], result["stderr"]) == ("from here\n", "hello wörld\n")
    encoded = caller.call("sandboxes.execute", {**asked, "stdin_base64": "AGE="})
    assert (encoded["stdout"], encoded["stdin_bytes"]) == ("\0a", 2)
    late = caller.call("sandboxes.execute", {"id": sandbox["id"], "command": "sleep 60", "api_timeout": 1})
    assert (late["status"], late["exit_code"]) == ("timeout", 124)


@in_every_way
def test_files(caller, sandbox):
    place = {"id": sandbox["id"], "path": "/data/folder/file"}
    content = {"from": "memory", "all_bytes": 20, "filename": "file", "content_type": "application/octet-stream"}
    assert caller.call("sandboxes.upload", place, upload=content)["path"] == place["path"]
    assert caller.bytes_of("sandboxes.download", place) == bytes(range(256)) * 20
    counted = caller.call("sandboxes.execute", {"id": sandbox["id"], "command": "wc -c </data/folder/file"})
    assert counted["stdout"] == "5120\n"
    assert caller.refused("sandboxes.download", {**place, "path": "/data/none"}) == NOT_FOUND


@in_every_way
def test_volumes(caller, sandbox):
    name = f"volume-{next(numbers)}"
    made = caller.call("volumes.create", {"name": name, "size": "2Gi"})
    assert made["name"] == name
    listed = {volume["id"]: volume for volume in caller.call("volumes.list", {"page_size": 1000})["data"]}
    assert not listed[made["id"]]["in_use"]
    (own,) = [
        volume for volume in listed.values() if (volume.get("mounted_by") or {}).get("sandbox_id") == sandbox["id"]
    ]
    assert own["in_use"]
    assert caller.refused("volumes.delete", {"id": own["id"]}) == CONFLICT
    taken = caller.call("volumes.create_snapshot", {"id": own["id"], "name": f"snapshot-{next(numbers)}"})
    assert taken["id"] in {volume["id"] for volume in caller.call("volumes.list", {"page_size": 1000})["data"]}
    for each in (taken, made):
        assert caller.call("volumes.delete", {"id": each["id"]})["id"] == each["id"]
        assert caller.refused("volumes.delete", {"id": each["id"]}) == NOT_FOUND


@in_every_way
def test_deletions_that_keep_or_end_the_storage(caller, sandbox):
    kept = caller.call("sandboxes.delete", {"id": sandbox["id"], "create_snapshot": True})
    assert kept["snapshot_created"]
    left = caller.call("volumes.list", {"page_size": 1000})["data"]
    for volume in left:
        if not volume["in_use"]:
            caller.call("volumes.delete", {"id": volume["id"]})
    caller.call("sandboxes.create", {})
    everything = caller.call("sandboxes.delete_all")
    assert everything["deleted_count"] == 1
    assert caller.call("sandboxes.list")["data"] == []


@in_every_way
def test_what_is_refused(caller, sandbox):
    assert caller.refused("sandboxes.create", {"name": sandbox["name"]}) == CONFLICT
    assert caller.refused("sandboxes.list", {"page": 1, "page_size": 100_000}) == INVALID
    assert caller.refused("sandboxes.create", {"image": "nowhere/none"}) == NOT_FOUND
    assert caller.refused("sandboxes.list", key="another-key") == NO_KEY
