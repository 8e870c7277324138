"""Reads lib/errors.def, the table of error codes."""

from __future__ import annotations

import re
from pathlib import Path

from .model import ErrorCode

ROW = re.compile(r'^SBX_ERROR\((\w+), (-\d+), "(\w+)", "(\w+)", (\d+), "([^"]+)"\)$')


class TableError(Exception):
    """A row of the table that cannot be read."""


def read_errors(path: Path) -> tuple[ErrorCode, ...]:
    """Reads every row, in order."""
    codes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("SBX_ERROR("):
            continue
        row = ROW.match(line)
        if not row:
            raise TableError(f"{path.name}:{number}: not SBX_ERROR(SYMBOL, -value, name, class, status, description)")
        symbol, value, name, python_class, http_status, doc = row.groups()
        codes.append(ErrorCode(symbol, int(value), name, python_class, int(http_status), doc))
    if not codes:
        raise TableError(f"{path.name}: no row")
    return tuple(codes)
