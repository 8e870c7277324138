"""The models of a list, which are decoded when they are first looked into."""

from __future__ import annotations

import copy
import ctypes
import gc
import json
import pickle
import sys
import threading
import weakref
from datetime import datetime
from typing import Any, Dict, List, Optional, Union  # noqa: UP035

import pytest
from recorder import Recorder
from sandbox_sdk import BaseModel, SandboxSDK, types
from sandbox_sdk._models import Field

ROW = {"id": "s", "cpu": 2, "created_at": "c", "disk_size": 10, "memory": 512.5, "name": "n", "status": "running"}
FIELDS = {**ROW, "cpu": 2.0, "disk_size": 10.0}


def rows_of(client: SandboxSDK, server: Recorder, *rows: object) -> list[types.Sandbox]:
    server.answer({"data": list(rows), "pagination": {"page": 1}})
    return client.sandboxes.list().data


def test_a_list_is_a_list_of_undecoded_models(client: SandboxSDK, server: Recorder) -> None:
    rows = rows_of(client, server, ROW, {**ROW, "id": "t"}, None, 5)
    assert type(rows) is list
    assert type(rows[0]) is types.Sandbox
    assert rows[0]._is_undecoded()
    assert rows[2:] == [None, 5]
    rows.append(rows.pop(0))
    rows.reverse()
    assert [row.id for row in rows if isinstance(row, types.Sandbox)] == ["s", "t"]


def test_one_value_leaves_the_rest_undecoded_and_the_second_does_not(client: SandboxSDK, server: Recorder) -> None:
    (row,) = rows_of(client, server, {**ROW, "region": "eu"})
    assert row.cpu == 2.0
    assert type(row.cpu) is float
    assert not row._is_undecoded()
    assert vars(row) == FIELDS
    assert row.model_extra == {"region": "eu"}


@pytest.mark.parametrize("field", [*ROW, "region"])
def test_every_field_reads_the_same_alone_and_among_the_others(
    client: SandboxSDK, server: Recorder, field: str
) -> None:
    alone, decoded = rows_of(client, server, *[{**ROW, "region": {"a": [1]}}] * 2)
    assert vars(decoded)
    value = getattr(alone, field)
    assert value == getattr(decoded, field) == {**FIELDS, "region": {"a": [1]}}[field]
    assert type(value) is type(getattr(decoded, field))


def test_a_method_leaves_a_row_undecoded_and_a_value_that_can_change_does_not(
    client: SandboxSDK, server: Recorder
) -> None:
    first, second = rows_of(client, server, {**ROW, "name": ["a"]}, ROW)
    assert callable(second.to_dict)
    assert second._is_undecoded()
    first.name.append("b")
    assert first.name == ["a", "b"]
    assert first.to_dict(warnings=False)["name"] == ["a", "b"]


USES = {
    "dict": lambda row: dict(row),
    "vars": lambda row: {**vars(row), **row.model_extra},
    "to_dict": lambda row: row.to_dict(),
    "to_json": lambda row: json.loads(row.to_json()),
    "copy": lambda row: dict(copy.copy(row)),
    "deepcopy": lambda row: dict(copy.deepcopy(row)),
    "pickle": lambda row: dict(pickle.loads(pickle.dumps(row))),
    "model_copy": lambda row: dict(row.model_copy(deep=True)),
    "extra": lambda row: {**FIELDS, **row.model_extra},
    "rich": lambda row: dict(row.__rich_repr__()),
}


@pytest.mark.parametrize("use", USES)
def test_whatever_needs_all_of_a_row_decodes_it(client: SandboxSDK, server: Recorder, use: str) -> None:
    (row,) = rows_of(client, server, {**ROW, "region": "eu"})
    assert USES[use](row) == {**FIELDS, "region": "eu"}
    assert not row._is_undecoded()


def test_comparing_showing_and_setting_decode(client: SandboxSDK, server: Recorder) -> None:
    first, second, third, fourth = rows_of(client, server, *[ROW] * 4)
    assert first == second == types.Sandbox.construct(**ROW)
    assert repr(third) == repr(first)
    fourth.name = "new"
    assert (fourth.name, fourth.id) == ("new", "s")
    assert fourth.model_fields_set == set(ROW)
    del fourth.name
    with pytest.raises(AttributeError):
        fourth.name  # noqa: B018


def test_what_is_set_past_the_class_stays(client: SandboxSDK, server: Recorder) -> None:
    first, second = rows_of(client, server, ROW, ROW)
    object.__setattr__(first, "name", "new")
    assert (first.name, first.id, first.name) == ("new", "s", "new")
    second.__dict__ = {"id": "other"}
    assert second.id == "other"
    assert dict(second) == {"id": "other"}
    with pytest.raises(TypeError, match="dictionary"):
        second.__dict__ = 5  # type: ignore[assignment]


def test_missing_null_and_default_values(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"data": [{"id": "v", "mounted_by": None}, {}], "pagination": {}})
    first, second = client.volumes.list().data
    assert (first.source_volume_id, first.mounted_by, first.name) == (None, None, None)
    assert first.model_fields_set == {"id", "mounted_by"}
    assert second.model_fields_set == set()
    with pytest.raises(AttributeError, match="'VolumeListItem' object has no attribute 'nonsense'"):
        second.nonsense  # noqa: B018


def test_an_optional_field_takes_what_can_be_made_of_a_value(client: SandboxSDK, server: Recorder) -> None:
    # As in the reference: the annotation is a union, of which a value that can be converted is valid.
    server.answer({"deleted_count": "1", "storage_deleted_count": "2", "errors": [{"id": 1}, 5]})
    answer = client.sandboxes.delete_all()
    assert answer.deleted_count == "1"
    assert answer.storage_deleted_count == 2.0
    assert answer.errors[1] == 5
    assert answer.errors[0].id == 1
    server.answer({"storage_deleted_count": 2**53 + 1})
    assert client.sandboxes.delete_all().storage_deleted_count == float(2**53)
    server.answer({"data": [{"mounted_by": {"sandbox_id": "a"}}, {"mounted_by": [{"sandbox_id": "a"}]}]})
    first, second = client.volumes.list().data
    assert first.mounted_by.sandbox_id == second.mounted_by[0].sandbox_id == "a"


ODD: list[object] = [None, 0, 5, -1.5, 2**53 + 1, 2**70, True, "", "5", "yes", [], [1], {}, {"sandbox_id": 1}, [{}]]


def test_an_answer_and_a_dict_become_the_same(client: SandboxSDK, server: Recorder) -> None:
    fields = [*types.VolumeListItem.model_fields, "region"]
    values = [{field: value} for field in fields for value in ODD]
    values += [{"mounted_by": {"sandbox_id": odd, "sandbox_name": "n", "more": odd}} for odd in ODD]
    server.answer({"data": values, "pagination": {}})
    for value, row in zip(values, client.volumes.list().data):
        made = types.VolumeListItem.construct(**value)
        assert repr(row) == repr(made)
        assert row == made
        assert (
            row.model_fields_set == made.model_fields_set == set(value).intersection(types.VolumeListItem.model_fields)
        )


@pytest.mark.parametrize("value", ODD)
def test_an_optional_number_is_what_its_union_makes_of_it(value: object) -> None:
    from sandbox_sdk._models import construct_type

    made = types.SandboxDeleteAllResponse.construct(storage_deleted_count=value, deleted_count=value, errors=value)
    for name, annotation in (("storage_deleted_count", Optional[float]), ("deleted_count", float)):
        by_itself = construct_type(type_=annotation, value=value)
        assert repr(getattr(made, name)) == repr(by_itself)
    errors = construct_type(type_=Optional[List[types.sandbox_delete_all_response.Error]], value=value)  # noqa: UP006
    assert repr(made.errors) == repr(errors)


def test_an_answer_that_is_nested_deep_or_long(client: SandboxSDK, server: Recorder) -> None:
    deep: object = "end"
    for _ in range(500):
        deep = [deep]
    server.answer({"data": [{"id": "a", "deep": deep}] * 3, "deep": deep})
    page = client.sandboxes.list()
    assert page.data[0].deep == page.deep == deep
    assert page.to_dict()["deep"] == deep
    server.answer({"data": [{}] * 300_000})
    rows = client.sandboxes.list().data
    assert len(rows) == 300_000
    assert rows[-1].id is None
    assert rows[-1].model_fields_set == set()


def test_rows_outlive_page_and_client(client: SandboxSDK, server: Recorder) -> None:
    rows = rows_of(client, server, ROW, ROW)
    client.close()
    del client
    gc.collect()
    kept = rows.pop()
    del rows
    gc.collect()
    assert kept.id == "s"
    assert kept.name == "n"


def resident() -> int:
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back to the system
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * 4096


def test_the_last_row_frees_the_answer(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"data": [{**ROW, "id": str(index), "name": "n" * 400} for index in range(5000)]})
    kept = []
    for _ in range(8):
        kept.append(client.sandboxes.list().data[7])
    several = resident()
    assert [row.id for row in kept] == ["7"] * 8
    assert [row.name for row in kept] == ["n" * 400] * 8  # decoded now
    assert several - resident() > 20 * 2**20
    assert not any(row._is_undecoded() for row in kept)


def test_garbage_in_cycles_is_collected(client: SandboxSDK, server: Recorder) -> None:
    class Watched(types.Sandbox):
        pass

    rows = rows_of(client, server, *[ROW] * 3)
    rows[0].self = rows[0]
    rows[1].rows = rows
    watched = [weakref.ref(row) for row in rows]
    del rows
    gc.collect()
    assert [reference() for reference in watched] == [None] * 3

    model = Watched.construct(id="a")
    model.me = model
    reference = weakref.ref(model)
    class_reference = weakref.ref(Watched)
    del model, Watched
    gc.collect()
    assert reference() is None
    assert class_reference() is None


def test_a_finalizer_that_reads_what_is_being_decoded(client: SandboxSDK, server: Recorder) -> None:
    rows = rows_of(client, server, *[{**ROW, "tags": [{"a": index} for index in range(50)]}] * 200)
    seen = []

    class Trap:
        def __init__(self) -> None:
            self.cycle = self

        def __del__(self) -> None:
            seen.extend((row.id, row.tags[3]) for row in rows)

    old = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for row in rows:
            Trap()
            assert row.tags[3] == {"a": 3}
    finally:
        gc.set_threshold(*old)
    assert seen
    assert set(map(str, seen)) == {str(("s", {"a": 3}))}


def test_many_threads_read_the_same_rows(client: SandboxSDK, server: Recorder) -> None:
    rows = rows_of(client, server, *[{**ROW, "tags": ["x"] * 5} for _ in range(2000)])
    wrong: list[object] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def read() -> None:
        for row in rows:
            if (row.id, row.name, row.tags, row.to_dict()["cpu"]) != ("s", "n", ["x"] * 5, 2.0):
                wrong.append(row)

    threads = [threading.Thread(target=read) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
    tags = rows[0].tags
    assert rows[0].tags is tags


def test_a_subclass_of_a_generated_model_is_not_taken_for_it() -> None:
    class Mine(types.Sandbox):
        region: int = 5

    made = Mine.construct(**ROW)
    assert (made.region, made.cpu, type(made.cpu)) == (5, 2.0, float)
    assert list(Mine.model_fields) == [*types.Sandbox.model_fields, "region"]
    assert types.Sandbox.construct(region="eu").region == "eu"


def test_what_the_native_types_refuse() -> None:
    from sandbox_sdk import _native

    with pytest.raises(TypeError, match="class of models"):
        _native.Plan(dict, (), {})
    with pytest.raises(TypeError, match="class of models"):
        _native.Plan(5, (), {})  # type: ignore[arg-type]
    rest = (False, True, False, False)
    for field in (
        (),
        ("a", "a", "a", 99, *rest, None),
        ("a", "a", "a", 4, *rest, dict),
        ("a", "\0", "a", 0, *rest, None),
    ):
        with pytest.raises((TypeError, ValueError)):
            _native.Plan(types.Sandbox, (field,), {})  # type: ignore[arg-type]
    model = types.Sandbox.construct()
    for state in ((), ({}, {}, []), (None, {}, set())):
        with pytest.raises(TypeError):
            model._set_state(*state)


def test_an_answer_becomes_a_class_of_a_programs_own(client: SandboxSDK, server: Recorder) -> None:
    from sandbox_sdk import _native
    from sandbox_sdk._operation import Operation

    class Tagged(BaseModel):
        size: float = 7
        tags: List[str] = []  # noqa: UP006

    class Named(BaseModel):
        model_config = {"populate_by_name": True}

        name: str = Field(alias="NAME")

    class Open(BaseModel):
        __pydantic_extra__: Dict[str, Tagged]  # noqa: UP006

    class Whole(BaseModel):
        number: int = 5
        one: Tagged
        many: List[Tagged]  # noqa: UP006
        named: Optional[Named]  # noqa: UP045
        either: Union[Tagged, str]  # noqa: UP007
        at: datetime

    values: Dict[str, Any] = {"one": {"size": None}, "many": [{"tags": ["a"]}, {}, None], "named": {"name": "a"}}  # noqa: UP006
    values.update(either={"size": "1"}, at="2024-01-01T00:00:00Z", number=None, other={"a": 1})
    operation = Operation("volumes.delete", "volume_delete_response", "VolumeDeleteResponse")
    handle = operation.load()
    server.answer(values)
    response = _native.client_invoke(client._caller.handle, handle, {"id": "v"}, None)
    made = Whole._decoder()(response)
    assert repr(made) == repr(Whole.construct(**values))
    assert made.number == 5
    assert made.many[1].tags == []
    made.many[1].tags.append("x")
    assert Tagged.construct().tags == Whole._decoder()(response).many[1].tags == []
    server.answer({"one": {"size": 2}, "NAME": "b"})
    response = _native.client_invoke(client._caller.handle, handle, {"id": "v"}, None)
    assert type(Open._decoder()(response).one) is Tagged
    assert Named._decoder()(response).name == "b"


def test_a_class_of_more_fields_than_a_word_has_bits(client: SandboxSDK, server: Recorder) -> None:
    names = [f"field_{index}" for index in range(100)]
    wide = type("Wide", (BaseModel,), {"__annotations__": dict.fromkeys(names, int), "__module__": __name__})
    from sandbox_sdk import _native

    plan = _native.Plan(
        wide, tuple((name, name, name, 1, False, True, False, False, None) for name in names), dict.fromkeys(names)
    )
    from sandbox_sdk._operation import Operation

    operation = Operation("volumes.delete", "volume_delete_response", "VolumeDeleteResponse")
    handle = operation.load()
    server.answer({"field_3": 1, "field_99": 2, "other": 3})
    made = plan.decode(_native.client_invoke(client._caller.handle, handle, {"id": "v"}, None))
    assert type(made) is wide
    assert made.model_fields_set == {"field_3", "field_99"}
    assert (made.field_3, made.field_98, made.field_99, made.other) == (1, None, 2, 3)
