"""An environment that has, or is asked for, the real `avm_sdk`, which owns the same import package."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DIST
from wheels import pip, run

WHICH = """
import sandbox_sdk

sandbox_sdk.SandboxSDK(api_key="k")
print("ours" if hasattr(sandbox_sdk, "local") else "theirs")
"""


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with avm_sdk and all that it needs."""
    folder = tmp_path_factory.mktemp("index")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder, "avm_sdk==1.2.0"]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("no package index can be reached")
    return folder


@pytest.fixture
def needy(tmp_path: Path) -> Path:
    """Somebody's package, which depends on avm_sdk."""
    path = tmp_path / "needy-1.0-py3-none-any.whl"
    metadata = "Metadata-Version: 2.1\nName: needy\nVersion: 1.0\nRequires-Dist: avm_sdk>=1.2,<2\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("needy-1.0.dist-info/METADATA", metadata)
        archive.writestr("needy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("needy-1.0.dist-info/RECORD", "")
    return path


def which(python: Path, *options: str) -> tuple[str, str]:
    done = subprocess.run([python, "-I", *options, "-c", WHICH], capture_output=True, text=True)
    return done.stdout.strip(), done.stderr


def install(python: Path, *arguments: object) -> None:
    pip("--python", python, "install", "--no-index", *arguments)


def names(python: Path) -> set[str]:
    return {line.split("==")[0] for line in pip("--python", python, "list", "--format=freeze").stdout.split()}


def test_alone_it_says_nothing(wheel: Path, environment: Callable[..., Path]) -> None:
    python = environment()
    install(python, wheel)
    assert which(python, "-W", "error") == ("ours", "")


def test_installed_over_the_other_it_runs_and_warns(wheel: Path, index: Path, environment: Callable[..., Path]) -> None:
    python = environment()
    install(python, "--find-links", index, "avm_sdk")
    assert which(python)[0] == "theirs"
    install(python, wheel)
    said, warned = which(python)
    assert said == "ours"
    assert warned.count("RuntimeWarning") == 1 and "pip uninstall avm_sdk" in warned
    assert "<string>:2:" in warned, "the line that imports is named"
    # The cure that it names.
    pip("--python", python, "uninstall", "-y", "avm_sdk")
    assert which(python)[0] == ""
    install(python, "--force-reinstall", "--no-deps", wheel)
    assert which(python, "-W", "error") == ("ours", "")


def test_the_other_installed_over_it_runs_whole(wheel: Path, index: Path, environment: Callable[..., Path]) -> None:
    python = environment()
    install(python, wheel)
    install(python, "--find-links", index, "avm_sdk")
    assert which(python)[0] == "theirs"


def test_the_stand_in_serves_whoever_depends_on_the_other(
    wheel: Path, shim: Path, needy: Path, index: Path, environment: Callable[..., Path]
) -> None:
    python = environment()
    install(python, "--find-links", DIST, shim)
    install(python, "--find-links", index, needy)
    assert names(python) - {"pip", "setuptools"} == {"sandbox-sdk", "avm_sdk", "needy"}
    assert which(python, "-W", "error") == ("ours", "")
    run(sys.executable, "-m", "pip", "--python", python, "check")


def test_the_stand_in_in_one_command_with_the_dependent(
    wheel: Path, shim: Path, needy: Path, index: Path, environment: Callable[..., Path]
) -> None:
    python = environment()
    install(python, "--find-links", index, "--find-links", DIST, needy, shim)
    assert names(python) - {"pip", "setuptools"} == {"sandbox-sdk", "avm_sdk", "needy"}
    assert which(python, "-W", "error") == ("ours", "")


def test_without_the_stand_in_the_dependent_brings_the_other(
    wheel: Path, needy: Path, index: Path, environment: Callable[..., Path]
) -> None:
    python = environment()
    install(python, wheel)
    install(python, "--find-links", index, needy)
    assert "httpx" in names(python)
    assert which(python)[0] == "theirs"


def test_the_same_moment_makes_the_same_stand_in(shim: Path, tmp_path: Path) -> None:
    version = (DIST.parents[2] / "VERSION").read_text().strip()
    made = [tmp_path / "one", tmp_path / "two"]
    for folder in made:
        folder.mkdir()
        script = DIST.parents[2] / "scripts/static/shim.py"
        run(sys.executable, script, version, folder, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
    first, second = (next(folder.iterdir()).read_bytes() for folder in made)
    assert first == second
