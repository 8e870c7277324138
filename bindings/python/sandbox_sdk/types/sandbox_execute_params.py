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

    stdin: Optional[str]
    """Text that the command reads from its standard input. An extension: a server that lacks it runs the command
    without, which the call then tells as an error.
    """

    stdin_base64: Optional[str]
    """The same as ``stdin`` for bytes that are no text, in base64 (RFC 4648, section 4). Not both."""

    api_timeout: Optional[int]
    """How many seconds the command may run before it is ended."""

    working_dir: Optional[str]
    """Directory in the sandbox that the command starts in."""
