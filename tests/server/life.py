#!/usr/bin/env python3
"""Usage: tests/server/life.py [SANDBOXES]: several clients create, use and delete so many sandboxes, 500 unless said.

Afterwards the server has as many descriptors, threads and processes as before, and no more memory than after its first
fifth; no file, row, user or process of a sandbox is left. Prints its figures."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from harness import Server, descendants, form, is_alive, processes, status_field, wait_until

CLIENTS = 6
MARK = f"31{os.getpid()}"
# Resident memory, the most of the last fifth against the most of the second one: a page cache of the database's and the
# allocator's arenas settle later than one would think. One kilobyte lost for each sandbox would be 50 MB of 50,000.
MOST_GROWTH = 1.03
FREE_GROWTH_KIB = 512


class Life:
    def __init__(self, server: Server, sandboxes: int):
        self.server, self.sandboxes = server, sandboxes
        self.numbers = itertools.count()
        self.faults: list[str] = []
        self.resident: list[int] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self) -> None:
        with closing(self.server.connection(timeout=60)) as connection:
            while (number := next(self.numbers)) < self.sandboxes and not self.faults:
                try:
                    self._one(connection, number)
                except Exception as error:  # whatever it is, it is said at the end
                    self.faults.append(f"sandbox {number}: {error!r}")
                if number % max(self.sandboxes // 100, 1) == 0:
                    self.resident.append(resident(self.server.pid))

    def _ask(self, connection, method: str, path: str, body=None, headers=None) -> bytes:
        self.server.send(connection, method, path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise AssertionError(f"{method} {path}: {response.status} {answer[:300]!r}")
        return answer

    def _one(self, connection, number: int) -> None:
        """Of each fifth sandbox three answers are kept for a day."""

        def key(what: str) -> dict[str, str]:
            return {"Idempotency-Key": f"{what}-{number}"} if number % 5 == 0 else {}

        sandbox = json.loads(self._ask(connection, "POST", "/v1/sandboxes/create", {}, key("create")))["id"]
        path = f"/v1/sandboxes/{sandbox}"
        headers, body = form("/data/f", b"life" * (number % 1000))
        self._ask(connection, "POST", f"{path}/upload", body, headers)
        command = f"wc -c < /data/f; sleep {MARK} >/dev/null 2>&1 &" if number % 7 == 0 else "wc -c < /data/f"
        result = json.loads(self._ask(connection, "POST", f"{path}/execute", {"command": command}, key("run")))
        if int(result["stdout"]) != 4 * (number % 1000):
            raise AssertionError(result)
        if self._ask(connection, "GET", f"{path}/download?path=/data/f") != b"life" * (number % 1000):
            raise AssertionError("other bytes")
        if number % 50 == 0:
            self._snapshot(connection, number, sandbox)
        self._ask(connection, "DELETE", f"{path}/delete", None, key("delete"))

    def _snapshot(self, connection, number: int, sandbox: str) -> None:
        listed = json.loads(self._ask(connection, "GET", "/v1/volumes/list?page_size=1000"))["data"]
        (volume,) = [one["id"] for one in listed if one["name"] == f"{sandbox}-data"]
        body = {"name": f"life-{number}", "quick": number % 100 == 0}
        made = json.loads(self._ask(connection, "POST", f"/v1/volumes/{volume}/snapshot", body))["id"]
        self._ask(connection, "DELETE", f"/v1/volumes/{made}/delete")


def resident(pid: int) -> int:
    return int(status_field(pid, "VmRSS")[0])


def figures(server: Server) -> dict[str, int]:
    return {
        "descriptors": len(list(Path(f"/proc/{server.pid}/fd").iterdir())),
        "threads": int(status_field(server.pid, "Threads")[0]),
        "processes": len(descendants(server.pid)),
        "keeper's descriptors": sum(len(list(Path(f"/proc/{p}/fd").iterdir())) for p in descendants(server.pid)),
        "files": sum(1 for _ in (server.state / "bwrap").rglob("*")),
    }


def rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def look(server: Server, life: Life, before: dict[str, int]) -> list[str]:
    """What is wrong at the end."""
    wrong = life.faults[:10]
    # Connections that have ended are looked at by the server's own threads.
    wait_until(lambda: all(value <= before[name] for name, value in figures(server).items()), 10)
    after = figures(server)
    for name, value in before.items():
        print(f"{name}: {value} before, {after[name]} after")
        if after[name] > value:
            wrong.append(f"{name}: {after[name]} instead of {value}")
    for table in ("sandboxes", "volumes"):
        if count := rows(server.state / "state.db", table):
            wrong.append(f"{count} rows in {table}")
    # Answers are kept for a day: of each fifth sandbox its creation, command and deletion.
    kept, expected = rows(server.state / "requests.db", "requests"), 3 * len(range(0, life.sandboxes, 5))
    print(f"answers: {kept} of {expected} are kept")
    if kept != expected:
        wrong.append(f"{kept} kept answers instead of {expected}")
    left = [pid for pid in processes() if is_alive(pid) and MARK.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()]
    if left:
        wrong.append(f"processes are left: {left}")
    size = len(life.resident)
    second, last = max(life.resident[size // 5 : 2 * size // 5]), max(life.resident[-size // 5 :])
    print(f"resident: at most {second} KiB in the second fifth, {last} KiB in the last ({last / second - 1:+.2%})")
    if last > second * MOST_GROWTH + FREE_GROWTH_KIB:
        wrong.append(f"resident memory grew from {second} to {last} KiB")
    return wrong


def main(said: str = "") -> int:
    sandboxes = said or "500"
    with tempfile.TemporaryDirectory(prefix="sandboxd-life-", dir="/tmp") as state:
        server = Server("--state", state)
        # What is opened at a first use stays.
        warm = server.create()
        server.call("DELETE", f"/v1/sandboxes/{warm['id']}/delete")
        time.sleep(1)  # for the threads of those connections to end
        before = figures(server)
        life = Life(server, int(sandboxes))
        begun = time.monotonic()
        life.run()
        seconds = time.monotonic() - begun
        print(f"{sandboxes} sandboxes in {seconds:.1f} s, {int(sandboxes) / seconds:.1f} a second")
        wrong = look(server, life, before)
        if server.stop() != 0 or server.errors:
            wrong.append(f"the server's end: {server.process.returncode} {server.errors.decode()}")
    for line in wrong:
        print(f"✗ {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
