"""The benchmarks: run.py [--check] [--smoke] [NAME…], called by scripts/bench. README.md explains the method."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import c_benchmarks as c
import lua_benchmarks as lua
import mcp_benchmarks as mcp
import python_benchmarks as python
import sandboxd_benchmarks as server
from harness import BENCH, REAL, ROOT, SMOKE, VENV, Broken, Result, Size, run

RESULTS = BENCH / "results"

BENCHMARKS: dict[str, Callable[[Size], Result]] = {
    "c_call": c.c_call,
    "c_async": c.c_async,
    "c_many": c.c_many,
    "c_threads": c.c_threads,
    "list_decode": c.list_decode,
    "c_download": c.c_download,
    "c_upload": c.c_upload,
    "c_cancel": c.c_cancel,
    "c_library": c.c_library,
    "python_floor": python.python_floor,
    "python_peer": python.python_peer,
    "python_start": python.python_start,
    "python_first_call": python.python_first_call,
    "python_memory": python.python_memory,
    "python_list": python.python_list,
    "python_many_threads": python.python_many_threads,
    "python_async_floor": python.python_async_floor,
    "python_async_httpx": python.python_async_httpx,
    "python_async_aiohttp": python.python_async_aiohttp,
    "python_download_curl": python.python_download_curl,
    "python_download_peer": python.python_download_peer,
    "lua_call": lua.lua_call,
    "luajit_call": lua.luajit_call,
    "lua_in_flight": lua.lua_in_flight,
    "luajit_in_flight": lua.luajit_in_flight,
    "lua_start": lua.lua_start,
    "luajit_start": lua.luajit_start,
    "lua_list": lua.lua_list,
    "lua_memory": lua.lua_memory,
    "lua_curl": lua.lua_curl,
    "sandboxd_create": server.sandboxd_create,
    "sandboxd_execute": server.sandboxd_execute,
    "sandboxd_many": server.sandboxd_many,
    "sandboxd_clients": server.sandboxd_clients,
    "sandboxd_transfer": server.sandboxd_transfer,
    "sandboxd_restart": server.sandboxd_restart,
    "mcp_start": mcp.mcp_start,
    "mcp_memory": mcp.mcp_memory,
    "mcp_list": mcp.mcp_list,
    "mcp_call": mcp.mcp_call,
    "mcp_run": mcp.mcp_run,
    "mcp_definitions": mcp.mcp_definitions,
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


def figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return (f"{value:,.1f} {unit}" if value >= 10 else f"{value:.3g} {unit}").strip()


def cells(name: str, result: dict, one: dict) -> tuple[str, ...]:
    ours, peer = (figure(one[side], one["unit"]) for side in ("ours", "peer"))
    ratio = "" if one["ratio"] is None else f"{one['ratio']:.3f}"
    unit = f" {one['unit']}" if one.get("by_itself") else ""
    bar = "" if one["bar"] is None else f"{'≥' if one['at_least'] else '≤'} {one['bar']:.3g}{unit}"
    met = {None: "", True: "yes", False: "NO"}[one["met"]]
    return name, result["ours"], result["peer"], one["what"], ours, peer, ratio, bar, met


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
        names = options.names or list(BENCHMARKS)
        if any(name.startswith("python") for name in names):
            python.prepare_peer()
        about = machine()
        for name in names:
            print(f"bench: {name}", file=sys.stderr)
            results[name] = write_results(folder, name, BENCHMARKS[name](size), about)
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
