"""Classes of models that a program defines: what of pydantic they may use, and what is refused at their definition."""

from __future__ import annotations

import sys

from ._model_fields import MISSING, FieldInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["check_class", "field_of"]

_WAY_OUT = (
    "models of sandbox_sdk have plain annotated fields, defaults and aliases. Derive the class from pydantic.BaseModel "
    "instead: cast_to= and parse(to=...) take such classes as well."
)

# What of model_config works here, and what changes nothing that happens here.
_CONFIG = {"extra", "frozen", "populate_by_name", "validate_by_name", "validate_by_alias"}
_HARMLESS_CONFIG = {
    *("arbitrary_types_allowed", "cache_strings", "defer_build", "from_attributes", "hide_input_in_errors"),
    *("ignored_types", "json_schema_extra", "json_schema_mode_override", "protected_namespaces", "title"),
    *("use_attribute_docstrings", "plugin_settings", "schema_generator", "json_schema_serialization_defaults_required"),
}


def _refuse(cls: type, what: str) -> TypeError:
    return TypeError(f"{cls.__qualname__} uses {what}: {_WAY_OUT}")


def _is_of_pydantic(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in ("pydantic", "pydantic_core")


def field_of(cls: type, name: str, default: Any) -> FieldInfo:
    """A field's info of what the class has as its default: a plain value, or pydantic's ``Field(...)``."""
    if not _is_of_pydantic(default) or type(default).__name__ != "FieldInfo":
        return FieldInfo(default)
    _check_metadata(cls, name, default.metadata)
    for option in ("validation_alias", "serialization_alias", "alias"):
        if not isinstance(getattr(default, option, None), (str, type(None))):
            raise _refuse(cls, f"an alias of several names for {name!r}")
    default_factory = default.default_factory
    return FieldInfo(
        MISSING if _is_undefined(default.default) else default.default,
        default_factory=default_factory,
        alias=default.alias,
        validation_alias=default.validation_alias,
        serialization_alias=default.serialization_alias,
        title=default.title,
        description=default.description,
        exclude=default.exclude,
        repr=default.repr,
        metadata=list(default.metadata),
    )


def _is_undefined(value: Any) -> bool:
    return value is ... or type(value).__name__ == "PydanticUndefinedType"


def check_class(cls: type, annotations: dict[str, Any]) -> None:
    """Refuses what a class has of pydantic that would silently do nothing here, and says what to do instead."""
    for name, value in list(vars(cls).items()):
        if name in ("__get_pydantic_core_schema__", "__get_validators__"):
            raise _refuse(cls, f"{name}()")
        if not _is_of_pydantic(value):
            continue
        kind = type(value).__name__
        if kind == "PydanticDescriptorProxy":
            decorator = type(getattr(value, "decorator_info", value)).__name__
            raise _refuse(cls, f"{_DECORATORS.get(decorator, 'a decorator')} of pydantic on {name!r}")
        if kind == "ModelPrivateAttr":
            if value.default_factory is not None:
                raise _refuse(cls, f"a default_factory for the private {name!r}")
            setattr(cls, name, None if _is_undefined(value.default) else value.default)
        elif kind == "FieldInfo":
            delattr(cls, name)  # of __pydantic_extra__: only its annotation counts
    _check_config(cls)
    _resolve_early(cls, annotations)


_DECORATORS = {
    "ComputedFieldInfo": "@computed_field",
    "FieldSerializerDecoratorInfo": "@field_serializer",
    "FieldValidatorDecoratorInfo": "@field_validator",
    "ModelSerializerDecoratorInfo": "@model_serializer",
    "ModelValidatorDecoratorInfo": "@model_validator",
    "RootValidatorDecoratorInfo": "@root_validator",
    "ValidatorDecoratorInfo": "@validator",
}


def _check_config(cls: type) -> None:
    config = cls.__dict__.get("model_config")
    if config is None:
        return
    for option in config:
        if option not in _CONFIG and option not in _HARMLESS_CONFIG:
            raise _refuse(cls, f"{option!r} in model_config")
    inherited = getattr(cls.__mro__[1], "model_config", {})
    cls.model_config = {**inherited, **config}  # type: ignore[attr-defined]
    if config.get("frozen") and "__hash__" not in vars(cls):
        cls.__hash__ = _hash_of_frozen  # type: ignore[assignment]


def _hash_of_frozen(model: Any) -> int:
    return hash((type(model), *vars(model).values()))


def _check_metadata(cls: type, name: str, metadata: Any) -> None:
    for item in metadata:
        kind = type(item)
        if kind.__module__.startswith(("pydantic.functional_", "pydantic._internal._decorators")):
            raise _refuse(cls, f"{kind.__name__} of pydantic on {name!r}")


def _resolve_early(cls: type, annotations: dict[str, Any]) -> None:
    """Evaluates what can only be evaluated now: names of the function that the class is defined in, and aliases."""
    frame = _frame_around()
    # Code that is executed in names of its own has no module in which its classes could look for theirs later.
    module = sys.modules.get(cls.__module__)
    in_function = "<locals>" in cls.__qualname__ or module is None or frame.f_globals is not vars(module)
    names = {**frame.f_globals, **frame.f_locals} if in_function else {}
    from ._annotations import resolve_field

    if in_function and "_extra_field" in vars(cls):
        resolve_field(cls._extra_field, names)  # type: ignore[attr-defined]
    for name, info in list(cls._own_fields.items()):  # type: ignore[attr-defined]
        annotation = annotations[name]
        has_more = "Annotated" in annotation if isinstance(annotation, str) else hasattr(annotation, "__metadata__")
        if not in_function and not has_more:
            continue
        if not resolve_field(info, names) or not has_more:
            continue
        _check_metadata(cls, name, info.metadata)
        for item in info.metadata:
            if isinstance(item, FieldInfo) or (_is_of_pydantic(item) and type(item).__name__ == "FieldInfo"):
                _adopt(cls, info, item)


def _adopt(cls: type, info: FieldInfo, added: Any) -> None:
    """Takes over what ``Annotated[int, Field(alias=…)]`` says, where the field's own default does not."""
    added = added if isinstance(added, FieldInfo) else field_of(cls, info.name, added)
    for option in ("alias", "validation_alias", "serialization_alias", "title", "description", "default_factory"):
        if getattr(info, option) is None:
            setattr(info, option, getattr(added, option))
    if info.default is MISSING:
        info.default = added.default
    info.exclude = info.exclude or added.exclude
    info.repr = info.repr and added.repr
    info.metadata.extend(added.metadata)


def _frame_around() -> Any:
    """The function or module in which a class is being defined."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        frame = frame.f_back
    return frame
