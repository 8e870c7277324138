"""To a type checker limits are httpx's: either are taken wherever the others are."""

import httpx
from typing_extensions import TypeAlias

Limits: TypeAlias = httpx.Limits
DEFAULT_CONNECTION_LIMITS: Limits
