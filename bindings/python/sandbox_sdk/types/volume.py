# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A volume."""

from __future__ import annotations

from .._models import BaseModel

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import Literal
else:
    from typing import Literal

__all__ = [
    "Volume",
]


class Volume(BaseModel):
    """A volume."""

    id: str
    """Identifier of the volume or snapshot."""

    created_at: str
    """When the volume or snapshot was created."""

    name: str
    """Name of the volume or snapshot."""

    size: str
    """Size with its unit, such as ``10Gi``. A snapshot has the size of its source."""

    status: Literal["Pending", "Bound", "Lost"]
    """State that the volume is in."""
