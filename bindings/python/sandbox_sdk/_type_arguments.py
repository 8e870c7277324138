"""What is within a type: its origin and arguments, for plain classes without loading ``typing``."""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, TypeVar

    T = TypeVar("T")

    class Subscriptable(Generic[T]):
        """A class that takes a type as its argument."""
else:

    class Subscriptable:
        """A class that takes a type as its argument; typing.Generic would cost more than the rest of a download."""

        __class_getitem__ = classmethod(type(list[int]))  # types.GenericAlias, without loading `types`


__all__ = ["Subscriptable", "extract_type_argument", "is_union", "origin_of", "unwrapped"]


def origin_of(type_: Any) -> Any:
    """The class of a type with arguments, such as ``list`` of ``list[int]``; a type without them itself."""
    if type(type_) is type:
        return type_
    from typing import get_origin

    return get_origin(type_) or type_


def unwrapped(type_: Any) -> Any:
    """What a type alias stands for, and what ``Annotated`` is about."""
    while type(type_) is not type:
        from typing import Annotated, get_origin

        if get_origin(type_) is Annotated:
            type_ = type_.__origin__
        elif type(type_).__name__ == "TypeAliasType":
            type_ = type_.__value__
        else:
            break
    return type_


def is_union(type_: Any) -> bool:
    """Whether a type is a ``Union``, an ``Optional`` or ``X | Y``."""
    if type(type_) is type:
        return False
    from typing import Union, get_origin

    return get_origin(type_) is Union or type(type_) is getattr(modules.get("types"), "UnionType", ())


def extract_type_argument(
    type_: Any, bases: tuple[type, ...], failure_message: str | None = None, *, index: int = 0
) -> Any:
    """``T`` of ``Base[T]``, of a class made by ``class Own(Base[T])``, and of ``Own[T]``."""
    from typing import TypeVar, get_args, get_origin

    origin = get_origin(type_) or type_
    if origin in bases:
        return _argument(type_, index, get_args(type_))
    for base in getattr(origin, "__orig_bases__", ()):
        if get_origin(base) in bases:
            argument = _argument(base, index, get_args(base))
            # A variable of the subclass's own: what it stands for is said where the subclass is named.
            return _argument(type_, index, get_args(type_)) if isinstance(argument, TypeVar) else argument
    raise RuntimeError(failure_message or f"Could not resolve inner type variable at index {index} for {type_}")


def _argument(type_: Any, index: int, arguments: tuple[Any, ...]) -> Any:
    if index < len(arguments):
        return arguments[index]
    raise RuntimeError(f"Expected type {type_} to have a type argument at index {index} but it did not")
