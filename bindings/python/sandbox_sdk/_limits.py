"""How many connections a client may have."""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["DEFAULT_CONNECTION_LIMITS", "Limits"]


class Limits:
    """Limits of a client's connections, as httpx has them; an ``httpx.Limits`` does as well.

    ``None`` is no limit.
    """

    __slots__ = ("keepalive_expiry", "max_connections", "max_keepalive_connections")

    def __init__(
        self,
        *,
        max_connections: int | None = None,
        max_keepalive_connections: int | None = None,
        keepalive_expiry: float | None = 5.0,
    ) -> None:
        self.max_connections = max_connections
        self.max_keepalive_connections = max_keepalive_connections
        self.keepalive_expiry = keepalive_expiry

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What ``isinstance`` takes it for, too: where httpx is loaded its limits are equal to these by that."""
        return getattr(modules.get("httpx"), "Limits", None) or type(self)

    def __reduce__(self) -> Any:
        return _remake, (self.max_connections, self.max_keepalive_connections, self.keepalive_expiry)

    def __eq__(self, other: object) -> bool:
        return all(hasattr(other, name) and getattr(other, name) == getattr(self, name) for name in Limits.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        names = ("max_connections", "max_keepalive_connections", "keepalive_expiry")
        return f"Limits({', '.join(f'{name}={getattr(self, name)}' for name in names)})"


def _remake(connections: int | None, keepalive: int | None, expiry: float | None) -> Limits:
    """Of what was pickled."""
    return Limits(max_connections=connections, max_keepalive_connections=keepalive, keepalive_expiry=expiry)


DEFAULT_CONNECTION_LIMITS = Limits(max_connections=100, max_keepalive_connections=20)
