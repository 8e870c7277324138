"""Values of JSON as values of a type, leniently: what does not fit stays as it came."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast, get_args, get_origin

from ._annotations import is_literal, is_union, split_annotated, unalias
from ._datetime_parse import parse_date, parse_datetime
from ._models import BaseModel
from ._native import Model
from ._property_info import PropertyInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, TypeVar

    from typing_extensions import ParamSpec

    P = ParamSpec("P")
    T = TypeVar("T")
    ModelT = TypeVar("ModelT", bound=BaseModel)

__all__ = ["DISCRIMINATOR_CACHE", "build", "construct_type", "construct_type_unchecked"]


def construct_type(*, value: object, type_: object, metadata: list[Any] | None = None) -> object:
    """A value as a type wants it, as far as it fits; what does not fit stays as it came.

    Mappings become models, and so do those in lists, dicts and unions; an ``int`` where a ``float`` is wanted becomes
    one where nothing is lost; text becomes a ``datetime`` or ``date``. A union takes what is valid for one of its
    types, else the type that its discriminator names, else the first.

    Args:
        value: as JSON gives it.
        type_: a class, or whatever an annotation may be.
        metadata: what ``Annotated`` would add.

    Raises:
        pydantic.ValidationError: the type is a class of pydantic's, which is pydantic's to make, and the value does not
            fit.
    """
    whole = type_
    type_, added = split_annotated(unalias(type_))
    added = tuple(metadata) if metadata else added
    origin = get_origin(type_) or type_
    if is_union(origin):
        return _construct_union(value, type_, whole if type_ is unalias(whole) else type_, added)
    if origin is dict:
        return _construct_dict(value, get_args(type_))
    if isinstance(origin, type) and not is_literal(origin):
        if issubclass(origin, Model):
            return _construct_model(value, type_)
        if hasattr(origin, "__pydantic_validator__"):
            return _construct_foreign(value, type_)
    if origin is list:
        return _construct_list(value, get_args(type_))
    if origin is float:
        return to_float(value)
    if type_ is datetime or type_ is date:
        parse = parse_datetime if type_ is datetime else parse_date
        try:
            return parse(cast("Any", value))
        except Exception:
            return value
    return value


def to_float(value: Any) -> Any:
    """An integer where the type is a number with a fraction: 2 is 2.0, as long as nothing is lost."""
    if isinstance(value, int):
        try:
            converted = float(value)
        except OverflowError:
            return value
        return converted if converted == value else value
    return value


def _construct_dict(value: Any, types: tuple[Any, ...]) -> Any:
    if not isinstance(value, Mapping) or len(types) != 2:
        return value
    return {key: construct_type(value=item, type_=types[1]) for key, item in value.items()}


def _construct_list(value: Any, types: tuple[Any, ...]) -> Any:
    if not isinstance(value, list) or not types:
        return value
    return [construct_type(value=item, type_=types[0]) for item in value]


def _construct_model(value: Any, class_: Any) -> Any:
    if isinstance(value, list):
        return [_construct_model(item, class_) if isinstance(item, Mapping) else item for item in value]
    if not isinstance(value, Mapping):
        return value
    if class_.construct.__func__ is BaseModel.construct.__func__:  # type: ignore[attr-defined]
        return class_._answer_plan().construct(value if isinstance(value, dict) else dict(value))
    return class_.construct(**value)


def _construct_foreign(value: Any, class_: Any) -> Any:
    """A class of pydantic's: its own validators decide."""
    if isinstance(value, Mapping):
        return class_.model_validate(value)
    if isinstance(value, list):
        return [class_.model_validate(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _construct_union(value: Any, union: Any, whole: Any, metadata: tuple[Any, ...]) -> Any:
    from ._validate import State, check

    try:
        return check(whole, value, State())
    except Exception:
        pass
    # No type of the union takes the value as it is. The discriminator tells which one was meant.
    discriminator = _discriminator(union, metadata)
    if discriminator is not None and isinstance(value, Mapping):
        named = value.get(discriminator.field_alias_from or discriminator.field_name)
        variant = discriminator.mapping.get(named) if isinstance(named, str) else None
        if variant is not None:
            return construct_type(type_=variant, value=value)
    for variant in get_args(union):
        try:
            return construct_type(value=value, type_=variant)
        except Exception:
            continue
    raise RuntimeError(f"Could not convert data into a valid instance of {union}")


class DiscriminatorDetails:
    """Which field tells the types of a union apart, and which of its values means which type."""

    __slots__ = ("field_alias_from", "field_name", "mapping")

    def __init__(self, *, mapping: dict[str, type], discriminator_field: str, discriminator_alias: str | None) -> None:
        self.mapping = mapping
        self.field_name = discriminator_field
        self.field_alias_from = discriminator_alias


DISCRIMINATOR_CACHE: weakref.WeakKeyDictionary[Any, DiscriminatorDetails] = weakref.WeakKeyDictionary()


def _discriminator(union: Any, metadata: tuple[Any, ...]) -> DiscriminatorDetails | None:
    try:
        cached = DISCRIMINATOR_CACHE.get(union)
    except TypeError:  # X | Y cannot be referred to weakly
        return _find_discriminator(union, metadata)
    if cached is None:
        cached = _find_discriminator(union, metadata)
        if cached is not None:
            DISCRIMINATOR_CACHE[union] = cached
    return cached


def _find_discriminator(union: Any, metadata: tuple[Any, ...]) -> DiscriminatorDetails | None:
    names = [item.discriminator for item in metadata if isinstance(item, PropertyInfo) and item.discriminator]
    if not names:
        return None
    mapping: dict[str, type] = {}
    alias: str | None = None
    for variant in get_args(union):
        class_, _ = split_annotated(variant)
        field = _fields(get_origin(class_) or class_).get(names[0])
        if field is None:
            continue
        alias = field.alias
        if is_literal(get_origin(field.annotation)):
            mapping.update({entry: class_ for entry in get_args(field.annotation) if isinstance(entry, str)})
    if not mapping:
        return None
    return DiscriminatorDetails(mapping=mapping, discriminator_field=names[0], discriminator_alias=alias)


def _fields(class_: Any) -> Mapping[str, Any]:
    return class_.model_fields if isinstance(class_, type) and issubclass(class_, BaseModel) else {}


def construct_type_unchecked(*, value: object, type_: type[T]) -> T:
    """As ``construct_type``, for programs that tell a type checker what will come of it."""
    return cast("T", construct_type(value=value, type_=type_))


def build(base_model_cls: Callable[P, ModelT], *args: P.args, **kwargs: P.kwargs) -> ModelT:
    """A model of its fields, nested ones too, without any check: ``build(Sandbox, id="a")``."""
    if args:
        raise TypeError("Received positional arguments which are not supported; Keyword arguments must be used instead")
    return cast("ModelT", construct_type(type_=base_model_cls, value=kwargs))
