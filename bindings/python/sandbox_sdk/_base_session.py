"""What sessions and streams of commands have in common, whether they wait or are for coroutines."""

from __future__ import annotations

from . import _native
from ._session_options import sandbox_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .types.sandbox import Sandbox
    from .types.sandbox_execute_response import SandboxExecuteResponse

__all__ = ["BaseExecutionStream", "BaseSession"]


class BaseSession:
    """A sandbox of one's own, as far as nobody has to wait for it."""

    _handle: Any

    @property
    def id(self) -> str:
        """The identifier of the sandbox."""
        return _native.session_id(self._handle)

    @property
    def sandbox(self) -> Sandbox | None:
        """The sandbox as it was when it had become ready; None where the session adopted it."""
        sandbox: Sandbox | None = sandbox_model(_native.session_sandbox(self._handle))
        return sandbox

    def keep(self, keep: bool = True) -> None:
        """Decides anew whether the sandbox stays when the session is closed."""
        _native.session_keep(self._handle, keep)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class BaseExecutionStream:
    """The events of a command that runs, as far as they have come."""

    def __init__(self) -> None:
        from ._execution_events import EventDecoder

        self._decoder = EventDecoder()

    @property
    def result(self) -> SandboxExecuteResponse | None:
        """How the command ended and all that it wrote; None before that."""
        return self._decoder.result
