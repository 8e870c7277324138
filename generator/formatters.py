"""Puts generated text into the format of the tree, so that scripts/format has nothing to change in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path


class FormatError(Exception):
    """A formatter that is not there or refuses the text."""


def tool(name: str) -> str:
    """The program beside this Python, as in .venv/bin, else the one on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise FormatError(f"{name} is not there; run scripts/setup")
    return found


def run(command: list[str], text: str, destination: Path, root: Path) -> str:
    """The output of a filter program that knows the settings at `root`."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=root, encoding="utf-8")
    if done.returncode != 0:
        raise FormatError(f"{destination}: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def format_c(text: str, destination: Path, root: Path) -> str:
    """clang-format with the tree's .clang-format."""
    style = f"--style=file:{root / '.clang-format'}"
    return run([tool("clang-format"), style, f"--assume-filename={destination.name}"], text, destination, root)


def format_python(text: str, destination: Path, root: Path) -> str:
    """ruff with the tree's ruff.toml: what its rules repair by themselves, then the format."""
    settings = ["--no-cache", f"--config={root / 'ruff.toml'}", f"--stdin-filename={destination}", "-"]
    repaired = run([tool("ruff"), "check", "--quiet", "--fix-only", *settings], text, destination, root)
    return run([tool("ruff"), "format", *settings], repaired, destination, root)


def format_plain(text: str, destination: Path, root: Path) -> str:
    """No blanks at the ends of lines, at most one empty line between others, one line break at the end."""
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


FORMATTERS = {"c": format_c, "python": format_python, "lua": format_plain, "markdown": format_plain}
