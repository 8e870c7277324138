"""Integers beyond 64 bits: digit by digit, both ways."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Union  # noqa: UP035

import pytest
from recorder import Recorder
from sandbox_sdk import BadRequestError, BaseModel, SandboxSDK, types

LARGE = [2**64, -(2**63) - 1, 2**70, 10**30 + 1, -(10**400) - 1, 7 * 10**3999]


def shown(number: int) -> str:
    return f"{len(str(number))} characters"


class Sized(BaseModel):
    size: int
    limit: Optional[int] = None  # noqa: UP045
    exact: float = 0.0
    part: Optional[float] = None  # noqa: UP045
    named: Dict[str, int] = {}  # noqa: UP006
    either: Union[str, int, None] = None  # noqa: UP007


class Sizes(BaseModel):
    data: List[Sized] = []  # noqa: UP006


@pytest.mark.parametrize("number", LARGE, ids=shown)
@pytest.mark.parametrize("kind", [object, Dict[str, Any], Sized])  # noqa: UP006
def test_answers_have_each_digit(client: SandboxSDK, server: Recorder, number: int, kind: Any) -> None:
    server.answer(body=f'{{"size":{number},"more":[{number}],"limit":{number},"named":{{"a":{number}}}}}'.encode())
    answer = client.get("/x", cast_to=kind)
    values = answer if isinstance(answer, dict) else answer.to_dict()
    assert values == {"size": number, "more": [number], "limit": number, "named": {"a": number}}
    assert all(type(values[name]) is int for name in ("size", "limit"))


@pytest.mark.parametrize("number", LARGE, ids=shown)
def test_so_have_rows_that_are_read_late_and_typed_models(client: SandboxSDK, server: Recorder, number: int) -> None:
    server.answer(body=f'{{"data":[{{"size":{number},"limit":{number},"either":{number}}}]}}'.encode())
    row = client.get("/x", cast_to=Sizes).data[0]
    assert [row.limit, row.size, row.either] == [number] * 3
    server.answer(body=f'{{"size":{number},"message":"m","path":"p"}}'.encode())
    uploaded = client.sandboxes.upload("i", path="/x", file=b"")
    assert uploaded.size == number
    assert uploaded.to_json(indent=None) == f'{{"message":"m","path":"p","size":{number}}}'
    assert types.SandboxUploadResponse.construct(size=number).size == number


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**60, 2**64, 2**64 + 1, 2**70, -(2**70), 10**30])
def test_a_float_is_what_is_equal_to_it(client: SandboxSDK, server: Recorder, number: int) -> None:
    made = Sized.construct(size=0, exact=number, part=number)
    rows = f'{{"data":[{{"size":0,"exact":{number},"part":{number}}},{{"exact":{number}}},{{"part":{number}}}]}}'
    server.answer(body=rows.encode())
    whole, exact, part = client.get("/x", cast_to=Sizes).data
    for value in (made.exact, whole.exact, exact.exact):
        assert value == number
        assert type(value) is (float if float(number) == number else int)
    for value in (made.part, whole.part, part.part):
        assert value == float(number)
        assert type(value) is float


def test_strict_validation_takes_them_for_integers(server: Recorder) -> None:
    with SandboxSDK(api_key="k", base_url=server.url, _strict_response_validation=True) as client:
        server.answer(body=f'{{"size":{2**70},"message":"m","path":"p"}}'.encode())
        assert client.sandboxes.upload("i", path="/x", file=b"").size == 2**70


def test_errors_have_them(client: SandboxSDK, server: Recorder) -> None:
    server.answer(body=f'{{"code":{2**70}}}'.encode(), status=400)
    with pytest.raises(BadRequestError) as caught:
        client.sandboxes.list()
    assert caught.value.body == {"code": 2**70}
    assert str(caught.value) == f"Error code: 400 - {{'code': {2**70}}}"


def test_arguments_are_sent_by_each_digit(client: SandboxSDK, server: Recorder) -> None:
    for number in LARGE:
        client.sandboxes.list(page=number, extra_query={"x": [number]})
        assert server.requests[-1].query == {"page": [str(number)], "x": [str(number)]}
        client.sandboxes.create(resources={"cpus": number}, extra_body={"more": [number]})
        assert server.requests[-1].body == f'{{"resources":{{"cpus":{number}}},"more":[{number}]}}'.encode()
