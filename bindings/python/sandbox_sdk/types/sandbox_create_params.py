# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The arguments of ``sandboxes.create``, for programs that keep them in a dict."""

from typing import Optional, TypedDict

__all__ = ["Resources", "SandboxCreateParams"]


class Resources(TypedDict, total=False):
    """How much of the machine a sandbox may use."""

    cpus: Optional[int]
    """Number of CPUs. One is a quarter of a Kubernetes vCPU. At least 1."""

    memory: Optional[int]
    """Memory in MiB."""

    storage: Optional[int]
    """Storage in GB."""


class SandboxCreateParams(TypedDict, total=False):
    """Arguments of ``sandboxes.create``."""

    env_vars: Optional[dict[str, str]]
    """Environment variables that every command in the sandbox sees."""

    image: Optional[str]
    """Name of a Docker image, such as ``avmcodes/avm-default-sandbox``."""

    name: Optional[str]
    """Name of the sandbox. The server makes one up as ``sandbox-{user_id}-{timestamp}`` where none is given."""

    resources: Optional[Resources]
    """How much of the machine the sandbox may use."""

    wait_for_ready: Optional[bool]
    """Whether to answer only once the sandbox is ready."""
