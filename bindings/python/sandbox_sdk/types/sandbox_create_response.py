# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""A sandbox that was just created."""

from __future__ import annotations

from .sandbox import Sandbox

__all__ = [
    "SandboxCreateResponse",
]


class SandboxCreateResponse(Sandbox):
    """A sandbox that was just created."""

    storage: float
    """Size of the storage in GB. Only the answer to its creation has it."""
