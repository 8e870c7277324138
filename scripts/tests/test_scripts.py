"""What the other scripts promise: usage errors, setup without root, an environment for any command, no leftovers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
LEFTOVERS = [sys.executable, str(SCRIPTS / "leftovers.py")]


def run(*command, **more):
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
        **{"cwd": "/", **more},
    )


@pytest.mark.parametrize(
    "name", ["setup", "build", "run", "demo", "test", "lint", "format", "bench", "generate", "abi"]
)
def test_says_how_to_use_it(name):
    first, second, third = (SCRIPTS / name).read_text().splitlines()[:3]
    assert first.startswith("#!")
    assert f"scripts/{name}" in second + third


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["setup", "now"], "setup: no argument is called 'now'; there are --json-c, --checked-lua and --lua-checker"),
        (
            ["build", "fast"],
            "build: no preset is called 'fast'; there are release, debug, asan, tsan, fuzz, coverage and json-c",
        ),
        (["run"], "run: name the command to run"),
        (["demo", "x"], "demo: takes no arguments"),
        (["test", "nothing"], "test: no suite is called 'nothing'"),
        (["test", "--fast"], "test: no option is called '--fast'"),
        (["lint", "x"], "lint: takes no arguments"),
        (["format", "x"], "format: takes no arguments"),
        (["abi", "now"], "abi: no argument is called 'now'; there is --accept"),
        (["coverage", "x"], "coverage: takes no arguments"),
        (["docs", "x"], "docs: takes no arguments"),
        (["bench", "nothing"], "bench: no benchmark is called 'nothing'"),
    ],
)
def test_wrong_arguments(command, said):
    result = run(SCRIPTS / command[0], *command[1:])
    assert result.returncode == 2
    assert result.stdout.startswith(said)
    assert result.stdout.count("\n") == 1


def test_setup_with_nothing_to_do_takes_less_than_a_second():
    started = time.monotonic()
    result = run(SCRIPTS / "setup")
    assert (result.returncode, result.stdout) == (0, "")
    assert time.monotonic() - started < 1


def copy_of_scripts(tmp_path):
    root = tmp_path / "a tree"
    shutil.copytree(SCRIPTS, root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_setup_without_root_lists_what_is_missing(tmp_path):
    root = copy_of_scripts(tmp_path)
    (root / "scripts/packages.txt").write_text("# made up\nno-such-package-one\nbash\nno-such-package-two\n")
    tmp_path.chmod(0o755)
    command = ["bash", root / "scripts/setup"]
    if os.geteuid() == 0:
        for folder in (tmp_path, *tmp_path.parents):
            if folder.name.startswith("pytest-"):
                folder.chmod(0o755)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    result = run(*command, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"})
    assert result.returncode == 1
    assert result.stdout.count("\n") == 1
    assert result.stdout.endswith(
        "ask for: apt-get install --no-install-recommends no-such-package-one no-such-package-two\n"
    )


@pytest.mark.parametrize("name", ["build", "run", "lint", "format"])
def test_without_setup_the_cure_is_named(tmp_path, name):
    root = copy_of_scripts(tmp_path)
    result = run("bash", root / "scripts" / name, *(["true"] if name == "run" else []))
    assert result.returncode == 1
    assert result.stdout == f"{name}: the tools are not set up here; run scripts/setup first\n"


def test_run_gives_the_environment_and_passes_status_and_arguments_on():
    result = run(
        SCRIPTS / "run", "bash", "-c", 'command -v sandboxd python; echo "$SANDBOXD" "$1"; exit 7', "x", "a  b"
    )
    assert result.returncode == 7
    release = ROOT / "build/release/bin/sandboxd"
    assert result.stdout.splitlines() == [str(release), str(ROOT / ".venv/bin/python"), f"{release} a  b"]


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-c", "import sandbox_sdk; print(sandbox_sdk.__version__)"],
        ["lua5.4", "-e", "local sdk = require 'sandbox_sdk'; print(sdk.version)"],
        ["luajit", "-e", "local sdk = require 'sandbox_sdk'; print(sdk.version)"],
    ],
)
def test_run_finds_the_modules_from_anywhere(command):
    result = run(SCRIPTS / "run", *command)
    assert result.returncode == 0, result.stdout
    assert result.stdout.strip() == (ROOT / "VERSION").read_text().strip()


def test_lua_runs_each_version_that_is_here_with_its_own_module():
    listed = run(SCRIPTS / "lua", "--list")
    assert listed.returncode == 0, listed.stdout
    versions = listed.stdout.split()
    assert {"5.1", "jit", "5.2", "5.3", "5.4"} <= set(versions)
    # Only LuaJIT and 5.2 and later can say where a module is found.
    find = "package.searchpath('sandbox_sdk.core', package.cpath)"
    program = f"require 'sandbox_sdk.core'; print(package.searchpath and {find})"
    for version in versions:
        result = run(SCRIPTS / "lua", version, "-e", program)
        found = ROOT / "build/release/lua" / version / "sandbox_sdk/core.so"
        assert (result.returncode, result.stdout) == (0, "nil\n" if version == "5.1" else f"{found}\n")


def test_lua_names_the_versions():
    result = run(SCRIPTS / "lua", "6.0")
    assert result.returncode == 2
    assert result.stdout.startswith("lua: name a version first: 5.1, jit, ")


def test_a_warm_build_takes_about_a_second():
    run(SCRIPTS / "build")
    started = time.monotonic()
    assert run(SCRIPTS / "build").returncode == 0
    assert time.monotonic() - started < 2  # one, and as much again for a busy machine


def test_leftovers_passes_the_status_on(tmp_path):
    assert run(*LEFTOVERS, "--directory", tmp_path, "true").returncode == 0
    assert run(*LEFTOVERS, "sh", "-c", "exit 5").returncode == 5
    assert run(*LEFTOVERS, "sh", "-c", "kill -TERM $$").returncode == 143
    assert run(*LEFTOVERS, "/no/such/program").returncode == 127


def test_leftovers_finds_a_daemon_and_ends_it():
    result = run(*LEFTOVERS, "sh", "-c", "setsid sleep 987655 >/dev/null 2>&1 & exit 0")
    assert result.returncode == 97
    assert "sleep 987655" in result.stdout
    pid = result.stdout.split("process ")[1].split(":")[0]
    assert not Path(f"/proc/{pid}").exists()


def test_leftovers_waits_for_what_ends_by_itself():
    assert run(*LEFTOVERS, "sh", "-c", "sleep 1 >/dev/null 2>&1 & exit 0").returncode == 0


def test_leftovers_finds_a_file(tmp_path):
    result = run(*LEFTOVERS, "--directory", tmp_path, "touch", tmp_path / "state.db")
    assert result.returncode == 97
    assert "state.db" in result.stdout
