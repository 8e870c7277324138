# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.upload``, for programs that keep them in a dict."""

from typing import TypedDict

TYPE_CHECKING = False
if not TYPE_CHECKING:
    FileTypes = object
else:
    from .._types import FileTypes

__all__ = [
    "SandboxUploadParams",
]


class _Required(TypedDict):
    path: str
    """Where the file goes in the sandbox, such as ``/data/myfile.txt``."""


class SandboxUploadParams(_Required, total=False):
    """Arguments of ``sandboxes.upload``."""

    file: FileTypes
    """The bytes of the file."""
