"""What every benchmark rests on: running programs in turn, and what comes of the figures."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Union

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BUILD = ROOT / "build/release"
BIN = BUILD / "bin"
VENV = ROOT / ".venv"

PROCESSORS = os.sched_getaffinity(0)

Command = list[Union[str, Path]]
# A program that prints what it took, or what runs one.
Side = Union[Command, Callable[[], dict]]


class Broken(Exception):
    """A benchmark that cannot be run, as against one whose bar is missed."""


@dataclass
class Size:
    """How often things are done: a real run, or one that only shows that everything still runs."""

    rounds: int
    few_rounds: int  # of what takes long and varies little
    warmup: int
    c_calls: int
    python_calls: int
    peer_calls: int
    memory_calls: int
    listed: int
    lists: int  # of so many
    many: int  # calls at once
    late_ms: int  # until an answer comes
    large_bytes: int
    ends: int  # cancels of a kind
    clients: int


REAL = Size(
    rounds=21,
    few_rounds=5,
    warmup=200,
    c_calls=3000,
    python_calls=3000,
    peer_calls=300,
    memory_calls=1000,
    listed=10000,
    lists=5,
    many=10000,
    late_ms=1000,
    large_bytes=1 << 30,
    ends=200,
    clients=1000,
)
SMOKE = Size(
    rounds=1,
    few_rounds=1,
    warmup=1,
    c_calls=5,
    python_calls=5,
    peer_calls=5,
    memory_calls=5,
    listed=10,
    lists=1,
    many=20,
    late_ms=10,
    large_bytes=1 << 20,
    ends=2,
    clients=2,
)


@dataclass
class Row:
    """One thing measured, and how much it may be or must reach: of the peer's, or by itself."""

    what: str
    unit: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    bar: float | None = None
    at_least: bool = False
    by_itself: bool = False

    @property
    def met(self) -> bool | None:
        judged = self.ours if self.by_itself else self.ratio
        if self.bar is None or judged is None:
            return None
        return judged >= self.bar if self.at_least else judged <= self.bar


@dataclass
class Result:
    ours: str
    peer: str
    rows: list[Row]
    our_rounds: list[dict]
    peer_rounds: list[dict]
    request: str | None = None


def environment() -> dict[str, str]:
    """The caller's, less what would send one side elsewhere or make it say more."""
    dropped = ("sandbox_sdk_", "python", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
    return {name: value for name, value in os.environ.items() if not name.lower().startswith(dropped)}


def run(command: Command) -> str:
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment())
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip().splitlines()[-1:] or [f"exit status {result.returncode}"]
        raise Broken(f"{Path(command[0]).name} {' '.join(str(word) for word in command[1:])}: {said[0]}")
    return result.stdout


def measure(command: Command) -> dict[str, float]:
    return json.loads(run(command))


def alternate(rounds: int, ours: Side, peer: Side) -> tuple[list[dict], list[dict]]:
    """Both sides in turn, the first of a round being the second of the next."""
    measured: tuple[list[dict], list[dict]] = ([], [])
    for index in range(rounds):
        for side in (index % 2, 1 - index % 2):
            one = (ours, peer)[side]
            measured[side].append(one() if callable(one) else measure(one))
    return measured


def row(
    what: str, unit: str, ours: list[float], peer: list[float], bar: float | None = None, at_least: bool = False
) -> Row:
    """Medians; the ratio is the median of the rounds' own, so that a machine that drifts drifts on both sides."""
    ratio = statistics.median(a / b for a, b in zip(ours, peer))
    return Row(what, unit, statistics.median(ours), statistics.median(peer), ratio, bar, at_least)


def alone(what: str, unit: str, ours: list[float], bar: float | None = None, at_least: bool = False) -> Row:
    """The median of what has no peer."""
    return Row(what, unit, statistics.median(ours), bar=bar, at_least=at_least, by_itself=True)


def cpu(rounds: list[dict]) -> list[float]:
    return [one["cpu_ns"] / one.get("calls", 1) / 1000 for one in rounds]


def rate(rounds: list[dict]) -> list[float]:
    return [one["calls"] / one["wall_ns"] * 1e9 for one in rounds]


@contextlib.contextmanager
def processors(chosen: set[int]) -> Iterator[None]:
    """What is started within runs on these."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, chosen)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def one_processor() -> contextlib.AbstractContextManager[None]:
    """The server and every client on one processor: waking a sleeping one costs several times the call (README.md)."""
    return processors({max(PROCESSORS)})
