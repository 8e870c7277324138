"""Generic models: a class for each choice of types."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from ._annotations import is_literal, is_union, split_annotated
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
    if types == variables:
        return cls
    made = found.get(types)
    return _make(cls, variables, types, found) if made is None else made


def _make(cls: Any, variables: tuple[Any, ...], types: tuple[Any, ...], found: dict[Any, Any]) -> Any:
    names = ", ".join(type_.__name__ if isinstance(type_, type) else repr(type_) for type_ in types)
    namespace = {
        "__module__": cls.__module__,
        "__qualname__": f"{cls.__qualname__}[{names}]",
        "__doc__": cls.__doc__,
        "__slots__": (),
    }
    made: Any = type(cls)(f"{cls.__name__}[{names}]", (cls,), namespace)
    left = [variable for type_ in types for variable in _variables(type_)]
    made.__parameters__ = tuple(dict.fromkeys(left))
    made._generic = (_generic_origin(cls), types)
    # Now it is known, a field of it may be of the same class again.
    found[types] = made
    chosen = dict(zip(variables, types))
    fields = {
        name: info.bound(name, _substitute(info.annotation, chosen), made) for name, info in fields_of(cls).items()
    }
    made._own_fields = made._all_fields = fields
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
    if isinstance(type_, type) and issubclass(type_, Model):
        variables = getattr(type_, "__parameters__", ())
        if not variables:
            return type_
        return parametrize(type_, tuple(chosen.get(variable, variable) for variable in variables))
    types = get_args(type_)
    if not types or is_literal(get_origin(type_)):
        return type_
    inner, metadata = split_annotated(type_)
    if metadata:
        return Annotated[(_substitute(inner, chosen), *metadata)]
    changed = tuple(_substitute(one, chosen) for one in types)
    if changed == types:
        return type_
    if is_union(get_origin(type_)):
        return Union[changed]
    return type_.copy_with(changed) if hasattr(type_, "copy_with") else get_origin(type_)[changed]
