"""Single values, checked and converted by the rules of pydantic when it is not strict."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

from ._datetime_parse import parse_date, parse_datetime
from ._validation_error import ValidationFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._validate import State

__all__ = ["OF_TEXT", "SCALARS", "check_enum", "check_of_text"]

_STRICT, _LAX = 1, 0
_AFTER_LAST_MILLISECOND = 253_402_300_800_000  # of the year 9999


def _none(value: Any, state: State) -> None:
    if value is not None:
        raise ValidationFailed.of("none_required", "Input should be None", value)


def _str(value: Any, state: State) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str):
        state.lower(_STRICT)
        return str(value)
    if isinstance(value, (bytes, bytearray)) and not state.strict:
        state.lower(_LAX)
        try:
            return value.decode()
        except UnicodeDecodeError:
            message = "Input should be a valid string, unable to parse raw data as a unicode string"
            raise ValidationFailed.of("string_unicode", message, value) from None
    raise ValidationFailed.of("string_type", "Input should be a valid string", value)


def _int(value: Any, state: State) -> int:
    if type(value) is int:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        state.lower(_STRICT)
        return int(value)
    if state.strict or not isinstance(value, (bool, float, str, bytes)):
        raise ValidationFailed.of("int_type", "Input should be a valid integer", value)
    state.lower(_LAX)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValidationFailed.of("finite_number", "Input should be a finite number", value)
        if not value.is_integer():
            message = "Input should be a valid integer, got a number with a fractional part"
            raise ValidationFailed.of("int_from_float", message, value)
        return int(value)
    return _int_of_text(value)


def _int_of_text(value: str | bytes) -> int:
    text = (value.decode(errors="replace") if isinstance(value, bytes) else value).strip()
    whole, _, fraction = text.partition(".")
    try:
        # "1.0" is an integer, "1." and "1_0_" are not.
        if "." in text and (not fraction or fraction.strip("0")):
            raise ValueError
        return int(whole)
    except ValueError:
        message = "Input should be a valid integer, unable to parse string as an integer"
        raise ValidationFailed.of("int_parsing", message, value) from None


def _float(value: Any, state: State) -> float:
    if type(value) is float:
        return value
    if isinstance(value, (float, int)) and not isinstance(value, bool):
        state.lower(_STRICT)
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if state.strict or not isinstance(value, (bool, str, bytes)):
        raise ValidationFailed.of("float_type", "Input should be a valid number", value)
    state.lower(_LAX)
    try:
        return float(value)
    except ValueError:
        message = "Input should be a valid number, unable to parse string as a number"
        raise ValidationFailed.of("float_parsing", message, value) from None


_TRUE = {"1", "on", "t", "true", "y", "yes"}
_FALSE = {"0", "off", "f", "false", "n", "no"}


def _bool(value: Any, state: State) -> bool:
    if isinstance(value, bool):
        return value
    if state.strict or not isinstance(value, (int, float, str, bytes)):
        raise ValidationFailed.of("bool_type", "Input should be a valid boolean", value)
    state.lower(_LAX)
    if isinstance(value, (int, float)):
        if value in (0, 1):
            return bool(value)
        if isinstance(value, float) or not -(2**63) <= value < 2**63:
            raise ValidationFailed.of("bool_type", "Input should be a valid boolean", value)
    else:
        text = (value.decode(errors="replace") if isinstance(value, bytes) else value).lower()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
    message = "Input should be a valid boolean, unable to interpret input"
    raise ValidationFailed.of("bool_parsing", message, value)


def _bytes(value: Any, state: State) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, (str, bytearray)) and not state.strict:
        state.lower(_LAX)
        return value.encode() if isinstance(value, str) else bytes(value)
    raise ValidationFailed.of("bytes_type", "Input should be a valid bytes", value)


def _datetime(value: Any, state: State) -> datetime:
    if isinstance(value, datetime):
        return value
    if state.strict or isinstance(value, bool) or not isinstance(value, (date, str, bytes, int, float)):
        raise ValidationFailed.of("datetime_type", "Input should be a valid datetime", value)
    state.lower(_LAX)
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return _moment(value)
    except ValueError as error:
        kind = "datetime_from_date_parsing" if isinstance(value, (str, bytes)) else "datetime_parsing"
        wanted = "datetime or date" if isinstance(value, (str, bytes)) else "datetime"
        message = f"Input should be a valid {wanted}, {error}"
        raise ValidationFailed.of(kind, message, value, error=str(error)) from None


def _moment(value: Any) -> datetime:
    """A datetime of text, or of seconds or milliseconds since 1970."""
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode(errors="replace")
        if text != text.strip():
            raise ValueError("invalid character in year")
        try:
            return parse_datetime(text)
        except ValueError:
            return datetime.combine(parse_date(text), time())
    if not abs(value) < _AFTER_LAST_MILLISECOND:
        raise ValueError("dates after 9999 are not supported as unix timestamps")
    return parse_datetime(value)


def _date(value: Any, state: State) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if state.strict or isinstance(value, bool) or not isinstance(value, (date, str, bytes, int, float)):
        raise ValidationFailed.of("date_type", "Input should be a valid date", value)
    state.lower(_LAX)
    try:
        moment = value if isinstance(value, datetime) else _moment(value)
    except ValueError as error:
        message = f"Input should be a valid date or datetime, {error}"
        raise ValidationFailed.of("date_from_datetime_parsing", message, value, error=str(error)) from None
    if moment.time() != time():
        message = "Datetimes provided to dates should have zero time - e.g. be exact dates"
        raise ValidationFailed.of("date_from_datetime_inexact", message, value)
    return moment.date()


def _timedelta(value: Any, state: State) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if state.strict or isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValidationFailed.of("time_delta_type", "Input should be a valid timedelta", value)
    state.lower(_LAX)
    return timedelta(seconds=value)


SCALARS: dict[Any, Callable[[Any, State], Any]] = {
    None: _none,
    type(None): _none,
    str: _str,
    int: _int,
    float: _float,
    bool: _bool,
    bytes: _bytes,
    datetime: _datetime,
    date: _date,
    timedelta: _timedelta,
}


def check_enum(cls: Any, value: Any, state: State) -> Any:
    """A member of an enumeration: one that is given, or by its value."""
    if isinstance(value, cls):
        return value
    if not state.strict:
        state.lower(_LAX)
        for member in cls:
            if member.value == value:
                return member
    shown = [repr(member.value) for member in cls]
    expected = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
    raise ValidationFailed.of("enum", f"Input should be {expected}", value, expected=expected)


# Classes whose instances are made of text, by module and name: whoever wants one has loaded its module.
OF_TEXT: dict[tuple[str, str], tuple[str, str]] = {
    ("uuid", "UUID"): ("uuid_parsing", "Input should be a valid UUID"),
    ("decimal", "Decimal"): ("decimal_parsing", "Input should be a valid decimal"),
    ("pathlib", "Path"): ("path_type", "Input is not a valid path"),
    ("pathlib._local", "Path"): ("path_type", "Input is not a valid path"),
}


def check_of_text(cls: Any, value: Any, state: State) -> Any:
    """An instance of a class of ``OF_TEXT``, or one made of text, or of a number where it is one itself."""
    if isinstance(value, cls):
        return value
    kind, message = OF_TEXT[cls.__module__, cls.__name__]
    is_number = kind == "decimal_parsing" and isinstance(value, (int, float)) and not isinstance(value, bool)
    if state.strict or not (isinstance(value, str) or is_number):
        raise ValidationFailed.of(kind.replace("parsing", "type"), message, value)
    state.lower(_LAX)
    try:
        made = cls(str(value))
    except (ValueError, ArithmeticError) as error:
        raise ValidationFailed.of(kind, message, value, error=str(error)) from None
    if kind == "decimal_parsing" and not made.is_finite():
        raise ValidationFailed.of("finite_number", "Input should be a finite number", value)
    return made
