"""What is in build/wheel/dist, which scripts/wheel has made, and environments to install it into."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))

from recorder import Recorder  # noqa: E402
from wheels import pip, run  # noqa: E402

DIST = ROOT / "build/wheel/dist"


def only(pattern: str) -> Path:
    found = list(DIST.glob(pattern))
    assert len(found) == 1, f"scripts/wheel makes one {pattern} in {DIST}; there are {found}"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return only("sandbox_sdk-*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    return only("sandbox_sdk-*.tar.gz")


@pytest.fixture(scope="session")
def shim() -> Path:
    return only("avm_sdk-*.whl")


@pytest.fixture
def server() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package, as an installer lays it down."""
    folder = tmp_path_factory.mktemp("unpacked")
    pip("install", "--no-index", "--no-deps", "--target", folder, wheel)
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> Callable[..., Path]:
    """Makes a fresh environment of a Python and gives its interpreter."""

    def make(python: Path | str = sys.executable, name: str = "venv") -> Path:
        run(python, "-m", "venv", "--without-pip", tmp_path / name)
        return tmp_path / name / "bin" / "python"

    return make
