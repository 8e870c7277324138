"""One command in many sandboxes at a time."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ._exceptions import SandboxSDKError
    from .types.sandbox_execute_response import SandboxExecuteResponse

__all__ = ["RunResult"]


class RunResult:
    """How a command ended in one of the sandboxes."""

    __slots__ = ("error", "id", "result")

    def __init__(self, id: str, result: SandboxExecuteResponse | None, error: SandboxSDKError | None) -> None:
        self.id = id
        """The identifier of the sandbox."""
        self.result = result
        """How the command ended and all that it wrote; None where nothing is known of it."""
        self.error = error
        """What ``session.run()`` would have raised; None where it would not have."""

    def __repr__(self) -> str:
        said = self.error if self.result is None else f"exit code {self.result.exit_code}"
        return f"<{type(self).__name__} {self.id}: {said}>"


def identifiers(ids: Iterable[str]) -> list[str]:
    """The identifiers of sandboxes; one text is none of them."""
    if isinstance(ids, (str, bytes)):
        raise TypeError(f"`ids` must be an iterable of identifiers, not {type(ids).__name__}")
    return list(ids)


def run_results(given: list[tuple[str, Any, Any]]) -> list[RunResult]:
    """What the library gives of each."""
    from .types.sandbox_execute_response import SandboxExecuteResponse

    return [
        RunResult(id, None if json is None else SandboxExecuteResponse._from_json(json), error)
        for id, json, error in given
    ]


RunResult.__module__ = "sandbox_sdk"
