# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The nouns of the API as attributes of a client for coroutines."""

from __future__ import annotations

from ._resource import LazyResource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .resources._async_sandboxes import AsyncSandboxesResource
    from .resources._async_volumes import AsyncVolumesResource


class AsyncClientResources:
    """What every client for coroutines has; each is made when it is first used, and then stays."""

    sandboxes: AsyncSandboxesResource = LazyResource("sandboxes", "_async_sandboxes", "AsyncSandboxesResource")  # type: ignore[assignment]
    """Sandboxes, the commands that run in them, and their files."""

    volumes: AsyncVolumesResource = LazyResource("volumes", "_async_volumes", "AsyncVolumesResource")  # type: ignore[assignment]
    """The storage of sandboxes, and snapshots of it."""
