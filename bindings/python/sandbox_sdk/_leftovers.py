"""What a program that crashed has left behind."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ._exceptions import SandboxSDKError

__all__ = ["Leftover"]

_OUTCOMES: Any = ("found", "deleted", "gone", "failed", "undated")


class Leftover:
    """One leftover, and what became of it."""

    __slots__ = ("age", "created_at", "error", "id", "kind", "name", "outcome")

    def __init__(
        self,
        kind: Literal["sandbox", "volume", "snapshot"],
        id: str,
        name: str,
        created_at: str,
        age: float,
        outcome: int,
        error: SandboxSDKError | None,
    ) -> None:
        self.kind = kind
        """``sandbox``, ``volume`` or ``snapshot``."""
        self.id = id
        self.name = name
        self.created_at = created_at
        """As the server said."""
        self.age = None if age == _native.DEFAULT else age
        """In seconds, by the server's clock where it tells the time; None: not known."""
        self.outcome: Literal["found", "deleted", "gone", "failed", "undated"] = _OUTCOMES[outcome]
        """``found`` in a dry run; ``deleted``; ``gone`` when it was to be deleted; ``failed``; or ``undated``: it was
        left, since nobody knows how old it is."""
        self.error = error
        """Why it could not be deleted; None otherwise."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kind} {self.name} ({self.id}): {self.outcome}>"


def leftovers_params(name_prefix: str, minimum_age: float | None, dry_run: bool, volumes: bool) -> dict[str, Any]:
    """Which leftovers are meant."""
    given: dict[str, Any] = {"name_prefix": name_prefix, "dry_run": dry_run, "volumes": volumes}
    if minimum_age is not None:
        given["minimum_age"] = minimum_age
    return given


def leftovers(given: list[tuple[Any, ...]]) -> list[Leftover]:
    """What the library gives of each."""
    return [Leftover(*members) for members in given]


Leftover.__module__ = "sandbox_sdk"
