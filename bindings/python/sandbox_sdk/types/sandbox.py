# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A sandbox."""

from __future__ import annotations

from .._models import BaseModel

__all__ = [
    "Sandbox",
]


class Sandbox(BaseModel):
    """A sandbox."""

    id: str
    """Identifier of the sandbox."""

    cpu: float
    """Number of CPUs."""

    created_at: str
    """When the sandbox was created."""

    disk_size: float
    """Size of the disk in GB."""

    memory: float
    """Memory in MB."""

    name: str
    """Name of the sandbox."""

    status: str
    """State that the sandbox is in."""
