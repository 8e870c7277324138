"""Checking values against types, by the rules that pydantic has when it is not strict: ``"1"`` is an ``int``.

What comes of it is the value as the type wants it, with models made of mappings. Of a union the type that fits best
counts: the one of which most fields are given, else the one that needs least conversion, else the first.
"""

from __future__ import annotations

import collections.abc
import enum
import sys
import typing
from collections.abc import Mapping
from typing import Any, cast, get_args, get_origin

from ._annotations import evaluate, is_literal, is_union, split_annotated, unalias
from ._model_fields import fields_of
from ._native import Model
from ._scalars import OF_TEXT, SCALARS, check_enum, check_of_text
from ._validation_error import Problem, ValidationError, ValidationFailed, validation_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, TypeVar

    from ._models import BaseModel

    T = TypeVar("T")

__all__ = ["ValidationError", "fill", "validate_model", "validate_type"]

# How much a value had to be changed.
EXACT, STRICT, LAX = 2, 1, 0


class State:
    """What is found out on the way, for the choice among a union's types."""

    __slots__ = ("by_name", "exactness", "fields", "strict")

    def __init__(self, *, strict: bool = False, by_name: bool = False) -> None:
        self.strict = strict
        """Whether nothing is converted."""
        self.by_name = by_name
        """Whether fields are also taken by their names in Python."""
        self.exactness = EXACT
        self.fields: int | None = None
        """How many fields of models were given; ``None``: there was no model."""

    def lower(self, exactness: int) -> None:
        """Notes that a value had to be changed."""
        if exactness < self.exactness:
            self.exactness = exactness


def validate_type(*, type_: type[T], value: object) -> T:
    """A value as a type wants it.

    Raises:
        ValidationError: it does not fit. It is a ``ValueError``, pydantic's own in a program that has loaded that.
    """
    try:
        return cast("T", check(type_, value, State()))
    except ValidationFailed as failed:
        raise validation_error(_title(type_), failed.problems) from None


def _title(type_: Any) -> str:
    return type_.__name__ if isinstance(type_, type) else repr(type_).replace("typing.", "")


def validate_model(cls: Any, value: Any, state: State) -> Any:
    """A model of a mapping, or of an instance, for ``model_validate``."""
    try:
        return _check_model(cls, value, state)
    except ValidationFailed as failed:
        raise validation_error(cls.__name__, failed.problems) from None


def fill(model: BaseModel, values: dict[str, Any]) -> None:
    """Makes checked values the fields of a new model."""
    try:
        _fill(model, values, State())
    except ValidationFailed as failed:
        raise validation_error(type(model).__name__, failed.problems) from None


def check(type_: Any, value: Any, state: State) -> Any:
    """A value as a type wants it; ValidationFailed where it does not fit."""
    type_, metadata = split_annotated(unalias(type_))
    if metadata:
        return _constrained(check(type_, value, state), metadata)
    scalar = SCALARS.get(type_) if isinstance(type_, collections.abc.Hashable) else None
    if scalar is not None:
        return scalar(value, state)
    origin = get_origin(type_) or type_
    if is_union(origin):
        return _check_union(get_args(type_), value, state)
    if is_literal(origin):
        return _check_literal(get_args(type_), value)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](origin, get_args(type_), value, state)
    if isinstance(origin, type) and issubclass(origin, Model):
        return _check_model(type_, value, state)
    if isinstance(origin, type) and hasattr(origin, "__total__") and issubclass(origin, dict):
        return _check_typed_dict(origin, value, state)
    if type_ is Any or type_ is object or isinstance(type_, typing.TypeVar):
        return value
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return check_enum(type_, value, state)
    if isinstance(type_, type) and (type_.__module__, type_.__name__) in OF_TEXT:
        return check_of_text(type_, value, state)
    return _check_other(type_, value, state)


def _check_union(variants: tuple[Any, ...], value: Any, state: State) -> Any:
    wanted = [variant for variant in variants if variant is not type(None)]
    if len(wanted) < len(variants):
        if value is None:
            return None
        if len(wanted) == 1:
            return check(wanted[0], value, state)
    best: tuple[Any, State] | None = None
    problems: list[Problem] = []
    for variant in wanted:
        tried = State(strict=state.strict, by_name=state.by_name)
        try:
            found = check(variant, value, tried)
        except ValidationFailed as failed:
            problems += failed.within(_title(variant))
            continue
        if tried.exactness == EXACT and tried.fields is None:
            return found
        if best is None or _is_better(tried, best[1]):
            best = found, tried
    if best is None:
        raise ValidationFailed(problems)
    state.lower(best[1].exactness)
    if best[1].fields is not None:
        state.fields = (state.fields or 0) + best[1].fields
    return best[0]


def _is_better(new: State, old: State) -> bool:
    if new.fields is not None and old.fields is not None and new.fields != old.fields:
        return new.fields > old.fields
    return new.exactness > old.exactness


def _check_literal(entries: tuple[Any, ...], value: Any) -> Any:
    for same_type in (True, False):
        for entry in entries:
            if entry == value and ((type(entry) is type(value)) if same_type else isinstance(value, (int, float))):
                return entry
    shown = [repr(entry) for entry in entries]
    expected = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
    raise ValidationFailed.of("literal_error", f"Input should be {expected}", value, expected=expected)


def _check_items(type_: Any, values: Any, state: State) -> list[Any]:
    checked, problems = [], []
    for index, value in enumerate(values):
        try:
            checked.append(check(type_, value, state))
        except ValidationFailed as failed:
            problems += failed.within(index)
    if problems:
        raise ValidationFailed(problems)
    return checked


_SEQUENCES = (
    list,
    tuple,
    set,
    frozenset,
    collections.abc.ValuesView,
    collections.abc.KeysView,
    collections.abc.Generator,
)


def _check_collection(origin: Any, types: tuple[Any, ...], value: Any, state: State) -> Any:
    made, kind, name = _COLLECTIONS[origin]
    if not isinstance(value, _SEQUENCES) or (state.strict and type(value) is not made):
        raise ValidationFailed.of(kind, f"Input should be a valid {name}", value)
    if type(value) is not made:
        state.lower(LAX)
    if made is tuple and types and not (len(types) == 2 and types[1] is ...):
        return _check_tuple(types, tuple(value), state)
    return made(_check_items(types[0] if types else Any, value, state))


def _check_tuple(types: tuple[Any, ...], values: tuple[Any, ...], state: State) -> tuple[Any, ...]:
    wanted = () if types == ((),) else types
    if len(values) > len(wanted):
        message = f"Tuple should have at most {len(wanted)} items after validation, not {len(values)}"
        raise ValidationFailed.of("too_long", message, values)
    problems: list[Problem] = []
    checked = []
    for index, type_ in enumerate(wanted):
        if index >= len(values):
            problems += ValidationFailed.of("missing", "Field required", values).within(index)
            continue
        try:
            checked.append(check(type_, values[index], state))
        except ValidationFailed as failed:
            problems += failed.within(index)
    if problems:
        raise ValidationFailed(problems)
    return tuple(checked)


def _check_dict(origin: Any, types: tuple[Any, ...], value: Any, state: State) -> Any:
    if not isinstance(value, Mapping) or (state.strict and type(value) is not dict):
        raise ValidationFailed.of("dict_type", "Input should be a valid dictionary", value)
    if type(value) is not dict:
        state.lower(LAX)
    key_type, item_type = types if len(types) == 2 else (Any, Any)
    checked, problems = {}, []
    for key, item in value.items():
        checked_key = checked_item = None
        try:
            checked_key = check(key_type, key, state)
        except ValidationFailed as failed:
            failed.within("[key]")
            problems += failed.within(key)
        try:
            checked_item = check(item_type, item, state)
        except ValidationFailed as failed:
            problems += failed.within(key)
        checked[checked_key] = checked_item
    if problems:
        raise ValidationFailed(problems)
    return checked


_COLLECTIONS: dict[Any, tuple[Any, str, str]] = {
    list: (list, "list_type", "list"),
    tuple: (tuple, "tuple_type", "tuple"),
    set: (set, "set_type", "set"),
    frozenset: (frozenset, "frozen_set_type", "frozenset"),
    collections.abc.Sequence: (list, "list_type", "list"),
    collections.abc.Iterable: (list, "list_type", "list"),
    collections.abc.Set: (set, "set_type", "set"),
}
_CONTAINERS: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys(_COLLECTIONS, _check_collection),
    **dict.fromkeys((dict, collections.abc.Mapping, collections.abc.MutableMapping), _check_dict),
}


def _check_typed_dict(cls: Any, value: Any, state: State) -> Any:
    if not isinstance(value, Mapping):
        raise ValidationFailed.of("dict_type", "Input should be a valid dictionary", value)
    checked, problems = dict(value), []
    for name, annotation in cls.__annotations__.items():
        if name not in value:
            if name in cls.__required_keys__:
                problems += ValidationFailed.of("missing", "Field required", value).within(name)
            continue
        type_ = evaluate(annotation, cls.__module__)
        if getattr(get_origin(type_), "_name", None) in ("Required", "NotRequired", "ReadOnly"):
            type_ = get_args(type_)[0]
        try:
            checked[name] = check(type_, value[name], state)
        except ValidationFailed as failed:
            problems += failed.within(name)
    if problems:
        raise ValidationFailed(problems)
    return checked


def _check_model(cls: Any, value: Any, state: State) -> Any:
    if isinstance(value, cls):
        if type(value) is not cls:
            state.lower(STRICT)
        return value
    if not isinstance(value, Mapping) or state.strict:
        message = f"Input should be a valid dictionary or instance of {cls.__name__}"
        raise ValidationFailed.of("model_type", message, value, class_name=cls.__name__)
    state.lower(STRICT)
    if cls.__init__ is not _plain_init():
        return cls(**value)
    model = cls.__new__(cls)
    _fill(model, dict(value), state)
    return model


def _plain_init() -> Any:
    from ._models import BaseModel

    return BaseModel.__init__


def _fill(model: BaseModel, values: dict[str, Any], state: State) -> None:
    cls = type(model)
    config = cls.model_config
    by_name = state.by_name or config.get("populate_by_name") or config.get("validate_by_name")
    fields, given, problems, known = {}, set(), [], set()
    for name, info in fields_of(cls).items():
        key = info.validation_alias or name
        if key not in values and by_name:
            key = name
        known.add(key)
        if key not in values:
            if info.is_required():
                problems += ValidationFailed.of("missing", "Field required", values).within(key)
            else:
                fields[name] = info.get_default(call_default_factory=True)
            continue
        try:
            fields[name] = _constrained(check(info.annotation, values[key], state), info.metadata)
            given.add(name)
        except ValidationFailed as failed:
            problems += failed.within(key)
    extra = {name: value for name, value in values.items() if name not in known}
    problems += _forbidden(config.get("extra"), extra)
    if problems:
        raise ValidationFailed(problems)
    state.fields = (state.fields or 0) + len(given)
    kept = extra if config.get("extra") == "allow" else {}
    given.update(kept)
    model._set_state(fields, {name: cls._convert_extra(value) for name, value in kept.items()}, given)
    model.model_post_init(None)


def _forbidden(policy: Any, extra: dict[str, Any]) -> list[Problem]:
    if policy != "forbid":
        return []
    message = "Extra inputs are not permitted"
    return [
        problem
        for name, value in extra.items()
        for problem in ValidationFailed.of("extra_forbidden", message, value).within(name)
    ]


def _check_other(type_: Any, value: Any, state: State) -> Any:
    """Any other type: pydantic's to check where it is there; else a class is checked by its instances."""
    if isinstance(type_, type) and not hasattr(type_, "__pydantic_validator__"):
        if isinstance(value, type_):
            return value
        if "pydantic" not in sys.modules:
            message = f"Input should be an instance of {type_.__name__}"
            raise ValidationFailed.of("is_instance_of", message, value, **{"class": type_.__name__})
    try:
        import pydantic
    except ImportError:
        raise TypeError(f"{type_!r} can only be checked by pydantic, which is not installed") from None
    try:
        checked = pydantic.TypeAdapter(type_).validate_python(value)
    except pydantic.ValidationError as error:
        raise ValidationFailed(
            [_located(Problem(one["type"], one["msg"], one["input"]), one["loc"]) for one in error.errors()]
        ) from None
    except pydantic.errors.PydanticSchemaGenerationError:
        message = f"Input should be an instance of {_title(type_)}"
        raise ValidationFailed.of("is_instance_of", message, value, **{"class": _title(type_)}) from None
    state.lower(LAX)
    return checked


def _located(problem: Problem, place: tuple[Any, ...]) -> Problem:
    problem.place = place
    return problem


_LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool], str]] = {
    "gt": ("greater_than", lambda value, limit: value > limit, "Input should be greater than {}"),
    "ge": ("greater_than_equal", lambda value, limit: value >= limit, "Input should be greater than or equal to {}"),
    "lt": ("less_than", lambda value, limit: value < limit, "Input should be less than {}"),
    "le": ("less_than_equal", lambda value, limit: value <= limit, "Input should be less than or equal to {}"),
    "multiple_of": ("multiple_of", lambda value, part: value % part == 0, "Input should be a multiple of {}"),
    "min_length": ("too_short", lambda value, least: len(value) >= least, "Value should have at least {} items"),
    "max_length": ("too_long", lambda value, most: len(value) <= most, "Value should have at most {} items"),
    "pattern": (
        "string_pattern_mismatch",
        lambda value, text: _matches(text, value),
        "String should match pattern '{}'",
    ),
}


def _matches(pattern: Any, value: str) -> bool:
    import re

    return re.search(pattern, value) is not None


def _constrained(value: Any, metadata: Any) -> Any:
    """Checks the limits that ``Annotated`` or ``Field`` give a value: ``gt``, ``min_length``, ``pattern`` and so on."""
    for item in metadata:
        _constrained(value, getattr(item, "metadata", ()))
        limits = getattr(item, "__dict__", None) or {name: getattr(item, name, None) for name in _LIMITS}
        for name, limit in limits.items():
            if name in _LIMITS and limit is not None and value is not None:
                kind, fits, message = _LIMITS[name]
                if not fits(value, limit):
                    if isinstance(value, str) and name.endswith("_length"):
                        kind, message = (
                            f"string_{kind}",
                            message.replace("Value", "String").replace("items", "characters"),
                        )
                    raise ValidationFailed.of(kind, message.format(limit), value)
    return value
