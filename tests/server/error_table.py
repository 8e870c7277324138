"""The errors that docs/server.md has. Of the standard library alone: schemathesis' environment has no more."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "server.md"


@cache
def documented_errors() -> dict[int, set[str]]:
    """The types of error that each status has."""
    found: dict[int, set[str]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|", line)
        if row:
            found.setdefault(int(row[1]), set()).update(re.findall(r"`(\w+)`", row[2]))
    return found
