"""The harness itself: what it finds, what it forgives, and that a wrong list fails."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from compare import Difference, Meant, differences, read_meant, unexpected
from normalise import normalised

REPORT: dict[str, Any] = {
    "requests": [
        {
            "line": "POST /x HTTP/1.1",
            "headers": [
                ["Host", "127.0.0.1:4000"],
                ["User-Agent", "SandboxSDK/Python 1.2.0"],
                ["X-Stainless-Package-Version", "1.2.0"],
                ["Content-Type", "application/json"],
            ],
            "body": '{"a":1}',
            "whole": True,
            "listener": "main",
        }
    ],
    "server problems": [],
    "notes": [["result", {"model": "Sandbox", "repr": "at http://127.0.0.1:4000/x"}]],
    "escaped": None,
    "logs": [],
    "warnings": [],
    "printed": "",
    "ports": {"main": 4000},
    "unordered": False,
    "version": "1.2.0",
}


def changed(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(REPORT), **more}


def compared(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    return [found.place for found in differences("p", normalised(left), normalised(right))]


def test_what_is_the_same_differs_nowhere() -> None:
    assert compared(REPORT, changed()) == []


def test_rules_forgive_what_they_name() -> None:
    other = changed(ports={"main": 5000}, version="0.9.1")
    other["notes"][0][1]["repr"] = "at http://127.0.0.1:5000/x"
    other["requests"][0]["headers"] = [
        ["content-type", "application/json"],
        ["host", "127.0.0.1:5000"],
        ["user-agent", "SandboxSDK/Python 0.9.1"],
        ["x-stainless-package-version", "0.9.1"],
        ["Idempotency-Key", "89c96cf9-566a-45a2-b9b4-31946e42de6f"],
        ["Connection", "keep-alive"],
        ["Accept-Encoding", "gzip, deflate, br"],
    ]
    assert compared(REPORT, other) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda report: report["requests"][0].update(body='{"a": 1}'), "requests.0.body"),
        (lambda report: report["requests"][0].update(line="POST /y HTTP/1.1"), "requests.0.line"),
        (lambda report: report["requests"][0]["headers"].append(["X-More", "1"]), "requests.0.headers.x-more"),
        (lambda report: report["requests"][0]["headers"].append(["Host", "x"]), "requests.0.headers.host"),
        (
            lambda report: report["requests"][0]["headers"].append(["Idempotency-Key", "mine"]),
            "requests.0.headers.idempotency-key",
        ),
        (
            lambda report: report["requests"][0]["headers"].append(["Accept-Encoding", "gzip"]),
            "requests.0.headers.accept-encoding",
        ),
        (
            lambda report: report["requests"][0]["headers"].append(["Connection", "close"]),
            "requests.0.headers.connection",
        ),
        (lambda report: report["requests"][0]["headers"].pop(3), "requests.0.headers.content-type"),
        (
            lambda report: report["requests"][0]["headers"][3].__setitem__(1, "text/plain"),
            "requests.0.headers.content-type",
        ),
        (lambda report: report["requests"].append(REPORT["requests"][0]), "requests.1"),
        (lambda report: report["notes"][0][1].update(model="Other"), "notes.result.1.model"),
        (lambda report: report["notes"].append(["more", "1"]), "notes"),
        (lambda report: report.update(printed="x"), "printed"),
        (lambda report: report["warnings"].append({"category": "DeprecationWarning"}), "warnings"),
        (lambda report: report["logs"].append({"logger": "sandbox_sdk", "level": "INFO", "message": "m"}), "logs"),
        (lambda report: report.update(escaped={"error": "KeyError", "traceback": "…"}), "escaped"),
    ],
)
def test_every_other_difference_is_found(change: Any, place: str) -> None:
    other = changed()
    change(other)
    assert compared(REPORT, other) == [place]


def test_logs_are_compared_by_what_they_say() -> None:
    def logged(*messages: str) -> dict[str, Any]:
        return changed(logs=[{"logger": "sandbox_sdk", "level": "INFO", "message": message} for message in messages])

    theirs = logged(
        "Retrying request to /x in 0.500000 seconds", 'HTTP Response: GET http://h/x "503 Busy" Headers({})'
    )
    assert (
        compared(
            theirs,
            logged(
                "Retrying request to http://127.0.0.1:4000/x in 0.500000 seconds", "HTTP Response: 503, 2 bytes; a: b;"
            ),
        )
        == []
    )
    assert compared(theirs, logged("Retrying request to /x in 0.600000 seconds", "HTTP Response: 503, 2 bytes")) == [
        "logs.0.said"
    ]
    assert compared(theirs, logged("Retrying request to /x in 0.500000 seconds", "HTTP Response: 500, 2 bytes")) == [
        "logs.1.said"
    ]


def test_an_entry_covers_its_programs_and_places_only() -> None:
    entry = Meant("because", ["uploads.bytes(x)"], {"requests.0.body": "hello"})
    assert entry.covers(Difference("uploads.bytes(x) sync", "requests.0.body", "b'hello'", "hello"))
    assert entry.covers(Difference("uploads.bytes(x) async", "requests.0.body", "b'hello'", "hello"))
    assert not entry.covers(Difference("uploads.bytes(y) sync", "requests.0.body", "b'hello'", "hello"))
    assert not entry.covers(Difference("uploads.bytes(x) sync", "requests.0.line", "b'hello'", "hello"))
    assert not entry.covers(Difference("uploads.bytes(x) sync", "requests.0.body", "b'hello'", "bye"))


def test_entries_know_what_they_have_not_met() -> None:
    entries = [Meant("one", ["p"], {"a": "2", "b": "2"}), Meant("two", ["q", "r"], {"b": "2"})]
    left = unexpected([Difference("p sync", "a", "1", "2"), Difference("p sync", "c", "1", "2")], entries)
    assert [found.place for found in left] == ["c"]
    programs = ["p sync", "p async", "q sync"]
    assert [entry.not_met(programs) for entry in entries] == [["p async", "b"], ["q sync", "r", "b"]]


def test_the_list_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- {because: b, programs: [p], ours: {x: y}}\n", encoding="utf-8")
    assert read_meant(path) == [Meant("b", ["p"], {"x": "y"})]
    path.write_text("- {because: b, programs: [p], ours: {x: y}, colour: red}\n", encoding="utf-8")
    with pytest.raises(TypeError):
        read_meant(path)
