"""scripts/test itself, on copies of it whose suites do what is to be seen: pass, fail, run nothing, crash, hang."""

from __future__ import annotations

import os
import re
import shutil
import signal
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


def suites_in(result):
    """The suites in the order of their lines."""
    return re.findall(r"^(\S+) +(?:ok|FAILED) +\d+ passed", result.stdout, re.MULTILINE)


def wait_until(condition):
    deadline = time.monotonic() + 50
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def gone(pid):
    return not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text()


def shell_wait(file):
    """A line of a suite: goes on when there is a file, in the end without it."""
    return f'for i in $(seq 2000); do [[ -e "{file}" ]] && break; sleep 0.01; done; [[ -e "{file}" ]] || exit 1\n'


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


def test_it_is_told_where_a_suite_ran_and_why_it_skipped_tests(tree):
    told = "<properties><property name='told' value='limits: none'/><property name='n' value='v'/></properties>"
    skipped = "".join(f"<testcase><skipped message='{why}'/></testcase>" for why in ("b", "a $x", "b", "c" * 200, ""))
    add_suite(tree, "one", f'echo "<a>{told}<testcase/>{skipped}</a>" >"$SBX_REPORT/a.xml"\n'.replace("$x", "\\$x"))
    lines = run(tree, "one").stdout.splitlines()
    assert re.fullmatch(r"one +ok +1 passed +0 failed +5 skipped +\d+ s", lines[0])
    assert sorted(lines[1:-1]) == sorted(
        [
            "    limits: none",
            "    2 skipped: b",
            "    1 skipped: a $x",
            f"    1 skipped: {'c' * 119}…",
            "    1 skipped: no reason is given",
        ]
    )
    assert lines[1:3] == ["    limits: none", "    2 skipped: b"]
    assert lines[-1] == "1 passed, 0 failed"


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
    assert gone((tree / "build/reports/hang/pid").read_text().strip())


def test_three_suites_run_at_a_time_and_say_so_in_the_order_of_their_beginning(tree):
    # Each of the first three goes on when the others are there; the first ends when the fourth has.
    add_suite(tree, "first", f'touch "{tree}/one"\n' + shell_wait(f"{tree}/four") + PASSING)
    add_suite(tree, "second", f'touch "{tree}/two"\n' + shell_wait(f"{tree}/three") + PASSING)
    add_suite(
        tree, "third", shell_wait(f"{tree}/one") + shell_wait(f"{tree}/two") + f'touch "{tree}/three"\n' + PASSING
    )
    add_suite(tree, "fourth", f'touch "{tree}/four"\n' + PASSING)
    result = run(tree, "first", "second", "third", "fourth")
    assert suites_in(result) == ["first", "second", "third", "fourth"]
    assert last_line(result) == "8 passed, 0 failed"


def test_a_fourth_suite_waits_for_its_turn(tree):
    for name in ("first", "second", "third"):
        add_suite(tree, name, f'sleep 1; [[ ! -e "{tree}/four" ]] || exit 1\ntouch "{tree}/{name}-ends"\n' + PASSING)
    add_suite(tree, "fourth", f'touch "{tree}/four"\ncompgen -G "{tree}/*-ends" >/dev/null || exit 1\n' + PASSING)
    assert last_line(run(tree, "first", "second", "third", "fourth")) == "8 passed, 0 failed"


def test_what_only_waits_takes_no_turn_and_is_waited_for(tree):
    """It goes on when three others are there, none of which ends before; what measures runs after it."""
    for name in ("first", "second", "third"):
        add_suite(tree, name, f'touch "{tree}/{name}"\n' + shell_wait(f"{tree}/outside-ends") + PASSING)
    all_are_there = "".join(shell_wait(f"{tree}/{name}") for name in ("first", "second", "third"))
    add_suite(
        tree, "outside", all_are_there + f'touch "{tree}/outside-ends"; sleep 0.5\n{PASSING}touch "{tree}/over"\n'
    )
    add_suite(tree, "soak", f'[[ -e "{tree}/over" ]] || exit 1\n' + PASSING)
    result = run(tree, "first", "second", "third", "outside", "soak")
    assert last_line(result) == "10 passed, 0 failed"


def test_what_takes_long_is_begun_first(tree):
    for name in ("first", "python", "conformance"):
        add_suite(tree, name, PASSING)
    assert suites_in(run(tree)) == ["python", "conformance", "first"]
    assert suites_in(run(tree, "first", "python")) == ["first", "python"]


@pytest.mark.parametrize("chosen", [(), ("soak", "first", "fault")])
def test_what_measures_runs_alone_when_all_others_have_ended(tree, chosen):
    add_suite(tree, "first", PASSING + f'touch "{tree}/first-ended"\n')
    for name in ("fault", "soak"):
        busy = f'[[ -e "{tree}/first-ended" && ! -e "{tree}/busy" ]] || exit 1\n'
        add_suite(tree, name, busy + f'touch "{tree}/busy"\n{PASSING}rm "{tree}/busy"\n')
    result = run(tree, *chosen)
    assert last_line(result) == "6 passed, 0 failed"
    assert suites_in(result) == ["first", "fault", "soak"] if not chosen else ["first", "soak", "fault"]


def test_a_suite_that_is_named_twice_runs_once(tree):
    add_suite(tree, "first", PASSING)
    assert last_line(run(tree, "first", "first")) == "2 passed, 0 failed"


def test_the_line_of_a_suite_comes_before_all_has_ended(tree):
    add_suite(tree, "first", PASSING)
    add_suite(tree, "soak", shell_wait(f"{tree}/seen") + PASSING)
    with subprocess.Popen(["bash", tree / "scripts/test"], stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout.readline().startswith("first ")
        (tree / "seen").touch()
        assert runner.stdout.readlines()[-1] == "4 passed, 0 failed\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_all_that_runs(tree, number, status):
    (tree / "scripts/build").write_text(
        f'#!/bin/sh\n[ "$1" = release ] || {{ echo $$ >"{tree}/builder"; exec sleep 987653; }}\n'
    )
    for name in ("first", "sanitizers"):
        add_suite(tree, name, f'sleep 987654 & echo $! >"{tree}/{name}"; wait\n')
    names = [tree / name for name in ("builder", "first", "sanitizers")]
    runner = subprocess.Popen(["bash", tree / "scripts/test"], stdout=subprocess.DEVNULL)
    wait_until(lambda: all(name.exists() and name.read_text().strip() for name in names))
    runner.send_signal(number)
    assert runner.wait(30) == status
    wait_until(lambda: all(gone(name.read_text().strip()) for name in names))


def test_what_suites_build_is_built_before_those_that_run_alone(tree):
    slow = '[ "$1" = release ] || sleep 0.2'
    (tree / "scripts/build").write_text(f'#!/bin/sh\n{slow}\necho "$1" >>"{tree}/built"\n')
    add_suite(tree, "first", PASSING)
    add_suite(tree, "threads", f'[[ $(tr "\\n" " " <"{tree}/built") == "release tsan asan " ]] || exit 1\n' + PASSING)
    assert last_line(run(tree)) == "4 passed, 0 failed"
    # A suite that is alone anyway builds for itself.
    (tree / "built").unlink()
    run(tree, "threads")
    assert (tree / "built").read_text() == "release\n"


def test_a_build_ahead_that_fails_is_left_to_its_suite(tree):
    (tree / "scripts/build").write_text(f'#!/bin/sh\necho "$1" >>"{tree}/built"\n[ "$1" != tsan ]\n')
    add_suite(tree, "first", PASSING)
    add_suite(tree, "threads", PASSING)
    assert last_line(run(tree)) == "4 passed, 0 failed"
    assert (tree / "built").read_text() == "release\ntsan\nasan\n"


def test_a_suite_whose_end_nobody_saw_is_a_failure(tree):
    # The shell that waits for the suite: its parent's parent.
    add_suite(tree, "first", PASSING + "kill -KILL $(awk '/^PPid/ { print $2 }' /proc/$PPID/status)\n")
    add_suite(tree, "second", PASSING)
    result = run(tree)
    assert last_line(result) == "2 passed, 1 failed"
    assert result.returncode == 1
    assert re.search("^first +FAILED", result.stdout, re.MULTILINE)


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
