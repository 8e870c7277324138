"""Files and folders between a sandbox and this machine: only in the folders that --root names, whatever leads out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from harness import ENVIRONMENT, PROGRAM, Host, text_of


@pytest.fixture
def folder(tmp_path):
    """A root, with something beside it that must stay as it is."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "file").write_text("from here\n")
    (root / "sub" / "deep").write_bytes(bytes(range(256)))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "secret").symlink_to(tmp_path / "outside" / "secret")
    (root / "within").symlink_to("sub")
    return root


@pytest.fixture
def host(folder):
    with Host("--local", "--root", str(folder)) as made:
        made.shake_hands()
        yield made
    outside = folder.parent / "outside"
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"secret": "secret"}


def listed(*options: str) -> str:
    return subprocess.run(
        [PROGRAM, "--list", *options], capture_output=True, text=True, check=True, env=ENVIRONMENT
    ).stdout


def test_without_a_root_there_is_nothing_to_use():
    assert '"upload"' not in listed()
    assert '"upload"' in listed("--root", "/tmp")
    assert '"upload"' not in listed("--root", "/tmp", "--read-only")
    with Host("--local") as host:
        host.shake_hands()
        assert host.ask("tools/call", {"name": "upload", "arguments": {}})["error"]["code"] == -32602


@pytest.mark.parametrize("root", ["relative", "/nowhere/at/all", "/etc/passwd"])
def test_a_root_that_is_none(root):
    done = subprocess.run(
        [PROGRAM, "--local", "--root", root], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 2
    assert root in done.stderr


@pytest.mark.parametrize("absolute", [False, True])
def test_there_and_back(host, folder, absolute):
    before = f"{folder}/" if absolute else ""
    assert text_of(host.call("upload", local=f"{before}file", path="/data/file")) == "copied"
    assert host.call("run", command="cat /data/file")["structuredContent"]["stdout"] == "from here\n"
    assert text_of(host.call("upload", local=f"{before}sub", path="/data/sub")) == "copied"
    assert text_of(host.call("download", local=f"{before}back", path="/data/sub")) == "copied"
    assert (folder / "back" / "deep").read_bytes() == bytes(range(256))
    assert text_of(host.call("download", local=f"{before}sub/new", path="/data/file")) == "copied"
    assert (folder / "sub" / "new").read_text() == "from here\n"
    assert text_of(host.call("download", local=f"{before}file", path="/data/sub/deep")) == "copied"
    assert (folder / "file").read_bytes() == bytes(range(256)), "replaced"


def test_links_within_a_root_are_followed(host, folder):
    assert text_of(host.call("upload", local="within/deep", path="/data/deep")) == "copied"
    assert text_of(host.call("download", local="within/made", path="/data/deep")) == "copied"
    assert (folder / "sub" / "made").is_file()


def test_the_root_itself(host, folder):
    said = text_of(host.call("upload", local=str(folder), path="/data/all"))
    assert said.startswith("copied")
    names = host.call("run", command="ls /data/all")["structuredContent"]["stdout"].split()
    assert {"file", "sub", "within"} <= set(names)
    assert host.call("run", command="cat /data/all/out/secret /data/all/secret")["structuredContent"]["exit_code"] != 0


@pytest.mark.parametrize(
    "local",
    [
        "..",
        "../outside/secret",
        "sub/../../outside/secret",
        "/etc/passwd",
        "out/secret",
        "secret",
        "out",
        "{}/../outside/secret",
        "{}x",
        "{}-other/secret",
        "/proc/self/environ",
        "/",
        "//etc/passwd",
        "nothing",
        "file/below",
        "",
    ],
)
def test_nothing_else_is_read(host, folder, local):
    (folder.parent / "root-other").mkdir()
    (folder.parent / "root-other" / "secret").write_text("secret")
    result = host.call("upload", local=local.format(folder), path="/data/taken")
    assert result["isError"]
    assert text_of(result).startswith("local: ")
    assert host.call("run", command="ls /data")["structuredContent"]["stdout"] == ""


@pytest.mark.parametrize(
    "local",
    [
        "../new",
        "sub/../../new",
        "/tmp/new-of-a-test",
        "out/new",
        "out",
        "secret",
        "nothing/new",
        "sub/",
        ".",
        "sub/..",
        "",
        "/",
        "file/new",
        "x" * 300,
    ],
)
def test_nothing_else_is_written(host, folder, local):
    host.call("write_file", path="/data/file", content="x")
    before = sorted(str(path) for path in folder.parent.rglob("*"))
    result = host.call("download", local=local, path="/data/file")
    assert result["isError"]
    assert sorted(str(path) for path in folder.parent.rglob("*")) == before
    assert not Path("/tmp/new-of-a-test").exists()


def test_what_is_neither_file_nor_folder(host, folder):
    os.mkfifo(folder / "pipe")
    assert host.call("upload", local="pipe", path="/data/x")["isError"]
    said = text_of(host.call("upload", local=".", path="/data/x"))
    assert "left out: pipe" in said


def test_what_is_not_in_the_sandbox(host, folder):
    result = host.call("download", local="new", path="/data/nothing")
    assert result["isError"]
    assert not (folder / "new").exists()


def test_an_archive_that_leads_out(host, folder):
    """Links of the sandbox that lead out of the folder do not come."""
    host.call(
        "run", command="mkdir /data/d; ln -s ../../outside /data/d/out; ln -s /etc /data/d/etc; echo x > /data/d/x"
    )
    said = text_of(host.call("download", local="got", path="/data/d"))
    assert "left out" in said
    assert [path.name for path in (folder / "got").iterdir()] == ["x"]


@pytest.mark.parametrize("arguments", [{}, {"local": "file"}, {"path": "/data/x"}, {"local": 1, "path": "/data/x"}])
def test_wrong_arguments(host, arguments):
    assert host.call("upload", **arguments)["isError"]
    assert host.call("download", **arguments)["isError"]


def test_an_empty_file(old):
    identity = old.call("run", command=": > /data/empty")["structuredContent"]["sandbox_id"]
    for result in (
        old.call("read_file", path="/data/empty"),
        old.call("download_sandboxes", id=identity, path="/data/empty"),
    ):
        assert "isError" not in result
        assert text_of(result) == ""
