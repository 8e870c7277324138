"""Files and folders between a sandbox and this machine: only in the folders that --root names, whatever leads out."""

from __future__ import annotations

import os
import subprocess
import time
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
    assert text_of(host.call("upload", local=f"{before}file", path="/data/file")) == "copied 10 bytes"
    assert host.call("run", command="cat /data/file")["structuredContent"]["stdout"] == "from here\n"
    assert text_of(host.call("upload", local=f"{before}sub", path="/data/sub")) == "copied 1 file, 256 bytes"
    assert text_of(host.call("download", local=f"{before}back", path="/data/sub")) == "copied 1 file, 256 bytes"
    assert (folder / "back" / "deep").read_bytes() == bytes(range(256))
    assert text_of(host.call("download", local=f"{before}sub/new", path="/data/file")) == "copied 10 bytes"
    assert (folder / "sub" / "new").read_text() == "from here\n"
    assert text_of(host.call("download", local=f"{before}file", path="/data/sub/deep")) == "copied 256 bytes"
    assert (folder / "file").read_bytes() == bytes(range(256)), "replaced"


def test_links_within_a_root_are_followed(host, folder):
    assert text_of(host.call("upload", local="within/deep", path="/data/deep")) == "copied 256 bytes"
    assert text_of(host.call("download", local="within/made", path="/data/deep")) == "copied 256 bytes"
    assert (folder / "sub" / "made").is_file()


def test_the_root_itself(host, folder):
    result = host.call("upload", local=str(folder), path="/data/all")
    assert text_of(result) == "copied 2 files, 266 bytes"
    assert result["structuredContent"] == {"files": 2, "bytes": 266}
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


# ---- how much ----


def test_what_a_folder_had_before_is_not_counted(host, folder):
    host.call("run", command="mkdir -p /data/d/e; printf one > /data/d/one; printf three > /data/d/e/three")
    (folder / "got").mkdir()
    (folder / "got" / "mine").write_text("was there before")
    time.sleep(0.05)  # longer than what a file system's clock stands still
    result = host.call("download", local="got", path="/data/d")
    assert result["structuredContent"] == {"files": 2, "bytes": 8}
    assert (folder / "got" / "mine").read_text() == "was there before"
    result = host.call("download", local="new", path="/data/d/one")
    assert result["structuredContent"] == {"files": 1, "bytes": 3}
    host.call("run", command=": > /data/empty; mkdir /data/none")
    assert text_of(host.call("download", local="new", path="/data/empty")) == "copied 0 bytes"
    assert text_of(host.call("download", local="none", path="/data/none")) == "copied 0 files, 0 bytes"
    assert text_of(host.call("upload", local="new", path="/data/empty")) == "copied 0 bytes"


LIMIT = 1 << 20


@pytest.fixture
def limited(folder):
    with Host("--local", "--root", str(folder), "--max-transfer", str(LIMIT)) as made:
        made.shake_hands()
        made.call("run", command="mkdir /data/many /data/full")
        yield made


def refused(host, folder, tool: str, **arguments: str) -> None:
    """In words that name the limit and the option, and nothing is left in the folder."""
    before = sorted(str(path) for path in folder.rglob("*"))
    result = host.call(tool, **arguments)
    assert result["isError"], result
    assert f"{LIMIT} bytes" in text_of(result) and "--max-transfer" in text_of(result)
    assert sorted(str(path) for path in folder.rglob("*")) == before


def test_a_download_of_too_much(limited, folder):
    limited.call("run", command=f"truncate -s {300 << 20} /data/sparse; truncate -s {LIMIT + 1} /data/full/sparse")
    limited.call("run", command="cd /data/many; for i in 1 2 3; do head -c 400000 /dev/urandom > $i; done")
    refused(limited, folder, "download", local="got", path="/data/sparse")
    refused(limited, folder, "download", local="file", path="/data/sparse")
    assert (folder / "file").read_text() == "from here\n"
    refused(limited, folder, "download", local="got", path="/data/full")
    refused(limited, folder, "download", local="got", path="/data/many")
    limited.call("run", command=f"truncate -s {LIMIT} /data/sparse; rm /data/many/3")
    result = limited.call("download", local="got", path="/data/sparse")
    assert result["structuredContent"] == {"files": 1, "bytes": LIMIT}
    result = limited.call("download", local="some", path="/data/many")
    assert result["structuredContent"] == {"files": 2, "bytes": 800_000}


def test_an_upload_of_too_much(limited, folder):
    with (folder / "sparse").open("wb") as sparse:
        sparse.truncate(300 << 20)
    (folder / "large").mkdir()
    for name in ("a", "b", "c"):
        (folder / "large" / name).write_bytes(os.urandom(400_000))
    refused(limited, folder, "upload", local="sparse", path="/data/sparse")
    refused(limited, folder, "upload", local="large", path="/data/large")
    result = limited.call("upload_sandboxes", id="x", path="/data/sparse", local="sparse")
    assert result["isError"] and "--max-transfer" in text_of(result)
    assert limited.call("run", command="ls /data")["structuredContent"]["stdout"].split() == ["full", "many"]
    os.truncate(folder / "sparse", LIMIT)
    result = limited.call("upload", local="sparse", path="/data/sparse")
    assert result["structuredContent"] == {"files": 1, "bytes": LIMIT}


def test_names_count_too(limited, folder):
    """A folder's bytes are those of what it travels in, whose size only shows on the way."""
    (folder / "names").mkdir()
    for number in range(2500):
        (folder / "names" / str(number)).touch()
    refused(limited, folder, "upload", local="names", path="/data/names")


SLOW = pytest.mark.skipif(not os.environ.get("SBX_FULL"), reason="makes 100,000 files; SBX_FULL=1 does")


@SLOW
def test_a_folder_of_too_many_entries(host, folder):
    (folder / "many").mkdir()
    for number in range(100_001):
        os.close(os.open(folder / "many" / str(number), os.O_CREAT | os.O_WRONLY))
    result = host.call("upload", local="many", path="/data/many")
    assert result["isError"] and "100000 entries" in text_of(result)
    assert host.call("run", command="ls /data")["structuredContent"]["stdout"] == ""


@SLOW
def test_a_folder_of_too_many_entries_comes(host, folder):
    host.call("run", command="mkdir /data/many; cd /data/many; seq 100001 | xargs touch", timeout=120)
    result = host.call("download", local="got", path="/data/many")
    assert result["isError"] and "100000 entries" in text_of(result) and "compress it first" in text_of(result)
    assert not (folder / "got").exists()


def test_a_little_too_much(folder):
    with Host("--local", "--root", str(folder), "--max-transfer", "10") as host:
        host.shake_hands()
        host.call("run", command="printf 12345678901 > /data/more; printf 1234567890 > /data/enough")
        assert host.call("download", local="got", path="/data/more")["isError"]
        assert not (folder / "got").exists()
        assert text_of(host.call("download", local="got", path="/data/enough")) == "copied 10 bytes"


@pytest.mark.parametrize("number", ["0", "-1", "1G", "", "99999999999999999999"])
def test_a_limit_that_is_none(number):
    done = subprocess.run(
        [PROGRAM, "--local", "--max-transfer", number], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 2
    assert done.stderr.startswith("sandbox-sdk-mcp: --max-transfer ")
