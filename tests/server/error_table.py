"""The errors that docs/server.md has, and which operations answer with each. Of the standard library alone:
schemathesis' environment has no more."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "server.md"

WITH_BODY = {
    "sandboxes.create",
    "sandboxes.delete",
    "sandboxes.execute",
    "sandboxes.upload",
    "volumes.create",
    "volumes.create_snapshot",
}
OF_FILES = {"sandboxes.upload", "sandboxes.download"}
OF_ONE = {
    "sandboxes.get",
    "sandboxes.delete",
    "sandboxes.execute",
    *OF_FILES,
    "volumes.delete",
    "volumes.create_snapshot",
}
LISTS = {"sandboxes.list", "volumes.list"}
EVERY = {*OF_ONE, *WITH_BODY, *LISTS, "sandboxes.delete_all", "server.health"}

# By the type of error. What no operation answers with is for paths and methods that there are not.
ANSWERED_BY = {
    "invalid_request": EVERY,
    "authentication_error": EVERY,
    "forbidden": EVERY,
    "permission_denied": OF_FILES,
    "limit_reached": {"sandboxes.create"},
    "not_found": {*OF_ONE, "sandboxes.create"},
    "method_not_allowed": set(),
    "conflict": {*OF_ONE, "sandboxes.create", "volumes.create"} - {"sandboxes.get"},
    "request_too_large": WITH_BODY,
    "unsupported_media_type": WITH_BODY,
    "range_not_satisfiable": {"sandboxes.download"},
    "validation_error": {*WITH_BODY, *LISTS, "sandboxes.download"},
    "rate_limited": {"sandboxes.execute"},
    "engine_error": EVERY,
    "internal_error": EVERY,
    "unavailable": EVERY,
    "insufficient_storage": {*WITH_BODY, "volumes.delete"},
}
ELSEWHERE = {"not_found", "method_not_allowed"}


@cache
def documented_errors() -> dict[int, set[str]]:
    """The types of error that each status has."""
    found: dict[int, set[str]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|", line)
        if row:
            found.setdefault(int(row[1]), set()).update(re.findall(r"`(\w+)`", row[2]))
    return found


def check_error(operation: str | None, status: int, kind: str) -> None:
    """Fails unless the document has such an error, and the operation may answer with it; None is no operation."""
    assert kind in documented_errors().get(status, ()), f"docs/server.md has no {status} {kind}"
    by = ANSWERED_BY[kind]
    assert operation in by or (operation is None and (by == EVERY or kind in ELSEWHERE)), (
        f"{status} {kind} is no answer of {operation or 'a path that there is not'}"
    )
