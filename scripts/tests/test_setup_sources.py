"""scripts/setup where no package source has what it builds: what it says, and that it takes no other file for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
NAME = "json-c_0.18+ds.orig.tar.xz"


@pytest.fixture
def setup(tmp_path):
    """Runs the script where apt's only package source is a port that nobody listens on."""
    root = tmp_path / "a tree"
    (root / "scripts").mkdir(parents=True)
    for name in ("setup", "common.sh", "debian_sources.sh", "lua_sources.sh", "requirements.txt"):
        shutil.copy(SCRIPTS / name, root / "scripts" / name)
    (root / "scripts/packages.txt").write_text("bash\n")
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to(sys.executable)
    stamped = f"{root}\n".encode() + (root / "scripts/requirements.txt").read_bytes()
    (root / ".venv/.setup-stamp").write_text(f"{hashlib.sha256(stamped).hexdigest()}  -\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/apt-get").write_text("#!/bin/sh\necho http://127.0.0.1:1/nothing/\n")
    (tmp_path / "bin/apt-get").chmod(0o755)

    def run(*arguments):
        return subprocess.run(
            ["bash", str(root / "scripts/setup"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"},
            check=False,
        )

    run.downloads = root / "build/downloads"
    return run


def test_without_the_file_the_cure_is_named(setup):
    result = setup("--json-c")
    assert result.returncode == 1
    assert result.stdout.count("\n") == 1
    assert f"setup: none of apt's package sources gave {NAME}" in result.stdout
    assert f"put the file in {setup.downloads}" in result.stdout
    assert not (setup.downloads / "json-c").exists()


def test_another_file_of_that_name_is_not_taken(setup):
    setup.downloads.mkdir(parents=True)
    (setup.downloads / NAME).write_bytes(b"not json-c")
    assert setup("--json-c").returncode == 1
    assert not (setup.downloads / "json-c").exists()


def test_without_the_newest_lua_all_else_is_set_up(setup):
    result = setup()
    assert result.returncode == 0
    assert result.stdout == "setup: Lua 5.5 is left out: none of the package sources has its source\n"
    assert not (setup.downloads.parent / "lua-5.5").exists()


def test_another_file_is_no_lua(setup):
    setup.downloads.mkdir(parents=True)
    (setup.downloads / "lua5.5_5.5.1.orig.tar.gz").write_bytes(b"not Lua")
    assert "Lua 5.5 is left out" in setup().stdout


def test_without_a_lua_that_checks_itself_the_cure_is_named(setup):
    result = setup("--checked-lua")
    assert result.returncode == 1
    assert "none of apt's package sources gave the source of Lua 5.4; run this again" in result.stdout
