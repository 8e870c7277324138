"""Values that do not fit the types of their fields, as pydantic warns of them when a model is dumped.

Nothing is lost of such a value: it is dumped as it came. The warning says that a server answers what it should not.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Callable, get_args, get_origin

from ._annotations import is_union, split_annotated, unalias
from ._native import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._model_fields import FieldInfo

__all__ = ["note_misfits", "warn_caller", "warning_text"]

# (field's name, expected type, value)
Misfit = tuple[str, str, Any]
# What notes the misfits of one type.
Check = Callable[[str, Any, "list[Misfit]"], None]


def note_misfits(info: FieldInfo, value: Any, misfits: list[Misfit]) -> None:
    """Adds what does not fit in a field's value. Models within are for themselves: they are dumped next."""
    check = info.check
    if check is None:
        check = info.check = _check_of(info.annotation) or _nothing
    if value is not None:
        check(info.name, value, misfits)


def warning_text(misfits: list[Misfit]) -> str:
    """What is said of all of them."""
    lines = ["Pydantic serializer warnings:"]
    for name, expected, value in misfits:
        shown = f"field_name={name!r}, input_value={value!r}, input_type={type(value).__name__}"
        said = f"Expected `{expected}` - serialized value may not be as expected [{shown}]"
        lines.append(f"  PydanticSerializationUnexpectedValue({said})")
    return "\n".join(lines)


def warn_caller(message: str) -> None:
    """Warns of the line that is outside of this package."""
    depth = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        frame, depth = frame.f_back, depth + 1
    warnings.warn(message, UserWarning, stacklevel=depth)


def _nothing(name: str, value: Any, misfits: list[Misfit]) -> None:
    pass


# What a value may be, for each type; the names of types are their own.
_ACCEPTED: dict[Any, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (float, int),
    bool: (bool,),
    bytes: (bytes,),
    datetime: (datetime,),
    date: (date,),
}


def _check_of(type_: Any) -> Check | None:
    """The check of a type; ``None`` where everything fits."""
    type_, _ = split_annotated(unalias(type_))
    origin = get_origin(type_) or type_
    if is_union(origin):
        return _check_of_union(get_args(type_))
    if origin is list:
        return _check_of_list(get_args(type_))
    if origin is dict:
        return _check_of_dict(get_args(type_))
    if type_ in _ACCEPTED:
        return _check_of_class(type_.__name__, _ACCEPTED[type_])
    if isinstance(origin, type) and issubclass(origin, Model):
        return _check_of_class(type_.__name__, (origin,))
    return None


def _check_of_class(expected: str, accepted: tuple[type, ...]) -> Check:
    def check(name: str, value: Any, misfits: list[Misfit]) -> None:
        if not isinstance(value, accepted) and value is not None:
            misfits.append((name, expected, value))

    return check


def _check_of_union(types: tuple[Any, ...]) -> Check | None:
    checks = [_check_of(type_) for type_ in types if type_ is not type(None)]
    if None in checks:
        return None

    def check(name: str, value: Any, misfits: list[Misfit]) -> None:
        found: list[Misfit] = []
        for one in checks:
            count = len(found)
            one(name, value, found)  # type: ignore[misc]
            if len(found) == count:
                return
        misfits.extend(found)

    return check


def _check_of_list(types: tuple[Any, ...]) -> Check:
    item = _check_of(types[0]) if types else None
    expected = f"list[{_name(types[0]) if types else 'any'}]"

    def check(name: str, value: Any, misfits: list[Misfit]) -> None:
        if not isinstance(value, list):
            misfits.append((name, expected, value))
        elif item is not None:
            for element in value:
                item(name, element, misfits)

    return check


def _check_of_dict(types: tuple[Any, ...]) -> Check:
    item = _check_of(types[1]) if len(types) == 2 else None
    expected = f"dict[{_name(types[0])}, {_name(types[1])}]" if len(types) == 2 else "dict[any, any]"

    def check(name: str, value: Any, misfits: list[Misfit]) -> None:
        if not isinstance(value, Mapping):
            misfits.append((name, expected, value))
        elif item is not None:
            for element in value.values():
                item(name, element, misfits)

    return check


def _name(type_: Any) -> str:
    """What pydantic calls a type within another."""
    type_, _ = split_annotated(unalias(type_))
    if type_ is Any or type_ is object:
        return "any"
    origin, types = get_origin(type_), get_args(type_)
    if is_union(origin):
        wanted = [one for one in types if one is not type(None)]
        return f"nullable[{_name(wanted[0])}]" if len(wanted) == 1 else f"union[{','.join(map(_name, wanted))}]"
    if origin is not None:
        return f"{getattr(origin, '__name__', origin)}[{', '.join(map(_name, types))}]"
    if isinstance(type_, type) and issubclass(type_, Model):
        return "definition-ref"
    return getattr(type_, "__name__", repr(type_))
