"""Models that a program defines: fields of every type, leniently and with checks."""

from __future__ import annotations

import pickle
import sys
from datetime import date, datetime, timezone
from enum import Enum
from json import loads
from typing import Annotated, Any, Dict, Generic, List, Literal, Optional, TypedDict, TypeVar, Union  # noqa: UP035

import pytest
from sandbox_sdk import BaseModel, types
from sandbox_sdk._compat import model_copy, model_dump, model_json, parse_obj
from sandbox_sdk._models import (
    DISCRIMINATOR_CACHE,
    Field,
    GenericModel,
    build,
    construct_type,
    construct_type_unchecked,
    validate_type,
)
from sandbox_sdk._utils import PropertyInfo
from typing_extensions import TypeAliasType

T = TypeVar("T")


class Part(BaseModel):
    size: float
    label: str = "none"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Tree(BaseModel):
    name: str
    children: List[Tree] = []  # noqa: UP006


class Page(GenericModel, Generic[T]):
    items: List[T]  # noqa: UP006
    next: Optional[Page[T]] = None  # noqa: UP045


class Shape(TypedDict, total=False):
    corners: int


class Color(Enum):
    RED = "red"


def converted(type_: Any, value: Any) -> Any:
    return construct_type(type_=type_, value=value)


# Leniently


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (float, 2, 2.0),
        (float, 2**53 + 1, 2**53 + 1),
        (float, 10**400, 10**400),
        (float, "2", "2"),
        (int, 2.5, 2.5),
        (int, "2", "2"),
        (str, 5, 5),
        (Optional[int], "2", 2),
        (Optional[float], "2", 2.0),
        (Optional[bool], "yes", True),
        (Optional[str], 5, 5),
        (Optional[int], None, None),
        (Optional[int], "x", "x"),
        (Union[int, str], "1", "1"),
        (Union[float, int], 1, 1),
        (Union[str, None, int], 5, 5),
        (List[float], [1, "x", None], [1.0, "x", None]),  # noqa: UP006
        (List[float], "x", "x"),  # noqa: UP006
        (list, [1], [1]),
        (dict, {"a": 1}, {"a": 1}),
        (Dict[str, float], {"a": 1, "b": "x"}, {"a": 1.0, "b": "x"}),  # noqa: UP006
        (Dict[str, float], [1], [1]),  # noqa: UP006
        (Literal["a", "b"], "c", "c"),
        (datetime, "2024-02-03T04:05:06Z", datetime(2024, 2, 3, 4, 5, 6, tzinfo=timezone.utc)),
        (datetime, "2024-02-03 04:05:06.789", datetime(2024, 2, 3, 4, 5, 6, 789000)),
        (datetime, 1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)),
        (datetime, 1_000_000_000_000, datetime(2001, 9, 9, 1, 46, 40, tzinfo=timezone.utc)),
        (datetime, "2024-02-30T00:00:00", "2024-02-30T00:00:00"),
        (datetime, "soon", "soon"),
        (datetime, [1], [1]),
        (date, "2024-02-03", date(2024, 2, 3)),
        (date, "2024-02-31", "2024-02-31"),
        (Annotated[float, "more"], 1, 1.0),
        (Any, {"a": 1}, {"a": 1}),
        (object, [1], [1]),
        (None, 5, 5),
        (TypeAliasType("Alias", List[float]), [1], [1.0]),  # noqa: UP006
        (Shape, {"corners": 3}, {"corners": 3}),
        (5, 5, 5),
    ],
)
def test_lenient_conversion(type_: Any, value: Any, expected: Any) -> None:
    found = converted(type_, value)
    assert found == expected
    assert type(found) is type(expected)


def test_nested_models() -> None:
    whole = converted(Dict[str, List[Optional[Part]]], {"a": [{"size": 1}, None, 5]})  # noqa: UP006
    assert whole == {"a": [Part.construct(size=1.0), None, 5]}
    assert converted(Part, [{"size": 1}, 5]) == [Part.construct(size=1), 5]
    tree = converted(Tree, {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]})
    assert tree.children[0].children[0].name == "c"
    assert tree.children[0].children[0].children == []


def test_a_default_that_can_change_is_each_instances_own() -> None:
    first, second = Tree.construct(name="a"), Tree.construct(name="b")
    first.children.append(second)
    assert second.children == []
    assert Tree(name="c").children == []


def test_unions_of_models() -> None:
    animals = List[Annotated[Union[Cat, Dog], PropertyInfo(discriminator="kind")]]  # noqa: UP006
    cat, dog, odd, strange = converted(animals, [{"kind": "cat"}, {"kind": "dog", "name": 5}, {"kind": "x"}, 7])
    assert (type(cat), type(dog), type(odd), strange) == (Cat, Dog, Cat, 7)
    assert dog.name == 5
    assert type(converted(Union[Cat, Dog], {"kind": "dog", "name": "rex"})) is Dog
    union = Union[Cat, Dog]
    converted(Annotated[union, PropertyInfo(discriminator="kind")], {"kind": "dog"})
    assert DISCRIMINATOR_CACHE.get(union).mapping == {"cat": Cat, "dog": Dog}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="X | Y is a type since CPython 3.10")
def test_unions_by_bars() -> None:
    assert type(converted(Cat | Dog, {"kind": "dog", "name": "rex"})) is Dog
    annotated = Annotated[Cat | Dog, PropertyInfo(discriminator="kind")]
    assert type(converted(annotated, {"kind": "dog"})) is Dog


def test_annotations_as_text_by_bars() -> None:
    class Barred(BaseModel):
        part: Part | None = None
        number: int | str = 5

    made = Barred.construct(part={"size": 1}, number="6")
    assert made.part == Part.construct(size=1.0)
    assert made.number == "6"


def test_an_annotation_that_cannot_be_evaluated_leaves_values_as_they_came() -> None:
    class Odd(BaseModel):
        later: Nowhere  # type: ignore[name-defined]  # noqa: F821

    assert Odd.construct(later={"a": 1}).later == {"a": 1}
    Odd.model_rebuild()
    globals()["Nowhere"] = Part
    try:
        Odd.model_rebuild()
        assert Odd.construct(later={"size": 1}).later == Part.construct(size=1)
    finally:
        del globals()["Nowhere"]


def test_a_class_in_code_that_is_executed() -> None:
    names: dict[str, Any] = {}
    code = "class A(BaseModel):\n    x: float\nclass B(BaseModel):\n    a: List[A]\n    b: Optional['B'] = None\n"
    exec("from __future__ import annotations\nfrom typing import *\nfrom sandbox_sdk import BaseModel\n" + code, names)
    made = names["B"].construct(a=[{"x": 1}], b={"a": [{"x": 2}]})
    assert type(made.a[0]) is names["A"]
    assert made.b.a[0].x == 2.0


def test_aliases() -> None:
    class Named(BaseModel):
        full_name: str = Field(alias="fullName")
        age: Annotated[int, Field(alias="yearsOld")] = 5

    made = Named.construct(fullName="a", yearsOld=6)
    assert (made.full_name, made.age, made.model_fields_set) == ("a", 6, {"full_name", "age"})
    assert made.model_extra == {}
    assert made.to_dict() == {"fullName": "a", "yearsOld": 6}
    assert made.to_dict(use_api_names=False) == made.model_dump() == {"full_name": "a", "age": 6}
    assert Named.construct(full_name="a").full_name is None
    assert Named(fullName="b").age == 5
    with pytest.raises(ValueError, match="fullName"):
        Named(full_name="b")
    assert Named.model_validate({"full_name": "b"}, by_name=True).full_name == "b"

    class ByName(Named):
        model_config = {"populate_by_name": True}

    assert ByName(full_name="a").full_name == ByName.construct(full_name="a").full_name == "a"
    assert ByName.construct(fullName="a").full_name == "a"


def test_names_that_collide() -> None:
    class Odd(BaseModel):
        cls: str
        self: str
        values: str
        copy: str  # type: ignore[assignment]

    made = Odd.construct(cls="a", self="b", values="c", copy="d", construct="e", __class__="f")
    assert (made.cls, made.self, made.values, made.copy) == ("a", "b", "c", "d")
    assert callable(made.construct)
    assert type(made) is Odd
    assert made.to_dict()["__class__"] == "f"
    assert Odd(cls="a", self="b", values="c", copy="d").self == "b"


def test_a_property_comes_before_a_field() -> None:
    class Shown(Part):
        @property
        def label(self) -> str:  # type: ignore[override]
            return "shown"

    made = Shown.construct(size=1, label="sent")
    assert made.label == "shown"
    assert made.to_dict() == {"size": 1.0, "label": "sent"}


def test_unknown_fields_of_a_type() -> None:
    class Open(BaseModel):
        __pydantic_extra__: Dict[str, Part]  # noqa: UP006

        name: str

    made = converted(Open, {"name": "a", "one": {"size": 1}})
    assert made.one == Part.construct(size=1)
    assert made.model_extra == {"one": Part.construct(size=1)}


def test_generic_models() -> None:
    pages = Page[Part]
    assert Page[Part] is pages
    assert (pages.__name__, issubclass(pages, Page)) == ("Page[Part]", True)
    made = converted(pages, {"items": [{"size": 1}], "next": {"items": [{"size": 2}]}})
    assert made.items == [Part.construct(size=1.0)]
    assert type(made.next) is pages
    assert made.next.items[0].size == 2.0
    assert converted(Page[float], {"items": [1]}).items == [1.0]
    assert converted(Page[List[T]][int], {"items": [[1]]}).items == [[1]]  # type: ignore[misc]  # noqa: UP006
    assert converted(Page, {"items": [1]}).items == [1]
    with pytest.raises(TypeError, match="Too many"):
        Page[int, str]  # type: ignore[misc]
    with pytest.raises(TypeError, match="cannot be parametrized"):
        Part[int]  # type: ignore[misc]


def test_a_class_may_have_its_own_ways_to_find_attributes() -> None:
    class Forgiving(Part):
        def __getattr__(self, name: str) -> str:
            return f"no {name}"

    class Watched(Part):
        def __getattribute__(self, name: str) -> Any:
            seen.append(name)
            return super().__getattribute__(name)

    seen: list[str] = []
    made = Forgiving.construct(size=1, region="eu")
    assert (made.size, made.region, made.other) == (1.0, "eu", "no other")
    assert Watched.construct(size=1).size == 1.0
    assert "size" in seen


def test_bases_and_mixins() -> None:
    class Mixin:
        color: str = "red"

        def shout(self) -> str:
            return self.color.upper()

    class Colored(Mixin, Part):
        size: int = 3  # type: ignore[assignment]

    made = Colored.construct(color="blue")
    assert (made.shout(), made.size, list(Colored.model_fields)) == ("BLUE", 3, ["size", "label", "color"])
    with pytest.raises(AttributeError):
        Colored.size  # noqa: B018


def test_the_helpers_of_the_reference() -> None:
    assert build(Part, size=1) == Part.construct(size=1)
    with pytest.raises(TypeError, match="positional arguments"):
        build(Part, 1)
    assert construct_type_unchecked(value={"size": 1}, type_=Part) == Part.construct(size=1)
    part = parse_obj(Part, {"size": 1})
    assert model_dump(part) == {"size": 1.0, "label": "none"}
    assert model_json(part) == '{"size":1.0,"label":"none"}'
    assert model_copy(part, deep=True) == part


# With checks


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (int, "1", 1),
        (int, "1.0", 1),
        (int, 2.0, 2),
        (int, True, 1),
        (float, "1.5", 1.5),
        (float, 1, 1.0),
        (bool, "off", False),
        (bool, 1, True),
        (str, b"a", "a"),
        (bytes, "a", b"a"),
        (datetime, "2024-02-03", datetime(2024, 2, 3)),
        (date, "2024-02-03T00:00:00", date(2024, 2, 3)),
        (Optional[List[int]], ("1", 2), [1, 2]),  # noqa: UP006
        (tuple[int, str], [1, "a"], (1, "a")),
        (tuple[int, ...], ["1"], (1,)),
        (set[int], ["1", 1], {1}),
        (dict[int, float], {"1": 2}, {1: 2.0}),
        (Literal["a", 1], 1, 1),
        (Shape, {"corners": "3"}, {"corners": 3}),
        (Union[int, List[int]], ["1"], [1]),  # noqa: UP006
        (Any, 5, 5),
        (T, 5, 5),
        (None, None, None),
    ],
)
def test_checked_values(type_: Any, value: Any, expected: Any) -> None:
    found = validate_type(type_=type_, value=value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("type_", "value", "place", "kind"),
    [
        (int, "x", (), "int_parsing"),
        (int, 1.5, (), "int_from_float"),
        (int, None, (), "int_type"),
        (int, "1.", (), "int_parsing"),
        (float, "x", (), "float_parsing"),
        (float, [], (), "float_type"),
        (bool, "maybe", (), "bool_parsing"),
        (str, 5, (), "string_type"),
        (datetime, "soon", (), "datetime_from_date_parsing"),
        (List[int], {"a": 1}, (), "list_type"),  # noqa: UP006
        (List[int], [1, "x"], (1,), "int_parsing"),  # noqa: UP006
        (Dict[str, int], {"a": "x"}, ("a",), "int_parsing"),  # noqa: UP006
        (Dict[str, int], [], (), "dict_type"),  # noqa: UP006
        (Literal["a", "b"], "c", (), "literal_error"),
        (Part, 5, (), "model_type"),
        (Part, {}, ("size",), "missing"),
        (Part, {"size": [1]}, ("size",), "float_type"),
        (List[Part], [{"size": 1}, {}], (1, "size"), "missing"),  # noqa: UP006
        (Optional[int], "x", (), "int_parsing"),
        (Union[int, bool], "x", ("int",), "int_parsing"),
        (None, 5, (), "none_required"),
        (tuple[int, str], [1], (1,), "missing"),
        (tuple[int], [1, 2], (), "too_long"),
    ],
)
def test_refused_values(type_: Any, value: Any, place: tuple[Any, ...], kind: str) -> None:
    with pytest.raises(ValueError) as caught:
        validate_type(type_=type_, value=value)
    first = caught.value.errors()[0]  # type: ignore[attr-defined]
    assert (first["loc"], first["type"], caught.value.error_count() >= 1) == (place, kind, True)  # type: ignore[attr-defined]


def test_of_a_union_the_best_counts() -> None:
    class Small(BaseModel):
        name: str

    class Large(BaseModel):
        name: str
        size: int = 0

    assert type(validate_type(type_=Union[Small, Large], value={"name": "a", "size": 1})) is Large  # type: ignore[arg-type]
    assert type(validate_type(type_=Union[Small, Large], value={"name": "a"})) is Small  # type: ignore[arg-type]
    assert validate_type(type_=Union[int, str], value="1") == "1"  # type: ignore[arg-type]
    assert validate_type(type_=Union[int, float], value="1.5") == 1.5  # type: ignore[arg-type]
    assert validate_type(type_=Union[bool, int], value=1) is not True  # type: ignore[arg-type]


def test_the_constructor_checks_and_says_everything_that_is_wrong() -> None:
    with pytest.raises(ValueError) as caught:
        Part(size="x", label=5)
    assert [(error["loc"], error["input"]) for error in caught.value.errors()] == [(("size",), "x"), (("label",), 5)]  # type: ignore[attr-defined]
    assert "2 validation errors for Part\nsize\n  Input should be a valid number" in str(caught.value)
    part = Part(size="1.5", other=1)  # type: ignore[arg-type]
    assert (part.size, part.other, part.model_fields_set) == (1.5, 1, {"size", "other"})
    assert Part.model_validate(part) is part
    assert Part.model_validate_json('{"size": 2}') == Part(size=2)
    with pytest.raises(ValueError, match="dictionary or instance"):
        Part.model_validate({"size": 1}, strict=True)


def test_what_a_class_says_of_itself() -> None:
    class Closed(BaseModel):
        model_config = {"extra": "forbid", "frozen": True}

        name: str

    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Closed(name="a", other=1)
    closed = Closed(name="a")
    with pytest.raises(ValueError, match="frozen"):
        closed.name = "b"
    assert hash(closed) == hash(Closed(name="a"))
    assert Closed.construct(name="a", other=1).other == 1

    class Ignoring(BaseModel):
        model_config = {"extra": "ignore"}

        name: str

    ignoring = Ignoring(name="a", other=1)
    assert dict(ignoring) == {"name": "a"}
    with pytest.raises(ValueError, match='"Ignoring" object has no field "other"'):
        ignoring.other = 1

    class Counted(BaseModel):
        name: str

        def model_post_init(self, context: Any, /) -> None:
            self._length = len(self.name)

    assert Counted(name="abc")._length == 3
    assert dict(Counted(name="abc")) == {"name": "abc"}


def test_an_own_constructor_is_used() -> None:
    class Own(BaseModel):
        name: str

        def __init__(self, name: str = "x", **more: Any) -> None:
            super().__init__(name=name.upper(), **more)

    assert Own("a").name == "A"
    assert validate_type(type_=List[Own], value=[{"name": "b"}])[0].name == "B"  # noqa: UP006


# Dumps


def test_dumps_of_every_type() -> None:
    import uuid
    from collections import OrderedDict
    from dataclasses import dataclass
    from datetime import timedelta
    from decimal import Decimal
    from pathlib import PurePosixPath

    @dataclass
    class Point:
        x: int

    class All(BaseModel):
        value: Any

    moment = datetime(2024, 2, 3, 4, 5, 6, 789000, tzinfo=timezone.utc)
    identifier = uuid.UUID(int=1)
    cases: list[tuple[Any, Any, Any]] = [
        (moment, moment, "2024-02-03T04:05:06.789000Z"),
        (date(2024, 2, 3), date(2024, 2, 3), "2024-02-03"),
        (timedelta(days=1, seconds=3661.5), timedelta(days=1, seconds=3661.5), "P1DT1H1M1.5S"),
        (timedelta(0), timedelta(0), "PT0S"),
        (Color.RED, Color.RED, "red"),
        (b"a", b"a", "a"),
        (identifier, identifier, str(identifier)),
        (Decimal("1.50"), Decimal("1.50"), "1.50"),
        (PurePosixPath("/a"), PurePosixPath("/a"), "/a"),
        ((1, Part.construct(size=1)), (1, {"size": 1.0, "label": "none"}), [1, {"size": 1.0, "label": "none"}]),
        ({1}, {1}, [1]),
        (OrderedDict(a=moment), {"a": moment}, {"a": "2024-02-03T04:05:06.789000Z"}),
        ({1: 2, None: 3}, {1: 2, None: 3}, {"1": 2, "None": 3}),
        ({True: 4}, {True: 4}, {"true": 4}),
        (Point(1), {"x": 1}, {"x": 1}),
    ]
    for value, python, json in cases:
        model = All.construct(value=value)
        assert model.model_dump()["value"] == python
        assert model.model_dump(mode="json")["value"] == json
    assert All.construct(value=float("nan")).model_dump_json() == '{"value":null}'
    for odd in ("\ud800", 2**80, {"a": [2**70]}, '\0\x1f\x7f"\\/é'):
        assert loads(All.construct(value=odd).model_dump_json()) == {"value": odd}
        assert All.construct(value=odd).model_dump_json(indent=0).count("\n") >= 2
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    assert All.construct(value=deep).model_dump_json() == '{"value":' + "[" * 401 + "]" * 401 + "}"
    with pytest.raises(ValueError, match="Unable to serialize unknown type: <class 'object'>"):
        All.construct(value=object()).model_dump_json()
    assert All.construct(value=object()).model_dump(mode="json", fallback=lambda _: "x") == {"value": "x"}
    assert All.construct(value="ä").model_dump_json(ensure_ascii=True) == '{"value":"\\u00e4"}'


def test_values_that_contain_themselves_end_in_an_exception() -> None:
    endless: Dict[str, Any] = {"name": "a"}  # noqa: UP006
    endless["children"] = [endless]
    with pytest.raises(RecursionError):
        Tree.construct(**endless)
    tree = Tree.construct(name="a", children=[])
    tree.children.append(tree)
    for use in (tree.to_dict, tree.to_json, tree.model_dump_json, lambda: tree.model_dump(mode="json")):
        with pytest.raises(RecursionError):
            use()
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(RecursionError):
        Tree.construct(name=loop).to_dict(warnings=False)


def test_lists_and_dicts_that_change_meanwhile() -> None:
    class Meddling(BaseModel):
        name: str

        @classmethod
        def construct(cls, _fields_set: Any = None, **values: Any) -> Any:  # type: ignore[override]
            items.clear()
            return super().construct(_fields_set, **values)

    class Whole(BaseModel):
        parts: List[Union[Meddling, int]]  # noqa: UP006, UP007

    items: list[Any] = [{"name": 1}, {"name": 2}, {"name": 3}]
    assert len(Whole.construct(parts=items).parts) >= 1


def test_dumps_of_a_part() -> None:
    class Whole(BaseModel):
        parts: List[Part]  # noqa: UP006
        names: Dict[str, int]  # noqa: UP006
        secret: str = Field("s", exclude=True)

    whole = Whole.construct(parts=[{"size": 1}, {"size": 2}, {"size": 3}], names={"a": 1, "b": 2})
    assert "secret" not in whole.model_dump()
    assert whole.model_dump(include={"parts": {0: {"size"}, -1: True}}) == {
        "parts": [{"size": 1.0}, {"size": 3.0, "label": "none"}]
    }
    assert whole.model_dump(exclude={"parts": {"__all__": {"label"}}, "names": {"a"}}) == {
        "parts": [{"size": 1.0}, {"size": 2.0}, {"size": 3.0}],
        "names": {"b": 2},
    }
    assert whole.model_dump(exclude={"parts": {1}, "names": ...})["parts"][1]["size"] == 3.0
    assert whole.model_dump(exclude_defaults=True, exclude_unset=True)["parts"][0] == {"size": 1.0}


def test_a_misfit_makes_a_warning_unless_it_is_unwanted() -> None:
    class Whole(BaseModel):
        part: Part
        number: Optional[int]  # noqa: UP045
        many: List[str]  # noqa: UP006
        any: Any
        either: Union[int, str]  # noqa: UP007
        named: Dict[str, int]  # noqa: UP006

    odd = Whole.construct(part={"size": "x"}, number="x", many=[1, None], any=5, either=[1], named={"a": "b"})
    with pytest.warns(UserWarning) as caught:
        odd.to_dict()
    said = str(caught[0].message)
    assert said.startswith("Pydantic serializer warnings:\n  PydanticSerializationUnexpectedValue(Expected `float` - ")
    assert "[field_name='number', input_value='x', input_type=str]" in said
    assert "Expected `str` - serialized value may not be as expected [field_name='many', input_value=1" in said
    assert said.count("field_name='either'") == 2
    assert caught[0].filename == __file__
    odd.to_dict(warnings=False)
    odd.model_dump(warnings="none")
    with pytest.raises(ValueError, match="field_name='number'"):
        odd.model_dump_json(warnings="error")
    Whole.construct().model_dump()


@pytest.mark.parametrize(
    ("name", "better"), [("dict", "model_dump"), ("json", "model_dump_json"), ("copy", "model_copy")]
)
def test_the_old_names_say_that_they_are_old(name: str, better: str) -> None:
    part = Part.construct(size=1)
    with pytest.warns(DeprecationWarning, match=f"The `{name}` method is deprecated; use `{better}` instead") as caught:
        old = getattr(part, name)()
    assert old == getattr(part, better)()
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="parse_obj"):
        assert Part.parse_obj({"size": 1}) == part


def test_copies() -> None:
    part = Part.construct(size=[1], region="eu")
    shallow, deep = part.model_copy(update={"label": "x", "zone": 1}), part.model_copy(deep=True)
    assert (shallow.label, shallow.zone, shallow.model_fields_set) == ("x", 1, {"size", "label"} | {"zone"})
    assert shallow.size is part.size
    assert deep.size == part.size
    assert deep.size is not part.size
    with pytest.warns(DeprecationWarning):
        assert dict(part.copy(exclude={"label"})) == {"size": [1], "region": "eu"}
    with pytest.warns(DeprecationWarning):
        assert dict(part.copy(include={"label"}, update={"size": 2})) == {"size": 2, "label": "none"}
    if sys.version_info >= (3, 13):
        import copy

        assert copy.replace(part, label="y").label == "y"


def test_pickles_of_every_protocol() -> None:
    part = Part.construct(size=1, region="eu")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        loaded = pickle.loads(pickle.dumps(part, protocol))
        assert loaded == part
        assert loaded.model_fields_set == {"size"}
    assert pickle.loads(pickle.dumps(types.Sandbox.construct(id="a"))).model_fields_set == {"id"}


# Fields


def test_what_is_known_of_fields() -> None:
    fields = Tree.model_fields
    assert list(fields) == ["name", "children"]
    assert fields["children"].annotation == List[Tree]  # noqa: UP006
    assert (fields["name"].is_required(), fields["children"].is_required()) == (True, False)
    assert fields["name"].get_default() is None
    assert "children" not in vars(Tree)
    assert "annotation='str', required=True" in repr(fields["name"])
    info = Field(default_factory=list, alias="x", description="d", title="t")
    assert (info.get_default(), info.get_default(call_default_factory=True), info.description) == (None, [], "d")
    with pytest.raises(TypeError, match="not both"):
        Field(5, default_factory=list)


def test_annotations_of_generated_models_can_be_evaluated() -> None:
    from typing import get_type_hints

    for name in types.__all__:
        assert get_type_hints(getattr(types, name))
    assert get_type_hints(types.SandboxListResponse)["data"] == List[types.Sandbox]  # noqa: UP006
    assert types.SandboxDeleteResponse.model_fields["snapshot_name"].annotation == Optional[str]
    assert types.Volume.model_fields["status"].annotation == Literal["Pending", "Bound", "Lost"]


def test_the_signature_of_a_class_has_its_fields(run_python) -> None:
    from inspect import signature

    class Plain(BaseModel):
        a: int
        b: Optional[str] = "x"  # noqa: UP045

    class More(Plain):
        c: str = Field(alias="theC")
        d: float = Field(default_factory=float)
        e: int = Field(default=3, alias="not-a-name")
        extra_data: object

    class Own(Plain):
        def __init__(self, x: int, *, a: int, **rest: object) -> None:
            super().__init__(a=a, **rest)

    class Closed(Plain):
        model_config = {"extra": "forbid"}

    class Alone(Plain):
        def __init__(self, x: int) -> None:
            super().__init__(a=x)

    plain = "(*, a: int, b: Optional[str] = 'x'"
    assert str(signature(Plain)).replace("typing.", "") == f"{plain}, **extra_data: Any) -> None"
    assert str(signature(More)).replace("typing.", "") == (
        f"{plain}, theC: str, d: float = <factory>, e: int = 3, extra_data: object, **extra_data_: Any) -> None"
    )
    assert list(signature(Own).parameters) == ["x", "a", "b", "rest"]
    assert list(signature(Closed).parameters) == ["a", "b"]
    assert list(signature(Alone).parameters) == ["x"]
    assert list(signature(BaseModel).parameters) == ["values"]
    assert list(signature(types.Pagination).parameters) == [*types.Pagination.model_fields, "extra_data"]
    assert not hasattr(Plain(a=1), "__signature__")
    done = run_python(
        "import sys, sandbox_sdk; sandbox_sdk.types.Sandbox.construct(id='i'); print('inspect' in sys.modules)"
    )
    assert done.stdout == "False\n", done.stderr
