"""The program ``sandboxd`` of an environment's bin folder: the one that the package brings along."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Becomes sandboxd, with the same arguments."""
    program = os.path.join(os.path.dirname(__file__), "bin", "sandboxd")
    os.execv(program, ["sandboxd", *sys.argv[1:]])
