"""Reads the cases, refuses what it does not know, and fills in what only a run can tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .answer import KEYS as ANSWER_KEYS
from .content import KINDS

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("c", "python", "lua")

# Whose drivers make custom requests; a case with one is meant for these.
CUSTOM_LANGUAGES = ("c", "lua")

CALL_KEYS = {"call", "request", "arguments", "options", "upload", "download", "ok", "error"}
STEP_KEYS = {*CALL_KEYS, "close", "with_options", "use_first", "set"}
CASE_KEYS = {
    *CALL_KEYS,
    "name",
    "languages",
    "typed",
    "stream",
    "environment",
    "client",
    "client_error",
    "server",
    "steps",
    "requests",
    "seconds",
    "needs",
}
OK_KEYS = {*KINDS, "fields", "presence", "file", "status", "attempts", "url", "method", "http_version", "headers"}
ERROR_KEYS = {
    "code",
    "status",
    "message",
    "message_has",
    "body",
    "attempts",
    "outcome_unknown",
    "retryable",
    "argument",
    "retry_after",
    "no_file",
    "lacks",
    "url",
}
REQUEST_KEYS = {
    "method",
    "path",
    "query",
    "headers",
    "body",
    "body_json",
    "body_bytes",
    "parts",
    "listener",
    "connection",
    "again",
    "may_stop",
    "after",
}
UPLOAD_KEYS = {*KINDS, "from", "path", "filename", "content_type", "can_rewind"}
DOWNLOAD_KEYS = {"to", "path"}
CUSTOM_KEYS = {"method", "url", "json", "data", "content_type", "form", "parts"}
PART_KEYS = {*KINDS, "name", "filename", "type", "headers"}
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class CaseError(Exception):
    """A case that cannot be run as it is written."""


@dataclass
class Case:
    """One case as its file has it, `steps` always a list."""

    topic: str
    name: str
    languages: tuple[str, ...]
    typed: bool
    stream: bool
    environment: dict | None
    client: dict
    client_error: dict | None
    server: list[dict]
    steps: list[dict]
    requests: list
    seconds: list | None
    needs: str | None
    defaults: dict = field(repr=False)


def check_keys(where: str, given: object, known: set[str]) -> None:
    if not isinstance(given, dict):
        raise CaseError(f"{where}: expected a mapping, not {given!r}")
    unknown = set(given) - known
    if unknown:
        raise CaseError(f"{where}: there is no {', '.join(sorted(map(str, unknown)))}")


def check_custom(where: str, request: dict) -> None:
    check_keys(where, request, CUSTOM_KEYS)
    check_keys(f"{where}: data", request.get("data", {}), set(KINDS))
    for number, part in enumerate(request.get("parts", []), 1):
        check_keys(f"{where}: part {number}", part, PART_KEYS)


def check_step(where: str, step: dict) -> None:
    check_keys(where, step, STEP_KEYS)
    if "call" not in step and "request" not in step:
        return
    if "call" in step and "request" in step:
        raise CaseError(f"{where}: a call is an operation or a request")
    if ("ok" in step) == ("error" in step):
        raise CaseError(f"{where}: a call has one outcome, ok or error")
    check_custom(f"{where}: request", step.get("request", {}))
    check_keys(f"{where}: upload", step.get("upload", {}), UPLOAD_KEYS)
    check_keys(f"{where}: download", step.get("download", {}), DOWNLOAD_KEYS)
    if "ok" in step:
        check_keys(f"{where}: ok", step["ok"], OK_KEYS)
    else:
        check_keys(f"{where}: error", step["error"], ERROR_KEYS)


def check_requests(where: str, requests: list) -> None:
    for number, request in enumerate(requests, 1):
        check_keys(f"{where}: request {number}", request, REQUEST_KEYS)
        if "again" in request and number == 1:
            raise CaseError(f"{where}: request 1 cannot be another one again")


def make_case(topic: str, raw: dict, defaults: dict) -> Case:
    where = f"{topic}: {raw.get('name')}"
    check_keys(where, raw, CASE_KEYS)
    if "requests" not in raw or "name" not in raw:
        raise CaseError(f"{where}: name and requests are needed")
    steps = raw.get("steps") or [{key: raw[key] for key in CALL_KEYS if key in raw}]
    steps = [step for step in steps if step]
    for number, step in enumerate(steps, 1):
        check_step(f"{where}: step {number}", step)
    if not steps and "client_error" not in raw:
        raise CaseError(f"{where}: nothing is called")
    for number, answer in enumerate(raw.get("server", []), 1):
        check_keys(f"{where}: answer {number}", answer, ANSWER_KEYS)
    check_requests(where, raw["requests"])
    custom = any("request" in step for step in steps)
    return Case(
        topic=topic,
        name=raw["name"],
        languages=tuple(raw.get("languages", CUSTOM_LANGUAGES if custom else LANGUAGES)),
        typed=raw.get("typed", not custom),
        stream=raw.get("stream", True),
        environment=raw.get("environment"),
        client=raw.get("client", {}),
        client_error=raw.get("client_error"),
        server=raw.get("server", []),
        steps=steps,
        requests=raw["requests"],
        seconds=raw.get("seconds"),
        needs=raw.get("needs"),
        defaults=defaults,
    )


def load(folder: Path = ROOT / "cases") -> list[Case]:
    """All cases of a folder, by file and in the order of the file."""
    defaults = yaml.safe_load((ROOT / "defaults.yaml").read_text(encoding="utf-8"))
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        check_keys(path.name, document, {"shared", "cases"})
        cases += [make_case(path.stem, raw, defaults) for raw in document["cases"]]
    names = [case.name for case in cases]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise CaseError(f"names are given twice: {', '.join(sorted(repeated))}")
    return cases


def fill(value: object, values: dict) -> object:
    """`value` with every ${name} in its texts replaced."""
    if isinstance(value, dict):
        return {fill(key, values): fill(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if not isinstance(value, str):
        return value
    return PLACEHOLDER.sub(lambda match: str(values[match[1]]), value)
