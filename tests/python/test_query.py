"""What is sent of a query: Python's values, and the query and fragment of a path of the caller's own."""

from __future__ import annotations

import datetime
import enum
from typing import Any

import pytest
from recorder import Recorder
from sandbox_sdk import Omit, SandboxSDK


class Color(str, enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ([{"a": 1}], "{'a': 1}"),
        ([[1, 2], [3]], "[1, 2],[3]"),
        ([(1, 2), True, None, "x"], "(1, 2),true,x"),
        (10**30, str(10**30)),
        ([10**30, -(10**30)], f"{10**30},{-(10**30)}"),
        (float("inf"), "inf"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        ([datetime.date(2026, 1, 2)], "2026-01-02"),
        (b"x", "b'x'"),
        (Color.RED, str(Color.RED)),
        (1.0, "1.0"),
        (False, "false"),
    ],
)
def test_what_json_does_not_have_is_its_text(client: SandboxSDK, server: Recorder, given: object, sent: str) -> None:
    client.sandboxes.list(extra_query={"q": given, 5: {6: given}})
    client.get("/x", cast_to=object, options={"params": {"q": given}})
    client.with_options(default_query={"q": given}).sandboxes.list()
    first, second, third = server.requests
    assert first.query == {"q": [sent], "5[6]": [sent]}
    assert second.query == third.query == {"q": [sent]}


def test_the_default_query_reads_as_it_was_given(client: SandboxSDK) -> None:
    given = {"a": 1, "z": 10**30, "b": [1.5, None, True], "c": {"d": "e"}}
    assert client.with_options(default_query=given).default_query == given


@pytest.mark.parametrize(
    ("path", "params", "sent"),
    [
        ("/x#part", {}, "/x"),
        ("/x?a=1#part?b=2", {}, "/x?a=1"),
        ("/x?a=1", {"b": 2}, "/x?b=2"),
        ("/x?a=1&a=2#part", {"b": 2}, "/x?b=2"),
        ("/x?a=1", {"b": None}, "/x"),
    ],
)
def test_params_take_the_place_of_a_query_in_the_path(
    client: SandboxSDK, server: Recorder, path: str, params: dict[str, Any], sent: str
) -> None:
    client.get(path, cast_to=object, options={"params": params})
    client.get(f"{server.url}{path}", cast_to=object, options={"params": params})
    assert [request.target for request in server.requests] == [sent, sent]


class Own(SandboxSDK):
    @property
    def default_query(self) -> dict[str, object]:
        return {"own": 1}


def test_so_does_the_query_that_a_client_has(client: SandboxSDK, server: Recorder) -> None:
    team = client.with_options(default_query={"team": "a"})
    team.get("/x?a=1", cast_to=object)
    team.get(f"{server.url}/x?a=1", cast_to=object)
    team.get("/x?a=1", cast_to=object, options={"params": {"b": Omit()}})
    Own(api_key="k", base_url=server.url).get("/x?a=1", cast_to=object)
    assert [request.target for request in server.requests] == ["/x?team=a"] * 3 + ["/x?own=1"]


def test_a_query_stays_where_that_of_the_client_is_not_sent(client: SandboxSDK, server: Recorder) -> None:
    elsewhere = client.with_options(default_query={"team": "a"}, base_url="http://127.0.0.1:9")
    elsewhere.get(f"{server.url}/x?a=1", cast_to=object)
    assert server.request.target == "/x?a=1"
