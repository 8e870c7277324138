# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.delete``, for programs that keep them in a dict."""

from typing import Optional, TypedDict

__all__ = [
    "SandboxDeleteParams",
]


class SandboxDeleteParams(TypedDict, total=False):
    """Arguments of ``sandboxes.delete``."""

    create_snapshot: Optional[bool]
    """Whether to take a snapshot of the storage before it is deleted."""

    keep_storage: Optional[bool]
    """Ignored. Storage is always deleted. Deprecated."""

    snapshot_name: Optional[str]
    """Name of that snapshot."""
