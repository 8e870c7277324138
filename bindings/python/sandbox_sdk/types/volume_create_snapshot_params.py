# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``volumes.create_snapshot``, for programs that keep them in a dict."""

from typing import Optional, TypedDict

__all__ = [
    "VolumeCreateSnapshotParams",
]


class _Required(TypedDict):
    name: str
    """Name of the snapshot."""


class VolumeCreateSnapshotParams(_Required, total=False):
    """Arguments of ``volumes.create_snapshot``."""

    quick: Optional[bool]
    """Whether the file system is only frozen, which leaves the snapshot crash-consistent. Otherwise it is synced in
    full and frozen, which makes it application-consistent.
    """
