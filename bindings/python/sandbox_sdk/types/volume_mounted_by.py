# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The sandbox that is using a volume."""

from __future__ import annotations

from .._models import BaseModel

__all__ = [
    "VolumeMountedBy",
]


class VolumeMountedBy(BaseModel):
    """The sandbox that is using a volume."""

    sandbox_id: str
    """Identifier of the sandbox."""

    sandbox_name: str
    """Name of the sandbox."""
