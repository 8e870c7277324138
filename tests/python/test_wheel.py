"""The wheel: one for every CPython, with everything in it and nothing else needed."""

from __future__ import annotations

import email
import fcntl
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from recorder import Recorder
from wheels import ROOT, SMOKE, SUBINTERPRETERS, interpreters, pip, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the tools that are here, of what scripts/run has compiled for the package in use."""
    folder = tmp_path_factory.mktemp("wheel")
    settings = ("--config-settings", f"build-dir={ROOT / 'build/python'}")
    with (ROOT / "build/python.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", *settings, "--wheel-dir", folder / "dist", ROOT)
    (built,) = (folder / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def files(wheel: Path) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry for entry in archive.infolist()}


@pytest.fixture(scope="module")
def extension(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract("sandbox_sdk/_native.abi3.so", tmp_path_factory.mktemp("extension")))


def test_the_name_says_which_pythons_it_is_for(wheel: Path) -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert re.fullmatch(rf"sandbox_sdk-{re.escape(version)}-cp39-abi3-(many)?linux\w*\.whl", wheel.name)


def test_nothing_else_is_needed(wheel: Path, files: dict[str, zipfile.ZipInfo]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in files if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert metadata["Name"] == "sandbox-sdk"
    assert metadata["Requires-Python"] == ">=3.9"
    assert [needed for needed in metadata.get_all("Requires-Dist") if "extra ==" not in needed] == []
    assert metadata.get_all("Provides-Extra") == ["httpx", "pydantic", "aiohttp"]


def test_what_is_in_it(files: dict[str, zipfile.ZipInfo]) -> None:
    assert {name.split("/")[0] for name in files if ".dist-info/" not in name} == {"sandbox_sdk"}
    kinds = {Path(name).suffix for name in files if ".dist-info/" not in name}
    assert kinds == {".py", ".pyi", ".typed", ".so", ""}
    assert [name for name in files if name.endswith(".so")] == ["sandbox_sdk/_native.abi3.so"]
    assert [name for name in files if "/bin/" in name] == ["sandbox_sdk/bin/sandboxd"]
    assert files["sandbox_sdk/bin/sandboxd"].external_attr >> 16 & 0o111
    assert "sandbox_sdk/py.typed" in files


def test_the_extension_exports_only_its_entry_and_stays_loaded(extension: Path) -> None:
    symbols = run("nm", "-D", "--defined-only", extension).stdout.split()
    assert symbols[2::3] == ["PyInit__native"]
    dynamic = run("readelf", "-d", extension).stdout
    assert "NODELETE" in dynamic
    assert not re.search(r"RPATH|RUNPATH|libpython|libsandbox_sdk", dynamic)


INTERPRETERS = dict(interpreters())


@pytest.mark.parametrize(("minor", "python"), INTERPRETERS.items(), ids=[f"3.{minor}" for minor in INTERPRETERS])
def test_it_works_on_every_python(wheel: Path, server: Recorder, tmp_path: Path, minor: int, python: Path) -> None:
    run(python, "-m", "venv", "--without-pip", tmp_path / "venv")
    inside = tmp_path / "venv" / "bin" / "python"
    pip("--python", inside, "install", "--no-index", "--no-deps", wheel)
    server.answer({"id": "a", "text": "\0€", "cpu": 1, "more": [1, None]})
    done = run(inside, "-I", "-X", "dev", "-W", "error", "-c", SMOKE, server.url)
    assert (done.stdout, done.stderr) == (f"3.{minor}\n", "")
    done = run(inside, "-I", "-W", "ignore", "-c", SUBINTERPRETERS)
    assert done.stdout == "k\n"


def test_pip_install_in_a_fresh_environment(server: Recorder, tmp_path: Path) -> None:
    """As a user does it: pip fetches the build requirements by itself."""
    inside = tmp_path / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    fetched = [inside, "-m", "pip", "download", "--no-deps", "--dest", tmp_path, "scikit-build-core", "swig"]
    if subprocess.run(fetched, capture_output=True).returncode != 0:
        pytest.skip("no package index can be reached")
    run(inside, "-m", "pip", "install", ROOT)
    server.answer({"id": "a", "text": "\0€", "cpu": 1, "more": [1, None]})
    run(inside, "-I", "-c", SMOKE, server.url)
    installed = run(inside, "-m", "pip", "list", "--format=freeze").stdout
    assert re.findall(r"^(?!pip=|setuptools=)([\w-]+)==", installed, re.MULTILINE) == ["sandbox-sdk"]
