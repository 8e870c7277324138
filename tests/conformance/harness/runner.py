"""Runs cases: each in every column of a language that it is meant for, against a server of its own."""

from __future__ import annotations

import base64
import dataclasses
import queue
import socket
import tempfile
import threading
import time
from pathlib import Path

from . import compare
from .cases import Case, fill
from .columns import Column
from .content import KINDS, content
from .drivers import DriverError, Drivers
from .languages import VERSION, shown
from .report import Result
from .server import Server

# A case waits more than it works.
WORKERS = 6
# A stream gives bytes: what the library says of a whole document it does not say of them.
NOT_OF_STREAMS = ("response_validation", "response_too_large")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Values(dict):
    """What ${name} in a case stands for; a port is opened when it is first named."""

    def __init__(self, server: Server, directory: str, key: str) -> None:
        super().__init__(directory=directory, key=key, version=VERSION)
        self.server = server

    def __missing__(self, name: str) -> str:
        listener, _, what = name.rpartition("_")
        host = "[::1]" if listener == "ipv6" else "127.0.0.1"
        if listener not in ("main", "other", "unused", "full", "ipv6") or what not in ("url", "host", "port"):
            raise KeyError(f"a case names ${{{name}}}, which stands for nothing")
        port = self.server.port(listener)
        self[name] = {"url": f"http://{host}:{port}", "host": f"{host}:{port}", "port": str(port)}[what]
        return self[name]


def encoded_upload(upload: dict) -> dict:
    """An upload as a driver reads it: its bytes in base64."""
    kinds = {kind: upload[kind] for kind in KINDS if kind in upload}
    rest = {key: value for key, value in upload.items() if key not in KINDS}
    return {**rest, "bytes": base64.b64encode(content(kinds)).decode()} if kinds else rest


def encoded_request(request: dict) -> dict:
    """A custom request as a driver reads it: the bytes of its body or parts in base64."""
    told = dict(request)
    if "data" in told:
        told["data"] = base64.b64encode(content(told["data"])).decode()
    if "parts" in told:
        empty = {"text": ""}
        told["parts"] = [
            encoded_upload(part if set(KINDS) & set(part) else {**part, **empty}) for part in told["parts"]
        ]
    return told


def driver_step(step: dict) -> dict:
    """A step without what it expects, but with the names of the fields that are to be read."""
    told = {key: value for key, value in step.items() if key not in ("ok", "error")}
    if "call" in step:
        ok = step.get("ok", {})
        told["read"] = sorted({*ok.get("fields", {}), *ok.get("presence", {})})
    if "request" in step:
        told["request"] = encoded_request(step["request"])
    if "upload" in step:
        told["upload"] = encoded_upload(step["upload"])
    return told


def filled(case: Case, values: dict) -> Case:
    whole = dataclasses.asdict(case)
    kept = {name: whole[name] for name in ("topic", "name", "languages")}
    return Case(**{**fill(whole, values), **kept})


def prepare_files(case: Case) -> None:
    """An upload that comes from a path or an open file needs its file."""
    for step in case.steps:
        upload = step.get("upload", {})
        kinds = {kind: upload[kind] for kind in KINDS if kind in upload}
        if upload.get("from") in ("path", "descriptor") and kinds:
            Path(upload["path"]).write_bytes(content(kinds))


def without_models(case: Case) -> Case:
    """The case without what only a model can tell."""
    steps = []
    for step in case.steps:
        ok = {key: value for key, value in step.get("ok", {}).items() if key not in ("fields", "presence")}
        steps.append({**step, "ok": ok} if "ok" in step else step)
    return dataclasses.replace(case, steps=steps)


def run_once(case: Case, column: Column, entry: str, drivers: Drivers) -> Result:
    """One case in one column through one entry."""
    with tempfile.TemporaryDirectory() as directory, Server([]) as server:
        case = filled(case, Values(server, directory, case.defaults["api_key"]))
        if column.language == "c" and entry != "typed":  # its answer is JSON
            case = without_models(case)
        server.script = case.server
        prepare_files(case)
        request = {
            "case": case.name,
            "entry": entry,
            "client": {**case.defaults["client"], **case.client},
            "steps": [driver_step(step) for step in case.steps],
        }
        started = time.monotonic()
        try:
            answer = drivers.ask(column.driver, request, case.environment)
        except DriverError as error:
            return Result(case, column.name, [f"{column.driver} driver: {error}"], server.requests)
        outcome = compare.Outcome(answer, server.requests, time.monotonic() - started)
        differences = server.problems + compare.compare(case, shown(column.language, entry), outcome)
        return Result(case, column.name, differences, server.requests)


def can_stream(step: dict) -> bool:
    return step.get("error", {}).get("code") not in NOT_OF_STREAMS


def entries_of(case: Case, column: Column) -> list[str]:
    """The entries that a case is run through."""
    found = list(column.entries)
    if not case.typed and "typed" in found:
        found.remove("typed")
    # Lua has a column for each version: it opens custom requests alone, or all would take as long again.
    custom = any("request" in step for step in case.steps)
    if case.stream and all(map(can_stream, case.steps)) and (custom or column.language != "lua"):
        return found
    return [entry for entry in found if not entry.endswith("stream")]


def run_case(case: Case, column: Column, drivers: Drivers) -> Result:
    entries = entries_of(case, column)
    for entry in entries:
        result = run_once(case, column, entry, drivers)
        if result.differences:
            if len(entries) > 1:
                result.differences.insert(0, f"through the {entry} entry:")
            break
    return result


def work(todo: queue.SimpleQueue, known: dict, results: dict, problems: list[str]) -> None:
    drivers = Drivers(known)
    while True:
        try:
            case, column = todo.get_nowait()
        except queue.Empty:
            break
        try:
            result = run_case(case, column, drivers)
        except Exception as error:  # a case that the harness cannot run has failed, and the others go on
            result = Result(case, column.name, [f"the case cannot be run: {error!r}"])
        results[case.name, column.name] = result
    problems += [f"{driver}: {problem}" for driver, problem in drivers.end().items()]


def is_meant(case: Case, column: Column, ipv6: bool) -> bool:
    """Whether a case is for a column, and can be run on this machine."""
    needed = {None: True, "ipv6": ipv6, "integers": column.has_integers}
    return column.language in case.languages and needed[case.needs]


def run_all(cases: list[Case], columns: list[Column], known: dict[str, list[str]]) -> tuple[dict, list[str]]:
    """The result of every case in every column, and what went wrong when the drivers ended."""
    todo: queue.SimpleQueue = queue.SimpleQueue()
    ipv6 = has_ipv6()
    for case in cases:
        for column in columns:
            if is_meant(case, column, ipv6):
                todo.put((case, column))
    results: dict[tuple[str, str], Result] = {}
    problems: list[str] = []
    workers = [threading.Thread(target=work, args=(todo, known, results, problems)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results, problems
