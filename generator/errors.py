"""Reads lib/errors.def, the table of error codes."""

from __future__ import annotations

import re
from pathlib import Path

from .model import ErrorCode

START = re.compile(r"^SBX_ERROR\(\w", re.MULTILINE)
TEXT = r'"([^"\n]+)"'
ROW = re.compile(
    rf"SBX_ERROR\((\w+), (-\d+), {TEXT}, {TEXT}, (\d+), {TEXT},\s+{TEXT},\s+{TEXT},\s+{TEXT}\)$", re.MULTILINE
)
COLUMNS = "SYMBOL, -value, name, class, status, description, when, retried, cure"


class TableError(Exception):
    """A row of the table that cannot be read."""


def read_errors(path: Path) -> tuple[ErrorCode, ...]:
    """Reads every row, in order."""
    text = path.read_text(encoding="utf-8")
    codes = []
    for start in START.finditer(text):
        row = ROW.match(text, start.start())
        if not row:
            number = text.count("\n", 0, start.start()) + 1
            raise TableError(f"{path.name}:{number}: not SBX_ERROR({COLUMNS})")
        symbol, value, name, python_class, http_status, *words = row.groups()
        codes.append(ErrorCode(symbol, int(value), name, python_class, int(http_status), *words))
    if not codes:
        raise TableError(f"{path.name}: no row")
    return tuple(codes)
