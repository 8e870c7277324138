"""The benchmarks of the Lua module, in Lua 5.4 and LuaJIT. The floors are the same library's in C."""

from __future__ import annotations

import tempfile
from pathlib import Path

from c_benchmarks import AT_ONCE, in_flight, measured, sdk_call
from harness import (
    BENCH,
    BIN,
    BUILD,
    PROCESSORS,
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
)
from python_benchmarks import write_page
from servers import canned_server

NAMES = {"5.4": "Lua 5.4", "jit": "LuaJIT"}
INTERPRETERS = {"5.4": "lua5.4", "jit": "luajit"}


def paths(version: str) -> Command:
    """What a program is started with so that it finds the module of its Lua."""
    share, module = BUILD / "lua/share", BUILD / "lua" / version
    return ["env", f"LUA_PATH={share}/?.lua;{share}/?/init.lua;;", f"LUA_CPATH={module}/?.so;;"]


def lua(version: str, program: str, *arguments: str | int) -> Command:
    return [*paths(version), INTERPRETERS[version], BENCH / program, *(str(one) for one in arguments)]


# One call after the other


def calling(size: Size, version: str) -> Result:
    with one_processor(), canned_server() as url:
        ours, peer = alternate(
            size.rounds,
            lua(version, "lua_call.lua", url, size.warmup, size.c_calls),
            sdk_call(url, size.warmup, size.c_calls),
        )
    rows = [
        row("CPU per call", "µs", cpu(ours), cpu(peer), 1.3),
        row("calls per second", "1/s", rate(ours), rate(peer)),
    ]
    return Result(f"{NAMES[version]}, sandboxes.execute", "the same library in C", rows, ours, peer)


def lua_call(size: Size) -> Result:
    return calling(size, "5.4")


def luajit_call(size: Size) -> Result:
    return calling(size, "jit")


def lua_curl(size: Size) -> Result:
    """What a Lua program has without us: Lua-cURL, which the distribution has for 5.1, and lua-cjson, with nothing of
    retries, errors and checks."""
    with one_processor(), canned_server() as url:
        ours, peer = alternate(
            size.rounds,
            lua("jit", "lua_call.lua", url, size.warmup, size.c_calls),
            lua("jit", "lua_curl.lua", url, size.warmup, size.c_calls),
        )
    rows = [row("CPU per call", "µs", cpu(ours), cpu(peer)), row("calls per second", "1/s", rate(ours), rate(peer))]
    return Result("LuaJIT, sandboxes.execute", "Lua-cURL + lua-cjson", rows, ours, peer)


# Many at once


def flying(size: Size, version: str) -> Result:
    """As in c_async: the client has a processor of its own, and no time left."""
    with one_processor(), canned_server() as url, processors({min(PROCESSORS)}):
        arguments = (url, AT_ONCE, max(AT_ONCE, size.warmup), size.c_calls * 5)
        ours, peer = alternate(size.rounds, lua(version, "lua_in_flight.lua", *arguments), in_flight(*arguments))
    rows = [
        row("calls per second", "1/s", rate(ours), rate(peer), 0.7, at_least=True),
        row("CPU per call", "µs", cpu(ours), cpu(peer)),
    ]
    return Result(f"{NAMES[version]}, {AT_ONCE} coroutines", "the same library in C", rows, ours, peer)


def lua_in_flight(size: Size) -> Result:
    return flying(size, "5.4")


def luajit_in_flight(size: Size) -> Result:
    return flying(size, "jit")


# The beginning


def starting(size: Size, version: str) -> Result:
    """Whole processes: what the interpreter takes by itself counts."""
    program = [*paths(version), *measured(INTERPRETERS[version], BENCH / "lua_start.lua")]
    floor = measured(BIN / "bench_curl_start")
    with one_processor():
        for command in (program, floor):
            measure(command)  # files into the cache, on both sides
        ours, peer = alternate(size.rounds, program, floor)
    rows = [
        row("time of the process", "ms", *([one["wall_ns"] / 1e6 for one in side] for side in (ours, peer)), 1.5),
        row("CPU of the process", "ms", *([one["cpu_ns"] / 1e6 for one in side] for side in (ours, peer))),
    ]
    return Result(f"{NAMES[version]}, require and client", "libcurl loaded and set up in C", rows, ours, peer)


def lua_start(size: Size) -> Result:
    return starting(size, "5.4")


def luajit_start(size: Size) -> Result:
    return starting(size, "jit")


# Memory


def lua_list(size: Size) -> Result:
    """The whole call on both sides: what is sent over the loopback interface counts. Memory is that of one list, since
    when a collector frees what was dropped is another matter (tests/lua/collector_spec.lua)."""
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        page = Path(name, "page.json")
        write_page(page, size.listed)
        with one_processor(), canned_server(page=page) as url:
            ours, peer = alternate(
                size.few_rounds,
                lua("5.4", "lua_list.lua", url, 1, size.lists),
                [BIN / "bench_sdk_list", url, "1", str(size.lists)],
            )
            one_list = alternate(
                size.few_rounds, lua("5.4", "lua_list.lua", url, 0, 1), [BIN / "bench_sdk_list", url, "0", "1"]
            )
    memory = [[one["memory_kib"] / 1024 for one in side] for side in one_list]
    rows = [
        row(
            f"CPU of a list of {size.listed} sandboxes, each id read",
            "ms",
            *([one / 1000 for one in cpu(side)] for side in (ours, peer)),
            2,
        ),
        row("memory of the first, at the peak above that before", "MiB", *memory, 1.3),
    ]
    return Result("Lua 5.4, sandboxes.list", "the same library in C", rows, ours, peer)


def lua_memory(size: Size) -> Result:
    with one_processor(), canned_server() as url:
        rounds, jit = alternate(
            size.few_rounds,
            lua("5.4", "lua_call.lua", url, 0, size.memory_calls),
            lua("jit", "lua_call.lua", url, 0, size.memory_calls),
        )
    resident = [[one["rss_kib"] / 1024 for one in side] for side in (rounds, jit)]
    rows = [
        alone(f"resident after {size.memory_calls} calls, Lua 5.4", "MiB", resident[0], 12),
        alone(f"resident after {size.memory_calls} calls, LuaJIT", "MiB", resident[1], 12),
    ]
    return Result("Lua, memory", "", rows, rounds, jit)
