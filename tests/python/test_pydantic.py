"""pydantic beside our models: as the judge of ours, and for a program's own classes, fields of either in the other."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, Union  # noqa: UP035
from uuid import UUID

import pydantic
import pytest
from pydantic import AfterValidator, AliasChoices, ConfigDict, PrivateAttr, computed_field, field_validator
from sandbox_sdk import BaseModel, types
from sandbox_sdk._models import construct_type, validate_type

SANDBOX = {"id": "s", "cpu": 2, "created_at": "c", "disk_size": 10, "memory": 512.5, "name": "n", "status": "running"}


class Theirs(pydantic.BaseModel):
    name: str
    sandbox: Optional[types.Sandbox] = None  # noqa: UP045
    more: List[types.Sandbox] = []  # noqa: UP006


class Ours(BaseModel):
    name: str
    theirs: Optional[Theirs] = None  # noqa: UP045


class Color(Enum):
    RED = "a"
    BLUE = 1


# The rules by which values are checked are pydantic's

TYPES: list[Any] = [
    *(int, float, bool, str, bytes, datetime, date, None, Any, list, dict),
    *(Optional[int], Optional[float], Optional[str], Optional[bool], Optional[datetime]),
    *(Union[int, str], Union[str, int], Union[int, float], Union[bool, int, str], Union[float, bool], Union[date, str]),
    *(List[int], List[Optional[str]], Dict[str, int], Dict[int, str], Literal["a", 1], set[int], tuple[int, str]),  # noqa: UP006
    Annotated[int, pydantic.Field(gt=1, le=5)],
    Annotated[str, pydantic.Field(min_length=2, pattern="^a")],
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, -5, 10**20, 0.0, 1.0, 1.5, math.inf),
    *("", "a", "ab", "x", "1", " 1 ", "1.0", "1.5", "1.", "true", "No", b"a", b"1", b"\xff"),
    *("2024-02-03", "2024-02-03T04:05:06Z", "2024-02-30", datetime(2024, 2, 3, 4, tzinfo=timezone.utc)),
    *(datetime(2024, 2, 3), date(2024, 2, 3), object),
    *([], [1], ["1", "x"], [None], (1, "a"), [1, "a", 2], {1}, {"a": 1}, {"a": "x"}, {1: "a"}, {"1": "b"}),
]


NUMBERS = [
    *(0.0, -0.0, 0.1, 1.0, 1e9, 123456789.125, 1e15, 1234567890123456.0, 9007199254740993.0, 1e16, 1.5e16, 1e17, 1e100),
    *(1e-4, 1.5e-4, 9.9999e-5, 1e-5, 1.5e-5, -1.234567e-5, 1e-6, -1.5e-7, 1e-9, 9.99e-10, 1e-10, 1e-100),
    *(5e-324, 1.7976931348623157e308, math.nan, math.inf, 2**64, -(2**70), 2**63, 7),
]


class Numbers(BaseModel):
    model_config = {"extra": "allow"}


class TheirNumbers(pydantic.BaseModel):
    model_config = ConfigDict(extra="allow")


@pytest.mark.parametrize(
    "options",
    [{}, {"indent": 2}, {"include": {"values", "more"}}, {"exclude_none": True}, {"ensure_ascii": True}],
    ids=str,
)
@pytest.mark.parametrize("more", [None, 'üé\u2028😀\x7f"', datetime(2024, 2, 3)], ids=["plain", "text", "date"])
def test_numbers_are_written_as_pydantic_writes_them(options: dict[str, Any], more: object) -> None:
    signed = [sign * number for number in NUMBERS for sign in (1, -1)]
    ours = Numbers.construct(values=signed, more=more, left_out={1: 1e-5})
    theirs = TheirNumbers.model_construct(values=signed, more=more, left_out={1: 1e-5})
    assert ours.model_dump_json(**options) == theirs.model_dump_json(**options)


def outcome(check: Callable[[], Any]) -> tuple[str, object]:
    try:
        value = check()
    except ValueError as error:
        return "refused", sorted((one["loc"], one["type"]) for one in error.errors())  # type: ignore[attr-defined]
    return type(value).__name__, value


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_checked_values_are_those_of_pydantic(type_: Any) -> None:
    adapter = pydantic.TypeAdapter(type_)
    different = []
    for value in VALUES:
        theirs = outcome(lambda: adapter.validate_python(value))  # noqa: B023
        ours = outcome(lambda: validate_type(type_=type_, value=value))  # noqa: B023
        # An integer beyond 64 bits is refused with another word where a literal is wanted.
        if theirs != ours and not (type_ == Literal["a", 1] and value == 10**20):
            different.append((value, theirs, ours))
    assert different == []


@pytest.mark.parametrize("type_", [Color, Optional[Color], UUID, Optional[UUID], Decimal, Path, Union[int, Color]])
def test_values_of_other_classes_are_those_of_pydantic(type_: Any) -> None:
    adapter = pydantic.TypeAdapter(type_)
    for value in [*VALUES, str(UUID(int=7)), "nan", Color.RED, UUID(int=7), Decimal("1.5"), Path("x")]:
        if isinstance(value, bytes):
            continue  # pydantic makes a UUID of 16 of them
        theirs = outcome(lambda: adapter.validate_python(value))  # noqa: B023
        ours = outcome(lambda: validate_type(type_=type_, value=value))  # noqa: B023
        assert ours[0] == theirs[0], value
        if theirs[0] != "refused":
            assert ours[1] == theirs[1]


def twin(name: str, base: type, annotations: dict[str, Any], **defaults: Any) -> Any:
    """The same class with either base."""
    return type(name, (base,), {"__annotations__": annotations, "__module__": __name__, **defaults})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"size": 1},
        {"size": "1", "label": 5},
        {"size": "x", "tags": "a"},
        {"size": 1, "tags": ["a", "b"], "at": "2024-02-03T04:05:06.789Z", "other": {"a": [1]}},
        {"size": 1, "tags": [1], "at": 5, "label": None},
    ],
)
def test_models_are_checked_shown_and_dumped_as_by_pydantic(values: dict[str, Any]) -> None:
    annotations = {"size": float, "label": str, "tags": Optional[List[str]], "at": datetime}  # noqa: UP006
    defaults = {"label": "none", "tags": None, "at": datetime(2024, 1, 1, tzinfo=timezone.utc)}
    mine = twin("Model", BaseModel, annotations, **defaults)
    real = twin("Model", pydantic.BaseModel, annotations, model_config=ConfigDict(extra="allow"), **defaults)
    theirs, ours = outcome(lambda: real(**values)), outcome(lambda: mine(**values))
    assert theirs[0] == ours[0]
    if theirs[0] == "refused":
        assert theirs == ours
        return
    for use in (
        # pydantic has a class of its own for UTC.
        lambda model: repr(model).replace("TzInfo(0)", "datetime.timezone.utc"),
        dict,
        lambda model: model.model_dump(),
        lambda model: model.model_dump(mode="json", exclude_unset=True),
        lambda model: model.model_dump_json(),
        lambda model: model.model_dump_json(indent=2, exclude_defaults=True),
        lambda model: model.model_dump(exclude_none=True, include={"tags": {0}, "size": True, "other": {"a"}}),
        lambda model: model.model_dump(exclude={"tags": {-1}, "at": True, "other": {"a": {0}}}),
        lambda model: model.model_fields_set,
        lambda model: model.model_extra,
        lambda model: list(model.__repr_args__()),
        vars,
    ):
        assert use(ours[1]) == use(theirs[1])


def fields_of_models(base: type) -> dict[str, Any]:
    fields: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "Whole": ({"x": int}, {}),
        "Text": ({"x": str}, {}),
        "Number": ({"x": float}, {}),
        "More": ({"x": int, "y": int}, {"y": 0}),
        "Loose": ({"x": int, "y": Any}, {"y": None}),
    }
    config = {"model_config": ConfigDict(extra="allow")} if base is pydantic.BaseModel else {}
    return {
        name: twin(name, base, annotations, **defaults, **config) for name, (annotations, defaults) in fields.items()
    }


@pytest.mark.parametrize(
    "names",
    [
        *(("Whole", "Text"), ("Text", "Whole"), ("Number", "Whole"), ("Whole", "Number"), ("More", "Whole")),
        *(
            ("More", "Text"),
            ("Number", "More"),
            ("Loose", "More"),
            ("Loose", "More", "Text", "Whole"),
            ("Whole", "dict"),
        ),
    ],
)
def test_of_unions_of_models_the_same_is_chosen(names: tuple[str, ...]) -> None:
    mine, real = fields_of_models(BaseModel), fields_of_models(pydantic.BaseModel)
    union_of_mine = Union[tuple(Dict[str, str] if name == "dict" else mine[name] for name in names)]  # noqa: UP006
    union_of_real = Union[tuple(Dict[str, str] if name == "dict" else real[name] for name in names)]  # noqa: UP006
    for value in ({"x": 1}, {"x": "1"}, {"x": 1.0}, {"x": True}, {"x": 1, "y": 2}, {"x": "1", "q": 2}, {"x": "a"}, {}):
        theirs = outcome(lambda: pydantic.TypeAdapter(union_of_real).validate_python(value))  # noqa: B023
        ours = outcome(lambda: validate_type(type_=union_of_mine, value=value))  # type: ignore[arg-type]  # noqa: B023
        assert ours[0] == theirs[0], value
        if theirs[0] == "refused":
            assert ours == theirs
        else:
            assert dict(ours[1]) == dict(theirs[1])  # type: ignore[call-overload]


def test_an_error_is_pydantics_own_where_that_is_loaded() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        types.Sandbox(id=5)
    assert caught.value.title == "Sandbox"
    assert caught.value.errors()[0]["msg"] == "Input should be a valid string"
    with pytest.raises(pydantic.ValidationError, match=r"Input should be 'a' or 'b'"):
        validate_type(type_=Literal["a", "b"], value="{c}")  # type: ignore[arg-type]


def test_without_pydantic_it_is_a_value_error(run_python) -> None:
    done = run_python(
        "import sys\n"
        "sys.modules['pydantic'] = sys.modules['pydantic_core'] = None\n"
        "from sandbox_sdk import BaseModel, types\n"
        "from sandbox_sdk._models import ValidationError, construct_type, Field\n"
        "try:\n    types.Pagination(page='x')\n"
        "except ValidationError as error:\n"
        "    print(error.error_count(), error.errors()[0]['type'], isinstance(error, ValueError))\n"
        "import typing\n"
        "class Own(BaseModel):\n    at: typing.Optional[types.Pagination] = Field(alias='AT')\n"
        "print(construct_type(type_=Own, value={'AT': {'page': 1}}).at.page)\n"
        "try:\n    Own.model_json_schema()\nexcept ImportError as error: print('no schema')\n"
    )
    assert done.stdout.splitlines() == ["4 float_parsing True", "1.0", "no schema"], done.stderr


def test_no_use_of_models_loads_pydantic(run_python) -> None:
    done = run_python(
        "import sys\n"
        "from sandbox_sdk import BaseModel, types\n"
        "class Own(BaseModel):\n    name: str = 'x'\n"
        "made = Own(name='a')\n"
        "made.model_copy(deep=True).to_json()\n"
        "Own.construct(name=1).to_dict(warnings=False)\n"
        "print([name for name in sys.modules if name.startswith('pydantic')])"
    )
    assert done.stdout == "[]\n", done.stderr


# A program's own classes of pydantic


def test_a_class_of_pydantic_is_made_by_pydantic() -> None:
    made = construct_type(type_=Theirs, value={"name": "a", "sandbox": SANDBOX})
    assert type(made) is Theirs
    assert type(made.sandbox) is types.Sandbox
    assert construct_type(type_=List[Theirs], value=[{"name": "a"}, 5]) == [Theirs(name="a"), 5]  # noqa: UP006
    assert construct_type(type_=Dict[str, Theirs], value={"a": {"name": "a"}}) == {"a": Theirs(name="a")}  # noqa: UP006
    assert construct_type(type_=Theirs, value=[{"name": "a"}]) == [Theirs(name="a")]
    assert construct_type(type_=Theirs, value=5) == 5
    assert construct_type(type_=Union[Theirs, types.Sandbox], value={"name": "a"}) == Theirs(name="a")
    with pytest.raises(pydantic.ValidationError, match="name"):
        construct_type(type_=Theirs, value={})
    with pytest.raises(pydantic.ValidationError, match="name"):
        validate_type(type_=List[Theirs], value=[{"name": "a"}, {}])  # noqa: UP006


def test_one_of_theirs_in_one_of_ours() -> None:
    made = Ours.construct(name="a", theirs={"name": "b", "more": [SANDBOX]})
    assert type(made.theirs) is Theirs
    assert type(made.theirs.more[0]) is types.Sandbox
    assert made.to_dict()["theirs"]["more"][0]["cpu"] == 2.0
    assert Ours(name="a", theirs={"name": "b"}).theirs == Theirs(name="b")
    with pytest.raises(ValueError, match="theirs"):
        Ours(name="a", theirs={})


# Ours in theirs


def test_one_of_ours_in_one_of_theirs() -> None:
    made = Theirs(name="a", sandbox=SANDBOX, more=[{**SANDBOX, "region": "eu"}])
    assert type(made.sandbox) is types.Sandbox
    assert made.more[0].region == "eu"
    assert made.model_dump()["sandbox"] == {**SANDBOX, "cpu": 2.0, "disk_size": 10.0}
    assert made.model_dump(include={"sandbox": {"id"}}) == {"sandbox": {"id": "s"}}
    assert '"region":"eu"' in made.model_dump_json()
    given = types.Sandbox.construct(**SANDBOX)
    assert Theirs(name="a", sandbox=given).sandbox is given
    assert Theirs.model_validate_json(made.model_dump_json()) == made
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(pydantic.ValidationError) as caught:
        Theirs(name="a", sandbox={**SANDBOX, "cpu": "x"})
    assert "sandbox" in str(caught.value)


def test_the_schema_of_ours() -> None:
    schema = Theirs.model_json_schema()
    text = str(schema)
    assert "'disk_size'" in text
    assert "'required': ['id', 'cpu'" in text
    own = types.SandboxListResponse.model_json_schema()
    assert own["properties"]["data"]["type"] == "array"
    assert own["title"] == "SandboxListResponse"
    assert pydantic.TypeAdapter(List[types.Sandbox]).validate_python([SANDBOX])[0].id == "s"  # noqa: UP006


# What of pydantic works in a class of ours, and what is refused


def test_fields_and_limits_of_pydantic() -> None:
    class Mine(BaseModel):
        full_name: str = pydantic.Field(alias="fullName", description="d")
        count: int = pydantic.Field(default=3, gt=1)
        tags: List[str] = pydantic.Field(default_factory=list, max_length=2)  # noqa: UP006
        hidden: Annotated[int, pydantic.Field(exclude=True)] = 5
        _private: int = PrivateAttr(default=7)

        model_config = ConfigDict(arbitrary_types_allowed=True, populate_by_name=True)

    made = Mine(fullName="a")
    assert (made.full_name, made.count, made.tags, made.hidden, made._private) == ("a", 3, [], 5, 7)
    assert made.model_dump(by_alias=True) == {"fullName": "a", "count": 3, "tags": []}
    assert Mine.model_fields["full_name"].description == "d"
    assert Mine.construct(fullName="a", count=0).count == 0
    assert Mine.construct().tags is None  # as in the reference: no factory is called there
    with pytest.raises(ValueError, match="greater than 1"):
        Mine(fullName="a", count=1)
    with pytest.raises(ValueError, match="at most 2"):
        Mine(fullName="a", tags=["a", "b", "c"])
    made._private = 8
    assert made._private == 8
    assert "_private" not in made.to_dict()


def refused_validator() -> None:
    class Mine(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def check(cls, value: str) -> str:
            return value


def refused_model_validator() -> None:
    class Mine(BaseModel):
        name: str

        @pydantic.model_validator(mode="after")
        def check(self) -> Any:
            return self


def refused_computed_field() -> None:
    class Mine(BaseModel):
        name: str

        @computed_field
        @property
        def shout(self) -> str:
            return self.name.upper()


def refused_serializer() -> None:
    class Mine(BaseModel):
        name: str

        @pydantic.field_serializer("name")
        def write(self, value: str) -> str:
            return value


def refused_annotated_validator() -> None:
    class Mine(BaseModel):
        name: Annotated[str, AfterValidator(str.upper)]


def refused_alias_choices() -> None:
    class Mine(BaseModel):
        name: str = pydantic.Field(validation_alias=AliasChoices("a", "b"))


def refused_configuration() -> None:
    class Mine(BaseModel):
        model_config = ConfigDict(alias_generator=str.upper)

        name: str


def refused_schema() -> None:
    class Mine(BaseModel):
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            return None


def refused_private_factory() -> None:
    class Mine(BaseModel):
        _private: list[int] = PrivateAttr(default_factory=list)


@pytest.mark.parametrize(
    ("define", "named"),
    [
        (refused_validator, "@field_validator of pydantic on 'check'"),
        (refused_model_validator, "@model_validator of pydantic on 'check'"),
        (refused_computed_field, "@computed_field of pydantic on 'shout'"),
        (refused_serializer, "@field_serializer of pydantic on 'write'"),
        (refused_annotated_validator, "AfterValidator of pydantic on 'name'"),
        (refused_alias_choices, "an alias of several names for 'name'"),
        (refused_configuration, "'alias_generator' in model_config"),
        (refused_schema, r"__get_pydantic_core_schema__\(\)"),
        (refused_private_factory, "a default_factory for the private '_private'"),
    ],
)
def test_what_would_silently_do_nothing_is_refused_with_the_way_out(define: Callable[[], None], named: str) -> None:
    with pytest.raises(TypeError, match=rf"Mine uses {named}: .*Derive the class from pydantic\.BaseModel instead"):
        define()
