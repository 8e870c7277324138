"""The wheel: one for every CPython, with everything in it and nothing else needed."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorder import Recorder

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = range(9, 14)

SMOKE = """
import sys
import sandbox_sdk

assert sandbox_sdk.__file__.startswith(sys.prefix), sandbox_sdk.__file__
with sandbox_sdk.SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0) as client:
    made = client.sandboxes.create(name="a", resources={"cpus": 2, "big": 2**64 - 1}, extra_headers={"X-A": "b"})
    assert (made.id, made.text, made.cpu, made.name, made.more) == ("a", "\\0\\u20ac", 1.0, None, [1, None])
    client.sandboxes.upload("i", path="/a", file=(bytes([number]) * 1000 for number in range(256)))
    assert client.sandboxes.download("i", path="/a").json()["id"] == "a"
    try:
        client.sandboxes.create(resources={"a": [object()]})
    except TypeError as error:
        assert "`resources.a[0]`" in str(error)
try:
    client.sandboxes.list()
except sandbox_sdk.APIConnectionError as error:
    assert "closed" in str(error)
with sandbox_sdk.local() as client:
    sandbox = client.sandboxes.create()
    assert client.sandboxes.execute(sandbox.id, command="echo $((6 * 7))").stdout == "42\\n"
    try:
        client.sandboxes.delete("missing")
    except sandbox_sdk.NotFoundError as error:
        assert error.status_code == 404
print("%d.%d" % sys.version_info[:2])
"""


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def pip(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The pip of this environment, whose other tools are found first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, env=environment)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the tools that are here."""
    folder = tmp_path_factory.mktemp("wheel")
    settings = ("--config-settings", f"build-dir={folder / 'build'}")
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


def interpreters() -> Iterator[tuple[int, Path]]:
    """Each CPython of the versions that the wheel is for, wherever one is installed."""
    found: dict[int, Path] = {sys.version_info[1]: Path(sys.executable)}
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    for folder in folders:
        for minor in VERSIONS:
            if minor not in found and is_cpython(folder / f"python3.{minor}", minor):
                found[minor] = folder / f"python3.{minor}"
    yield from sorted(found.items())


def is_cpython(program: Path, minor: int) -> bool:
    question = "import sys, venv; print(sys.implementation.name, sys.version_info[1])"
    if not os.access(program, os.X_OK):
        return False
    done = subprocess.run([program, "-I", "-c", question], capture_output=True, text=True)
    return done.stdout.split() == ["cpython", str(minor)]


def test_the_name_says_which_pythons_it_is_for(wheel: Path) -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert re.fullmatch(rf"sandbox_sdk-{re.escape(version)}-cp39-abi3-(many)?linux\w*\.whl", wheel.name)


def test_nothing_else_is_needed(wheel: Path, files: dict[str, zipfile.ZipInfo]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in files if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert metadata["Name"] == "sandbox-sdk"
    assert metadata["Requires-Python"] == ">=3.9"
    assert metadata.get_all("Requires-Dist") is None


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
