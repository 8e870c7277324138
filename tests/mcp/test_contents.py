"""The bytes of one file: what an operation takes as its file, and how a download is given."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from harness import Host, text_of
from test_tools import listed

SHOWN_MAX = 192 * 1024
RESOURCE_MAX = 8 << 20


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "root"
    made.mkdir()
    (made / "file").write_bytes(bytes(range(256)))
    (made / "sub").mkdir()
    (tmp_path / "secret").write_text("secret")
    (made / "link").symlink_to("../secret")
    (made / "inner").symlink_to("file")
    os.mkfifo(made / "pipe")
    return made


@pytest.fixture
def rooted(folder):
    with Host("--local", "--root", str(folder), "--tools", "all") as made:
        made.shake_hands()
        yield made


def make(host: Host) -> str:
    return host.call("create_sandboxes", fields=["id"])["structuredContent"]["id"]


# ---- the file of an upload ----


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("local", ["file", "{}/file", "inner", "sub/../file"])
def test_a_file_of_this_machine(rooted, folder, local, dynamic):
    identity = make(rooted)
    arguments = {"id": identity, "path": "/data/x", "local": local.format(folder)}
    if dynamic:
        result = rooted.call("invoke_api_endpoint", endpoint="upload_sandboxes", arguments=arguments)
    else:
        result = rooted.call("upload_sandboxes", **arguments)
    assert result["structuredContent"]["size"] == 256
    (block,) = rooted.call("download_sandboxes", id=identity, path="/data/x")["content"]
    assert base64.b64decode(block["resource"]["blob"]) == bytes(range(256))


@pytest.mark.parametrize(
    "local",
    [
        "../secret",
        "link",
        "/etc/passwd",
        "{}/../secret",
        "nothing",
        "pipe",
        "sub",
        "",
        "sub/../../secret",
        "/proc/self/environ",
    ],
)
def test_no_other_file_of_it(rooted, folder, local):
    identity = make(rooted)
    result = rooted.call("upload_sandboxes", id=identity, path="/data/x", local=local.format(folder))
    assert result["isError"]
    assert text_of(result).startswith("local: ")
    assert rooted.call("read_file", path="/data/x")["isError"]


@pytest.mark.parametrize("more", [{"file": "x"}, {"encoding": "text"}, {"local": 1}])
def test_either_of_both(rooted, more):
    result = rooted.call("upload_sandboxes", **({"id": make(rooted), "path": "/data/x", "local": "file"} | more))
    assert result["isError"]
    assert "local" in text_of(result)


def test_without_a_root_there_is_none(old, folder):
    properties = listed()["upload_sandboxes"]["inputSchema"]
    assert "local" not in properties["properties"]
    assert "file" in properties["required"]
    assert "local" in listed("--root", "/")["upload_sandboxes"]["inputSchema"]["properties"]
    result = old.call("upload_sandboxes", id=make(old), path="/data/x", local=str(folder / "file"))
    assert result["isError"]
    assert "--root" in text_of(result)


def test_the_schema_that_is_described_is_that_which_is_offered(rooted):
    described = rooted.call("get_api_endpoint_schema", endpoint="upload_sandboxes")["structuredContent"]
    offered = {tool["name"]: tool for tool in rooted.ask("tools/list")["result"]["tools"]}
    assert described == offered["upload_sandboxes"]
    assert "local" in described["inputSchema"]["properties"]


def test_a_script_has_the_same(rooted):
    code = "return client.sandboxes:upload('%s', {path = '/data/x', ['local'] = '%s'})"
    identity = make(rooted)
    told = rooted.call("execute_code", code=code % (identity, "file"))
    assert told["structuredContent"]["result"]["size"] == 256
    for outside in ("link", "../secret", "/etc/passwd"):
        told = rooted.call("execute_code", code=code % (identity, outside))
        assert told["isError"]
        assert "local: " in text_of(told)


def test_a_large_one(rooted, folder):
    with (folder / "large").open("wb") as file:
        file.truncate(40 << 20)
    identity = make(rooted)
    result = rooted.call("upload_sandboxes", id=identity, path="/data/large", local="large")
    assert result["structuredContent"]["size"] == 40 << 20
    status = Path(f"/proc/{rooted.process.pid}/status").read_text()
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    assert peak < 40 * 1024, "it is not read as a whole"


# ---- downloads ----


def read_both(host: Host, identity: str, path: str) -> list[dict]:
    return [host.call("read_file", sandbox="one", path=path), host.call("download_sandboxes", id=identity, path=path)]


@pytest.fixture
def files(old):
    identity = old.call("create_sandboxes", name="one")["structuredContent"]["id"]
    command = "cd /data; head -c %d /dev/zero | tr '\\0' x > %s"
    for name, size in (
        ("fits", SHOWN_MAX),
        ("'more than'", SHOWN_MAX + 1),
        ("most", RESOURCE_MAX),
        ("over", RESOURCE_MAX + 1),
    ):
        assert old.call("run", sandbox="one", command=command % (size, name))["structuredContent"]["exit_code"] == 0
    return identity


def test_what_is_too_large_to_be_shown_is_linked(old, files):
    for result in read_both(old, files, "/data/fits"):
        assert text_of(result) == "x" * SHOWN_MAX
    for path, size in (("/data/more than", SHOWN_MAX + 1), ("/data/most", RESOURCE_MAX)):
        for result in read_both(old, files, path):
            assert "isError" not in result
            words, link = result["content"]
            assert str(size) in words["text"]
            assert str(SHOWN_MAX) in words["text"]
            assert link["uri"] in words["text"]
            uri = f"sandbox://{files}{path}".replace(" ", "%20")
            assert link == {"type": "resource_link", "uri": uri, "name": path.rpartition("/")[2], "size": size}
            (content,) = old.ask("resources/read", {"uri": link["uri"]})["result"]["contents"]
            assert content["text"] == "x" * size


def test_what_is_too_large_for_that_is_refused(old, files):
    for result in read_both(old, files, "/data/over"):
        assert result["isError"]
        assert "8 MiB" in text_of(result)
    error = old.ask("resources/read", {"uri": f"sandbox://{files}/data/over"})["error"]
    assert (error["code"], "8 MiB" in error["message"]) == (-32602, True)


def test_a_huge_one_is_not_held(old, files):
    old.call("run", sandbox="one", command="truncate -s 2G /data/huge")
    for result in read_both(old, files, "/data/huge"):
        assert result["isError"]
    status = Path(f"/proc/{old.process.pid}/status").read_text()
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    assert peak < 80 * 1024


@pytest.mark.parametrize(
    ("version", "count"), [("2024-11-05", 1), ("2025-03-26", 1), ("2025-06-18", 2), ("2025-11-25", 2)]
)
def test_older_revisions_have_no_links(rooted, version, count):
    rooted.shake_hands(version)
    identity = make(rooted)
    rooted.call("execute_sandboxes", id=identity, command="head -c 300000 /dev/zero > /data/x")
    assert len(rooted.call("download_sandboxes", id=identity, path="/data/x")["content"]) == count
    assert len(rooted.call("download_sandboxes", True, id=identity, path="/data/x")["content"]) == 2


@pytest.mark.parametrize("name", ["a b", "k\u00e4se", "100%", "%41", "a%20b", "?x#y", "\u00a0"])
def test_names_in_addresses(old, name):
    identity = make(old)
    old.call("execute_sandboxes", id=identity, command='head -c 200000 /dev/zero > "/data/$N"', env={"N": name})
    _, link = old.call("download_sandboxes", id=identity, path=f"/data/{name}")["content"]
    assert link["uri"].isascii()
    (content,) = old.ask("resources/read", {"uri": link["uri"]})["result"]["contents"]
    assert len(content["text"]) == 200000


@pytest.mark.parametrize("path", ["a%", "a%4", "a%zz", "a%00", "k\u00e4se"])
def test_an_address_that_is_not_encoded(old, path):
    identity = make(old)
    old.call("execute_sandboxes", id=identity, command='echo fine > "/data/$N"', env={"N": path})
    (content,) = old.ask("resources/read", {"uri": f"sandbox://{identity}/data/{path}"})["result"]["contents"]
    assert content["text"] == "fine\n"


def test_bytes_have_their_address(old):
    identity = make(old)
    old.call("execute_sandboxes", id=identity, command="printf '\\377' > /data/bytes")
    (block,) = old.call("download_sandboxes", id=identity, path="/data/bytes")["content"]
    assert block["resource"]["uri"] == f"sandbox://{identity}/data/bytes"
    (content,) = old.ask("resources/read", {"uri": block["resource"]["uri"]})["result"]["contents"]
    assert content["blob"] == block["resource"]["blob"]
