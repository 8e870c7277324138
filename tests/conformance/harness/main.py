"""The command line: choose cases and languages, run, report."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time

from . import drivers, report, runner
from .cases import LANGUAGES, Case, CaseError, load
from .columns import columns, lua_versions

FEWEST_CASES = 40


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/conformance/run", description="Runs the conformance cases.")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="by comma: c,python,lua")
    parser.add_argument("--case", action="append", metavar="PATTERN", help="only cases whose 'topic: name' matches")
    parser.add_argument("--c-driver", metavar="PATH", help="the C driver (default: the release build's)")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="the interpreter of the Python driver")
    parser.add_argument("--lua", metavar="VERSIONS", help="by comma: 5.1,jit (default: those that are here)")
    parser.add_argument("--list", action="store_true", help="name the cases and run nothing")
    chosen = parser.parse_args(argv)
    chosen.languages = chosen.languages.split(",")
    unknown = set(chosen.languages) - set(LANGUAGES)
    if unknown:
        parser.error(f"there is no driver for {', '.join(sorted(unknown))}")
    chosen.lua = chosen.lua.split(",") if chosen.lua else lua_versions() if "lua" in chosen.languages else []
    return chosen


def choose(cases: list[Case], patterns: list[str] | None) -> list[Case]:
    """The cases whose name holds one of the patterns; all without a pattern."""
    if not patterns:
        return cases
    return [
        case
        for case in cases
        if any(fnmatch.fnmatch(f"{case.topic}: {case.name}", f"*{pattern}*") for pattern in patterns)
    ]


def enough(cases: list[Case]) -> bool:
    """The suite is complete only with so many cases that hold in every language."""
    everywhere = sum(set(case.languages) == set(LANGUAGES) for case in cases)
    if everywhere >= FEWEST_CASES:
        return True
    print(f"only {everywhere} cases are meant for every language; there must be {FEWEST_CASES}")
    return False


def main(argv: list[str] | None = None) -> int:
    chosen = arguments(sys.argv[1:] if argv is None else argv)
    try:
        known = load()
    except CaseError as error:
        print(error)
        return 1
    cases = choose(known, chosen.case)
    if chosen.list:
        print("\n".join(f"{case.topic}: {case.name}" for case in cases))
        return 0
    started = time.monotonic()
    commands = drivers.commands(chosen.c_driver, chosen.python, chosen.lua)
    shown = columns(chosen.languages, chosen.lua)
    names = [column.name for column in shown]
    results, problems = runner.run_all(cases, shown, commands)
    print(report.table(cases, names, results))
    failed = [result for result in results.values() if result.differences]
    for result in failed:
        print(report.details(result))
    for problem in problems:
        print(f"\n✗ {problem}")
    bad = len(failed) + len(problems) + (not enough(known)) + (not results)
    print(f"\n{report.totals(cases, names, results)}")
    print(f"{len(cases)} cases in {len(names)} columns, {time.monotonic() - started:.1f} s")
    print(f"{len(results) - len(failed)} passed, {bad} failed")
    return 1 if bad else 0
