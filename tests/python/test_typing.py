"""mypy and pyright, each at its strictest, understand programs that use the package."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).resolve().parent / "typed"
STRICT = {"typeCheckingMode": "strict", "reportMissingModuleSource": "none"}

# What a checker says, by the program and the line that it says it of.
Mistakes = dict[str, dict[int, str]]


def mypy(folder: Path) -> list[str]:
    return ["mypy", "--strict", "--show-error-codes", "--cache-dir", str(folder / "cache"), str(folder)]


def pyright(folder: Path) -> list[str]:
    (folder / "pyrightconfig.json").write_text(json.dumps(STRICT), encoding="utf-8")
    return ["pyright", "--pythonpath", sys.executable, "--project", str(folder)]


@pytest.fixture(scope="module", params=[mypy, pyright], ids=["mypy", "pyright"])
def mistakes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mistakes:
    """All that one checker finds in all the programs, which it looks at together: most of the time is its start."""
    folder = tmp_path_factory.mktemp("typed")
    for program in PROGRAMS.glob("*.py"):
        (folder / program.name).write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", *request.param(folder)]
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, env=environment)
    found: Mistakes = defaultdict(dict)
    for line in result.stdout.splitlines():
        match = re.match(r"\s*(?:.*/)?(\w+\.py):(\d+)(?::\d+)?(?: -|:) error: (.*)", line)
        if match:
            found[match[1]][int(match[2])] = match[3]
    assert set(found) <= {program.name for program in PROGRAMS.glob("*.py")}, result.stdout
    assert found, f"nothing was found, not even in the program that is wrong: {result.stdout}{result.stderr}"
    return found


@pytest.mark.parametrize("name", ["shared_program.py", "own_program.py"])
def test_a_right_program_passes(name: str, mistakes: Mistakes) -> None:
    assert mistakes[name] == {}


def test_each_mistake_is_found_where_it_is(mistakes: Mistakes) -> None:
    lines = (PROGRAMS / "wrong_program.py").read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if re.search(r"# wrong\b", line)]
    assert len(marked) > 10
    assert sorted(mistakes["wrong_program.py"]) == marked, mistakes["wrong_program.py"]
