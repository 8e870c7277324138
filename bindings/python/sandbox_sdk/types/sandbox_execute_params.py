# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.execute``, for programs that keep them in a dict."""

from typing import Optional, TypedDict

__all__ = [
    "SandboxExecuteParams",
]


class _Required(TypedDict):
    command: str
    """A whole shell command line, in which pipes and redirections work."""


class SandboxExecuteParams(_Required, total=False):
    """Arguments of ``sandboxes.execute``."""

    env: Optional[dict[str, str]]
    """Environment variables for this command."""

    api_timeout: Optional[int]
    """How many seconds the command may run before it is ended."""

    working_dir: Optional[str]
    """Directory in the sandbox that the command starts in."""
