"""What cannot be a case is refused, with its name."""

from __future__ import annotations

import pytest
from harness.cases import CUSTOM_LANGUAGES, CaseError, fill, make_case

GOOD = {"name": "one", "call": "sandboxes.list", "requests": [{"method": "GET", "path": "/"}], "ok": {}}


def test_a_case_with_one_call_has_one_step():
    case = make_case("topic", {**GOOD, "arguments": {"page": 1}}, {})
    assert case.steps == [{"call": "sandboxes.list", "arguments": {"page": 1}, "ok": {}}]
    assert case.languages == ("c", "python", "lua")


@pytest.mark.parametrize(
    "change",
    [
        {"exepct": 1},
        {"requests": None},
        {"ok": {"jsno": 1}},
        {"error": {"code": "timeout"}},
        {"requests": [{"method": "GET", "pth": "/"}]},
        {"requests": [{"again": True}]},
        {"server": [{"stauts": 200}]},
        {"upload": {"form": "memory"}},
        {"download": {"too": "path"}},
        {"request": {"url": "x"}},
    ],
)
def test_what_is_no_case_is_refused(change):
    raw = {**GOOD, **change}
    if raw["requests"] is None:
        del raw["requests"]
    with pytest.raises(CaseError, match="topic: one"):
        make_case("topic", raw, {})


@pytest.mark.parametrize("change", [{"uri": "x"}, {"data": {"txet": ""}}, {"parts": [{"naem": ""}]}])
def test_what_is_no_custom_request_is_refused(change):
    raw = {key: value for key, value in GOOD.items() if key != "call"}
    with pytest.raises(CaseError, match="topic: one"):
        make_case("topic", {**raw, "request": change}, {})


def test_custom_requests_are_for_the_languages_that_have_them():
    raw = {key: value for key, value in GOOD.items() if key != "call"}
    case = make_case("topic", {**raw, "request": {"url": "x"}}, {})
    assert case.languages == CUSTOM_LANGUAGES
    assert not case.typed


def test_a_case_that_calls_nothing_is_refused():
    with pytest.raises(CaseError, match="nothing is called"):
        make_case("topic", {"name": "one", "requests": []}, {})


def test_names_are_filled_in_everywhere():
    assert fill({"a": ["${x}/y", 1, None], "${x}": True}, {"x": 5}) == {"a": ["5/y", 1, None], "5": True}
