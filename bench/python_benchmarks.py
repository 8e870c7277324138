"""The benchmarks of the Python package."""

from __future__ import annotations

import hashlib
import json
import tempfile
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


def write_page(path: Path, count: int) -> None:
    """A page of sandboxes as text, like that of list_decode.c."""
    rows = [
        {
            "id": f"3f2504e0-4f89-41d3-9a0c-{index:012x}",
            "cpu": 1 if index % 4 else 0.25,
            "created_at": f"2025-01-01T00:{index // 60 % 60:02d}:{index % 60:02d}Z",
            "disk_size": 10,
            "memory": 1024 * (1 + index % 4),
            "name": f"sandbox-user-{index}",
            "status": "running",
        }
        for index in range(count)
    ]
    pagination = {"page": 1, "page_size": count, "total_items": count, "total_pages": 1}
    path.write_text(json.dumps({"data": rows, "pagination": pagination}, separators=(",", ":")))
    path.parent.chmod(0o755)


def python_list(size: Size) -> Result:
    """The whole call: what is sent over the loopback interface counts on both sides."""
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        page = Path(name, "page.json")
        write_page(page, size.listed)

        def side(venv: Path, url: str) -> Command:
            return [venv / "bin/python", "-I", BENCH / "python_list.py", url, "1", str(size.lists)]

        with one_processor(), canned_server(page=page) as url:
            ours, peer = alternate(size.few_rounds, side(VENV, url), side(PEER_VENV, url))

    def taken(what: str) -> list[list[float]]:
        return [[one[f"{what}_ns"] / 1e6 for one in rounds] for rounds in (ours, peer)]

    reads = [[one["read_ns"] for one in rounds] for rounds in (ours, peer)]
    rows = [
        row(f"CPU of a list of {size.listed} sandboxes", "ms", *taken("listed"), 1 / 20),
        row("the same, and each id read", "ms", *taken("touched"), 1 / 12),
        row("the same, and freed again", "ms", *taken("freed")),
        row("CPU of reading an attribute", "ns", *reads, 1),
    ]
    return Result("Python, sandboxes.list", "avm_sdk 1.2.0", rows, ours, peer)


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
