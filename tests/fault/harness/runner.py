"""Runs cases: several of one operation in one process, many processes at once."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .cases import Case
from .certificates import Authority
from .compare import KEY, MARKS, PASSWORD, compare, of_time, ran_out_of_time
from .server import Server
from .world import OLD, TREE, World, write_tree

# More than any case takes, in seconds: what is still running then hangs.
LONGEST_CALL = 60
TRIES = 3
# What a fault says to the driver in its own words.
PASSED_ON = ("upload_size", "before", "expect", "compression", "max_document_bytes", "max_body_bytes", "ready_timeout")


@dataclass
class Result:
    """Nothing wrong, or what is."""

    case: Case
    differences: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    said: dict = field(default_factory=dict)


def judge(case: Case, said: dict, differences: list[str]) -> Result:
    """What is wrong, and apart from it what may be so because the machine was too busy."""
    if "client_error" in said:
        return Result(case, differences, said=said)
    if ran_out_of_time(case, said):
        return Result(case, late=differences + of_time(case, said), said=said)
    return Result(case, differences, of_time(case, said), said)


class DriverError(Exception):
    """The driver crashed, hung, or a sanitizer had something to say."""


class Driver:
    """A process that makes one call for each line."""

    def __init__(self, path: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment["SANDBOX_SDK_LOG"] = "debug"
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, env=environment
        )

    def fail(self) -> DriverError:
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip()
        return DriverError(f"the driver ended with {self.process.wait()}: {said[-6000:]}")

    def ask(self, given: dict) -> dict:
        timer = threading.Timer(LONGEST_CALL, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(json.dumps(given).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if not line:
            raise self.fail()
        return json.loads(line)

    def end(self) -> None:
        self.process.stdin.close()
        try:
            status = self.process.wait(LONGEST_CALL)
        except subprocess.TimeoutExpired:
            raise DriverError("the driver did not end") from None
        if status != 0:
            raise self.fail()
        self.errors.seek(0)
        marks = [mark for mark in MARKS if mark.encode() in self.errors.read()]
        if marks:
            raise DriverError(f"standard error has {' and '.join(marks)}")
        self.process.stdout.close()
        self.errors.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Runner:
    """Knows the driver, the certificates and a server in good health."""

    def __init__(self, driver: Path, workers: int, authority: Authority) -> None:
        self.driver = driver
        self.workers = workers
        self.authority = authority
        self.tree = write_tree(authority.folder / "tree", TREE)
        self.healthy = Server([["read", "answer"] * 1000], "list")
        self.healthy.listen()

    def request(self, case: Case, port: int, folder: Path) -> dict:
        fault = case.fault
        scheme = fault.get("scheme") or ("https" if "tls" in fault else "http")
        given = {
            "mode": case.mode,
            "operation": case.operation,
            "api_key": KEY,
            "base_url": f"{scheme}://user:{PASSWORD}@{fault.get('host', '127.0.0.1')}:{port}",
            "healthy_url": f"http://127.0.0.1:{self.healthy.port}",
            "deadline": case.deadline,
            "max_retries": case.retries,
            "into": str(folder / "file"),
            "from": str(self.tree),
        }
        given |= {f"{phase}_timeout": seconds for phase, seconds in fault.get("timeouts", {}).items()}
        given |= {name: fault[name] for name in PASSED_ON if name in fault}
        if scheme == "https":
            given["ca_file"] = str(self.authority.folder / "ca.pem")
        if "client_certificate" in fault:
            given["certificate_file"] = str(self.authority.client_files[fault["client_certificate"]])
        if "revocations" in fault:
            given["crl_file"] = str(self.authority.revocations[fault["revocations"]])
        if case.retries:  # else it goes to standard error
            given["log"] = "here"
        return given

    def start_server(self, case: Case) -> Server:
        context = self.authority.server(case.fault["tls"]) if "tls" in case.fault else None
        world = World(case.fault) if "requests" in case.fault else None
        server = Server(case.scripts, case.operation, context, world=world)
        how = case.fault.get("listen", "accepting")
        if how == "full":
            server.fill()
        elif how == "accepting":  # else the port is bound and refuses, and nobody else can take it meanwhile
            server.listen()
        return server

    def run_one(self, case: Case, driver: Driver) -> Result:
        with tempfile.TemporaryDirectory() as name, self.start_server(case) as server:
            folder = Path(name)
            if case.operation == "session_download_into":
                write_tree(folder / "file", OLD)
            said = driver.ask(self.request(case, server.port, folder))
            return judge(case, said, compare(case, said, server, folder))

    def run(self, group: list[Case]) -> list[Result]:
        """The cases of a group in one process; what it says at its end is the last one's."""
        results = []
        driver = Driver(self.driver)
        try:
            for case in group:
                results.append(self.run_one(case, driver))
            driver.end()
        except DriverError as error:
            driver.kill()
            results = results[: len(group) - 1]
            results.append(Result(group[len(results)], [str(error)]))
        return results

    def run_safely(self, group: list[Case]) -> list[Result]:
        try:
            return self.run(group)
        except Exception as error:  # a case that cannot be run has failed, and the others go on
            return [Result(group[0], [f"the case cannot be run: {error!r}"])]

    def run_alone(self, result: Result) -> Result:
        """A call that was late runs again when nothing else does: the machine may have been the cause."""
        for _ in range(TRIES - 1):
            if result.differences or not result.late:
                break
            print(f"again, alone: {result.case.name}: {result.late[0]}", flush=True)
            result = self.run_safely([result.case])[0]
        return result

    def run_all(self, groups: list[list[Case]]) -> list[Result]:
        with contextlib.closing(self), ThreadPoolExecutor(self.workers) as pool:
            results = [result for results in pool.map(self.run_safely, groups) for result in results]
            pool.shutdown()
            return [self.run_alone(result) for result in results]

    def close(self) -> None:
        self.healthy.stop()
