# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A volume or a snapshot in a list."""

from __future__ import annotations

from .._models import BaseModel
from .volume_mounted_by import VolumeMountedBy

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Literal, Optional
else:
    from typing import Literal, Optional

__all__ = [
    "VolumeListItem",
]


class VolumeListItem(BaseModel):
    """A volume or a snapshot in a list."""

    id: str
    """Identifier of the volume or snapshot."""

    created_at: str
    """When the volume or snapshot was created."""

    name: str
    """Name of the volume or snapshot."""

    size: str
    """Size with its unit, such as ``10Gi``. A snapshot has the size of its source."""

    status: Literal["Pending", "Bound", "Lost", "Ready"]
    """State that the volume or snapshot is in. A snapshot is ``Ready`` or ``Pending``."""

    in_use: bool
    """Whether a sandbox is using the volume. Never true for a snapshot."""

    type: Literal["volume", "snapshot"]
    """Whether this is a volume or a snapshot."""

    mounted_by: Optional[VolumeMountedBy] = None
    """The sandbox that is using the volume."""

    source_volume_id: Optional[str] = None
    """Identifier of the volume that a snapshot was taken of."""

    source_volume_name: Optional[str] = None
    """Name of the volume that a snapshot was taken of."""
