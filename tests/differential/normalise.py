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
    version = report.pop("version")

    def change(name: str, value: str) -> str:
        if name == "user-agent" and value.endswith(f"/Python {version}"):
            return value.replace(version, "<version>")
        return "<version>" if (name, value) == ("x-stainless-package-version", version) else value

    return of_headers(report, change)


@rule
def connection_management(report: Report) -> Report:
    """What HTTP/1.1 takes for granted, httpx writes out: that the connection is kept."""
    return of_headers(report, lambda name, value: None if (name, value) == ("connection", "keep-alive") else value)


@rule
def accepted_encodings(report: Report) -> Report:
    """httpx asks for whatever it can decode, ours for compressed answers only where it was told to."""
    asked = re.compile(r"gzip, deflate(, br)?(, zstd)?")
    return of_headers(
        report, lambda name, value: None if name == "accept-encoding" and asked.fullmatch(value) else value
    )


@rule
def idempotency_keys(report: Report) -> Report:
    """Part 2: ours alone sends a key with every POST. It is random; conformance cases see that it stays the same."""
    made = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    for request in report["requests"]:
        if request["line"].startswith("POST "):
            request["headers"] = [
                pair for pair in request["headers"] if pair[0] != "idempotency-key" or not made.fullmatch(pair[1])
            ]
    return report


@rule
def multipart_boundaries(report: Report) -> Report:
    """The boundary between parts is random: 32 hexadecimal digits in both."""
    for request in report["requests"]:
        for pair in request["headers"]:
            found = re.fullmatch(r"multipart/form-data; boundary=([0-9a-f]{32})", pair[1])
            if pair[0] == "content-type" and found:
                pair[1] = "multipart/form-data; boundary=<boundary>"
                request["body"] = request["body"].replace(found[1], "<boundary>")
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
    """A timeout is a number to the library, which has no two kinds: 5 and 5.0 seconds are told the server as 5."""

    def change(name: str, value: str) -> str:
        return re.sub(r"^(\d+)\.0$", r"\1", value) if name == "x-stainless-read-timeout" else value

    return of_headers(report, change)


@rule
def reasons_that_no_standard_has(report: Report) -> Report:
    """HTTP tells a client to ignore the words behind a status; ours knows those of the standard."""
    changed = in_text(report, lambda text: re.sub(r"(<Response \[\d+) Unknown\]", r"\1 ]", text))
    return in_text(changed, lambda text: text.replace('"reason": "Unknown"', '"reason": ""'))


@rule
def time_zones(report: Report) -> Report:
    """pydantic has a class of its own for UTC."""
    return in_text(report, lambda text: text.replace("tzinfo=TzInfo(0)", "tzinfo=datetime.timezone.utc"))


PYDANTIC_REMOVES = re.compile(
    r"(?: See the docstring of `BaseModel\.copy` for details about how to handle `include` and `exclude`\.)?"
    r" Deprecated in Pydantic V2\.0 to be removed in V3\.0\. See Pydantic V2 Migration Guide at https://\S+/migration/$"
)


@rule
def deprecations_of_pydantic(report: Report) -> Report:
    """pydantic warns by a subclass of DeprecationWarning, and says when it will remove what."""
    for warning in report["warnings"]:
        if warning["category"] == "PydanticDeprecatedSince20":
            warning["category"] = "DeprecationWarning"
            warning["message"] = PYDANTIC_REMOVES.sub("", warning["message"])
    return report


@rule
def warnings_of_misfits(report: Report) -> Report:
    """Of values that do not fit pydantic points at itself, ours at the program; and what is nested comes later."""
    for warning in report["warnings"]:
        if warning.get("message", "").startswith("Pydantic serializer warnings:\n"):
            del warning["points at the program"]
            warning["message"] = "\n".join(sorted(warning["message"].splitlines()))
    return report


LOG_LINES = (
    # What of a line is compared; a group that a pattern has not is not.
    re.compile(r"(Retrying request to )(?:http://127\.0\.0\.1:<\w+>)?(/.* in [\d.]+ seconds)"),
    re.compile(r"(Sending HTTP Request: [A-Z]+ \S+?)(?:, attempt \d+)?"),
    re.compile(r"(HTTP Response: )(?:[A-Z]+ \S+ \")?(\d{3})\b.*"),
)


@rule
def wording_of_logs(report: Report) -> Report:
    """What is retried when, what is sent and which status came is logged in the same words.

    Ours has whole addresses in the place of paths, the number of the attempt, and the headers as they came and not as
    httpx shows them; it has one logger, above those that avm_sdk names after its private modules. avm_sdk also logs its
    private options, and exceptions and counters of httpx's: of what is decided only that it is told is compared.
    """
    told = []
    for record in report["logs"]:
        found = [line.fullmatch(record["message"]) for line in LOG_LINES]
        said = next(("".join(line.groups()) for line in found if line), "a decision")
        entry = {"logger": record["logger"].split(".")[0], "level": record["level"], "said": said}
        if not record["message"].startswith("Request options: ") and told[-1:] != [entry]:
            told.append(entry)
    report["logs"] = told
    return report


def normalised(report: Report) -> Report:
    """The report after all rules."""
    report = json.loads(json.dumps(report))
    for apply in RULES:
        report = apply(report)
    return report
