# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``volumes.create``, for programs that keep them in a dict."""

from typing import Optional, TypedDict

__all__ = [
    "VolumeCreateParams",
]


class VolumeCreateParams(TypedDict, total=False):
    """Arguments of ``volumes.create``."""

    name: Optional[str]
    """Name of the volume."""

    size: Optional[str]
    """Size with its unit, such as ``10Gi`` or ``100Mi``."""
