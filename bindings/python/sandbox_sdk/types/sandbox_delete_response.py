# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""What became of a sandbox and its storage."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Optional
else:
    from typing import Optional

__all__ = [
    "SandboxDeleteResponse",
]


class SandboxDeleteResponse(BaseModel):
    """What became of a sandbox and its storage."""

    id: str
    """Identifier of the sandbox that was deleted."""

    message: str
    """What was done, in words."""

    snapshot_created: Optional[bool] = None
    """Whether a snapshot was taken."""

    snapshot_name: Optional[str] = None
    """Name of the snapshot that was taken."""

    storage_deleted: Optional[bool] = None
    """Whether the storage was deleted."""

    storage_name: Optional[str] = None
    """Name of the storage that was deleted."""
