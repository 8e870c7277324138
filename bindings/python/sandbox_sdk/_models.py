"""Models: what the server answered, with its fields as attributes.

A model never fails: a field of another type than declared stays as it came, a required one that is missing reads as
``None``, and fields that this version does not know are attributes like any other. (Strict validation, where a client
asks for it, is the library's, before a model is made.)

The instance's ``__dict__`` is the decoded JSON object itself, so that reading a field costs what reading any attribute
does.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Callable, Union

    from typing_extensions import Self

    IncEx = Union[set[str], Mapping[str, Any], None]

__all__ = ["BaseModel"]


class BaseModel:
    """A model. A subclass declares its fields as annotations, in order, and their defaults as class attributes."""

    __slots__ = ("__dict__", "__weakref__", "_shadowed")

    if TYPE_CHECKING:
        _shadowed: dict[str, Any]  # fields that are called like something of the class; unset where there are none

    def __init__(self, **values: Any) -> None:
        """Makes a model of its fields; each required one is to be given."""
        missing = [
            name for name in _plan(type(self)).converters if name not in values and not hasattr(type(self), name)
        ]
        if missing:
            raise ValueError(f"{type(self).__name__} needs {', '.join(f'`{name}`' for name in missing)}")
        _fill(self, values)

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Makes a model of whatever fields there are, as from an answer. Which are set is what is given."""
        model = cls.__new__(cls)
        _fill(model, values)
        return model

    model_construct = construct

    @classmethod
    def _from_json(cls, value: Any) -> Any:
        """The model of a decoded JSON object; anything else stays as it is, but the objects of a list become models."""
        if isinstance(value, dict):
            model = cls.__new__(cls)
            _fill(model, dict(value))
            return model
        if isinstance(value, list):
            return [cls._from_json(element) if isinstance(element, dict) else element for element in value]
        return value

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is neither in the answer nor has a default.
        if name == "_shadowed":
            return {}
        if name in _plan(type(self)).converters:
            return None
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def model_fields_set(self) -> set[str]:
        """The declared fields that the answer had, null or not."""
        return {name for name in _plan(type(self)).converters if name in self.__dict__}

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that this version does not know."""
        return dict(_extras(self))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every field with its value: the declared ones, then the others as they came."""
        for name in _plan(type(self)).converters:
            yield name, getattr(self, name)
        yield from _extras(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseModel):
            return NotImplemented
        return type(self) is type(other) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"

    def to_dict(
        self,
        *,
        mode: str = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, Any]:
        """The model as a dict, nested ones too. Unless told otherwise only what the answer had."""
        return self.model_dump(
            mode=mode,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> str:
        """The model as JSON text. Unless told otherwise only what the answer had; ``indent=None`` is one line."""
        return self.model_dump_json(
            indent=indent,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: IncEx = None,
        exclude: IncEx = None,
        context: Any = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        round_trip: bool = False,
        warnings: bool | str = True,
        serialize_as_any: bool = False,
    ) -> dict[str, Any]:
        """The model as a dict, nested ones too, with the options that pydantic's method has.

        Fields have no aliases and no serializers, so ``by_alias``, ``context``, ``round_trip``, ``warnings`` and
        ``serialize_as_any`` change nothing here.
        """
        if mode not in ("python", "json"):
            raise ValueError(f"`mode` must be 'python' or 'json', not {mode!r}")
        options = (exclude_unset, exclude_defaults, exclude_none)
        return _dump_model(self, include, exclude, options)

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """The model as JSON text, with the options of ``model_dump``; one line unless ``indent`` is given."""
        import json

        separators = (",", ":") if indent is None else (",", ": ")
        dumped = self.model_dump(mode="json", **options)
        return json.dumps(dumped, indent=indent, separators=separators, ensure_ascii=False)


class _Plan:
    """What is known of a class: its fields in order, and what makes their values."""

    __slots__ = ("converters", "pending", "reserved")

    def __init__(self, cls: type) -> None:
        self.converters: dict[str, Callable[[Any], Any] | None] = {}
        for base in reversed(cls.__mro__):
            if base is BaseModel or not issubclass(base, BaseModel):
                continue
            namespace = vars(sys.modules[base.__module__])
            for name, annotation in getattr(base, "__annotations__", {}).items():
                if not name.startswith("_"):
                    self.converters[name] = _converter(annotation, namespace)
        # The fields that need work, and the names that an answer must not take from the class.
        self.pending = [(name, convert) for name, convert in self.converters.items() if convert]
        self.reserved = frozenset(dir(cls)).difference(self.converters)


_plans: dict[type, _Plan] = {}


def _plan(cls: type) -> _Plan:
    plan = _plans.get(cls)
    if plan is None:
        plan = _plans[cls] = _Plan(cls)
    return plan


def _converter(annotation: Any, namespace: Mapping[str, Any]) -> Callable[[Any], Any] | None:
    """What makes a field's value of a JSON value; None where it stays as it is."""
    if isinstance(annotation, str):
        if annotation.endswith(" | None"):
            return _converter(annotation[: -len(" | None")], namespace)
        if annotation.startswith("list["):
            return _list_converter(_converter(annotation[len("list[") : -1], namespace))
        annotation = float if annotation == "float" else namespace.get(annotation)
    if annotation is float:
        return _to_float
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation._from_json
    return None


def _list_converter(convert: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if convert is None:
        return None
    return lambda value: [convert(element) for element in value] if isinstance(value, list) else value


def _to_float(value: Any) -> Any:
    """An integer where the field is a number with a fraction: 2 is 2.0, as long as nothing is lost."""
    if value.__class__ is int and float(value) == value:
        return float(value)
    return value


def _fill(model: BaseModel, values: dict[str, Any]) -> None:
    """Makes a dict, which is taken over, the fields of a model."""
    plan = _plan(type(model))
    for name, convert in plan.pending:
        value = values.get(name)
        if value is not None:
            values[name] = convert(value)
    if not plan.reserved.isdisjoint(values):
        # A field of an answer that is called like a method is kept, but does not take its place.
        model._shadowed = {name: values.pop(name) for name in plan.reserved.intersection(values)}
    model.__dict__ = values


def _extras(model: BaseModel) -> Iterator[tuple[str, Any]]:
    known = _plan(type(model)).converters
    for fields in (model.__dict__, model._shadowed):
        for name, value in fields.items():
            if name not in known:
                yield name, value


def _dump(value: Any, include: IncEx, exclude: IncEx, options: tuple[bool, bool, bool]) -> Any:
    """A model as a dict, and whatever holds models likewise."""
    if isinstance(value, BaseModel):
        return _dump_model(value, include, exclude, options)
    if isinstance(value, (list, tuple)):
        return [_dump(element, None, None, options) for element in value]
    if isinstance(value, dict):
        return {name: _dump(member, None, None, options) for name, member in value.items()}
    return value


def _dump_model(model: BaseModel, include: IncEx, exclude: IncEx, options: tuple[bool, bool, bool]) -> dict[str, Any]:
    exclude_unset, exclude_defaults, exclude_none = options
    known = _plan(type(model)).converters
    dumped = {}
    for name, value in model:
        if (exclude_none and value is None) or (include is not None and name not in include):
            continue
        if exclude is not None and name in exclude and _all_of(exclude, name):
            continue
        if name in known:
            if exclude_unset and name not in model.__dict__:
                continue
            if exclude_defaults and hasattr(type(model), name) and getattr(type(model), name) == value:
                continue
        dumped[name] = _dump(value, _part(include, name), _part(exclude, name), options)
    return dumped


def _all_of(names: Any, name: str) -> bool:
    """Whether a set, or a mapping to True or further names, means all of a field."""
    return not isinstance(names, dict) or names[name] in (True, ...)


def _part(names: Any, name: str) -> IncEx:
    return names[name] if isinstance(names, dict) and name in names and not _all_of(names, name) else None
