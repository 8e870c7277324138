# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""What became of all sandboxes and their storage."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import List, Optional
else:
    from typing import List, Optional

__all__ = [
    "Error",
    "SandboxDeleteAllResponse",
]


class Error(BaseModel):
    """Why one sandbox could not be deleted."""

    id: str
    """Identifier of the sandbox that is still there."""

    error: str
    """What went wrong, in words."""


class SandboxDeleteAllResponse(BaseModel):
    """What became of all sandboxes and their storage."""

    deleted_count: float
    """How many sandboxes were deleted."""

    deleted_ids: List[str]
    """Identifiers of the sandboxes that were deleted."""

    message: str
    """What was done, in words."""

    errors: Optional[List[Error]] = None
    """The sandboxes that could not be deleted."""

    storage_deleted_count: Optional[float] = None
    """How many storage volumes were deleted."""
