"""What the generator's tests share: the tree, what is read of it, and copies to change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from generator.reader import read_api  # noqa: E402
from generator.rendering import render  # noqa: E402


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def api():
    return read_api(ROOT)


@pytest.fixture(scope="session")
def files(api):
    return dict(render(api, ROOT))


@pytest.fixture
def tree(tmp_path, files):
    """A tree with what the generator reads, and every file that it writes."""
    for name in ("api/openapi.yaml", "lib/errors.def", ".clang-format", "ruff.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for relative, text in files.items():
        (tmp_path / relative).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / relative).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def generate():
    """Runs the generator over a tree as scripts/generate does."""

    def run(tree, *arguments):
        command = [sys.executable, "-m", "generator", "--root", str(tree), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def edit(tree):
    """Replaces text that a file of the copied tree has exactly once, and gives the tree."""

    def replace(name, old, new):
        text = (tree / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        (tree / name).write_text(text.replace(old, new), encoding="utf-8")
        return tree

    return replace
