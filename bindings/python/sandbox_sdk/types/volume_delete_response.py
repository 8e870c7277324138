# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""What became of a volume or snapshot."""

from __future__ import annotations

from .._models import BaseModel

__all__ = [
    "VolumeDeleteResponse",
]


class VolumeDeleteResponse(BaseModel):
    """What became of a volume or snapshot."""

    id: str
    """Identifier of the volume or snapshot that was deleted."""

    message: str
    """What was done, in words."""

    type: str | None = None
    """Whether it was a volume or a snapshot."""
