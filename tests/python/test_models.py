"""Models: fields, what is missing or unknown, and their forms."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import BaseModel, SandboxSDK, types

SANDBOX = {
    "id": "s",
    "cpu": 2,
    "created_at": "2025-01-01T00:00:00Z",
    "disk_size": 10,
    "memory": 512.5,
    "name": "n",
    "status": "running",
}
LIST = {
    "data": [SANDBOX, {"id": "t", "region": "eu"}],
    "pagination": {"page": 1, "page_size": 20, "total_items": 2, "total_pages": 1},
}


@pytest.fixture
def page(client: SandboxSDK, server: Recorder) -> types.SandboxListResponse:
    server.answer(LIST)
    return client.sandboxes.list()


def test_nested_models(page: types.SandboxListResponse) -> None:
    first, second = page.data
    assert type(first) is types.Sandbox
    assert type(page.pagination) is types.Pagination
    assert (first.id, first.cpu, first.memory) == ("s", 2.0, 512.5)
    assert isinstance(first.cpu, float)
    assert second.region == "eu"
    assert page.data is page.data


def test_missing_null_and_unknown_fields(page: types.SandboxListResponse) -> None:
    second = page.data[1]
    assert second.name is None
    assert second.model_fields_set == {"id"}
    assert second.model_extra == {"region": "eu"}
    with pytest.raises(AttributeError, match="'Sandbox' object has no attribute 'nonsense'"):
        second.nonsense  # noqa: B018


def test_absent_and_null_are_told_apart(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"id": "a", "message": None, "snapshot_name": None})
    answer = client.sandboxes.delete("a")
    assert answer.snapshot_name is None
    assert answer.storage_name is None
    assert answer.message is None
    assert answer.model_fields_set == {"id", "message", "snapshot_name"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpu", "2"),
        ("cpu", [1]),
        ("cpu", True),
        ("cpu", 2**63 - 1),
        ("cpu", 2**64 - 1),
        ("id", 5),
        ("name", {"a": 1}),
        ("status", "a value that is new"),
    ],
)
def test_a_value_of_a_wrong_type_stays(client: SandboxSDK, server: Recorder, field: str, value: object) -> None:
    server.answer({field: value})
    read = getattr(client.sandboxes.create(), field)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("data", [5, "x", {"id": "a"}, [1, None, "x"], [[{"id": "a"}]]])
def test_a_nested_value_of_a_wrong_type_stays(client: SandboxSDK, server: Recorder, data: object) -> None:
    server.answer({"data": data, "pagination": data})
    answer = client.sandboxes.list()
    assert answer.to_dict(warnings=False) == {"data": data, "pagination": data}


def test_strict_validation_refuses_a_wrong_type(server: Recorder) -> None:
    server.answer({**SANDBOX, "cpu": "two", "storage": 1})
    with (
        SandboxSDK(api_key="k", base_url=server.url, _strict_response_validation=True) as client,
        pytest.raises(sandbox_sdk.APIResponseValidationError, match="invalid for expected schema") as caught,
    ):
        client.sandboxes.create()
    assert "cpu" in str(caught.value.__cause__)


def test_text_keeps_nuls_and_every_character(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"stdout": "a\0b€😀", "a\u00e9": 1})
    answer = client.sandboxes.execute("i", command="x")
    assert answer.stdout == "a\0b€😀"
    assert answer.aé == 1


def test_a_field_called_like_a_method_does_not_take_its_place(client: SandboxSDK, server: Recorder) -> None:
    answered = {"id": "a", "to_dict": 1, "__class__": 2, "construct": None, "_shadowed": 3, "__dict__": 4}
    server.answer(answered)
    answer = client.sandboxes.create()
    assert type(answer) is types.SandboxCreateResponse
    assert answer.to_dict() == answered
    assert dict(answer)["to_dict"] == 1
    assert answer.model_extra == {name: value for name, value in answered.items() if name != "id"}


def test_to_dict_and_to_json_give_back_what_came(page: types.SandboxListResponse) -> None:
    assert page.to_dict() == LIST
    assert json.loads(page.to_json()) == LIST
    assert page.data[1].to_json() == '{\n  "id": "t",\n  "region": "eu"\n}'
    assert page.data[1].to_json(indent=None) == '{"id":"t","region":"eu"}'
    assert types.Sandbox.construct(name="ä").to_json(indent=None) == '{"name":"ä"}'


def test_dumping_with_options(page: types.SandboxListResponse) -> None:
    second = page.data[1]
    everything = {**dict.fromkeys(SANDBOX), "id": "t", "region": "eu"}
    assert second.model_dump() == everything
    assert list(second.model_dump()) == [*types.Sandbox.__annotations__, "region"]
    assert second.model_dump(exclude_unset=True) == {"id": "t", "region": "eu"}
    assert second.model_dump(exclude_none=True) == {"id": "t", "region": "eu"}
    assert second.model_dump(include={"id"}) == {"id": "t"}
    assert second.model_dump(exclude={"id", "region"}) == dict.fromkeys(name for name in SANDBOX if name != "id")
    assert page.model_dump(include={"pagination": {"page"}}) == {"pagination": {"page": 1.0}}
    assert page.model_dump(exclude={"data": True, "pagination": {"page"}}) == {
        "pagination": {"page_size": 20.0, "total_items": 2.0, "total_pages": 1.0}
    }
    assert second.model_dump_json(exclude_none=True) == '{"id":"t","region":"eu"}'
    deleted = types.SandboxDeleteResponse.construct(id="a", message="b", storage_name=None)
    assert deleted.model_dump(exclude_defaults=True) == {"id": "a", "message": "b"}


def test_representation_and_iteration(page: types.SandboxListResponse) -> None:
    assert repr(page.pagination) == "Pagination(page=1.0, page_size=20.0, total_items=2.0, total_pages=1.0)"
    assert str(page.pagination) == repr(page.pagination)
    assert dict(page.pagination) == {"page": 1, "page_size": 20, "total_items": 2, "total_pages": 1}
    assert repr(page.data[1]).endswith("status=None, region='eu')")


def test_equality(page: types.SandboxListResponse) -> None:
    assert page.data[0] == types.Sandbox.construct(**SANDBOX)
    assert page.data[0] != types.Sandbox.construct(**SANDBOX, extra=1)
    assert page.data[0] != page.data[1]
    assert types.Sandbox.construct(id="a") == types.Sandbox.construct(id="a", name=None)
    assert types.Sandbox.construct(id="a") != types.SandboxCreateResponse.construct(id="a")
    assert page.data[0] != SANDBOX
    with pytest.raises(TypeError):
        hash(page.data[0])


def test_constructing_copies_and_converts() -> None:
    rows = [{"id": "a", "cpu": 1}]
    made = types.SandboxListResponse.construct(data=rows)
    assert isinstance(made.data[0].cpu, float)
    assert type(rows[0]["cpu"]) is int
    assert types.SandboxListResponse.model_construct(data=rows) == made


def test_the_constructor_wants_the_required_fields() -> None:
    pagination = types.Pagination(page=1, page_size=2, total_items=3, total_pages=4)
    assert pagination.page == 1.0
    with pytest.raises(ValueError, match=r"2 validation errors for Pagination\ntotal_items\n  Field required"):
        types.Pagination(page=1, page_size=2)
    assert types.SandboxDeleteResponse(id="a", message="b").storage_name is None


def test_setting_a_field(page: types.SandboxListResponse) -> None:
    second = page.data[1]
    second.name = "new"
    second.other = 1
    assert second.model_fields_set == {"id", "name", "other"}
    assert second.to_dict() == {"id": "t", "region": "eu", "name": "new", "other": 1}


def test_copies_and_pickles(page: types.SandboxListResponse) -> None:
    assert copy.copy(page) == copy.deepcopy(page) == pickle.loads(pickle.dumps(page)) == page


def test_a_model_of_ones_own() -> None:
    class Part(BaseModel):
        size: float
        label: str = "none"

    class Whole(BaseModel):
        parts: list[Part]
        main: Part | None = None

    assert Whole.construct(parts=[{"size": 1}]).parts == [Part(size=1.0)]
    assert Part.construct(size=1).label == "none"
    assert isinstance(Part.construct(size=1).size, float)


def test_every_type_can_be_imported_by_name() -> None:
    for name in types.__all__:
        found = getattr(types, name)
        assert found.__name__ == name
        assert found.__doc__
    assert types.sandbox_create_params.Resources.__annotations__.keys() == {"cpus", "memory", "storage"}
    assert types.SandboxExecuteParams.__required_keys__ == {"command"}
    assert set(types.__all__) <= set(dir(types))
    with pytest.raises(AttributeError, match=r"sandbox_sdk\.types.*nonsense"):
        types.nonsense  # noqa: B018
