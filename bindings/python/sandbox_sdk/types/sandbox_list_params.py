# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.list``, for programs that keep them in a dict."""

from typing import TypedDict

__all__ = [
    "SandboxListParams",
]


class SandboxListParams(TypedDict, total=False):
    """Arguments of ``sandboxes.list``."""

    page: float
    """Which page, counted from 1. At least 1."""

    page_size: float
    """How many items a page has. At least 1."""
