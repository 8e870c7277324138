"""What stands in a query for values of Python's."""

from __future__ import annotations

# `collections.abc` is this module, behind a package that costs more to load than this one.
from _collections_abc import Mapping

from ._types import NotGiven, Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["query_values"]

_AS_THEY_ARE = (str, int, bool, type(None), Omit, NotGiven)


def query_values(query: Any) -> Any:
    """A query as values that the library writes: what JSON does not have is its text, as is what is nested in a list.

    A value of ``Omit()`` is a ``None``, which is not sent, nor is what the client would send under that name. What is
    no mapping is left to be refused by its name.
    """
    if not hasattr(query, "items"):
        return query
    return {str(name): None if value.__class__ is Omit else _value(value) for name, value in query.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _value(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    kind = value.__class__
    if kind in _AS_THEY_ARE or (kind is float and value - value == 0):  # else it is a NaN or infinite
        return value
    return str(value)
