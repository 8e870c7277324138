# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.download``, for programs that keep them in a dict."""

from typing import TypedDict

__all__ = [
    "SandboxDownloadParams",
]


class _Required(TypedDict):
    path: str
    """The file in the sandbox, such as ``/data/myfile.txt``."""


class SandboxDownloadParams(_Required, total=False):
    """Arguments of ``sandboxes.download``."""
