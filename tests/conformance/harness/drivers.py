"""The drivers: one long-lived process a language and worker, one JSON line in and one out for each case."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path

from .columns import lua_interpreter, lua_module
from .languages import PROJECT

FOLDER = Path(__file__).resolve().parent.parent / "drivers"
ANSWER_SECONDS = 30
# What a person has set for programs of their own must not reach the cases.
UNWANTED = ("SANDBOX_SDK_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class DriverError(Exception):
    """A driver that died, hung or said something that is no answer."""


def clean_environment(changes: dict | None) -> dict:
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(UNWANTED)}
    for name, value in (changes or {}).items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return environment


def lua_command(version: str) -> list[str]:
    """The driver in a version's interpreter, with its module also where 5.1 and LuaJIT read the same variable."""
    paths = f"LUA_CPATH={lua_module(version)};{os.environ.get('LUA_CPATH', ';')}"
    return ["env", paths, lua_interpreter(version), str(FOLDER / "lua" / "driver.lua")]


def commands(c_driver: str | None, python: str, versions: list[str]) -> dict[str, list[str]]:
    default = PROJECT / "build" / "release" / "bin" / "conformance-driver"
    return {
        "c": [c_driver or str(default)],
        "python": [python, str(FOLDER / "python" / "driver.py")],
        **{f"lua {version}": lua_command(version) for version in versions},
    }


class Driver:
    """A running driver."""

    def __init__(self, command: list[str], environment: dict | None = None) -> None:
        self.command = command
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.said,
                env=clean_environment(environment),
            )
        except OSError as error:
            self.said.close()
            raise DriverError(f"{command[0]} cannot be started: {error.strerror}") from None
        self.lines: queue.Queue = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(b"")

    def ask(self, request: dict) -> dict:
        """One case through the driver."""
        line = b""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=ANSWER_SECONDS)
            return json.loads(line)
        except queue.Empty:
            raise DriverError(f"no answer within {ANSWER_SECONDS} s") from None
        except (OSError, ValueError) as error:
            raise DriverError(f"said {line!r}: {error}; {self.stderr()}") from None

    def stderr(self) -> str:
        self.said.seek(0)
        return self.said.read()[-8000:].decode(errors="replace").strip()

    def end(self) -> str | None:
        """Ends the process; what is wrong with how it ended, such as a leak that a sanitizer reports at exit."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            status = self.process.wait(timeout=ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        said = self.stderr()
        self.said.close()
        return f"the driver ended with status {status}: {said}" if status != 0 else None


class Drivers:
    """The drivers of one worker, started when first needed."""

    def __init__(self, known: dict[str, list[str]]) -> None:
        self.known = known
        self.running: dict[str, Driver] = {}

    def ask(self, name: str, request: dict, environment: dict | None) -> dict:
        """Runs a case in the driver of that name, in a fresh one if it needs an environment of its own."""
        if environment is not None:
            return self.ask_fresh(name, request, environment)
        if name not in self.running:
            self.running[name] = Driver(self.known[name])
        try:
            return self.running[name].ask(request)
        except DriverError:
            driver = self.running.pop(name)
            driver.process.kill()
            driver.end()
            raise

    def ask_fresh(self, name: str, request: dict, environment: dict) -> dict:
        driver = Driver(self.known[name], environment)
        try:
            answer = driver.ask(request)
        except DriverError:
            driver.process.kill()
            driver.end()
            raise
        problem = driver.end()
        if problem:
            raise DriverError(problem)
        return answer

    def end(self) -> dict[str, str]:
        """Ends all; what went wrong, by the driver's name."""
        problems = {name: driver.end() for name, driver in self.running.items()}
        return {name: problem for name, problem in problems.items() if problem}
