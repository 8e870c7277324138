"""Runs all programs in turn with both packages, each in an interpreter of its own."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from environment import Environment

WORKER = Path(__file__).with_name("worker.py")
SECONDS = 60


class Worker:
    """An interpreter with one of the packages, which runs one program after the other."""

    def __init__(self, environment: Environment, package: str, extra: dict[str, str] | None = None) -> None:
        self.package = package
        self.process = subprocess.Popen(
            [str(environment.python), str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
            encoding="utf-8",
            env={**environment.variables(package), **(extra or {})},
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def run(self, name: str) -> dict[str, Any]:
        """The report of one program; a RuntimeError when the interpreter died or hangs."""
        try:
            self.process.stdin.write(f"{name}\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=SECONDS)
        except (OSError, queue.Empty):
            line = ""
        if line:
            return json.loads(line)
        self.process.kill()
        status = self.process.wait()
        raise RuntimeError(f"{name}: the interpreter with {self.package} died or hung (status {status})")

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Workers:
    """One interpreter for each package, started anew when a program has ended it."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.running: dict[str, Worker] = {}

    def run(self, package: str, name: str, *, fresh: bool, variables: dict[str, str]) -> dict[str, Any]:
        if fresh:
            alone = Worker(self.environment, package, variables)
            try:
                return alone.run(name)
            finally:
                alone.close()
        if package not in self.running:
            self.running[package] = Worker(self.environment, package)
        try:
            return self.running[package].run(name)
        except RuntimeError:
            self.running.pop(package).close()
            raise

    def close(self) -> None:
        for worker in self.running.values():
            worker.close()
