"""A copy of the state directory is all that a server was."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from harness import IS_ROOT, OTHER_USER


@pytest.mark.parametrize(
    "user", [None, pytest.param(OTHER_USER, marks=pytest.mark.skipif(not IS_ROOT, reason="not root"))]
)
def test_a_copy_goes_on_where_the_original_stopped(start, directories, user):
    original, elsewhere = directories.new(user), directories.new(user)
    server = start("--state", str(original), user=user)
    sandbox = server.create(name="one", env_vars={"GREETING": "hello"})
    server.output(sandbox, "echo text > /data/file; mkdir ~/folder; chmod 750 ~/folder; ln -s file /data/link")
    volume = server.call("POST", "/v1/volumes/create", {"name": "extra"}).json
    listed = server.call("GET", "/v1/volumes/list").json["data"]
    (own,) = [one for one in listed if one["in_use"]]
    taken = server.call("POST", f"/v1/volumes/{own['id']}/snapshot", {"name": "before"}).json
    server.output(sandbox, "echo changed > /data/file")
    told = [server.call("GET", path).json["data"] for path in ("/v1/sandboxes/list", "/v1/volumes/list")]
    key = server.key
    server.stop()

    copy = elsewhere / "copy"
    subprocess.run(["cp", "-a", original, copy], check=True)
    shutil.rmtree(original)
    original.mkdir()
    server = start("--state", str(copy), user=user)
    assert server.key == key
    assert [server.call("GET", path).json["data"] for path in ("/v1/sandboxes/list", "/v1/volumes/list")] == told
    assert {volume["id"], taken["id"], own["id"]} == {one["id"] for one in told[1]}
    shown = server.output(
        sandbox, "cat /data/link; stat -c '%a %U' ~/folder; echo $GREETING; touch /data/new && echo mine"
    )
    assert shown == "changed\n750 sandbox\nhello\nmine\n"
    assert server.output(server.create(name="two"), "ls /data") == ""
