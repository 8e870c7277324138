"""Names that programs import from here."""

from __future__ import annotations

from ._datetime_parse import parse_date, parse_datetime
from ._property_info import PropertyInfo

__all__ = ["PropertyInfo", "parse_date", "parse_datetime"]
