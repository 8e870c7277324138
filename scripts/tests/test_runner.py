"""scripts/test itself, on copies of it whose suites do what is to be seen: pass, fail, run nothing, crash, hang."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
PASSING = 'printf "ok one\\nok two\\n" >"$SBX_REPORT/list.checks"\n'


@pytest.fixture
def tree(tmp_path):
    """A tree with the real runner and stand-ins for what it calls, in a folder with spaces in its name."""
    root = tmp_path / "a tree"
    scripts = root / "scripts"
    (scripts / "suites").mkdir(parents=True)
    for name in ("test", "common.sh", "count_results.py"):
        shutil.copy(SCRIPTS / name, scripts / name)
    for name in ("setup", "build"):
        (scripts / name).write_text("#!/bin/sh\nexit 0\n")
        (scripts / name).chmod(0o755)
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to(sys.executable)
    return root


def add_suite(tree, name, text):
    (tree / "scripts/suites" / name).write_text(text)


def run(tree, *arguments, **environment):
    return subprocess.run(
        ["bash", str(tree / "scripts/test"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def last_line(result):
    return result.stdout.splitlines()[-1]


def test_counts_of_all_suites_are_added(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "second", PASSING)
    result = run(tree)
    assert last_line(result) == "4 passed, 0 failed"
    assert result.returncode == 0


def test_only_the_named_suite_runs(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "second", "exit 1\n")
    assert last_line(run(tree, "first")) == "2 passed, 0 failed"


def test_a_slow_suite_runs_only_when_named_or_in_full(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "bench", PASSING)
    assert last_line(run(tree)) == "2 passed, 0 failed"
    assert last_line(run(tree, "bench")) == "2 passed, 0 failed"
    assert last_line(run(tree, "--full")) == "4 passed, 0 failed"


def test_a_suite_is_told_whether_its_long_form_is_wanted(tree):
    add_suite(tree, "first", PASSING + '[[ ! ${SBX_FULL:-} ]] || echo "ok long" >>"$SBX_REPORT/list.checks"\n')
    assert last_line(run(tree, "first", SBX_FULL="1")) == "2 passed, 0 failed"
    assert last_line(run(tree, "first", "--full")) == "3 passed, 0 failed"


def test_a_failed_test_fails_the_run_and_shows_the_log(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "second", PASSING + 'echo "not ok three" >>"$SBX_REPORT/list.checks"; echo the reason\n')
    result = run(tree)
    assert last_line(result) == "4 passed, 1 failed"
    assert result.returncode == 1
    assert "the reason" in result.stdout
    assert "failed: three" in result.stdout


def test_a_suite_that_ran_nothing_is_a_failure(tree):
    add_suite(tree, "empty", "exit 0\n")
    result = run(tree)
    assert last_line(result) == "0 passed, 1 failed"
    assert result.returncode == 1
    assert "ran nothing" in result.stdout


def test_only_skipped_tests_are_a_failure(tree):
    add_suite(tree, "skips", 'echo "<s><testcase><skipped/></testcase></s>" >"$SBX_REPORT/a.xml"\n')
    assert last_line(run(tree)) == "0 passed, 1 failed"


@pytest.mark.parametrize("ending", ["kill -SEGV $$", "exit 3", "kill -KILL $$"])
def test_a_crash_after_passed_tests_is_a_failure(tree, ending):
    add_suite(tree, "crash", PASSING + ending + "\n")
    result = run(tree)
    assert last_line(result) == "2 passed, 1 failed"
    assert result.returncode == 1


def test_a_broken_report_is_a_failure(tree):
    add_suite(tree, "broken", PASSING + 'echo "<testsuite><testcase>" >"$SBX_REPORT/cut.xml"\n')
    assert last_line(run(tree)) == "2 passed, 1 failed"


def test_junit_kinds(tree):
    cases = "<testcase/><testcase><failure/></testcase><testcase><error/></testcase><testcase><skipped/></testcase>"
    add_suite(tree, "kinds", f'echo "<a><b>{cases}</b></a>" >"$SBX_REPORT/a.xml"\n')
    result = run(tree)
    assert last_line(result) == "1 passed, 2 failed"
    assert re.search(r"1 passed +2 failed +1 skipped", result.stdout)


def test_the_last_closing_line_counts(tree):
    add_suite(tree, "closing", 'printf "1 passed, 1 failed\\nx\\n7 passed, 0 failed\\n" >"$SBX_REPORT/a.closing"\n')
    assert last_line(run(tree)) == "7 passed, 0 failed"


def test_a_report_without_a_closing_line_is_a_failure(tree):
    add_suite(tree, "closing", PASSING + 'echo "Traceback" >"$SBX_REPORT/a.closing"\n')
    assert last_line(run(tree)) == "2 passed, 1 failed"


def test_reports_of_an_earlier_run_do_not_count(tree):
    add_suite(tree, "first", PASSING)
    run(tree)
    add_suite(tree, "first", "exit 0\n")
    assert last_line(run(tree)) == "0 passed, 1 failed"


def test_a_suite_that_hangs_is_ended_with_all_it_started(tree):
    add_suite(tree, "hang", 'sleep 987654 & echo $! >"$SBX_REPORT/pid"; wait\n')
    started = time.monotonic()
    result = run(tree, SBX_SUITE_TIMEOUT="1")
    assert last_line(result) == "0 passed, 1 failed"
    assert "did not end within 1 s" in result.stdout
    assert time.monotonic() - started < 30
    pid = (tree / "build/reports/hang/pid").read_text().strip()
    assert not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text()


def test_an_unknown_suite_lists_the_known_ones(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "second", PASSING)
    result = run(tree, "frist")
    assert result.returncode == 2
    assert result.stdout == "test: no suite is called 'frist'; there are first second\n"


def test_a_build_that_fails_is_a_failure(tree):
    add_suite(tree, "first", PASSING)
    (tree / "scripts/build").write_text("#!/bin/sh\necho does not compile\nexit 1\n")
    result = run(tree)
    assert last_line(result) == "0 passed, 1 failed"
    assert result.returncode == 1
    assert "does not compile" in result.stdout


def test_a_setup_that_fails_is_a_failure(tree):
    add_suite(tree, "first", PASSING)
    (tree / "scripts/setup").write_text("#!/bin/sh\nexit 1\n")
    result = run(tree)
    assert last_line(result) == "0 passed, 1 failed"
    assert result.returncode == 1
