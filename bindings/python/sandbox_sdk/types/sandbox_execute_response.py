# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""How a command ended and what it wrote."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Literal
else:
    from typing import Literal

__all__ = [
    "SandboxExecuteResponse",
]


class SandboxExecuteResponse(BaseModel):
    """How a command ended and what it wrote."""

    id: str
    """Identifier of this run of the command."""

    completed_at: str
    """When the command ended."""

    created_at: str
    """When the command was started."""

    execution_time_ms: int
    """How many milliseconds the command ran."""

    exit_code: int
    """Exit code of the command."""

    status: Literal["running", "completed", "timeout", "error"]
    """How the run stands."""

    stderr: str
    """What the command wrote to standard error."""

    stdout: str
    """What the command wrote to standard output."""
