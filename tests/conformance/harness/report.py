"""The table, the details of each difference, and the closing line."""

from __future__ import annotations

from dataclasses import dataclass, field

from .cases import Case
from .server import Request

PASSED, FAILED, NOT_MEANT = "✓", "✗", "–"
SHOWN_BYTES = 1500


@dataclass
class Result:
    """One case in one language: nothing wrong, or what is, with the requests as they came."""

    case: Case
    language: str
    differences: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


def escaped(raw: bytes) -> str:
    """The bytes of a request, a line for each of theirs, everything unprintable escaped."""
    cut = raw[:SHOWN_BYTES]
    lines = [line.decode("latin-1").encode("unicode_escape").decode() for line in cut.split(b"\r\n")]
    text = "\n".join(f"      | {line}" for line in lines)
    return text if len(raw) <= SHOWN_BYTES else f"{text}\n      | … {len(raw)} bytes in all"


def table(cases: list[Case], languages: list[str], results: dict[tuple[str, str], Result]) -> str:
    width = max([len(f"{case.topic}: {case.name}") for case in cases], default=0)
    lines = [" ".join(["".ljust(width), *(language.center(7) for language in languages)]).rstrip()]
    for case in cases:
        marks = []
        for language in languages:
            result = results.get((case.name, language))
            marks.append(NOT_MEANT if result is None else FAILED if result.differences else PASSED)
        row = [f"{case.topic}: {case.name}".ljust(width), *(mark.center(7) for mark in marks)]
        lines.append(" ".join(row).rstrip())
    return "\n".join(lines)


def details(result: Result) -> str:
    lines = [f"\n✗ {result.case.topic}: {result.case.name} [{result.language}]"]
    lines += [f"    {line}" for line in result.differences]
    for request in result.requests:
        lines.append(f"    request {request.number} (connection {request.connection}, {request.listener}):")
        lines.append(escaped(bytes(request.raw)))
    return "\n".join(lines)
