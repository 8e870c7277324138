"""To a type checker limits are httpx's: either are taken wherever the others are."""

from httpx import Limits as Limits

DEFAULT_CONNECTION_LIMITS: Limits
