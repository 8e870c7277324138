"""Run a command and see that it leaves nothing behind: leftovers.py [--directory DIR] CMD [ARG…].

Whatever the command started and did not wait for becomes a child of this process (which is its subreaper). What is
still alive a short while after the command ended, or left in DIR, is named on stderr and ended; the exit status is then
97, and the command's own otherwise.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 5.0
LEFT_BEHIND = 97


def children() -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def describe(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        words = []
    return f"process {pid}: {b' '.join(words).decode(errors='replace').strip() or '?'}"


def wait_for_descendants() -> list[str]:
    """Whatever outlives the command must end by itself; what does not is ended and returned."""
    deadline = time.monotonic() + GRACE_SECONDS
    left: list[str] = []
    while True:
        reap()
        alive = children()
        if not alive:
            return left
        if time.monotonic() > deadline:
            for pid in alive:
                left.append(describe(pid))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 0.5  # their own children come to us next
        time.sleep(0.01)


def main(arguments: list[str]) -> int:
    directory = None
    if arguments[:1] == ["--directory"]:
        directory = Path(arguments[1])
        arguments = arguments[2:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")
    try:
        status = subprocess.Popen(arguments).wait()
    except OSError as error:
        print(f"leftovers: {arguments[0]}: {error.strerror}", file=sys.stderr)
        return 127
    left = wait_for_descendants()
    if directory is not None:
        left += [f"file {path}" for path in sorted(directory.rglob("*"))]
    for what in left:
        print(f"left behind by {arguments[0]}: {what}", file=sys.stderr)
    if left:
        return LEFT_BEHIND
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
