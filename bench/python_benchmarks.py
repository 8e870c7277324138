"""The benchmarks of the Python package."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from c_benchmarks import AT_ONCE, THREADS, against_floor, bare_in_flight, make_file, measured
from harness import (
    BENCH,
    PROCESSORS,
    ROOT,
    VENV,
    Command,
    Result,
    Size,
    alone,
    alternate,
    cpu,
    measure,
    one_processor,
    processors,
    rate,
    row,
    run,
)
from same_request import same_request
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
        row("CPU per call", "µs", cpu(mine), cpu(peer), 1.7),
        row("calls per second", "1/s", rate(mine), rate(peer), 0.7, at_least=True),
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
        row("CPU per call", "µs", cpu(ours), cpu(peer), 1 / 14),
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
    wall = [[one["wall_ns"] / 1e6 for one in side] for side in (ours, peer)]
    rows = [
        row("time of import and client", "ms", *wall, 1 / 20),
        row("CPU of the same", "ms", *part),
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


def python_first_call(size: Size) -> Result:
    """All of what a short program waits for: loading, connecting, one answer."""
    with one_processor(), canned_server() as url:
        program = ["-I", BENCH / "python_first_call.py", url]
        commands = [[venv / "bin/python", *program] for venv in (VENV, PEER_VENV)]
        for command in commands:
            measure(command)  # files into the cache, on both sides
        ours, peer = alternate(size.rounds, *commands)
    rows = [
        row(
            "time until the first answer",
            "ms",
            *([one["wall_ns"] / 1e6 for one in side] for side in (ours, peer)),
            1 / 18,
        ),
        row("the same, CPU", "ms", *([one["cpu_ns"] / 1e6 for one in side] for side in (ours, peer))),
    ]
    return Result("Python, cold first call", "avm_sdk 1.2.0", rows, ours, peer)


# Many at once


def python_many_threads(size: Size) -> Result:
    def command(venv: Path, url: str) -> Command:
        program = [venv / "bin/python", "-I", BENCH / "python_threads.py", url, str(THREADS)]
        return [*program, str(size.warmup), str(max(THREADS, size.peer_calls * 2))]

    with canned_server() as url:
        ours, peer = alternate(size.rounds, command(VENV, url), command(PEER_VENV, url))
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), 10, at_least=True),
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"Python, {THREADS} threads", "avm_sdk 1.2.0", rows, ours, peer)


def python_in_flight(venv: Path, url: str, at_once: int, warmup: int, calls: int, *backend: str) -> Command:
    numbers = [str(number) for number in (at_once, warmup, calls)]
    return [venv / "bin/python", "-I", BENCH / "python_in_flight.py", url, *numbers, *backend]


def python_async_floor(size: Size) -> Result:
    """As in c_async: the client has a processor of its own, and no time left."""
    with tempfile.NamedTemporaryFile() as file, one_processor(), canned_server() as url:
        headers = Path(file.name)
        request = same_request(
            lambda url: python_in_flight(VENV, url, 1, 0, 1), lambda url: bare_in_flight(headers, url, 1, 0, 1), headers
        )
        arguments = (url, AT_ONCE, max(AT_ONCE, size.warmup), size.python_calls * 2)
        with processors({min(PROCESSORS)}):
            ours, peer = alternate(size.rounds, python_in_flight(VENV, *arguments), bare_in_flight(headers, *arguments))
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), 0.4, at_least=True),
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"Python, {AT_ONCE} coroutines", "curl_multi + json-c in C", rows, ours, peer, request)


def python_async_peer(size: Size, backend: str, bar: float) -> Result:
    with one_processor(), canned_server() as url, processors({min(PROCESSORS)}):
        warmup = max(AT_ONCE, size.warmup)
        ours, peer = alternate(
            size.few_rounds,
            python_in_flight(VENV, url, AT_ONCE, warmup, size.python_calls * 2),
            python_in_flight(PEER_VENV, url, AT_ONCE, warmup, size.peer_calls * 2, backend),
        )
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), bar, at_least=True),
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"Python, {AT_ONCE} coroutines", f"avm_sdk 1.2.0, {backend}", rows, ours, peer)


def python_async_httpx(size: Size) -> Result:
    return python_async_peer(size, "httpx", 30)


def python_async_aiohttp(size: Size) -> Result:
    return python_async_peer(size, "aiohttp", 9)


# Large bodies


def downloading(size: Size, peer: Callable[[str, int], Command], of: str, bar: float) -> Result:
    """256 MiB that are read as they come."""
    length = size.large_bytes // 4
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        file = make_file(Path(name, "large"), length)
        Path(name).chmod(0o755)
        with canned_server(file) as url:
            measure(python_download(VENV, url, length))  # the file into the cache
            ours, his = alternate(size.rounds, python_download(VENV, url, length), peer(url, length))
    speed = [[length / one["wall_ns"] * 1e9 / (1 << 20) for one in side] for side in (ours, his)]
    rows = [
        row("MiB per second", "MiB/s", *speed, bar, at_least=True),
        row("CPU", "s", *([one["cpu_ns"] / 1e9 for one in side] for side in (ours, his))),
        alone("more memory than before, at the peak", "MiB", [one["more_kib"] / 1024 for one in ours], 4),
    ]
    return Result(f"Python, streamed download of {length >> 20} MiB", of, rows, ours, his)


def python_download(venv: Path, url: str, length: int) -> Command:
    return [venv / "bin/python", "-I", BENCH / "python_download.py", url, str(length)]


def python_download_curl(size: Size) -> Result:
    def curl(url: str, length: int) -> Command:
        path = f"{url}/v1/sandboxes/sandbox-1/download?path=%2Flarge"
        return measured("curl", "--silent", "--fail", "--output", "/dev/null", path)

    return downloading(size, curl, "the curl program", 0.95)


def python_download_peer(size: Size) -> Result:
    return downloading(size, lambda url, length: python_download(PEER_VENV, url, length), "avm_sdk 1.2.0", 1.0)


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
