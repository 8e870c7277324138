# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""What became of all sandboxes and their storage."""

from __future__ import annotations

from .._models import BaseModel

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

    deleted_ids: list[str]
    """Identifiers of the sandboxes that were deleted."""

    message: str
    """What was done, in words."""

    errors: list[Error] | None = None
    """The sandboxes that could not be deleted."""

    storage_deleted_count: float | None = None
    """How many storage volumes were deleted."""
