"""Models: what the server answered, with its fields as attributes.

A model that is made of an answer never fails: a field of another type than declared stays as it came, a required one
that is missing reads as ``None``, and fields that this version does not know are attributes like any other. (Strict
validation, where a client asks for it, is the library's, before a model is made.)

``__dict__`` has the declared fields; the models of a list are decoded when they are first looked into (native/model.c).
"""
# ruff: noqa: UP006, UP035 - `dict` is a method of the class below, so `Dict` is the type.

from __future__ import annotations

from ._lazy import lazy_names
from ._model_fields import MISSING, fields_of, prepare_class
from ._native import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Callable, ClassVar, Dict, Literal, TypeVar, Union

    from typing_extensions import Self

    from ._construct import DISCRIMINATOR_CACHE as DISCRIMINATOR_CACHE
    from ._construct import build as build
    from ._construct import construct_type as construct_type
    from ._construct import construct_type_unchecked as construct_type_unchecked
    from ._model_fields import Field as Field
    from ._model_fields import FieldInfo as FieldInfo
    from ._request_options import FinalRequestOptions as FinalRequestOptions
    from ._validate import ValidationError as ValidationError
    from ._validate import validate_type as validate_type

    IncEx = Union[set[int], set[str], Mapping[int, Any], Mapping[str, Any], None]
    T = TypeVar("T")

__all__ = ["BaseModel", "GenericModel"]

_MODULES = {
    "DISCRIMINATOR_CACHE": "._construct",
    "Field": "._model_fields",
    "FieldInfo": "._model_fields",
    "FinalRequestOptions": "._request_options",
    "ValidationError": "._validate",
    "build": "._construct",
    "construct_type": "._construct",
    "construct_type_unchecked": "._construct",
    "validate_type": "._validate",
}


class _ModelFields:
    """``model_fields`` of a class and of its instances."""

    def __get__(self, instance: Any, cls: Any) -> dict[str, FieldInfo]:
        return fields_of(cls)


class _Signature:
    """``__signature__`` of a class, which has its fields; instances have none."""

    def __get__(self, instance: Any, cls: Any) -> Any:
        if instance is not None or cls is BaseModel:
            raise AttributeError("__signature__")
        from ._signature import signature_of

        return signature_of(cls)


class BaseModel(Model):
    """A model. A subclass declares its fields as annotations, in order, and their defaults as class attributes.

    A field's type may be whatever an annotation may be: other models, ``Optional``, ``Union``, ``List``, ``Dict``,
    ``Literal``, ``datetime`` and ``date``. ``Field(alias=…)`` says what it is called on the wire. What pydantic's
    models have beyond that, such as validators, is refused where the class is defined.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        model_config: ClassVar[Dict[str, Any]]
        model_fields: ClassVar[Dict[str, FieldInfo]]
        _extra_field: ClassVar[FieldInfo | None]

    # Without annotations, which programs evaluate together with those of their own classes.
    model_config = {"extra": "allow"}
    """``extra``, ``frozen`` and ``populate_by_name`` are those of pydantic. ``extra`` and ``frozen`` hold where a model
    is checked and where one is changed.
    """

    model_fields = _ModelFields()  # type: ignore[assignment]
    """The fields by their names."""

    __signature__ = _Signature()

    _extra_field = None
    """``__pydantic_extra__`` of a subclass, whose annotation says what unknown fields are."""

    if TYPE_CHECKING:
        # Of the native type.
        @property
        def model_extra(self) -> Dict[str, Any]:
            """The fields that the class does not know."""

        @property
        def model_fields_set(self) -> set[str]:
            """The names of the declared fields that were given, null or not."""

        # Fields that the class does not know.
        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        prepare_class(cls)

    def __class_getitem__(cls, types: Any) -> Any:
        """A generic model of given types: ``Page[Sandbox]``."""
        from ._generic_models import parametrize

        return parametrize(cls, types)

    def __init__(self, /, **values: Any) -> None:
        """Makes a model of its fields, by their aliases where they have one; each is checked.

        Raises:
            ValidationError: a required field is missing, or a value does not fit its type. It is a ``ValueError``.
        """
        from ._validate import fill

        fill(self, values)

    @classmethod
    def construct(__cls, _fields_set: set[str] | None = None, **values: object) -> Self:
        """Makes a model of whatever fields there are, as from an answer, without a check. So are nested ones.

        Args:
            _fields_set: names that count as given besides those that are.
            **values: by the names on the wire.
        """
        model = __cls._answer_plan().construct(values)
        if _fields_set is not None:
            _fields_set.update(model.model_fields_set)
            model._set_state(model.__dict__, model.model_extra, _fields_set)
        return model  # type: ignore[no-any-return]

    if not TYPE_CHECKING:
        model_construct = construct
    else:

        @classmethod
        def model_construct(__cls, _fields_set: set[str] | None = None, **values: object) -> Self:
            return __cls.construct(_fields_set, **values)

    @classmethod
    def _convert_field(cls, name: str, value: Any) -> Any:
        """A field's value of what came."""
        info = fields_of(cls)[name]
        if value is None:
            return info.get_default()
        from ._construct import construct_type

        return construct_type(value=value, type_=info.annotation, metadata=info.metadata)

    @classmethod
    def _default_of(cls, name: str) -> Any:
        """A field's default, for one instance."""
        return fields_of(cls)[name].get_default()

    @classmethod
    def _convert_extra(cls, value: Any) -> Any:
        """The value of a field that the class does not know."""
        if cls._extra_field is None:
            return value
        from typing import get_args

        from ._construct import construct_type

        types = get_args(cls._extra_field.annotation)
        return construct_type(value=value, type_=types[1]) if len(types) == 2 else value

    @classmethod
    def _answer_plan(cls) -> Any:
        """How answers and dicts become models of this class."""
        plan = cls.__dict__.get("_plan")
        if plan is None:
            from ._plans import make_plan

            plan = cls._plan = make_plan(cls)  # type: ignore[attr-defined]
        return plan

    def _repr_html_(self) -> str:
        """How a notebook shows the model."""
        from ._notebook import model_html

        return model_html(self)

    @classmethod
    def _decoder(cls) -> Callable[[Any], Any]:
        """What makes a model of an answer of the library."""
        return cls._answer_plan().decode  # type: ignore[no-any-return]

    @classmethod
    def _from_json(cls, value: Any) -> Any:
        """The model of a decoded JSON object; anything else stays as it is, but the objects of a list become models."""
        from ._construct import construct_type

        return construct_type(value=value, type_=cls)

    @classmethod
    def model_validate(
        cls,
        obj: Any,
        *,
        strict: bool | None = None,
        extra: str | None = None,
        from_attributes: bool | None = None,
        context: Any = None,
        by_alias: bool | None = None,
        by_name: bool | None = None,
    ) -> Self:
        """A model of a mapping, each field checked, or an instance as it is.

        ``extra``, ``from_attributes``, ``context`` and ``by_alias`` are there for programs that pass their defaults.

        Raises:
            ValidationError: it does not fit. It is a ``ValueError``.
        """
        from ._validate import State, validate_model

        checked: Self = validate_model(cls, obj, State(strict=bool(strict), by_name=bool(by_name)))
        return checked

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """A model of JSON text, each field checked, with the options of ``model_validate``."""
        import json

        return cls.model_validate(json.loads(json_data), **options)

    @classmethod
    def parse_obj(cls, obj: Any) -> Self:
        """As ``model_validate``; it has been called so before."""
        _deprecated("parse_obj", "model_validate")
        return cls.model_validate(obj)

    @classmethod
    def model_rebuild(cls, **_options: Any) -> bool | None:
        """Looks again at annotations that could not be evaluated when the class was defined."""
        from ._model_fields import forget

        forget(cls)
        return True

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> Dict[str, Any]:
        """The JSON schema of the class, which pydantic makes; an ImportError where that is not installed."""
        from pydantic import TypeAdapter

        return TypeAdapter(cls).json_schema(*arguments, **options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """What pydantic asks a class that is the type of a field of its own models."""
        from ._pydantic import core_schema_of

        return core_schema_of(source)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        from ._pydantic import json_schema_of

        return json_schema_of(cls, handler)

    def model_post_init(self, context: Any, /) -> None:
        """For a subclass: called when a model was made with checks."""

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        if cls.model_config.get("frozen"):
            from ._validation_error import ValidationFailed, validation_error

            failed = ValidationFailed.of("frozen_instance", "Instance is frozen", value)
            raise validation_error(cls.__name__, failed.within(name))
        if name in fields_of(cls):
            self.__dict__[name] = value
            self.model_fields_set.add(name)
        elif name.startswith("_") or hasattr(cls, name):
            super().__setattr__(name, value)
        elif cls.model_config.get("extra") == "allow":
            self.model_extra[name] = value
            self.model_fields_set.add(name)
        else:
            raise ValueError(f'"{cls.__name__}" object has no field "{name}"')

    def __delattr__(self, name: str) -> None:
        if name in self.model_extra:
            del self.model_extra[name]
        elif name in self.__dict__:
            del self.__dict__[name]
        else:
            super().__delattr__(name)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every field with its value: the declared ones, then the others as they came."""
        yield from [item for item in self.__dict__.items() if not item[0].startswith("_")]
        yield from list(self.model_extra.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseModel):
            return NotImplemented
        if _origin(type(self)) is not _origin(type(other)) or self.model_extra != other.model_extra:
            return False
        mine, its = self.__dict__, other.__dict__
        # What a program keeps beside the fields, such as a cached property, does not count.
        return mine == its or all(mine.get(name, MISSING) == its.get(name, MISSING) for name in fields_of(type(self)))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.__repr_name__()}({self.__repr_str__(', ')})"

    def __str__(self) -> str:
        return repr(self)

    def __repr_name__(self) -> str:
        return type(self).__name__

    def __repr_str__(self, join_str: str) -> str:
        return join_str.join(f"{name}={value!r}" for name, value in self.__repr_args__())

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        fields = fields_of(type(self))
        for name, value in self.__dict__.items():
            if name in fields and fields[name].repr:
                yield name, value
        yield from self.model_extra.items()

    __rich_repr__ = __repr_args__

    def __getstate__(self) -> Dict[str, Any]:
        return {"__dict__": self.__dict__, "extra": self.model_extra, "fields_set": self.model_fields_set}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self._set_state(state["__dict__"], state["extra"], state["fields_set"])

    def __copy__(self) -> Self:
        made = type(self).__new__(type(self))
        made._set_state(dict(self.__dict__), dict(self.model_extra), set(self.model_fields_set))
        return made

    def __deepcopy__(self, memo: Dict[int, Any] | None = None) -> Self:
        from copy import deepcopy

        made = type(self).__new__(type(self))
        memo = {} if memo is None else memo
        memo[id(self)] = made
        fields, extra = deepcopy(self.__dict__, memo), deepcopy(self.model_extra, memo)
        made._set_state(fields, extra, set(self.model_fields_set))
        return made

    def __replace__(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy.

        Args:
            update: fields that the copy has instead, which are not checked.
            deep: whether what is in the fields is copied as well.
        """
        made = self.__deepcopy__() if deep else self.__copy__()
        for name, value in (update or {}).items():
            (made.__dict__ if name in fields_of(type(self)) else made.model_extra)[name] = value
        made.model_fields_set.update(update or ())
        return made

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> Dict[str, object]:
        """The model as a dict, nested ones too. Unless told otherwise only what was given.

        Args:
            mode: ``"json"`` makes of every value one that JSON has, such as text of a datetime.
            use_api_names: whether names are those on the wire.
            exclude_unset: whether fields that were not given are left out.
            exclude_defaults: whether fields are left out that are what they would be by default.
            exclude_none: whether fields that are ``None`` are left out.
            warnings: whether a value that does not fit its field's type makes a warning.
        """
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
        """The model as JSON text, with the options of ``to_dict``; ``indent=None`` is one line."""
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
        mode: Literal["json", "python"] | str = "python",
        include: IncEx | None = None,
        exclude: IncEx | None = None,
        context: Any | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        exclude_computed_fields: bool = False,
        round_trip: bool = False,
        warnings: bool | Literal["none", "warn", "error"] = True,
        fallback: Callable[[Any], Any] | None = None,
        serialize_as_any: bool = False,
    ) -> Dict[str, Any]:
        """The model as a dict, nested ones too, with the options that pydantic's method has.

        There are no computed fields and no serializers here, so ``context``, ``exclude_computed_fields``,
        ``round_trip`` and ``serialize_as_any`` change nothing.

        Args:
            mode: ``"json"`` makes of every value one that JSON has.
            include: names of fields, or a mapping of them to what of each is wanted; the rest is left out.
            exclude: the same of what is left out.
            by_alias: whether names are those on the wire.
            exclude_unset: whether fields that were not given are left out.
            exclude_defaults: whether fields are left out that are what they would be by default.
            exclude_none: whether fields that are ``None`` are left out.
            warnings: whether a value that does not fit its field's type makes a warning, or an ``"error"``.
            fallback: makes of a value that JSON does not have one that it has.
        """
        from ._model_dump import Dump

        dump = Dump(
            json=mode == "json",
            by_alias=bool(by_alias),
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            fallback=fallback,
        )
        return dump.run(self, include, exclude, warnings)

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        ensure_ascii: bool = False,
        include: IncEx | None = None,
        exclude: IncEx | None = None,
        context: Any | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        exclude_computed_fields: bool = False,
        round_trip: bool = False,
        warnings: bool | Literal["none", "warn", "error"] = True,
        fallback: Callable[[Any], Any] | None = None,
        serialize_as_any: bool = False,
    ) -> str:
        """The model as JSON text, with the options of ``model_dump``.

        Args:
            indent: spaces a level; ``None`` is one line.
            ensure_ascii: whether characters outside ASCII are escaped.
        """
        from ._model_dump import Dump, json_text

        dump = Dump(
            json=True,
            by_alias=bool(by_alias),
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            fallback=fallback,
            text=True,
        )
        if ensure_ascii:
            return json_text(dump.run(self, include, exclude, warnings), indent, ensure_ascii=True)
        return dump.run_text(self, include, exclude, warnings, indent)

    # As these were called before; each says so.

    def dict(
        self,
        *,
        include: IncEx | None = None,
        exclude: IncEx | None = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> Dict[str, Any]:
        """As ``model_dump``; it has been called so before."""
        _deprecated("dict", "model_dump")
        return self.model_dump(
            include=include,
            exclude=exclude,
            by_alias=by_alias,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    def json(
        self,
        *,
        include: IncEx | None = None,
        exclude: IncEx | None = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        encoder: Callable[[Any], Any] | None = None,
        models_as_dict: bool = True,
        **dumps_kwargs: Any,
    ) -> str:
        """As ``model_dump_json``; it has been called so before."""
        _deprecated("json", "model_dump_json")
        if encoder is not None:
            raise TypeError("The `encoder` argument is no longer supported; use field serializers instead.")
        if models_as_dict is not True:
            raise TypeError("The `models_as_dict` argument is no longer supported; use a model serializer instead.")
        if dumps_kwargs:
            raise TypeError("`dumps_kwargs` keyword arguments are no longer supported.")
        return self.model_dump_json(
            include=include,
            exclude=exclude,
            by_alias=by_alias,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    def copy(
        self,
        *,
        include: set[str] | Mapping[str, Any] | None = None,
        exclude: set[str] | Mapping[str, Any] | None = None,
        update: Mapping[str, Any] | None = None,
        deep: bool = False,
    ) -> Self:
        """As ``model_copy``, with fields left out; it has been called so before."""
        _deprecated("copy", "model_copy")
        made = self.model_copy(update=update, deep=deep)
        unwanted = [
            name for name, _ in made if include is not None and name not in include and name not in (update or ())
        ]
        for name in {*unwanted, *(name for name in (exclude or ()) if name not in (update or ()))}:
            made.__dict__.pop(name, None)
            made.model_extra.pop(name, None)
            made.model_fields_set.discard(name)
        return made


class GenericModel(BaseModel):
    """A model with type variables, as in ``class Page(GenericModel, Generic[T])``; ``Page[Sandbox]`` is a class."""

    __slots__ = ()


def _origin(cls: type) -> type:
    """The class that a parametrized one was made of."""
    generic = cls.__dict__.get("_generic")
    return generic[0] if generic else cls


def _deprecated(name: str, better: str) -> None:
    from warnings import warn

    warn(f"The `{name}` method is deprecated; use `{better}` instead.", DeprecationWarning, stacklevel=3)


BaseModel.__module__ = "sandbox_sdk"
__getattr__, __dir__ = lazy_names(globals(), _MODULES)
