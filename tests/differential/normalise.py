"""The rules by which two reports are made comparable: each names one thing that may differ, and why it may.

Everything that no rule takes away is compared byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Report = dict[str, Any]
RULES: list[Callable[[Report], Report]] = []


def rule(function: Callable[[Report], Report]) -> Callable[[Report], Report]:
    RULES.append(function)
    return function


def in_text(report: Report, replace: Callable[[str], str]) -> Report:
    """The report with a replacement made in all of its text."""
    return json.loads(replace(json.dumps(report, ensure_ascii=False)))


def of_headers(report: Report, change: Callable[[str, str], str | None]) -> Report:
    """The report with each header of each request changed, or taken away where the change is None."""
    for request in report["requests"]:
        changed = [[name, change(name.lower(), value)] for name, value in request["headers"]]
        request["headers"] = [pair for pair in changed if pair[1] is not None]
    return report


@rule
def ports(report: Report) -> Report:
    """Each run has a server of its own, at ports of its own."""
    named = {str(port): name for name, port in report.pop("ports").items()}
    if not named:
        return report
    pattern = re.compile(rf"(127\.0\.0\.1|localhost):({'|'.join(named)})\b")
    return in_text(report, lambda text: pattern.sub(lambda found: f"{found[1]}:<{named[found[2]]}>", text))


@rule
def tracebacks(report: Report) -> Report:
    """Where in a package an exception was raised is nobody's business but the package's."""
    if report["escaped"]:
        del report["escaped"]["traceback"]
    return report


@rule
def order_and_case_of_headers(report: Report) -> Report:
    """HTTP gives no meaning to the case of a header's name, nor to the order of headers of different names."""
    for request in report["requests"]:
        request["headers"] = sorted(
            ([name.lower(), value] for name, value in request["headers"]), key=lambda pair: pair[0]
        )
    return report


@rule
def versions(report: Report) -> Report:
    """The two packages have different versions, which they send in two headers."""

    def change(name: str, value: str) -> str:
        if name == "user-agent":
            return re.sub(r"(?<=Python )\d+\.\d+\.\d+\S*$", "<version>", value)
        return "<version>" if name == "x-stainless-package-version" else value

    return of_headers(report, change)


@rule
def connection_management(report: Report) -> Report:
    """What HTTP/1.1 takes for granted, httpx writes out: that the connection is kept."""
    return of_headers(report, lambda name, value: None if (name, value) == ("connection", "keep-alive") else value)


@rule
def accepted_encodings(report: Report) -> Report:
    """Which encodings a client can decode depends on how it was built, and it asks for those."""
    return of_headers(report, lambda name, value: None if name == "accept-encoding" else value)


@rule
def idempotency_keys(report: Report) -> Report:
    """Part 2: ours alone sends a key with every POST. It is random; conformance cases see that it stays the same."""
    return of_headers(report, lambda name, value: None if name == "idempotency-key" else value)


@rule
def multipart_boundaries(report: Report) -> Report:
    """The boundary between parts is random."""
    for request in report["requests"]:
        for pair in request["headers"]:
            found = re.fullmatch(r"multipart/form-data; boundary=([0-9A-Za-z'()+_,./:=?-]+)", pair[1])
            if pair[0] == "content-type" and found:
                pair[1] = "multipart/form-data; boundary=<boundary>"
                request["body"] = request["body"].replace(found[1], "<boundary>")
                for length in request["headers"]:
                    if length[0] == "content-length":
                        length[1] = "<with boundary>"
    return report


@rule
def order_of_concurrent_requests(report: Report) -> Report:
    """Requests that a program has sent at the same time come in any order."""
    if report.pop("unordered"):
        report["requests"].sort(key=json.dumps)
    return report


@rule
def addresses(report: Report) -> Report:
    """Where in memory an object lies."""
    return in_text(report, lambda text: re.sub(r" at 0x[0-9a-f]+", "", text))


@rule
def numbers_of_timeouts(report: Report) -> Report:
    """A timeout of five seconds is told the server as 5 or as 5.0."""
    return of_headers(
        report, lambda name, value: re.sub(r"\.0$", "", value) if name == "x-stainless-read-timeout" else value
    )


@rule
def order_of_json_members(report: Report) -> Report:
    """JSON gives no meaning to the order of an object's members; each of them is compared byte for byte."""
    for request in report["requests"]:
        request["body"] = sorted_members(request["body"])
    return report


def sorted_members(body: str) -> str:
    """The text of an object with its outermost members in the order of their names; any other text as it is."""
    decoder, members, at = json.JSONDecoder(), [], 1
    try:
        while body.startswith("{") and body[at:] not in ("", "}"):
            start = at
            _, at = decoder.raw_decode(body, start)
            if body[at] != ":":
                return body
            _, at = decoder.raw_decode(body, at + 1)
            members.append(body[start:at])
            at += body[at] == ","
    except (ValueError, IndexError):
        return body
    return "{" + ",".join(sorted(members)) + "}" if members and body[at:] == "}" else body


@rule
def reasons_that_no_standard_has(report: Report) -> Report:
    """HTTP tells a client to ignore the words behind a status; ours knows those of the standard."""
    changed = in_text(report, lambda text: re.sub(r"(<Response \[\d+) Unknown\]", r"\1 ]", text))
    return in_text(changed, lambda text: text.replace('"reason": "Unknown"', '"reason": ""'))


@rule
def time_zones(report: Report) -> Report:
    """pydantic has a class of its own for UTC."""
    return in_text(report, lambda text: text.replace("TzInfo(0)", "datetime.timezone.utc"))


@rule
def deprecations_of_pydantic(report: Report) -> Report:
    """pydantic warns by a subclass of DeprecationWarning, says where to read about versions, and points at itself."""
    for warning in report["warnings"]:
        if warning["category"].startswith("PydanticDeprecated"):
            warning["category"] = "DeprecationWarning"
        warning["message"] = warning.get("message", "").split(" instead.")[0]
        if "Pydantic serializer warnings" in warning["message"]:
            warning["points at the program"] = False
            warning["message"] = "\n".join(sorted(warning["message"].splitlines()))
    return report


LOG_KINDS = (
    ("retry", r"^Retrying request to|retrying|trying again|again in"),
    ("request", r"^Sending HTTP Request|^Request options|^request|^> "),
    ("response", r"^HTTP Response|^response|^< "),
)


@rule
def wording_of_logs(report: Report) -> Report:
    """What is logged is compared by its level and by what it is about, not by its words."""
    told = []
    for record in report["logs"]:
        kind = next((kind for kind, pattern in LOG_KINDS if re.search(pattern, record["message"])), "decision")
        entry = {"logger": record["logger"].split(".")[0], "level": record["level"], "about": kind}
        if not told or told[-1] != entry:
            told.append(entry)
    report["logs"] = told
    return report


def normalised(report: Report) -> Report:
    """The report after all rules."""
    report = json.loads(json.dumps(report))
    for apply in RULES:
        report = apply(report)
    return report
