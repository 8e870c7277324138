# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A snapshot of a volume."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Literal
else:
    from typing import Literal

__all__ = [
    "VolumeCreateSnapshotResponse",
]


class VolumeCreateSnapshotResponse(BaseModel):
    """A snapshot of a volume."""

    id: str
    """Identifier of the snapshot."""

    consistency: Literal["application-consistent", "crash-consistent"]
    """What the snapshot holds of writes that were under way."""

    created_at: str
    """When the snapshot was taken."""

    name: str
    """Name of the snapshot."""

    sandbox_id: str
    """Identifier of the sandbox that was using the volume."""

    sandbox_name: str
    """Name of the sandbox that was using the volume."""

    status: str
    """State that the snapshot is in."""

    volume_id: str
    """Identifier of the volume that the snapshot was taken of."""

    volume_name: str
    """Name of the volume that the snapshot was taken of."""
