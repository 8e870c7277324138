"""The benchmarks of sandboxd. The unit is what one spawn of `true` by bubblewrap alone takes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harness import Broken, Result, Row, Size, alone, row
from sandboxd_server import Client, Sandboxd, bare_bwrap, sandboxd, state_directory

UNIT = "bwrap alone, one spawn of true"
BESIDE = 20  # spawns of a round, and executes beside each


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def execute_times(client: Client, sandbox: str, count: int) -> list[float]:
    request = client.request("POST", f"/v1/sandboxes/{sandbox}/execute", {"command": "true"})
    return [timed(lambda: client.send(request)) for _ in range(count)]


def sandboxd_create(size: Size) -> Result:
    """The state lasts: a create is on disk before it is answered."""
    ours, peer = [], []
    with state_directory() as state, sandboxd("--state", str(state)) as server:
        client = Client(server)
        with bare_bwrap(client, client.create()) as bare:
            for _ in range(size.rounds):
                peer.append(bare.spawn(BESIDE))
                ours.append(statistics.median(timed(client.create) for _ in range(BESIDE)))
    rows = [row("create, ready to execute", "ms", ours, peer, 2.5)]
    return Result("sandboxd, create", UNIT, rows, [{"ms": one} for one in ours], [{"ms": one} for one in peer])


def sandboxd_execute(size: Size) -> Result:
    middle, late, peer = [], [], []
    with state_directory() as state, sandboxd("--state", str(state)) as server:
        client = Client(server)
        sandbox = client.create()
        with bare_bwrap(client, sandbox) as bare:
            for _ in range(size.rounds):
                peer.append(bare.spawn(BESIDE))
                times = execute_times(client, sandbox, BESIDE * 20)
                middle.append(percentile(times, 0.5))
                late.append(percentile(times, 0.99))
    rows = [row("execute true, p50", "ms", middle, peer, 0.8), row("execute true, p99", "ms", late, peer, 3)]
    ours = [{"p50_ms": one, "p99_ms": other} for one, other in zip(middle, late)]
    return Result("sandboxd, execute of true", UNIT, rows, ours, [{"ms": one} for one in peer])


# Many sandboxes


def memory(pid: int, field: str) -> int:
    """In KiB, of /proc/<pid>/smaps_rollup."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def sandboxd_many(size: Size) -> Result:
    """One server with many sandboxes and one with a single one are asked in turn, round by round."""
    one, many, held = [], [], []
    count = max(2, size.many // 20)
    with sandboxd() as lone, sandboxd() as server:
        single, client = Client(lone), Client(server)
        only, sandboxes = single.create(), [client.create()]
        execute_times(client, sandboxes[0], BESIDE)
        before = memory(server.pid, "Pss")
        sandboxes += [client.create() for _ in range(count - 1)]
        for sandbox in sandboxes:
            client.execute(sandbox, "true")
        for _ in range(size.few_rounds):
            one.append(percentile(execute_times(single, only, BESIDE * 20), 0.5))
            many.append(statistics.median(execute_times(client, random.choice(sandboxes), 1)[0] for _ in range(400)))
        processes = sum(memory(pid, "Pss") for pid in server.processes())
        held.append((processes + memory(server.pid, "Pss") - before) / count / 1024)
    rows = [
        alone(f"memory of each of {count} sandboxes, all processes and the server's share", "MiB", held, 1.5),
        row("execute true, p50, against that of one sandbox", "ms", many, one, 1.2),
    ]
    ours = [{"p50_ms": value} for value in many]
    return Result(f"sandboxd, {count} sandboxes alive", "one sandbox", rows, ours, [{"p50_ms": value} for value in one])


def sandboxd_restart(size: Size) -> Result:
    """After a SIGKILL, with everything that the sandboxes have left; then with nothing."""
    count = max(2, size.many // 20)
    times, empty = [], []
    with state_directory() as state:
        arguments = ("--state", str(state))
        server = Sandboxd(*arguments)
        client = Client(server)
        for _ in range(count):
            client.execute(client.create(), "echo text > /data/file")
        for _ in range(size.few_rounds):
            server.stop(9)
            begun = time.perf_counter()
            server = Sandboxd(*arguments)
            times.append(time.perf_counter() - begun)
        listed = Client(server).call("GET", "/v1/sandboxes/list")["pagination"]["total_items"]
        server.stop()
    if listed != count:
        raise Broken(f"{listed} of {count} sandboxes are left after a restart")
    for _ in range(size.rounds):
        with state_directory() as state:
            begun = time.perf_counter()
            server = Sandboxd("--state", str(state))
            empty.append((time.perf_counter() - begun) * 1000)
            server.stop()
    rows = [
        alone(f"restart with {count} sandboxes, to ready", "s", times, 1),
        alone("first start, to ready", "ms", empty, 50),
    ]
    return Result("sandboxd", "", rows, [{"s": one} for one in times], [])


# Many clients


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while length := int(await reader.readline(), 16):
        body += (await reader.readexactly(length + 2))[:length]
    await reader.readline()
    return body


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    if b"content-length" in fields:
        body = await reader.readexactly(int(fields[b"content-length"]))
    else:
        body = await read_chunks(reader)
    if not head.startswith(b"HTTP/1.1 200"):
        raise Broken(f"sandboxd answered {head[:20]!r}: {body[:200]!r}")
    return body


def upload_request(client: Client, sandbox: str, name: str) -> bytes:
    part = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = (
        f"--b\r\n{part.format('path', '')}/data/{name}\r\n"
        f"--b\r\n{part.format('file', chr(59) + ' filename=f')}{'x' * 1000}\r\n--b--\r\n"
    ).encode()
    head = f"POST /v1/sandboxes/{sandbox}/upload HTTP/1.1\r\n{client.head}"
    kind = f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + kind).encode() + body


class Caller:
    """One of many clients: what it asks for, and how long it has waited for each answer."""

    def __init__(self, client: Client, sandbox: str, volume: str, name: str):
        self.client, self.volume, self.name = client, volume, name
        self.times: list[float] = []
        self.snapshots = 0
        path = f"/v1/sandboxes/{sandbox}"
        self.upload = upload_request(client, sandbox, name)
        self.calls = [
            client.request("POST", f"{path}/execute", {"command": "true"}),
            client.request("POST", f"{path}/execute", {"command": "true"}, "Accept: text/event-stream\r\n"),
            client.request("GET", "/v1/sandboxes/list"),
            self.upload,
            client.request("GET", f"{path}/download?path=/data/{name}"),
        ]

    async def ask(self, request: bytes) -> bytes:
        begun = time.perf_counter()
        body = await ask(*self.connection, request)
        self.times.append((time.perf_counter() - begun) * 1000)
        return body

    async def one_call(self) -> None:
        await self.ask(random.choice(self.calls))

    async def create_and_delete(self) -> None:
        made = json.loads(await self.ask(self.client.request("POST", "/v1/sandboxes/create", {})))
        await self.ask(self.client.request("DELETE", f"/v1/sandboxes/{made['id']}/delete", {}))

    async def snapshot_and_delete(self) -> None:
        self.snapshots += 1
        body = {"name": f"{self.name}-{self.snapshots}"}
        made = json.loads(await self.ask(self.client.request("POST", f"/v1/volumes/{self.volume}/snapshot", body)))
        await self.ask(self.client.request("DELETE", f"/v1/volumes/{made['id']}/delete"))

    async def run(self, port: int, until: float) -> None:
        self.connection = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        await ask(*self.connection, self.upload)
        errands = (self.one_call, self.create_and_delete, self.snapshot_and_delete)
        while time.perf_counter() < until:
            await random.choices(errands, (48, 1, 1))[0]()
        self.connection[1].close()


async def many_clients(server: Sandboxd, places: list[tuple[str, str]], clients: int, seconds: float) -> list[float]:
    shared = Client(server)
    callers = [Caller(shared, *places[number % len(places)], f"file-{number}") for number in range(clients)]
    until = time.perf_counter() + seconds
    await asyncio.gather(*(caller.run(server.port, until) for caller in callers))
    return [each for caller in callers for each in caller.times]


def sandboxd_clients(size: Size) -> Result:
    """Every client asks again as soon as it has its answer; a failure is the end of the benchmark."""
    seconds = 60 if size.clients > 2 else 0.5
    with sandboxd("--ephemeral", "--max-sandboxes", "2000") as server:
        client = Client(server)
        sandboxes = [client.create() for _ in range(20)]
        # A snapshot stops what runs in its sandbox: of these nobody wants anything else.
        for _ in range(20):
            client.execute(client.create(), "echo text > /data/file")
        listed = client.call("GET", "/v1/volumes/list?page_size=1000")["data"]
        volumes = [one["id"] for one in listed if one["mounted_by"]["sandbox_id"] not in sandboxes]
        times = asyncio.run(many_clients(server, list(zip(sandboxes, volumes)), size.clients, seconds))
    middle, late = percentile(times, 0.5), percentile(times, 0.99)
    rows = [
        Row("p99 against p50", "ms", late, middle, late / middle, 20),
        Row("calls per second", "1/s", len(times) / seconds),
    ]
    what = f"sandboxd, {size.clients} clients at once for {seconds:g} s, {len(times):,} calls without a failure"
    return Result(what, "", rows, [{"p50_ms": middle, "p99_ms": late, "calls": len(times)}], [])


# Large files


def copy(source: Path, target: Path) -> float:
    begun = time.perf_counter()
    if os.system(f'cat "{source}" > "{target}"') != 0:
        raise Broken("cat failed")
    return time.perf_counter() - begun


def transfer(server: Sandboxd, kind: str, sandbox: str, file: Path) -> float:
    """Seconds, by the `curl` program."""
    url = f"http://127.0.0.1:{server.port}/v1/sandboxes/{sandbox}"
    key = ["-H", f"x-api-key: {server.key}"]
    curl = ["curl", "-sS", "--fail", "-o", "/dev/null", *key]
    if kind == "upload":
        command = [*curl, "-H", "Expect:", "-F", "path=/data/large", "-F", f"file=@{file}", f"{url}/upload"]
    else:
        command = [*curl, f"{url}/download?path=/data/large"]
    begun = time.perf_counter()
    if os.spawnvp(os.P_WAIT, "curl", command) != 0:
        raise Broken(f"the {kind} failed")
    return time.perf_counter() - begun


def status_memory(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def sandboxd_transfer(size: Size) -> Result:
    length = size.large_bytes // 2
    rates: dict[str, list[float]] = {"upload": [], "download": [], "cat": []}
    with tempfile.TemporaryDirectory() as folder, sandboxd() as server:
        source, target = Path(folder) / "source", Path(folder) / "target"
        source.write_bytes(os.urandom(1 << 20) * (length >> 20))
        client = Client(server)
        sandbox = client.create()
        client.execute(sandbox, "true")
        # A server that keeps a whole body would have its peak after the first one already.
        before = status_memory(server.pid, "VmHWM")
        transfer(server, "upload", sandbox, source)
        for _ in range(size.few_rounds):
            for kind in ("upload", "download"):
                rates[kind].append(length / transfer(server, kind, sandbox, source) / 1e6)
            rates["cat"].append(length / copy(source, target) / 1e6)
        grown = (status_memory(server.pid, "VmHWM") - before) / 1024
    rows = [
        row("upload", "MB/s", rates["upload"], rates["cat"], 0.6, at_least=True),
        row("download", "MB/s", rates["download"], rates["cat"], 0.6, at_least=True),
        alone("memory at the peak above that before the first", "MiB", [grown], 4),
    ]
    ours = [{"upload": one, "download": other} for one, other in zip(rates["upload"], rates["download"])]
    what = f"sandboxd, {length >> 20} MiB by the curl program"
    return Result(what, "cat file > file", rows, ours, [{"cat": one} for one in rates["cat"]])
