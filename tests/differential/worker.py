"""Runs programs with the package that this interpreter has: reads their names, and writes one JSON line for each.

python worker.py < names        # sandbox_sdk is whatever PYTHONPATH says
"""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import logging
import os
import sys
import traceback
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]

from harness.server import Request, Server  # noqa: E402
from lab import PROGRAMS, Lab, Program  # noqa: E402

SECONDS = 30


class Records(logging.Handler):
    """Keeps what the package logs."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = {"logger": record.name, "level": record.levelname, "message": record.getMessage()}
        self.records.append(said)


def load_programs() -> None:
    for path in sorted((HERE / "programs").glob("[!_]*.py")):
        importlib.import_module(f"programs.{path.stem}")


def drive(coroutine: Any) -> None:
    """Runs a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("something in a sync program waits")


async def run_program(program: Program, lab: Lab) -> None:
    try:
        await program.function(lab, *program.arguments)
    finally:
        await lab.finish()


def execute(program: Program, lab: Lab) -> dict[str, Any] | None:
    """Runs a program to its end; what came out of it unasked, described."""
    from describe import describe

    running = run_program(program, lab)
    try:
        if program.asynchronous:
            asyncio.run(asyncio.wait_for(running, SECONDS))
        else:
            drive(running)
    except Exception as error:
        return {"error": describe(error), "traceback": traceback.format_exc()}
    return None


def said(request: Request) -> dict[str, Any]:
    """A request as it came."""
    return {
        "line": f"{request.method} {request.target} {request.version}",
        "headers": [list(pair) for pair in request.headers],
        "body": request.body.decode("latin-1"),
        "whole": request.whole,
        "listener": request.listener,
    }


def caught(warning: warnings.WarningMessage) -> dict[str, Any]:
    """A warning, and whether it points at the program."""
    in_program = Path(warning.filename).parent.name == "programs"
    return {"category": warning.category.__name__, "message": str(warning.message), "points at the program": in_program}


def version_of_the_package() -> str:
    """What both call their version; asked for after a program, which may want to import the package itself."""
    from sandbox_sdk import __version__

    return __version__


def report(program: Program) -> dict[str, Any]:
    """All that there is to be told of one run."""
    logger = logging.getLogger("sandbox_sdk")
    records, printed = Records(), io.StringIO()
    logger.addHandler(records)
    logger.setLevel(program.logs or logging.NOTSET)
    os.environ.update(program.environment)
    try:
        with Server([]) as server, warnings.catch_warnings(record=True) as warned, redirect_stdout(printed):
            warnings.simplefilter("always")
            lab = Lab(server, asynchronous=program.asynchronous)
            escaped = execute(program, lab)
            told = {
                "requests": [said(request) for request in server.requests],
                "unordered": program.unordered,
                "version": version_of_the_package(),
                "server problems": server.problems,
                "notes": lab.notes,
                "escaped": escaped,
                "logs": records.records,
                "warnings": [caught(warning) for warning in warned],
                "printed": printed.getvalue(),
                "ports": {name: listener.getsockname()[1] for name, listener in server.listeners.items()},
            }
    finally:
        logger.removeHandler(records)
        for name in program.environment:
            os.environ.pop(name, None)
    return told


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    load_programs()
    for line in sys.stdin:
        answers.write(json.dumps(report(PROGRAMS[line.rstrip("\n")])) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
