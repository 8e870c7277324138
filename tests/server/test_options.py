"""Options: from the command line, the environment and a file, which of them counts, and what is wrong with one."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, ROOT, fail


def run(*arguments: str, **env: str) -> str:
    done = subprocess.run(
        [str(BINARY), *arguments], capture_output=True, check=True, env={**os.environ, **env}, cwd="/"
    )
    assert done.stderr == b""
    return done.stdout.decode()


def values(*arguments: str, **env: str) -> dict[str, tuple[str | None, str]]:
    """Each option's value and where it comes from."""
    return {
        name: (entry["value"], entry["from"])
        for name, entry in json.loads(run("options", "--json", *arguments, **env)).items()
    }


@pytest.fixture
def file(directories):
    def write(text: str) -> Path:
        path = directories.new() / "sandboxd.conf"
        path.write_text(text)
        path.chmod(0o644)
        return path

    return write


def test_table_in_the_documentation():
    """Where it differs: put what `sandboxd options --markdown` prints there."""
    assert run("options", "--markdown") in (ROOT / "docs/server.md").read_text()


def test_help_has_every_option():
    text = run("--help")
    rows = [line.split("`")[1] for line in run("options", "--markdown").splitlines()[2:]]
    assert len(rows) > 10
    for row in rows:
        assert f"\n  {row}" in text
    assert "`" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_defaults():
    found = values()
    assert found["port"] == ("0", "default")
    assert found["max-output"] == (str(10 * 1024 * 1024), "default")
    assert found["ephemeral"] == ("no", "default")
    assert found["state"] == (None, "default")
    assert found["config"] == ("/dev/null", "SANDBOXD_CONFIG")


def test_order(file):
    path = file("grace = 1\nheartbeat=11\n\tmax-output\t= 111 \n")
    found = values("--config", str(path), "--grace", "3", SANDBOXD_GRACE="2", SANDBOXD_HEARTBEAT="12")
    assert found["grace"] == ("3", "--grace")
    assert found["heartbeat"] == ("12", "SANDBOXD_HEARTBEAT")
    assert found["max-output"] == ("111", f"{path}:3")
    assert found["port"] == ("0", "default")
    assert values(SANDBOXD_CONFIG=str(path))["grace"] == ("1", f"{path}:1")
    assert values("--config", "", SANDBOXD_CONFIG=str(path))["grace"] == ("3", "default")
    assert values("--grace", "4", "--grace=5")["grace"] == ("5", "--grace")
    assert values(SANDBOXD_GRACE="")["grace"] == ("3", "default"), "an empty variable is none"


def test_usual_files(directories):
    home = directories.new()
    for path, grace in [(home / "xdg/sandboxd", 21), (home / ".config/sandboxd", 22)]:
        path.mkdir(parents=True)
        (path / "sandboxd.conf").write_text(f"grace = {grace}\n")
    env = {"SANDBOXD_CONFIG": "", "HOME": str(home)}
    del os.environ["SANDBOXD_CONFIG"]
    try:
        assert values(HOME=str(home), XDG_CONFIG_HOME=str(home / "xdg"))["grace"][0] == "21"
        assert values(HOME=str(home), XDG_CONFIG_HOME="")["grace"][0] == "22"
    finally:
        os.environ["SANDBOXD_CONFIG"] = "/dev/null"
    assert values(**env)["grace"] == ("3", "default"), "SANDBOXD_CONFIG is there and empty: none"


def test_file_is_as_good_as_the_command_line(start, directories, file):
    state = directories.new() / "s"
    server = start(env={"SANDBOXD_CONFIG": str(file(f"# mine\n\nstate = {state}\r\n  # and\n grace=1"))})
    assert server.state == state
    assert server.list() == []
    other = directories.new() / "t"
    server = start("--state", str(other), env={"SANDBOXD_CONFIG": str(file(f"state = {state}\n"))})
    assert server.state == other
    assert start(env={"SANDBOXD_EPHEMERAL": "yes"}).state.name.startswith("sandboxd-")


def test_what_is_printed_is_a_file(file):
    """A `#` begins a comment at the start of a line only, so each value is cut off before it is read again."""
    lines = [line.split(" # ")[0].rstrip() for line in run("options", "--grace", "7").splitlines()]
    path = file("\n".join(line for line in lines if not line.startswith(("config", "owner-fd")) and line[-1] != "="))
    again = values("--config", str(path))
    assert again["grace"][0] == "7"
    assert {name: value for name, (value, _) in again.items() if name not in ("config", "grace")} == {
        name: value for name, (value, _) in values().items() if name not in ("config", "grace")
    }


def test_stronger_source_sets_aside_what_it_excludes(file):
    path = str(file("unix-socket = /run/s\nstate = /srv/s\n"))
    found = values("--config", path, "--port", "8080", "--ephemeral")
    assert found["unix-socket"] == (None, "default")
    assert found["state"] == (None, "default")
    found = values("--config", path, "--ephemeral=no")
    assert found["state"] == ("/srv/s", f"{path}:2")
    found = values("--state", "/srv/t", SANDBOXD_EPHEMERAL="yes")
    assert found["ephemeral"] == ("no", "default")
    for pair in (["--state", "/srv/t", "--ephemeral"], ["--unix-socket", "/run/s", "--port", "1"]):
        assert fail(*pair)[0] == 2


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("port = 1\nprot = 2\n", 2, 'there is no option "prot"'),
        ("port = x\n", 1, 'port "x" is not valid'),
        ("port = 1 # mine\n", 1, 'port "1 # mine" is not valid'),
        ("# a\n\nport 1\n", 3, "name = value"),
        ("= 1\n", 1, 'there is no option ""'),
        ("host = 0.0.0.0\n", 1, 'host "0.0.0.0" is refused'),
        ("ephemeral = maybe\n", 1, "yes or no"),
        ("port = 1\nport = 2\n", 2, "line 1 already"),
        ("owner-fd = 3\n", 1, "cannot be set in a file"),
        ("config = /x\n", 1, "cannot be set in a file"),
        ("json = yes\n", 1, "cannot be set in a file"),
        ("[server]\n", 1, "name = value"),
        ("port = 99999999999999999999\n", 1, "is not valid"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_file(file, text, line, complaint):
    path = file(text)
    code, said = fail("--config", str(path))
    assert code == 2
    assert f"{path}:{line}: " in said
    assert complaint in said


@pytest.mark.parametrize("problem", ["missing", "directory", "fifo", "binary", "long", "writable", "not readable"])
def test_unusable_file(file, problem):
    path = file("grace = 1\n")
    if problem in ("missing", "directory", "fifo"):
        path.unlink()
    if problem == "directory":
        path.mkdir()
    elif problem == "fifo":
        os.mkfifo(path)
    elif problem == "binary":
        path.write_bytes(b"grace = 1\n\0\n")
    elif problem == "long":
        path.write_text("# comment\n" * 10000)
    elif problem == "writable":
        path.chmod(0o666)
    elif problem == "not readable":
        path.chmod(0)
        path.parent.chmod(0o755)
    user = OTHER_USER if problem == "not readable" and IS_ROOT else None
    code, said = fail("--config", str(path), user=user)
    assert (code, str(path) in said) == (2, True)


@pytest.mark.skipif(not IS_ROOT, reason="needs root to give a file away")
def test_file_of_another_user(file):
    path = file("grace = 1\n")
    os.chown(path, OTHER_USER, OTHER_USER)
    assert fail("--config", str(path))[0] == 2


@pytest.mark.parametrize(
    ("variable", "text"),
    [("SANDBOXD_PORT", "x"), ("SANDBOXD_HOST", "::"), ("SANDBOXD_EPHEMERAL", "2"), ("SANDBOXD_CONFIG", "/nowhere")],
)
def test_bad_variable(variable, text):
    code, said = fail(env={variable: text})
    assert code == 2
    assert (variable if variable != "SANDBOXD_CONFIG" else "/nowhere") in said


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--json"], ["options", "stray"], ["options", "--port", "x"], ["--ephemeral=maybe"]],
    ids=" ".join,
)
def test_bad_command_line(arguments):
    assert fail(*arguments)[0] == 2


def test_serve_is_the_default_command(start):
    assert start("serve", "--ephemeral").list() == []
    assert start("--ephemeral", "serve").list() == []
