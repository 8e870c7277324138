"""The benchmarks of the C library."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness import (
    BIN,
    BUILD,
    PROCESSORS,
    Command,
    Result,
    Row,
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
from servers import canned_server, late_server

AT_ONCE = 64
THREADS = 8
FLAT = 1.05  # what the memory of a large body may be of that of a small one


def bare_curl(headers: Path, url: str, warmup: int, calls: int) -> Command:
    return [BIN / "bench_bare_curl", url, headers, str(warmup), str(calls)]


def sdk_call(url: str, warmup: int, calls: int) -> Command:
    return [BIN / "bench_sdk_call", url, str(warmup), str(calls)]


def against_floor(size: Size, ours: Callable[..., Command], calls: int) -> tuple[list, list, str]:
    with tempfile.NamedTemporaryFile() as file, one_processor(), canned_server() as url:
        headers = Path(file.name)
        request = same_request(lambda url: ours(url, 0, 1), lambda url: bare_curl(headers, url, 0, 1), headers)
        our_rounds, peer_rounds = alternate(
            size.rounds, ours(url, size.warmup, calls), bare_curl(headers, url, size.warmup, calls)
        )
    return our_rounds, peer_rounds, request


def c_call(size: Size) -> Result:
    ours, peer, request = against_floor(size, sdk_call, size.c_calls)
    rows = [
        row("CPU per call", "µs", cpu(ours), cpu(peer), 1.10),
        row("calls per second", "1/s", rate(ours), rate(peer)),
    ]
    return Result("C, sbx_sandboxes_execute", "libcurl + json-c", rows, ours, peer, request)


# Many at once, on one thread


def in_flight(url: str, at_once: int, warmup: int, calls: int) -> Command:
    return [BIN / "bench_sdk_in_flight", url, str(at_once), str(warmup), str(calls)]


def bare_in_flight(headers: Path, url: str, at_once: int, warmup: int, calls: int) -> Command:
    return [BIN / "bench_bare_in_flight", url, headers, str(at_once), str(warmup), str(calls)]


def same_request_in_flight(headers: Path) -> str:
    return same_request(lambda url: in_flight(url, 1, 0, 1), lambda url: bare_in_flight(headers, url, 1, 0, 1), headers)


def c_async(size: Size) -> Result:
    """The server on one processor and the client on the other: it is the client that has no time left."""
    with tempfile.NamedTemporaryFile() as file, one_processor(), canned_server() as url:
        headers = Path(file.name)
        request = same_request_in_flight(headers)
        arguments = (url, AT_ONCE, max(AT_ONCE, size.warmup), size.c_calls * 5)
        with processors({min(PROCESSORS)}):
            ours, peer = alternate(size.rounds, in_flight(*arguments), bare_in_flight(headers, *arguments))
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), 0.90, at_least=True),
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"C, {AT_ONCE} calls at once, one thread", "curl_multi + json-c", rows, ours, peer, request)


def c_many(size: Size) -> Result:
    """All at once, and a server of its own for each, so that no port is taken by what came before."""

    def one(command: Callable[..., Command]) -> dict:
        with late_server(size.late_ms) as server:
            measured = measure(command(server.url, size.many, 1, size.many))
        return {**measured, **server.seen}

    with tempfile.NamedTemporaryFile() as file:
        headers = Path(file.name)
        request = same_request_in_flight(headers)
        ours, peer = alternate(
            size.few_rounds,
            lambda: one(in_flight),
            lambda: one(lambda *arguments: bare_in_flight(headers, *arguments)),
        )
    memory = [[each["memory_kib"] / size.many for each in side] for side in (ours, peer)]
    in_kib = row("memory per call, sockets aside", "KiB", *memory, 24)
    in_kib.by_itself = True
    done = [[each["calls"] for each in side] for side in (ours, peer)]
    held = [[each["most_held"] for each in side] for side in (ours, peer)]
    rows = [
        row(f"succeeded of {size.many}", "", *done, 1, at_least=True),
        row("unanswered at the server at once", "", *held),
        in_kib,
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"C, {size.many} calls at once, one thread", "curl_multi + json-c", rows, ours, peer, request)


# Threads


def threads(url: str, count: int, warmup: int, calls: int) -> Command:
    return [BIN / "bench_sdk_threads", url, str(count), str(warmup), str(calls)]


def c_threads(size: Size) -> Result:
    """The server and the clients wherever the system puts them."""
    with canned_server() as url:
        ours, peer = alternate(
            size.rounds,
            threads(url, THREADS, size.warmup, size.c_calls * 5),
            threads(url, 1, size.warmup, size.c_calls),
        )
    with late_server(size.late_ms // 4) as server:
        late, late_alone = alternate(
            size.few_rounds, threads(server.url, THREADS, 1, THREADS), threads(server.url, 1, 1, 1)
        )
    wall = [[one["wall_ns"] / 1e6 for one in side] for side in (late, late_alone)]
    waits = [[one["waits"] / one["calls"] for one in side] for side in (ours, peer)]
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), 1.3, at_least=True),
        row("times that a thread waits, per call", "", *waits),
        row(f"{THREADS} calls with late answers, against 1", "ms", *wall, 1.25),
    ]
    return Result(f"C, {THREADS} threads", "the same, 1 thread", rows, ours + late, peer + late_alone)


# Large bodies


def measured(*command: str | Path) -> Command:
    return [BIN / "bench_measured", *command]


def transfers(size: Size, ours: Command, small: Command, peer: Command, what: str) -> Result:
    mine, his = alternate(size.few_rounds, ours, peer)
    little = [measure(small) for _ in mine]
    speed = [[size.large_bytes / one["wall_ns"] * 1e9 / (1 << 20) for one in side] for side in (mine, his)]
    seconds = [[one["cpu_ns"] / 1e9 for one in side] for side in (mine, his)]
    peak = [[one["rss_kib"] / 1024 for one in side] for side in (mine, his, little)]
    rows = [
        row("MiB per second", "MiB/s", *speed, 0.95, at_least=True),
        row("CPU", "s", *seconds),
        row("peak of resident memory", "MiB", peak[0], peak[1]),
        row("the same, against a body of 1 KiB", "MiB", peak[0], peak[2], FLAT),
    ]
    return Result(f"C, {what} of {size.large_bytes >> 20} MiB", "the curl program", rows, mine + little, his)


def make_file(path: Path, length: int) -> Path:
    with path.open("wb") as file:
        file.truncate(length)
    return path


def c_download(size: Size) -> Result:
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        large, small = make_file(Path(name, "large"), size.large_bytes), make_file(Path(name, "small"), 1024)
        Path(name).chmod(0o755)
        with canned_server(large) as url, canned_server(small) as small_url:

            def ours(url: str) -> Command:
                return measured(BIN / "bench_sdk_transfer", "download", url, "/dev/null")

            measure(ours(url))  # the file into the cache
            path = f"{url}/v1/sandboxes/sandbox-1/download?path=%2Flarge"
            curl = measured("curl", "--silent", "--fail", "--output", "/dev/null", path)
            return transfers(size, ours(url), ours(small_url), curl, "download")


def c_upload(size: Size) -> Result:
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name, late_server(0) as server:
        large, small = make_file(Path(name, "large"), size.large_bytes), make_file(Path(name, "small"), 1024)

        def ours(file: Path) -> Command:
            return measured(BIN / "bench_sdk_transfer", "upload", server.url, file)

        measure(ours(large))  # the file into the cache
        # Without the wait for a "100 Continue" that this server does not send.
        curl = ["curl", "--silent", "--fail", "--output", "/dev/null", "--header", "Expect:"]
        curl += ["--form", "path=/large", "--form", f"file=@{large}", f"{server.url}/v1/sandboxes/sandbox-1/upload"]
        return transfers(size, ours(large), ours(small), measured(*curl), "upload")


# Ends

ENDS = {
    "cancel_started": "a started call is cancelled",
    "free_started": "a started call is freed",
    "cancel_waited": "a call is cancelled from another thread",
    "free_stream": "a stream is freed half read",
    "close_started": "a client with 16 started calls is closed",
    "close_waited": "a client with 16 threads in calls is closed",
}
CLOSED_AT_ONCE = 16


def c_cancel(size: Size) -> Result:
    """Each end by itself: from its cause to when the server sees the connection end, the last one of many."""
    rows: list[Row] = []
    rounds = []
    for kind, what in ENDS.items():
        latencies = measure([BIN / "bench_sdk_cancel", kind, str(CLOSED_AT_ONCE), str(size.ends)])
        times = [one / 1e6 for one in latencies["latency_ns"]]
        rows.append(alone(what, "ms", times, 5))
        rows.append(alone("the worst of these", "ms", [max(times)]))
        rounds.append({"kind": kind, "median_ms": statistics.median(times), "worst_ms": max(times), "of": len(times)})
    return Result("C, cause to end of connection", "", rows, rounds, [])


# The library itself


def c_library(size: Size) -> Result:
    """What it takes on the disk, and what a client takes of time."""
    with tempfile.NamedTemporaryFile() as stripped:
        run(["strip", "-o", stripped.name, BUILD / "lib/libsandbox_sdk.so"])
        kib = Path(stripped.name).stat().st_size / 1024
    with one_processor():
        rounds = [measure([BIN / "bench_sdk_client", "1", str(size.clients)]) for _ in range(size.rounds)]
    rows = [
        alone("the stripped library", "KiB", [kib], 450),
        alone("a client made and freed", "µs", [one["wall_ns"] / one["calls"] / 1000 for one in rounds], 60),
        alone("the same, CPU", "µs", cpu(rounds)),
    ]
    return Result("C, size and clients", "", rows, rounds, [])


def list_decode(size: Size) -> Result:
    """Both sides in one process, which takes turns itself."""
    with one_processor():
        both = json.loads(run([BIN / "bench_list_decode", str(size.listed), str(size.rounds)]))
    ours, peer = both["ours"], both["peer"]
    decoding = [[one["cpu_ns"] / 1e6 for one in side] for side in (ours, peer)]
    freed = [[(one["cpu_ns"] + one["freeing_ns"]) / 1e6 for one in side] for side in (ours, peer)]
    rows = [
        row(f"CPU of {size.listed} sandboxes", "ms", *decoding, 1.15),
        row("the same, and freed again", "ms", *freed),
    ]
    return Result("C, text to models", "json_tokener_parse", rows, ours, peer)
