"""The benchmarks of the Python package."""

from __future__ import annotations

import hashlib
from pathlib import Path

from c_benchmarks import against_floor
from harness import BENCH, ROOT, VENV, Command, Result, Size, alternate, cpu, measure, one_processor, rate, row, run
from servers import canned_server

PEER_VENV = ROOT / "build/bench-venv"


def prepare_peer() -> None:
    """An environment of its own for avm_sdk, made again when what it is pinned to changes."""
    requirements = BENCH / "requirements.txt"
    stamp = PEER_VENV / ".stamp"
    wanted = hashlib.sha256(requirements.read_bytes() + str(PEER_VENV).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run([VENV / "bin/python", "-m", "venv", "--clear", PEER_VENV])
    pip = [PEER_VENV / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--only-binary=:all:", "-r", requirements])
    stamp.write_text(wanted)


def python_call(venv: Path, url: str, warmup: int, calls: int) -> Command:
    return [venv / "bin/python", "-I", BENCH / "python_call.py", url, str(warmup), str(calls)]


def python_floor(size: Size) -> Result:
    def ours(*arguments):
        return python_call(VENV, *arguments)

    mine, peer, request = against_floor(size, ours, size.python_calls)
    rows = [
        row("CPU per call", "µs", cpu(mine), cpu(peer), 2.5),
        row("calls per second", "1/s", rate(mine), rate(peer), 0.5, at_least=True),
    ]
    return Result("Python, sandboxes.execute", "libcurl + json-c in C", rows, mine, peer, request)


def python_peer(size: Size) -> Result:
    with one_processor(), canned_server() as url:
        ours, peer = alternate(
            size.rounds,
            python_call(VENV, url, size.warmup, size.peer_calls),
            python_call(PEER_VENV, url, size.warmup, size.peer_calls),
        )
    rows = [
        row("CPU per call", "µs", cpu(ours), cpu(peer), 1 / 8),
        row("calls per second", "1/s", rate(ours), rate(peer)),
    ]
    return Result("Python, sandboxes.execute", "avm_sdk 1.2.0", rows, ours, peer)


def python_start(size: Size) -> Result:
    program = ["-I", BENCH / "python_start.py"]
    commands = [venv / "bin/python" for venv in (VENV, PEER_VENV)]
    with one_processor():
        for python in commands:
            measure([python, *program])  # files into the cache, on both sides
        ours, peer = alternate(size.rounds, [commands[0], *program], [commands[1], *program])
    whole = [[one["process_cpu_ns"] / 1e6 for one in side] for side in (ours, peer)]
    part = [[one["cpu_ns"] / 1e6 for one in side] for side in (ours, peer)]
    rows = [
        row("CPU of import and client", "ms", *part, 1 / 12),
        row("CPU of the whole process", "ms", *whole),
    ]
    return Result("Python, import and construction", "avm_sdk 1.2.0", rows, ours, peer)


def python_memory(size: Size) -> Result:
    with one_processor(), canned_server() as url:
        ours, peer = alternate(
            size.few_rounds,
            python_call(VENV, url, 0, size.memory_calls),
            python_call(PEER_VENV, url, 0, size.memory_calls),
        )
    resident = [[one["rss_kib"] / 1024 for one in side] for side in (ours, peer)]
    rows = [row(f"resident after {size.memory_calls} calls", "MiB", *resident, 1 / 2)]
    return Result("Python, memory", "avm_sdk 1.2.0", rows, ours, peer)
