"""The command line: choose cases, run them, report."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from . import cases
from .certificates import Authority
from .runner import Result, Runner

ROOT = Path(__file__).resolve().parents[3]
FEWEST_FAULTS = 48
WORKERS = 96
# What is read as a stream where not all is run: one operation of each kind.
STREAMED = ("list", "execute", "download", "download_once", "custom_put_once")


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/fault/run", description="Runs calls that something happens to.")
    parser.add_argument("--driver", type=Path, default=ROOT / "build/asan/bin/fault-driver", metavar="PATH")
    parser.add_argument("--modes", default=",".join(cases.MODES), help="by comma")
    parser.add_argument("--case", action="append", metavar="PATTERN", help="only cases whose name matches")
    parser.add_argument(
        "--full",
        action="store_true",
        help="every operation as a stream, and answers of all of them cut after each byte",
    )
    parser.add_argument("--workers", type=int, default=WORKERS, help="how many at once")
    parser.add_argument("--list", action="store_true", help="name the cases and run nothing")
    return parser.parse_args(argv)


def show(result: Result) -> None:
    print(f"✗ {result.case.name}")
    for line in result.differences + result.late:
        print(f"    {line}")
    if result.said.get("message"):
        print(f"    it said: {result.said['message']}")


def report(results: list[Result], what: str, too_few: bool) -> int:
    failed = [result for result in results if result.differences or result.late]
    for result in failed:
        show(result)
    bad = len(failed) + too_few
    print(f"\n{what}")
    print(f"{len(results) - len(failed)} passed, {bad} failed")
    return 1 if bad or not results else 0


def names(known: list[cases.Case]) -> int:
    return len({case.fault["name"] for case in known})


def main(argv: list[str] | None = None) -> int:
    chosen = arguments(sys.argv[1:] if argv is None else argv)
    modes = tuple(chosen.modes.split(","))
    every = tuple(cases.Outcomes().class_of) if chosen.full else ("list",)
    known = cases.load(modes)
    sessions = [case for case in cases.load_sessions() if case.mode in modes]
    counted = f"{names(known)} faults, {names(sessions)} of sessions and the cuts in {', '.join(modes)}"
    too_few = names(known) < FEWEST_FAULTS
    if not chosen.full:
        known = [case for case in known if case.mode != "stream" or case.operation in STREAMED]
    wanted = cases.choose(known + sessions + cases.cuts(modes, every), chosen.case)
    if chosen.list:
        print("\n".join(case.name for case in wanted))
        return 0
    started = time.monotonic()
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1")
    with tempfile.TemporaryDirectory() as folder:
        results = Runner(chosen.driver, chosen.workers, Authority(Path(folder))).run_all(cases.grouped(wanted))
    if too_few:
        print(f"there must be {FEWEST_FAULTS} faults")
    return report(results, f"{counted}: {len(results)} calls, {time.monotonic() - started:.1f} s", too_few)
