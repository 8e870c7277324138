"""How long a call may wait."""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union

    TimeoutTypes = Union[float, None, tuple[Optional[float], ...], "Timeout"]

__all__ = ["Timeout"]


class UnsetType:
    __slots__ = ()


_UNSET = UnsetType()


class Timeout:
    """Timeouts in seconds for each phase of a call; ``None`` waits for ever.

    ``Timeout(5.0)`` is 5 s for every phase, ``Timeout(60, connect=5)`` 60 s but 5 s to connect, ``Timeout(None)`` none
    at all. Without the first argument all four phases are to be given.
    """

    __slots__ = ("connect", "pool", "read", "write")

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None

    def __init__(
        self,
        timeout: TimeoutTypes | UnsetType = _UNSET,
        *,
        connect: float | UnsetType | None = _UNSET,
        read: float | UnsetType | None = _UNSET,
        write: float | UnsetType | None = _UNSET,
        pool: float | UnsetType | None = _UNSET,
    ) -> None:
        given: tuple[Any, ...] = (connect, read, write, pool)
        defaults: tuple[Any, ...] = (timeout, timeout, timeout, timeout)
        if _is_timeout(timeout):
            if any(phase is not _UNSET for phase in given):
                raise ValueError("a Timeout as the first argument has its phases already; give no others")
            defaults = _phases(timeout)
        elif isinstance(timeout, tuple):
            defaults = (*timeout, None, None, None, None)[:4]
        elif timeout is _UNSET and any(phase is _UNSET for phase in given):
            raise ValueError("give a default for all phases, or all four of connect, read, write and pool")
        self.connect, self.read, self.write, self.pool = (
            default if phase is _UNSET else phase for phase, default in zip(given, defaults)
        )

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What ``isinstance`` takes it for, too: where httpx is loaded its timeouts are equal to these by that."""
        return getattr(modules.get("httpx"), "Timeout", None) or type(self)

    def __reduce__(self) -> Any:
        return Timeout, (_phases(self),)

    def as_dict(self) -> dict[str, float | None]:
        """The four timeouts by name."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": self.pool}

    def __eq__(self, other: object) -> bool:
        return _is_timeout(other) and _phases(self) == _phases(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if self.connect == self.read == self.write == self.pool:
            return f"Timeout(timeout={self.connect})"
        return f"Timeout(connect={self.connect}, read={self.read}, write={self.write}, pool={self.pool})"


def _is_timeout(value: object) -> bool:
    """Whether a value is a Timeout, or what another HTTP library has for one."""
    return isinstance(value, Timeout) or all(hasattr(value, phase) for phase in ("connect", "read", "write", "pool"))


def _phases(timeout: Any) -> tuple[Any, ...]:
    return (timeout.connect, timeout.read, timeout.write, timeout.pool)


def timeout_options(timeout: float | Timeout | tuple[float | None, ...] | None) -> dict[str, object]:
    """A timeout as members of the library's options."""
    if timeout is None or isinstance(timeout, (int, float)):
        return {"timeout": timeout}
    if isinstance(timeout, tuple) or _is_timeout(timeout):
        return {f"{phase}_timeout": seconds for phase, seconds in Timeout(timeout).as_dict().items()}
    raise TypeError(f"`timeout` must be a number of seconds, a Timeout or None, not {type(timeout).__name__}")


Timeout.__module__ = "sandbox_sdk"
