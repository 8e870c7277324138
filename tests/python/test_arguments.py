"""What can be an argument: whatever JSON can carry is sent as it is given, and the rest is refused by its place."""

from __future__ import annotations

import enum
from collections import OrderedDict, UserDict
from types import MappingProxyType

import pytest
from recorder import Recorder
from sandbox_sdk import InvalidArgumentError, NotGiven, Omit, SandboxSDK, types


class Color(str, enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    HUGE = 2**70


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (2.0, 2.0),
        (-(2**63), -(2**63)),
        (2**63 - 1, 2**63 - 1),
        (2**63, 2**63),
        (2**64 - 1, 2**64 - 1),
        (2**64, 2**64),
        (-(2**63) - 1, -(2**63) - 1),
        (Size.HUGE, 2**70),
        ("a\0b", "a\0b"),
        ("ä€😀", "ä€😀"),
        ("", ""),
        ([1, (2, [None])], [1, [2, [None]]]),
        ({"a": {"b": [1.5]}}, {"a": {"b": [1.5]}}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (UserDict(a=1), {"a": 1}),
        (Color.RED, "red"),
        (types.Sandbox.construct(id="x", extra=1), {"id": "x", "extra": 1}),
        ({"kept": 1, "left_out": Omit(), "also": NotGiven()}, {"kept": 1}),
    ],
)
def test_what_json_can_carry_is_sent_as_given(
    client: SandboxSDK, server: Recorder, given: object, sent: object
) -> None:
    client.sandboxes.create(resources={"value": given}, name=given)
    assert server.request.json == {"resources": {"value": sent}, "name": sent}


def test_what_is_not_given_is_not_sent(client: SandboxSDK, server: Recorder) -> None:
    client.sandboxes.create(name=Omit(), image=NotGiven())
    assert server.request.json == {}


def test_numbers_keep_their_form(client: SandboxSDK, server: Recorder) -> None:
    client.sandboxes.create(resources={"cpus": 2, "memory": 2.0, "storage": 0.1})
    assert server.request.body == b'{"resources":{"cpus":2,"memory":2.0,"storage":0.1}}'


def test_numbers_are_written_as_python_writes_them(client: SandboxSDK, server: Recorder) -> None:
    numbers = [1e-7, 1e-5, 1e-4, 0.1, 123456789.125, 1e9, 1e15, 1234567890123456.0, 1e16, 1e22, 5e-324, 1.5e308, -0.0]
    client.sandboxes.create(resources={"values": numbers})
    assert server.request.body == f'{{"resources":{{"values":{numbers}}}}}'.replace(", ", ",").encode()


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def circle() -> object:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (float("nan"), ValueError, "`resources`: JSON has neither infinities nor NaN"),
        ([1, {"a": float("-inf")}], ValueError, r"`resources\[1\]\.a`: JSON has neither"),
        (10**4000, ValueError, "`resources`: the integer has too many digits"),
        ([-(10**10000)], ValueError, r"`resources\[0\]`: the integer has too many digits"),
        ({"a": {1, 2}}, TypeError, "`resources.a`: a value of type set is nothing that JSON can carry"),
        ({"a": b"bytes"}, TypeError, "`resources.a`: a value of type bytes"),
        (object(), TypeError, "`resources`: a value of type object"),
        ([Omit()], TypeError, r"`resources\[0\]`: a value of type Omit"),
        ({1: 2}, TypeError, "`resources.1`: a name in a JSON object is a str"),
        ({"a": {None: 2}}, TypeError, "`resources.a.None`: a name in a JSON object is a str"),
        ({"a\0b": 1}, ValueError, "`resources`: a name in a JSON object holds a NUL"),
        ("\ud800", ValueError, "surrogate"),
        (nested(600), ValueError, "nested too deep"),
        (circle(), ValueError, "contain themselves"),
    ],
)
def test_what_json_cannot_carry_is_named(client, server: Recorder, given: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        client.sandboxes.create(resources=given)
    assert server.requests == []


def test_an_exception_of_a_mapping_comes_back_as_it_is(client: SandboxSDK) -> None:
    class Angry(UserDict):
        def __getitem__(self, name: object) -> object:
            raise LookupError("no")

    with pytest.raises(LookupError, match=r"^no$"):
        client.sandboxes.create(resources=Angry(a=1))


def test_values_that_vanish_while_they_are_read_do_no_harm(run_python, server: Recorder) -> None:
    program = """
import sys
from sandbox_sdk import SandboxSDK

target = {}

class Clearing:
    def to_dict(self):
        target.clear()
        target.update({str(number): number for number in range(1000)})
        return {}

target["first"] = {"inner": [{"clearing": Clearing(), "after": {"a": ["b"]}}, {"last": "c"}], "more": "d"}
SandboxSDK(api_key="k", base_url=sys.argv[1]).sandboxes.create(resources=target)
"""
    done = run_python(program, server.url, PYTHONMALLOC="debug")
    assert (done.returncode, done.stderr) == (0, "")
    inner = [{"clearing": {}, "after": {"a": ["b"]}}, {"last": "c"}]
    assert server.request.json["resources"]["first"] == {"inner": inner, "more": "d"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("plain", "plain"),
        (7, "7"),
        ("a b/c?d#e%", "a%20b%2Fc%3Fd%23e%25"),
        ("ä", "%C3%A4"),
        (Color.RED, str(Color.RED)),
    ],
)
def test_an_id_becomes_text_and_is_encoded(client: SandboxSDK, server: Recorder, given: object, path: str) -> None:
    client.sandboxes.delete(given)
    assert server.request.target == f"/v1/sandboxes/{path}/delete"


@pytest.mark.parametrize("given", ["", None, 0])
def test_an_empty_id_is_refused(client: SandboxSDK, server: Recorder, given: object) -> None:
    with pytest.raises(ValueError) as caught:
        client.sandboxes.delete(given)
    assert str(caught.value) == f"Expected a non-empty value for `id` but received {given!r}"
    assert isinstance(caught.value, InvalidArgumentError)
    assert (caught.value.code, caught.value.argument) == ("invalid_argument", "id")
    assert server.requests == []


@pytest.mark.parametrize("given", [".", "..", "nul\0"])
def test_an_id_that_no_path_can_have_is_refused(client: SandboxSDK, server: Recorder, given: str) -> None:
    with pytest.raises(InvalidArgumentError, match="id") as caught:
        client.sandboxes.delete(given)
    assert caught.value.argument == "id"
    assert server.requests == []
