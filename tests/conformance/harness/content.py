"""Bytes as a case writes them: text, base64, or a pattern that would be too long to write out."""

from __future__ import annotations

import base64
import json

KINDS = ("text", "base64", "json", "all_bytes", "repeat")


def compact(value: object) -> str:
    """JSON as a client puts it on the wire."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def content(spec: dict) -> bytes:
    """The bytes that `spec` describes; no kind at all is no bytes."""
    given = [kind for kind in KINDS if kind in spec]
    if len(given) > 1:
        raise ValueError(f"bytes are described once, not by {' and '.join(given)}")
    if not given:
        return b""
    kind, value = given[0], spec[given[0]]
    if kind == "text":
        return value.encode()
    if kind == "base64":
        return base64.b64decode(value, validate=True)
    if kind == "json":
        return compact(value).encode()
    if kind == "all_bytes":
        return bytes(range(256)) * value
    return value["text"].encode() * value["times"]
