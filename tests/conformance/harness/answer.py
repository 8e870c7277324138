"""What the scripted server does with a request: the pieces it sends and how the connection ends."""

from __future__ import annotations

import email.utils
import http.client
import re
import time
from dataclasses import dataclass, field

from .content import KINDS, content

KEYS = {
    *KINDS,
    "status",
    "reason",
    "headers",
    "content_length",
    "chunked",
    "interim",
    "raw",
    "raw_base64",
    "cut_after",
    "cut_body_after",
    "early",
    "delay",
    "delay_between",
    "piece",
    "close",
    "reset",
    "hang",
}

WITHOUT_BODY = (204, 304)
DATE = re.compile(r"<date in (\d+(?:\.\d+)?) s>")


@dataclass
class Answer:
    """One answer, ready to be sent."""

    pieces: list[bytes] = field(default_factory=list)
    delay: float = 0
    delay_between: float = 0
    close: bool = False
    reset: bool = False
    hang: bool = False


def http_date(match: re.Match) -> str:
    """An HTTP date has no fraction of a second: the one that is at most so far ahead."""
    return email.utils.formatdate(int(time.time() + float(match[1])), usegmt=True)


def head(spec: dict, length: int) -> bytes:
    status = spec.get("status", 200)
    reason = spec.get("reason", http.client.responses.get(status, "Unknown"))
    headers = []
    if any(kind in spec for kind in KINDS) and "json" in spec:
        headers.append(("Content-Type", "application/json"))
    if "chunked" in spec:
        headers.append(("Transfer-Encoding", "chunked"))
    elif spec.get("content_length", length) is not None and status not in WITHOUT_BODY:
        headers.append(("Content-Length", spec.get("content_length", length)))
    for name, values in spec.get("headers", {}).items():
        headers = [header for header in headers if header[0].lower() != name.lower()]
        headers += [(name, value) for value in (values if isinstance(values, list) else [values]) if value is not None]
    lines = [f"HTTP/1.1 {status} {reason}".rstrip()]
    lines += [f"{name}: {DATE.sub(http_date, str(value))}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def whole(spec: dict) -> bytes:
    """All bytes of the answer, before anything is cut off."""
    if "raw" in spec:
        return spec["raw"].encode()
    if "raw_base64" in spec:
        return content({"base64": spec["raw_base64"]})
    body = content(spec)
    start = head(spec, len(body))
    end = len(start) + spec["cut_body_after"] if "cut_body_after" in spec else None
    sent = chunks(body, spec["chunked"]) if "chunked" in spec else body
    interim = b"".join(b"HTTP/1.1 %d Interim\r\n\r\n" % status for status in spec.get("interim", []))
    return interim + (start + sent)[:end]


def build(spec: dict) -> Answer:
    """The answer that a case describes; see README.md for the keys."""
    unknown = set(spec) - KEYS
    if unknown:
        raise ValueError(f"an answer has no {', '.join(sorted(unknown))}")
    hang = bool(spec.get("hang"))
    answered = any(key in spec for key in (*KINDS, "status", "raw", "raw_base64", "headers"))
    data = whole(spec)[: spec.get("cut_after")] if answered else b""
    size = spec.get("piece", len(data) or 1)
    return Answer(
        pieces=[data[start : start + size] for start in range(0, len(data), size)],
        delay=spec.get("delay", 0),
        delay_between=spec.get("delay_between", 0),
        close=bool({"close", "cut_after", "cut_body_after", "raw", "raw_base64"} & set(spec)) or not (answered or hang),
        reset=bool(spec.get("reset")),
        hang=hang,
    )
