# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The operations on volumes with raw answers."""

from __future__ import annotations

from .. import _response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_volumes import AsyncVolumesResource
    from .volumes import VolumesResource

__all__ = [
    "AsyncVolumesResourceWithRawResponse",
    "AsyncVolumesResourceWithStreamingResponse",
    "VolumesResourceWithRawResponse",
    "VolumesResourceWithStreamingResponse",
]


class VolumesResourceWithRawResponse:
    """The operations, with answers as they came: ``APIResponse``."""

    def __init__(self, volumes: VolumesResource) -> None:
        self._volumes = volumes
        self.create = _response.to_raw_response_wrapper(volumes.create)
        self.list = _response.to_raw_response_wrapper(volumes.list)
        self.delete = _response.to_raw_response_wrapper(volumes.delete)
        self.create_snapshot = _response.to_raw_response_wrapper(volumes.create_snapshot)


class VolumesResourceWithStreamingResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, volumes: VolumesResource) -> None:
        self._volumes = volumes
        self.create = _response.to_streamed_response_wrapper(volumes.create)
        self.list = _response.to_streamed_response_wrapper(volumes.list)
        self.delete = _response.to_streamed_response_wrapper(volumes.delete)
        self.create_snapshot = _response.to_streamed_response_wrapper(volumes.create_snapshot)


class AsyncVolumesResourceWithRawResponse:
    """The operations, with answers as they came: ``AsyncAPIResponse``."""

    def __init__(self, volumes: AsyncVolumesResource) -> None:
        self._volumes = volumes
        self.create = _response.async_to_raw_response_wrapper(volumes.create)
        self.list = _response.async_to_raw_response_wrapper(volumes.list)
        self.delete = _response.async_to_raw_response_wrapper(volumes.delete)
        self.create_snapshot = _response.async_to_raw_response_wrapper(volumes.create_snapshot)


class AsyncVolumesResourceWithStreamingResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, volumes: AsyncVolumesResource) -> None:
        self._volumes = volumes
        self.create = _response.async_to_streamed_response_wrapper(volumes.create)
        self.list = _response.async_to_streamed_response_wrapper(volumes.list)
        self.delete = _response.async_to_streamed_response_wrapper(volumes.delete)
        self.create_snapshot = _response.async_to_streamed_response_wrapper(volumes.create_snapshot)
