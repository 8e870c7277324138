# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The nouns of the API as attributes of a client."""

from __future__ import annotations

from ._resource import LazyResource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .resources.sandboxes import SandboxesResource
    from .resources.volumes import VolumesResource


class ClientResources:
    """What every client has; each is made when it is first used, and then stays."""

    sandboxes: SandboxesResource = LazyResource("sandboxes", "sandboxes", "SandboxesResource")  # type: ignore[assignment]
    """Sandboxes, the commands that run in them, and their files."""

    volumes: VolumesResource = LazyResource("volumes", "volumes", "VolumesResource")  # type: ignore[assignment]
    """The storage of sandboxes, and snapshots of it."""
