"""scripts/coverage_bars.py: which figures pass, and what is said of those that do not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "coverage_bars.py"
WHOLE = ("lib/retry.c", "lib/redact.c", "lib/url.c", "lib/error.c")


def file(name, counts, **more):
    return {"file": name, "lines": [{"line_number": n, "count": c, **more} for n, c in enumerate(counts, start=1)]}


@pytest.fixture
def bars(tmp_path):
    """Runs the script on these files, whose lines were reached so often, over those that are all reached."""
    (tmp_path / "lib").mkdir()

    def run(*files):
        named = {entry["file"]: entry for entry in [*(file(name, [1] * 25) for name in WHOLE), *files]}
        report = tmp_path / "coverage.json"
        report.write_text(json.dumps({"files": list(named.values())}))
        command = [sys.executable, str(SCRIPT), str(report), str(tmp_path)]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30, check=False)

    return run


def test_above_the_bars(bars):
    result = bars(file("lib/call.c", [1] * 18 + [0] * 2))
    assert result.returncode == 0
    assert "lib/call.c: 90.0 % of 20 lines; not reached: 19-20\n" in result.stdout
    assert "lib/: 98.33 % (118 of 120 lines), bar 95 %" in result.stdout


@pytest.mark.parametrize("name", ["lib/call.c", "lib/generated/models.c"])
def test_under_the_bar(bars, name):
    result = bars(file(name, [1, 0] * 20))
    assert result.returncode == 1
    assert "coverage: lib/: under the bar" in result.stdout
    without = "coverage: lib/ without generated files: under the bar" in result.stdout
    assert without == ("generated" not in name)


def test_some_files_must_be_reached_wholly(bars):
    result = bars(file("lib/url.c", [1] * 99 + [0]))
    assert result.returncode == 1
    assert "coverage: lib/url.c: 1 lines are not reached; every one must be" in result.stdout


def test_a_line_is_reached_if_one_of_its_copies_is(bars):
    entry = file("lib/call.c", [0] * 20)
    entry["lines"] += file("lib/call.c", [3] * 20)["lines"]
    assert bars(entry).returncode == 0


def test_a_file_that_must_be_reached_must_be_there(bars):
    result = bars({"file": "lib/redact.c", "lines": []})
    assert result.returncode == 1
    assert "coverage: lib/redact.c: no figure" in result.stdout


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ("abort(); /* GCOVR_EXCL_LINE: the kernel promises that */", True),
        ("abort(); /* GCOVR_EXCL_LINE */", False),
        ("abort(); /* LCOV_EXCL_LINE: never */", False),
        ("/* GCOVR_EXCL_START */", False),
        ("/* GCOVR_EXCL_STOP */", True),
    ],
)
def test_a_line_is_left_out_only_with_a_reason(bars, tmp_path, line, passes):
    (tmp_path / "lib/core.c").write_text(f"{line}\n")
    result = bars()
    assert (result.returncode == 0) == passes
    assert ("lib/core.c:1: leaves a line out without its reason" in result.stdout) != passes
