"""Dates and times of text (ISO 8601) and of numbers (seconds since 1970, or milliseconds where that is meant)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    StrBytesIntFloat = Union[str, bytes, int, float]

__all__ = ["parse_date", "parse_datetime"]

_DATE = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_TIME = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d{0,6})?)?(Z|[+-]\d{2}(?::?\d{2})?)?"
_DATE_TEXT = re.compile(_DATE + "$")
_DATETIME_TEXT = re.compile(f"{_DATE}[T ]{_TIME}$")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MOST_SECONDS = 20_000_000_000  # the year 2603; a greater number counts milliseconds, or yet smaller parts
_GREATEST = 300_000_000_000_000_000_000  # a little more than the last datetime in nanoseconds


def parse_datetime(value: datetime | StrBytesIntFloat) -> datetime:
    """A datetime of text or a number; one that is given stays.

    Raises:
        ValueError: the text is none, or of a time that there is not.
        TypeError: the value is of another type.
    """
    if isinstance(value, datetime):
        return value
    number = _number(value, "datetime")
    if number is not None:
        return _of_seconds(number)
    found = _DATETIME_TEXT.match(_text(value))
    if found is None:
        raise ValueError("invalid datetime format")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    return datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        int(second or 0),
        int((fraction or "").ljust(6, "0")),
        _zone(zone),
    )


def parse_date(value: date | StrBytesIntFloat) -> date:
    """A date of text or a number; of a datetime its day.

    Raises:
        ValueError: the text is none, or of a day that there is not.
        TypeError: the value is of another type.
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    number = _number(value, "date")
    if number is not None:
        return _of_seconds(number).date()
    found = _DATE_TEXT.match(_text(value))
    if found is None:
        raise ValueError("invalid date format")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError("invalid date format") from None


def _text(value: StrBytesIntFloat) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _number(value: StrBytesIntFloat, wanted: str) -> float | None:
    if isinstance(value, (int, float)):
        return value
    try:
        return float(value)
    except ValueError:
        return None
    except TypeError:
        raise TypeError(f"invalid type; expected {wanted}, string, bytes, int or float") from None


def _of_seconds(seconds: float) -> datetime:
    if seconds > _GREATEST:
        return datetime.max
    if seconds < -_GREATEST:
        return datetime.min
    while abs(seconds) > _MOST_SECONDS:
        seconds /= 1000
    return _EPOCH + timedelta(seconds=seconds)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return timezone.utc
    minutes = 60 * int(text[1:3]) + (int(text[-2:]) if len(text) > 3 else 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
