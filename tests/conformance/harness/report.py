"""The table, the details of each difference, and the closing line."""

from __future__ import annotations

from dataclasses import dataclass, field

from .cases import Case
from .server import Request

PASSED, FAILED, NOT_MEANT = "✓", "✗", "–"
SHOWN_BYTES = 1500


@dataclass
class Result:
    """One case in one column: nothing wrong, or what is, with the requests as they came."""

    case: Case
    column: str
    differences: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


def escaped(raw: bytes) -> str:
    """The bytes of a request, a line for each of theirs, everything unprintable escaped."""
    cut = raw[:SHOWN_BYTES]
    lines = [line.decode("latin-1").encode("unicode_escape").decode() for line in cut.split(b"\r\n")]
    text = "\n".join(f"      | {line}" for line in lines)
    return text if len(raw) <= SHOWN_BYTES else f"{text}\n      | … {len(raw)} bytes in all"


def heading(columns: list[str]) -> list[list[str]]:
    """The columns' names, the last word of a longer one below the others."""
    words = [name.rsplit(" ", 1) for name in columns]
    below = [pair[1] if len(pair) > 1 else "" for pair in words]
    return [[pair[0] for pair in words], *([below] if any(below) else [])]


def table(cases: list[Case], columns: list[str], results: dict[tuple[str, str], Result]) -> str:
    width = max([len(f"{case.topic}: {case.name}") for case in cases], default=0)
    rows = [("", names) for names in heading(columns)]
    for case in cases:
        marks = []
        for column in columns:
            result = results.get((case.name, column))
            marks.append(NOT_MEANT if result is None else FAILED if result.differences else PASSED)
        rows.append((f"{case.topic}: {case.name}", marks))
    wide = max([7, *(len(name) for names in heading(columns) for name in names)])
    lines = [" ".join([name.ljust(width), *(cell.center(wide) for cell in cells)]) for name, cells in rows]
    return "\n".join(line.rstrip() for line in lines)


def totals(cases: list[Case], columns: list[str], results: dict[tuple[str, str], Result]) -> str:
    """How many cases each column has passed, of how many that are meant for it."""
    lines = []
    for column in columns:
        own = [results[case.name, column] for case in cases if (case.name, column) in results]
        passed = sum(not result.differences for result in own)
        lines.append(f"{column}: {passed} of {len(own)} cases passed")
    return "\n".join(lines)


def details(result: Result) -> str:
    lines = [f"\n✗ {result.case.topic}: {result.case.name} [{result.column}]"]
    lines += [f"    {line}" for line in result.differences]
    for request in result.requests:
        lines.append(f"    request {request.number} (connection {request.connection}, {request.listener}):")
        lines.append(escaped(bytes(request.raw)))
    return "\n".join(lines)
