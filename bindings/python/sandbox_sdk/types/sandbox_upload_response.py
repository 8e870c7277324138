# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A file that was written into a sandbox."""

from __future__ import annotations

from .._models import BaseModel

__all__ = [
    "SandboxUploadResponse",
]


class SandboxUploadResponse(BaseModel):
    """A file that was written into a sandbox."""

    message: str
    """What was done, in words."""

    path: str
    """Where the file is in the sandbox."""

    size: int
    """Size of the file in bytes."""
