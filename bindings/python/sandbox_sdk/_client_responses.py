# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The nouns of the API with raw answers, as attributes of ``client.with_raw_response`` and its kin."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_client import AsyncSandboxSDK
    from ._client import SandboxSDK
    from .resources._sandboxes_responses import (
        AsyncSandboxesResourceWithRawResponse,
        AsyncSandboxesResourceWithStreamingResponse,
        SandboxesResourceWithRawResponse,
        SandboxesResourceWithStreamingResponse,
    )
    from .resources._volumes_responses import (
        AsyncVolumesResourceWithRawResponse,
        AsyncVolumesResourceWithStreamingResponse,
        VolumesResourceWithRawResponse,
        VolumesResourceWithStreamingResponse,
    )

__all__ = [
    "AsyncSandboxSDKWithRawResponse",
    "AsyncSandboxSDKWithStreamedResponse",
    "SandboxSDKWithRawResponse",
    "SandboxSDKWithStreamedResponse",
]


class SandboxSDKWithRawResponse:
    """The operations, with answers as they came."""

    def __init__(self, client: SandboxSDK) -> None:
        self._client = client

    @property
    def sandboxes(self) -> SandboxesResourceWithRawResponse:
        """Sandboxes, the commands that run in them, and their files."""
        return self._client.sandboxes.with_raw_response

    @property
    def volumes(self) -> VolumesResourceWithRawResponse:
        """The storage of sandboxes, and snapshots of it."""
        return self._client.volumes.with_raw_response


class SandboxSDKWithStreamedResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, client: SandboxSDK) -> None:
        self._client = client

    @property
    def sandboxes(self) -> SandboxesResourceWithStreamingResponse:
        """Sandboxes, the commands that run in them, and their files."""
        return self._client.sandboxes.with_streaming_response

    @property
    def volumes(self) -> VolumesResourceWithStreamingResponse:
        """The storage of sandboxes, and snapshots of it."""
        return self._client.volumes.with_streaming_response


class AsyncSandboxSDKWithRawResponse:
    """The operations, with answers as they came."""

    def __init__(self, client: AsyncSandboxSDK) -> None:
        self._client = client

    @property
    def sandboxes(self) -> AsyncSandboxesResourceWithRawResponse:
        """Sandboxes, the commands that run in them, and their files."""
        return self._client.sandboxes.with_raw_response

    @property
    def volumes(self) -> AsyncVolumesResourceWithRawResponse:
        """The storage of sandboxes, and snapshots of it."""
        return self._client.volumes.with_raw_response


class AsyncSandboxSDKWithStreamedResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, client: AsyncSandboxSDK) -> None:
        self._client = client

    @property
    def sandboxes(self) -> AsyncSandboxesResourceWithStreamingResponse:
        """Sandboxes, the commands that run in them, and their files."""
        return self._client.sandboxes.with_streaming_response

    @property
    def volumes(self) -> AsyncVolumesResourceWithStreamingResponse:
        """The storage of sandboxes, and snapshots of it."""
        return self._client.volumes.with_streaming_response
