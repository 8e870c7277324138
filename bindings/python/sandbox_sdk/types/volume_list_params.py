# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``volumes.list``, for programs that keep them in a dict."""

from typing import TypedDict

__all__ = [
    "VolumeListParams",
]


class VolumeListParams(TypedDict, total=False):
    """Arguments of ``volumes.list``."""

    page: float
    """Which page, counted from 1. At least 1."""

    page_size: float
    """How many items a page has. At least 1."""
