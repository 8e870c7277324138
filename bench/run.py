"""The benchmarks: run.py [--check] [--smoke] [NAME…], called by scripts/bench. README.md explains the method."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BIN = ROOT / "build/release/bin"
VENV = ROOT / ".venv"
PEER_VENV = ROOT / "build/bench-venv"
RESULTS = BENCH / "results"

ANSWER = json.dumps(
    {
        "id": "execution-1",
        "created_at": "2025-01-01T00:00:00Z",
        "completed_at": "2025-01-01T00:00:00Z",
        "execution_time_ms": 3,
        "exit_code": 0,
        "status": "completed",
        "stdout": "HELLO\n",
        "stderr": "",
    }
)
# libcurl writes these itself, on both sides alike.
WRITTEN_BY_CURL = {b"host", b"content-length"}


class Broken(Exception):
    """A benchmark that cannot be run, as against one whose bar is missed."""


@dataclass
class Row:
    """One thing measured on both sides, and how much of the peer's we may take or must reach."""

    what: str
    unit: str
    ours: float
    peer: float
    ratio: float
    bar: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar


@dataclass
class Size:
    """How often things are done: a real run, or one that only shows that everything still runs."""

    rounds: int
    warmup: int
    c_calls: int
    python_calls: int
    peer_calls: int
    memory_calls: int
    listed: int


REAL = Size(rounds=21, warmup=200, c_calls=3000, python_calls=3000, peer_calls=300, memory_calls=1000, listed=10000)
SMOKE = Size(rounds=1, warmup=1, c_calls=5, python_calls=5, peer_calls=5, memory_calls=5, listed=10)


def environment() -> dict[str, str]:
    """The caller's, less what would send one side elsewhere or make it say more."""
    dropped = ("sandbox_sdk_", "python", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
    return {name: value for name, value in os.environ.items() if not name.lower().startswith(dropped)}


def run(command: list[str | Path]) -> str:
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment())
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip().splitlines()[-1:] or [f"exit status {result.returncode}"]
        raise Broken(f"{Path(command[0]).name} {' '.join(str(word) for word in command[1:])}: {said[0]}")
    return result.stdout


def measure(command: list[str | Path]) -> dict[str, float]:
    return json.loads(run(command))


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


# The server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_program() -> str:
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        raise Broken("nginx is not installed; scripts/setup does it")
    return found


def nginx_configuration(folder: Path, port: int) -> str:
    body = ANSWER.replace("\\", "\\\\").replace("'", "\\'").replace("$", "")
    return f"""
daemon off;
master_process off;
pid "{folder}/nginx.pid";
error_log "{folder}/error.log";
events {{ worker_connections 64; }}
http {{
	access_log off;
	client_body_temp_path "{folder}/body";
	proxy_temp_path "{folder}/proxy";
	fastcgi_temp_path "{folder}/fastcgi";
	uwsgi_temp_path "{folder}/uwsgi";
	scgi_temp_path "{folder}/scgi";
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	default_type application/json;
	server {{
		listen 127.0.0.1:{port};
		location / {{ return 200 '{body}'; }}
	}}
}}
"""


@contextlib.contextmanager
def canned_server() -> Iterator[str]:
    """One nginx, one worker, one answer; gives its base URL."""
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        folder = Path(name)
        port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(nginx_configuration(folder, port))
        with (folder / "output").open("wb") as output:
            server = subprocess.Popen(
                [nginx_program(), "-p", name, "-c", configuration, "-e", folder / "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            wait_for(server, port, folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(500):
        if server.poll() is not None:
            said = (folder / "error.log").read_text() + (folder / "output").read_text()
            raise Broken(f"nginx did not start: {said.strip()[-300:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise Broken("nginx did not answer within 5 s")


def use_one_cpu() -> None:
    """The server and every client on one processor: waking a sleeping one costs several times the call (README.md)."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


# The same bytes on both sides


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        more = connection.recv(65536)
        if not more:
            return request
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


class Recorder:
    """A server that keeps the exact bytes of each request and gives the canned answer."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        answer = ANSWER.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection:
                    self.requests.append(read_request(connection))
                    connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + answer)

    def request_of(self, command: Callable[[str], list[str | Path]]) -> bytes:
        self.requests.clear()
        run(command(self.base_url))
        if len(self.requests) != 1:
            raise Broken(f"{command(self.base_url)[0]} sent {len(self.requests)} requests for one call")
        return self.requests[0]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def same_request(ours: Callable[..., list[str | Path]], headers: Path) -> str:
    """Writes the headers that we send for the bare program to send too, and fails unless both requests are the same."""
    recorder = Recorder()
    try:
        sent = recorder.request_of(lambda url: ours(url, 0, 1))
        lines = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        kept = [line for line in lines if line.partition(b":")[0].lower() not in WRITTEN_BY_CURL]
        headers.write_bytes(b"\n".join(kept) + b"\n")
        bare = recorder.request_of(lambda url: bare_curl(headers, url, 0, 1))
    finally:
        recorder.close()
    if sent != bare:
        raise Broken(f"the two sides do not send the same request:\n{sent!r}\n{bare!r}")
    return sent.decode("latin-1").replace(recorder.base_url.removeprefix("http://"), "HOST")


# The two sides


def bare_curl(headers: Path, url: str, warmup: int, calls: int) -> list[str | Path]:
    return [BIN / "bench_bare_curl", url, headers, str(warmup), str(calls)]


def sdk_call(url: str, warmup: int, calls: int) -> list[str | Path]:
    return [BIN / "bench_sdk_call", url, str(warmup), str(calls)]


def python_call(venv: Path, url: str, warmup: int, calls: int) -> list[str | Path]:
    return [venv / "bin/python", "-I", BENCH / "python_call.py", url, str(warmup), str(calls)]


def alternate(rounds: int, ours: list[str | Path], peer: list[str | Path]) -> tuple[list[dict], list[dict]]:
    """Both sides in turn, the first of a round being the second of the next."""
    our_rounds, peer_rounds = [], []
    for index in range(rounds):
        if index % 2 == 0:
            our_rounds.append(measure(ours))
            peer_rounds.append(measure(peer))
        else:
            peer_rounds.append(measure(peer))
            our_rounds.append(measure(ours))
    return our_rounds, peer_rounds


def row(
    what: str, unit: str, ours: list[float], peer: list[float], bar: float | None = None, at_least: bool = False
) -> Row:
    """Medians; the ratio is the median of the rounds' own, so that a machine that drifts drifts on both sides."""
    ratio = statistics.median(a / b for a, b in zip(ours, peer))
    return Row(what, unit, statistics.median(ours), statistics.median(peer), ratio, bar, at_least)


def cpu(rounds: list[dict]) -> list[float]:
    return [one["cpu_ns"] / one.get("calls", 1) / 1000 for one in rounds]


def rate(rounds: list[dict]) -> list[float]:
    return [one["calls"] / one["wall_ns"] * 1e9 for one in rounds]


@dataclass
class Result:
    ours: str
    peer: str
    rows: list[Row]
    our_rounds: list[dict]
    peer_rounds: list[dict]
    request: str | None = None


def against_floor(url: str, size: Size, ours: Callable[..., list[str | Path]], calls: int) -> tuple[list, list, str]:
    with tempfile.NamedTemporaryFile() as file:
        headers = Path(file.name)
        request = same_request(ours, headers)
        our_rounds, peer_rounds = alternate(
            size.rounds, ours(url, size.warmup, calls), bare_curl(headers, url, size.warmup, calls)
        )
    return our_rounds, peer_rounds, request


def c_call(url: str, size: Size) -> Result:
    ours, peer, request = against_floor(url, size, sdk_call, size.c_calls)
    rows = [
        row("CPU per call", "µs", cpu(ours), cpu(peer), 1.25),
        row("calls per second", "1/s", rate(ours), rate(peer)),
    ]
    return Result("C, sbx_sandboxes_execute", "libcurl + json-c", rows, ours, peer, request)


def list_decode(_url: str, size: Size) -> Result:
    """Both sides in one process, which takes turns itself."""
    measured = json.loads(run([BIN / "bench_list_decode", str(size.listed), str(size.rounds)]))
    ours, peer = measured["ours"], measured["peer"]
    decoding = [[one["cpu_ns"] / 1e6 for one in side] for side in (ours, peer)]
    freed = [[(one["cpu_ns"] + one["freeing_ns"]) / 1e6 for one in side] for side in (ours, peer)]
    rows = [
        row(f"CPU of {size.listed} sandboxes", "ms", *decoding, 1.15),
        row("the same, and freed again", "ms", *freed),
    ]
    return Result("C, text to models", "json_tokener_parse", rows, ours, peer)


def python_floor(url: str, size: Size) -> Result:
    def ours(*arguments):
        return python_call(VENV, *arguments)

    mine, peer, request = against_floor(url, size, ours, size.python_calls)
    rows = [
        row("CPU per call", "µs", cpu(mine), cpu(peer), 2.5),
        row("calls per second", "1/s", rate(mine), rate(peer), 0.5, at_least=True),
    ]
    return Result("Python, sandboxes.execute", "libcurl + json-c in C", rows, mine, peer, request)


def python_peer(url: str, size: Size) -> Result:
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


def python_start(_url: str, size: Size) -> Result:
    program = ["-I", BENCH / "python_start.py"]
    commands = [venv / "bin/python" for venv in (VENV, PEER_VENV)]
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


def python_memory(url: str, size: Size) -> Result:
    ours, peer = alternate(
        min(size.rounds, 5),
        python_call(VENV, url, 0, size.memory_calls),
        python_call(PEER_VENV, url, 0, size.memory_calls),
    )
    resident = [[one["rss_kib"] / 1024 for one in side] for side in (ours, peer)]
    rows = [row(f"resident after {size.memory_calls} calls", "MiB", *resident, 1 / 2)]
    return Result("Python, memory", "avm_sdk 1.2.0", rows, ours, peer)


BENCHMARKS: dict[str, Callable[[str, Size], Result]] = {
    "c_call": c_call,
    "list_decode": list_decode,
    "python_floor": python_floor,
    "python_peer": python_peer,
    "python_start": python_start,
    "python_memory": python_memory,
}


# What comes out


def machine() -> dict[str, str]:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    versions = {name: run(["pkg-config", "--modversion", name]).strip() for name in ("libcurl", "json-c")}
    python = run([VENV / "bin/python", "-c", "import platform; print(platform.python_version())"]).strip()
    return {"cpu": model, "cores": str(os.cpu_count()), "kernel": platform.release(), **versions, "python": python}


HEADINGS = ("benchmark", "ours", "peer", "measured", "ours", "peer", "ratio", "bar", "met")


def cells(name: str, result: dict, one: dict) -> tuple[str, ...]:
    ours, peer = (f"{one[side]:,.1f} {one['unit']}" for side in ("ours", "peer"))
    bar = "" if one["bar"] is None else f"{'≥' if one['at_least'] else '≤'} {one['bar']:.3g}"
    met = {None: "", True: "yes", False: "NO"}[one["met"]]
    return name, result["ours"], result["peer"], one["what"], ours, peer, f"{one['ratio']:.3f}", bar, met


def table(results: dict[str, dict]) -> str:
    """Markdown whose columns are also straight where nothing renders it."""
    rows = [cells(name, results[name], one) for name in BENCHMARKS if name in results for one in results[name]["rows"]]
    widths = [max(len(row[column]) for row in [HEADINGS, *rows]) for column in range(len(HEADINGS))]
    lines = [HEADINGS, tuple("-" * width for width in widths), *rows]
    padded = ([cell.ljust(width) for cell, width in zip(line, widths)] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in padded)


def write_results(folder: Path, name: str, result: Result, about: dict[str, str]) -> dict:
    content = {"name": name, **asdict(result), "machine": about}
    for line, one in zip(content["rows"], result.rows):
        line["met"] = one.met
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return content


def write_latest(folder: Path) -> None:
    results = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in BENCHMARKS
        if (folder / f"{name}.json").exists()
    }
    abouts = {tuple(result["machine"].items()) for result in results.values()}
    text = "# The latest run\n\nWritten by `scripts/bench`; [README.md](../README.md) explains the method.\n\n"
    text += table(results) + "\n"
    for about in sorted(abouts):
        text += "Measured on: " + ", ".join(f"{name} {value}" for name, value in about) + ".\n"
    (folder / "latest.md").write_text(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a bar is missed, and close with the counts")
    parser.add_argument("--smoke", action="store_true", help="counts too small to mean anything; keeps no results")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parsed = parser.parse_args()
    for name in parsed.names:
        if name not in BENCHMARKS:
            print(f"bench: no benchmark is called '{name}'; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
            sys.exit(2)
    return parsed


def main() -> int:
    options = arguments()
    size, folder = (SMOKE, ROOT / "build/bench") if options.smoke else (REAL, RESULTS)
    results = {}
    try:
        run([ROOT / "scripts/run", "true"])
        prepare_peer()
        about = machine()
        use_one_cpu()
        with canned_server() as url:
            for name in options.names or BENCHMARKS:
                print(f"bench: {name}", file=sys.stderr)
                results[name] = write_results(folder, name, BENCHMARKS[name](url, size), about)
    except Broken as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    write_latest(folder)
    print(table(results), end="")
    bars = [one["met"] for result in results.values() for one in result["rows"] if one["bar"] is not None]
    if options.check:
        print(f"{sum(bars)} passed, {len(bars) - sum(bars)} failed")
        return 0 if all(bars) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
