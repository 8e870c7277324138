"""What happens to a command whose output is read while it is written."""

from __future__ import annotations

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .types.sandbox_execute_response import SandboxExecuteResponse

__all__ = ["ExecutionEvent"]

_TYPES = {1: "started", 2: "stdout", 3: "stderr", 4: "heartbeat", 5: "result"}
_STREAMS = ("stdout", "stderr")


class ExecutionEvent:
    """One thing that happened to a command."""

    __slots__ = ("data", "execution_time_ms", "id", "result", "text", "type")

    type: str
    """``started``, ``stdout``, ``stderr``, ``heartbeat``, or at last ``result``."""

    data: bytes
    """What the command wrote, byte for byte; empty for all but ``stdout`` and ``stderr``."""

    text: str
    """The same as text. A character whose bytes came in two events is in the second."""

    id: str
    """The identifier of the run, where the server has told it."""

    execution_time_ms: int
    """How long the command has run, of a ``heartbeat``."""

    result: SandboxExecuteResponse | None
    """How the command ended and all that it wrote, of the ``result``."""

    def __init__(
        self,
        type: str,
        *,
        data: bytes = b"",
        text: str = "",
        id: str = "",
        execution_time_ms: int = 0,
        result: SandboxExecuteResponse | None = None,
    ) -> None:
        self.type, self.data, self.text = type, data, text
        self.id, self.execution_time_ms, self.result = id, execution_time_ms, result

    @property
    def stream(self) -> str | None:
        """``stdout`` or ``stderr`` of output; None of everything else."""
        return self.type if self.type in _STREAMS else None

    @property
    def exit_code(self) -> int | None:
        """The exit code, of the ``result``; None of everything else."""
        return None if self.result is None else self.result.exit_code

    def __repr__(self) -> str:
        shown = f", {self.text!r}" if self.stream else f", exit_code={self.exit_code}" if self.result else ""
        return f"ExecutionEvent({self.type!r}{shown})"


class EventDecoder:
    """Makes events of what the native module gives. The last one is kept as ``result``."""

    def __init__(self) -> None:
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in _STREAMS}
        self.result: SandboxExecuteResponse | None = None

    def decode(self, given: tuple[int, bytes, str, int, Any]) -> ExecutionEvent:
        """One event."""
        kind, data, identifier, milliseconds, json = given
        name = _TYPES[kind]
        text = self._decoders[name].decode(data) if name in _STREAMS else ""
        if json is not None:
            from .types.sandbox_execute_response import SandboxExecuteResponse

            self.result = SandboxExecuteResponse._from_json(json)
        return ExecutionEvent(
            name, data=data, text=text, id=identifier, execution_time_ms=milliseconds, result=self.result
        )


ExecutionEvent.__module__ = "sandbox_sdk"
