# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""What became of a volume or snapshot."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Optional
else:
    from typing import Optional

__all__ = [
    "VolumeDeleteResponse",
]


class VolumeDeleteResponse(BaseModel):
    """What became of a volume or snapshot."""

    id: str
    """Identifier of the volume or snapshot that was deleted."""

    message: str
    """What was done, in words."""

    type: Optional[str] = None
    """Whether it was a volume or a snapshot."""
