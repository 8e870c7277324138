"""mypy and pyright, each at its strictest, understand programs that use the package."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections import defaultdict
from pathlib import Path

import pytest
import sandbox_sdk

PROGRAMS = Path(__file__).resolve().parent / "typed"

# What a checker says, by the program and the line that it says it of.
Mistakes = dict[str, dict[int, str]]


def mypy(folder: Path) -> list[str]:
    return ["mypy", "--strict", "--show-error-codes", "--cache-dir", str(folder / "cache"), str(folder)]


def pyright(folder: Path, python: str = sys.executable, mode: str = "strict") -> list[str]:
    options = {"typeCheckingMode": mode, "reportMissingModuleSource": "none"}
    (folder / "pyrightconfig.json").write_text(json.dumps(options), encoding="utf-8")
    return ["pyright", "--pythonpath", python, "--project", str(folder)]


@pytest.fixture(scope="module", params=[mypy, pyright], ids=["mypy", "pyright"])
def mistakes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mistakes:
    """All that one checker finds in all the programs, which it looks at together: most of the time is its start."""
    folder = tmp_path_factory.mktemp("typed")
    return found_in(folder, request.param(folder), [program.name for program in PROGRAMS.glob("*.py")])


def found_in(folder: Path, checker: list[str], names: list[str]) -> Mistakes:
    """What a checker finds in copies of programs."""
    for name in names:
        (folder / name).write_text((PROGRAMS / name).read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", *checker]
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, env=environment)
    found: Mistakes = defaultdict(dict)
    for line in result.stdout.splitlines():
        match = re.match(r"\s*(?:.*/)?(\w+\.py):(\d+)(?::\d+)?(?: -|:) error: (.*)", line)
        if match:
            found[match[1]][int(match[2])] = match[3]
    assert set(found) <= set(names), result.stdout
    assert found, f"nothing was found, not even in the program that is wrong: {result.stdout}{result.stderr}"
    return found


@pytest.mark.parametrize("name", ["shared_program.py", "own_program.py"])
def test_a_right_program_passes(name: str, mistakes: Mistakes) -> None:
    assert mistakes[name] == {}


def assert_each_is_found(mistakes: dict[int, str], but_in: str | None = None) -> None:
    lines = (PROGRAMS / "wrong_program.py").read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if re.search(r"# wrong\b", line)]
    if but_in:
        marked = [number for number in marked if but_in not in lines[number - 1]]
    assert len(marked) > 10
    assert sorted(mistakes) == marked, mistakes


def test_each_mistake_is_found_where_it_is(mistakes: Mistakes) -> None:
    assert_each_is_found(mistakes["wrong_program.py"])


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment that has this package and what every type checker brings, and no httpx."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python3*/site-packages")
    here = Path(sandbox_sdk.__file__).parents[1]
    for name in ("sandbox_sdk", "typing_extensions.py"):
        (packages / name).symlink_to(here / name)
    return str(folder / "bin/python")


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_httpx_need_not_be_there(checker: str, bare_python: str, tmp_path: Path) -> None:
    """What stands for something of httpx is anything then, which only pyright's strict mode minds."""
    if checker == "mypy":
        command = [*mypy(tmp_path), "--python-executable", bare_python]
    else:
        command = pyright(tmp_path, bare_python, "standard")
    found = found_in(tmp_path, command, ["own_program.py", "wrong_program.py"])
    assert found["own_program.py"] == {}
    assert_each_is_found(found["wrong_program.py"], but_in="timeout=")
