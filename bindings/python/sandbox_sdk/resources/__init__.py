# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The operations, by the nouns that they are on."""

from .._lazy import lazy_names

_MODULES = {
    "SandboxesResource": ".sandboxes",
    "sandboxes": ".sandboxes",
    "VolumesResource": ".volumes",
    "volumes": ".volumes",
}

__all__ = [
    "SandboxesResource",
    "VolumesResource",
]

__getattr__, __dir__ = lazy_names(globals(), _MODULES)
