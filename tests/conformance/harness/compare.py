"""What a case expects against what happened; every difference is one line of text."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .cases import Case
from .content import KINDS, compact, content
from .languages import Language
from .server import Request

# A retry may come so much earlier or later than asked: clocks are coarse, machines are busy.
EARLY, LATE = 0.005, 0.4


@dataclass
class Outcome:
    """What happened when a case was run once."""

    answer: dict
    requests: list[Request]
    seconds: float


def shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 600 else f"{text[:300]} … {text[-280:]} ({len(text)} characters)"


def different(what: str, expected: object, got: object) -> list[str]:
    return [f"{what}: expected {shown(expected)}, got {shown(got)}"]


def same_json(left: object, right: object) -> bool:
    """Equality that tells true from 1, and takes 1.0 for 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return left == right


def value_matches(expected: object, got: object) -> bool:
    if isinstance(expected, dict) and isinstance(got, str):
        return text_matches(expected, got)
    return same_json(expected, got)


def text_matches(expected: object, got: str | None) -> bool:
    if isinstance(expected, dict):
        return got is not None and re.fullmatch(expected["matches"], got, re.DOTALL) is not None
    return got == (None if expected is None else str(expected))


# Requests


def expected_headers(case: Case, language: Language, spec: dict) -> dict:
    """Lower-case name to expected value; None where the header must not be there."""
    merged: dict = {}
    layers = (
        case.defaults["headers"],
        language.headers,
        case.defaults["methods"].get(spec["method"], {}),
        spec.get("headers", {}),
    )
    for layer in layers:
        merged.update({name.lower(): value for name, value in layer.items()})
    return merged


def same_number(expected: object, got: str | None) -> bool:
    """60 and 60.0 are the same timeout."""
    try:
        return float(str(expected)) == float(got or "")
    except ValueError:
        return False


def compare_headers(expected: dict, request: Request) -> list[str]:
    found: list[str] = []
    names = [name.lower() for name, _ in request.headers]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            found.append(f"header {name}: sent {names.count(name)} times")
        elif name not in expected:
            found.append(f"header {name}: not expected, got {request.header(name)!r}")
    for name, value in expected.items():
        got = request.header(name)
        if text_matches(value, got) or (name == "x-stainless-read-timeout" and same_number(value, got)):
            continue
        found += different(f"header {name}", value, got)
    return found


def multipart(parts: list[dict], boundary: str) -> bytes:
    body = b""
    for part in parts:
        name = f'form-data; name="{part["name"]}"'
        if "filename" in part:
            name += f'; filename="{part["filename"]}"'
        head = f"--{boundary}\r\nContent-Disposition: {name}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in part.get("headers", {}).items())
        if "type" in part:
            head += f"Content-Type: {part['type']}\r\n"
        body += head.encode() + b"\r\n" + content({kind: part[kind] for kind in KINDS if kind in part}) + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def header_orders(parts: list[dict]) -> Iterator[list[dict]]:
    """The parts with their own headers in each order."""
    orders = (itertools.permutations(part.get("headers", {}).items()) for part in parts)
    for headers in itertools.product(*orders):
        yield [{**part, "headers": dict(own)} for part, own in zip(parts, headers)]


def expected_body(spec: dict, request: Request) -> bytes:
    if "parts" in spec:
        match = re.fullmatch(r"multipart/form-data; ?boundary=\"?([^\";]+)\"?", request.header("content-type") or "")
        return multipart(spec["parts"], match[1]) if match else b"a body with a boundary"
    if "body_bytes" in spec:
        return content(spec["body_bytes"])
    return (spec.get("body") or "").encode()


def compare_json_body(expected: object, body: bytes) -> list[str]:
    """Members in any order, but compact."""
    try:
        got = json.loads(body)
    except ValueError:
        return different("body", compact(expected), body)
    if not same_json(expected, got):
        return different("body", compact(expected), body)
    return [] if compact(got).encode() == body else [f"body: not compact: {shown(body)}"]


def same_in_another_order(spec: dict, request: Request) -> bool:
    """Whether the body is the expected one but for the order of a part's headers."""
    return any(
        expected_body({**spec, "parts": parts}, request) == request.body for parts in header_orders(spec["parts"])
    )


def compare_body(language: Language, spec: dict, request: Request) -> list[str]:
    if "body_json" in spec:
        return compare_json_body(spec["body_json"], request.body)
    expected = expected_body(spec, request)
    if request.body == expected:
        return []
    if not language.ordered and spec.get("body", "").startswith(("{", "[")):
        return compare_json_body(json.loads(spec["body"]), request.body)
    if not language.ordered and "parts" in spec and same_in_another_order(spec, request):
        return []
    return different("body", expected, request.body)


def same_query(language: Language, expected: str, got: str) -> bool:
    return expected == got or (not language.ordered and sorted(expected.split("&")) == sorted(got.split("&")))


def framing(spec: dict, request: Request) -> dict:
    """The headers that say how long the body is; a body of unknown length is in chunks."""
    if request.header("transfer-encoding") is not None and spec.get("headers", {}).get("Transfer-Encoding"):
        return {}
    if spec.get("may_stop"):
        return {"content-length": {"matches": r"\d+"}}
    return {"content-length": str(len(request.body))} if request.body else {}


def resolve_again(requests: list[dict], got: list[Request]) -> list[dict]:
    """`again` stands for the request before it, one retry later and with the same idempotency key."""
    resolved: list[dict] = []
    retries = 0
    for position, spec in enumerate(requests):
        retries = retries + 1 if spec.get("again") else 0
        if not spec.get("again"):
            resolved.append(spec)
            continue
        before = {key: value for key, value in resolved[-1].items() if key not in ("after", "connection")}
        headers = {**before.get("headers", {}), "x-stainless-retry-count": str(retries)}
        if before["method"] == "POST" and "Idempotency-Key" not in headers and position <= len(got):
            headers["Idempotency-Key"] = got[position - 1].header("idempotency-key")
        extra = {key: value for key, value in spec.items() if key not in ("again", "headers")}
        resolved.append({**before, **extra, "headers": {**headers, **spec.get("headers", {})}})
    return resolved


def compare_wait(after: object, before: Request, request: Request) -> list[str]:
    low, high = after if isinstance(after, list) else (after, after)
    waited = request.arrived - (before.answered or before.arrived)
    if low - EARLY <= waited <= high + LATE:
        return []
    return [f"waited {waited:.3f} s before it, expected {low} to {high} s"]


def compare_connection(expected: object, before: Request | None, request: Request) -> list[str]:
    same = before is not None and before.connection == request.connection
    if expected == ("same" if same else "new"):
        return []
    return different("connection", expected, "same" if same else "new")


def compare_request(case: Case, language: Language, spec: dict, before: Request | None, got: Request) -> list[str]:
    path, _, query = got.target.partition("?")
    found = [] if got.whole or spec.get("may_stop") else ["it did not arrive whole"]
    for what, expected, value in (
        ("method", spec["method"], got.method),
        ("path", spec["path"], path),
        ("version", "HTTP/1.1", got.version),
        ("listener", spec.get("listener", "main"), got.listener),
    ):
        found += [] if expected == value else different(what, expected, value)
    if not same_query(language, spec.get("query", ""), query):
        found += different("query", spec.get("query", ""), query)
    headers = {**framing(spec, got), **expected_headers(case, language, spec)}
    found += compare_headers(headers, got)
    found += [] if spec.get("may_stop") else compare_body(language, spec, got)
    if "connection" in spec:
        found += compare_connection(spec["connection"], before, got)
    if "after" in spec and before is not None:
        found += compare_wait(spec["after"], before, got)
    return found


def compare_requests(case: Case, language: Language, got: list[Request]) -> list[str]:
    found = []
    if len(got) != len(case.requests):
        found += different("requests", len(case.requests), len(got))
    keys: dict[str, int] = {}
    expected = resolve_again(case.requests, got)
    for position, (spec, request) in enumerate(zip(expected, got)):
        before = got[position - 1] if position else None
        lines = compare_request(case, language, spec, before, request)
        key = request.header("idempotency-key")
        if key and not case.requests[position].get("again") and "Idempotency-Key" not in spec.get("headers", {}):
            if key in keys:
                lines.append(f"Idempotency-Key: the same as request {keys[key]}'s, which is another call")
            keys[key] = position + 1
        found += [f"request {position + 1}: {line}" for line in lines]
    return found


# Outcomes


def compare_ok(expected: dict, got: dict) -> list[str]:
    found = []
    if "json" in expected and not same_json(expected["json"], got.get("json")):
        found += different("result", compact(expected["json"]), compact(got.get("json")))
    if any(kind in expected for kind in KINDS) and "json" not in expected:
        data = content({kind: expected[kind] for kind in KINDS if kind in expected})
        value = base64.b64decode(got["bytes"]) if got.get("bytes") is not None else None
        found += [] if data == value else different("bytes", data, value)
    for name, value in expected.get("fields", {}).items():
        if name not in got.get("fields", {}) or not same_json(value, got["fields"][name]):
            found += different(f"field {name}", value, got.get("fields", {}).get(name, "nothing"))
    for name, value in expected.get("presence", {}).items():
        presence = got.get("presence", {}).get(name, "absent")
        found += [] if presence == value else different(f"presence of {name}", value, presence)
    for name in ("status", "attempts", "url", "method", "http_version"):
        if name in expected and not value_matches(expected[name], got.get(name)):
            found += different(name, expected[name], got.get(name))
    return found + compare_answer_headers(expected, got) + compare_file(expected)


def compare_answer_headers(expected: dict, got: dict) -> list[str]:
    """The headers that a case names are there in this order, repeated ones each."""
    if "headers" not in expected:
        return []
    names = {name.lower() for name, _ in expected["headers"]}
    found = [pair for pair in got.get("headers", []) if pair[0].lower() in names]
    return [] if found == expected["headers"] else different("headers", expected["headers"], found)


def compare_file(expected: dict) -> list[str]:
    """A download to a path is compared where it lies."""
    if "file" not in expected:
        return []
    spec = expected["file"]
    path = Path(spec["path"])
    data = content({kind: spec[kind] for kind in KINDS if kind in spec})
    got = path.read_bytes() if path.exists() else None
    return [] if got == data else different(f"file {path.name}", data, got)


def no_file(expected: dict) -> list[str]:
    """Neither the destination nor a temporary file beside it is left."""
    if "no_file" not in expected:
        return []
    path = Path(expected["no_file"])
    left = sorted(entry.name for entry in path.parent.iterdir()) if path.parent.is_dir() else []
    return different("files left", [], left) if left else []


def status_message(language: Language, status: int, body: object) -> str:
    if isinstance(body, str):
        return body.strip() or f"Error code: {status}"
    return f"Error code: {status} - {language.decoded(body)}"


def expected_message(language: Language, expected: dict) -> object:
    """The message, where the code or the status and the body that came decide it."""
    if "message" in expected:
        return expected["message"]
    if expected.get("code") == "connection":
        return {"matches": language.connection_message}
    if expected.get("code") == "timeout":
        return {"matches": language.timeout_message}
    if "status" in expected and "body" in expected and expected["code"] != "response_validation":
        return status_message(language, expected["status"], expected["body"])
    return {"matches": ".+"}


def compare_error(language: Language, expected: dict, got: dict) -> list[str]:
    found = []
    for name in ("code", "status", "attempts", "outcome_unknown", "retryable", "argument", "retry_after", "url"):
        if name in expected and not value_matches(expected[name], got.get(name)):
            found += different(f"error {name}", expected[name], got.get(name))
    if "body" in expected and not same_json(expected["body"], got.get("body")):
        found += different("error body", expected["body"], got.get("body"))
    message = expected_message(language, expected)
    if not text_matches(message, got.get("message")):
        found += different("error message", message, got.get("message"))
    for text in expected.get("message_has", []):
        if text not in f"{got.get('message')} {got.get('detail')}":
            found += different("error message", f"one with {text!r}", got.get("message"))
    for text in expected.get("lacks", []):
        if text in json.dumps(got):
            found.append(f"error: it holds {text!r}")
    wanted = language.classes.get(expected.get("code"))
    if wanted and not wanted.intersection(got.get("classes", [])):
        found += different("exception class", " or ".join(sorted(wanted)), got.get("classes"))
    return found + no_file(expected)


def compare_step(language: Language, step: dict, got: dict) -> list[str]:
    if "ok" in step:
        return compare_ok(step["ok"], got["ok"]) if "ok" in got else different("outcome", "success", got)
    if "error" in step:
        if "error" not in got:
            return different("outcome", f"error {step['error'].get('code')}", got)
        return compare_error(language, step["error"], got["error"])
    return [] if got == {} else different("outcome", "nothing to say", got)


def compare_client(case: Case, language: Language, answer: dict) -> list[str]:
    got = answer.get("client_error")
    if case.client_error is None:
        return [] if got is None else [f"the client was not made: {got}"]
    if got is None:
        return different("client", f"error {case.client_error.get('code')}", "a client")
    return [f"client: {line}" for line in compare_error(language, case.client_error, got)]


def compare(case: Case, language: Language, outcome: Outcome) -> list[str]:
    """Every difference between a case and one run of it."""
    found = compare_client(case, language, outcome.answer)
    results = outcome.answer.get("results", [])
    if len(results) != len(case.steps):
        found += different("results", len(case.steps), len(results))
    for number, (step, got) in enumerate(zip(case.steps, results), 1):
        prefix = f"step {number}: " if len(case.steps) > 1 else ""
        found += [prefix + line for line in compare_step(language, step, got)]
    found += compare_requests(case, language, outcome.requests)
    if case.seconds and not case.seconds[0] - EARLY <= outcome.seconds <= case.seconds[1] + LATE:
        found += different("seconds", case.seconds, round(outcome.seconds, 3))
    if case.defaults["api_key"] in json.dumps(outcome.answer):
        found.append("the driver's answer holds the API key")
    return found
