# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The operations, by the nouns that they are on."""

from .._lazy import lazy_names

_MODULES = {
    "AsyncSandboxesResource": "._async_sandboxes",
    "SandboxesResourceWithRawResponse": "._sandboxes_responses",
    "SandboxesResourceWithStreamingResponse": "._sandboxes_responses",
    "AsyncSandboxesResourceWithRawResponse": "._sandboxes_responses",
    "AsyncSandboxesResourceWithStreamingResponse": "._sandboxes_responses",
    "SandboxesResource": ".sandboxes",
    "sandboxes": ".sandboxes",
    "AsyncVolumesResource": "._async_volumes",
    "VolumesResourceWithRawResponse": "._volumes_responses",
    "VolumesResourceWithStreamingResponse": "._volumes_responses",
    "AsyncVolumesResourceWithRawResponse": "._volumes_responses",
    "AsyncVolumesResourceWithStreamingResponse": "._volumes_responses",
    "VolumesResource": ".volumes",
    "volumes": ".volumes",
}

__all__ = [
    "AsyncSandboxesResource",
    "AsyncSandboxesResourceWithRawResponse",
    "AsyncSandboxesResourceWithStreamingResponse",
    "AsyncVolumesResource",
    "AsyncVolumesResourceWithRawResponse",
    "AsyncVolumesResourceWithStreamingResponse",
    "SandboxesResource",
    "SandboxesResourceWithRawResponse",
    "SandboxesResourceWithStreamingResponse",
    "VolumesResource",
    "VolumesResourceWithRawResponse",
    "VolumesResourceWithStreamingResponse",
]

__getattr__, __dir__ = lazy_names(globals(), _MODULES)
