"""What stands in JSON for values of types that it does not have."""

from __future__ import annotations

import datetime
import enum
import sys
from collections.abc import Iterator

from ._model_fields import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["json_value"]

# Modules of classes whose text says all. A value of one is there only if its module is loaded.
_TEXTUAL = (("uuid", "UUID"), ("decimal", "Decimal"), ("pathlib", "PurePath"), ("ipaddress", "_IPAddressBase"))


def json_value(value: Any) -> Any:
    """A value that JSON has, or that holds others; ``MISSING`` where there is none."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (str, int, float)):
        return next(kind for kind in (str, int, float) if isinstance(value, kind))(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode()
    if isinstance(value, (datetime.datetime, datetime.time)):
        text = value.isoformat()
        return text[: -len("+00:00")] + "Z" if text.endswith("+00:00") else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, Iterator):
        return list(value)
    for module, name in _TEXTUAL:
        if module in sys.modules and isinstance(value, getattr(sys.modules[module], name)):
            return str(value)
    return MISSING


def _duration(value: datetime.timedelta) -> str:
    """A duration by ISO 8601, such as ``P1DT2H3M4.5S``."""
    sign = "-" if value < datetime.timedelta(0) else ""
    value = abs(value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0").rstrip(".")
    days = f"{value.days}D" if value.days else ""
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else ""]
    parts.append(f"{seconds}{fraction}S" if seconds or fraction else "")
    time = "".join(parts)
    return f"{sign}P{days}{'T' + time if time else ''}" if days or time else "PT0S"
