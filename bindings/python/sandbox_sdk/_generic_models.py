"""Generic models: a class for each choice of types."""

from __future__ import annotations

from typing import Any, TypeVar, get_args, get_origin

from ._model_fields import fields_of
from ._native import Model

__all__ = ["parametrize"]


def parametrize(cls: Any, types: Any) -> Any:
    """The class of a generic model with types for its variables, always the same one."""
    types = types if isinstance(types, tuple) else (types,)
    variables = getattr(cls, "__parameters__", ())
    if not variables:
        raise TypeError(f"{cls} cannot be parametrized because it does not inherit from typing.Generic")
    if len(types) != len(variables):
        few_or_many = "few" if len(types) < len(variables) else "many"
        raise TypeError(f"Too {few_or_many} arguments for {cls}; actual {len(types)}, expected {len(variables)}")
    found = cls.__dict__.get("_parametrized")
    if found is None:
        found = cls._parametrized = {}
    made = found.get(types)
    if made is None:
        made = found[types] = _make(cls, variables, types)
    return made


def _make(cls: Any, variables: tuple[Any, ...], types: tuple[Any, ...]) -> Any:
    chosen = dict(zip(variables, types))
    annotations, defaults = {}, {}
    for name, info in fields_of(cls).items():
        annotations[name] = _substitute(info.annotation, chosen)
        defaults[name] = info
    names = ", ".join(type_.__name__ if isinstance(type_, type) else repr(type_) for type_ in types)
    namespace = {
        "__module__": cls.__module__,
        "__qualname__": f"{cls.__qualname__}[{names}]",
        "__annotations__": annotations,
        "__doc__": cls.__doc__,
        "__slots__": (),
        **defaults,
    }
    made: Any = type(cls)(f"{cls.__name__}[{names}]", (cls,), namespace)
    left = [variable for type_ in types for variable in _variables(type_)]
    made.__parameters__ = tuple(dict.fromkeys(left))
    made._generic = (_generic_origin(cls), types)
    return made


def _generic_origin(cls: Any) -> Any:
    generic = cls.__dict__.get("_generic")
    return generic[0] if generic else cls


def _variables(type_: Any) -> tuple[Any, ...]:
    return (type_,) if isinstance(type_, TypeVar) else getattr(type_, "__parameters__", ())


def _substitute(type_: Any, chosen: dict[Any, Any]) -> Any:
    """A type with types in the place of its variables."""
    if isinstance(type_, TypeVar):
        return chosen.get(type_, type_)
    variables = getattr(type_, "__parameters__", ())
    if not variables or not any(variable in chosen for variable in variables):
        return type_
    if isinstance(type_, type) and issubclass(type_, Model) and get_origin(type_) is None:
        return parametrize(type_, tuple(chosen.get(variable, variable) for variable in variables))
    if get_args(type_):
        return type_[tuple(chosen.get(variable, variable) for variable in variables)]
    return type_
