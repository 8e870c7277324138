"""What takes long to install and is kept in build/: made once, and anew when what it depends on changes."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SECONDS_TO_INSTALL = 3600


def run(*command: object) -> None:
    """Runs a step, and shows what it said when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_TO_INSTALL,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-4000:]}")


def made_once(folder: Path, depends_on: str, make: Callable[[], None]) -> None:
    """Makes what is in the folder, unless it was made already with the same. Others who want it meanwhile wait."""
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "stamp"
    stamp = hashlib.sha256(f"{depends_on}\n{sys.version}\n{folder}".encode()).hexdigest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.is_file() or marker.read_text(encoding="utf-8") != stamp:
            marker.unlink(missing_ok=True)
            make()
            marker.write_text(stamp, encoding="utf-8")


def make_environment(folder: Path) -> list[object]:
    """An empty virtual environment. Gives the command that its pip is."""
    run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", folder)
    return [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input"]


def environment(folder: Path, pins: Path) -> Path:
    """The Python of a virtual environment with what a file of pins names, and nothing else."""

    def make() -> None:
        pip = make_environment(folder / "venv")
        run(*pip, "install", "--only-binary=:all:", "--no-deps", "-r", pins)

    made_once(folder, pins.read_text(encoding="utf-8"), make)
    return folder / "venv" / "bin" / "python"
