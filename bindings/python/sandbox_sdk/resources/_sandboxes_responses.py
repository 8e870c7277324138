# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The operations on sandboxes with raw answers."""

from __future__ import annotations

from .. import _response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_sandboxes import AsyncSandboxesResource
    from .sandboxes import SandboxesResource

__all__ = [
    "AsyncSandboxesResourceWithRawResponse",
    "AsyncSandboxesResourceWithStreamingResponse",
    "SandboxesResourceWithRawResponse",
    "SandboxesResourceWithStreamingResponse",
]


class SandboxesResourceWithRawResponse:
    """The operations, with answers as they came: ``APIResponse``."""

    def __init__(self, sandboxes: SandboxesResource) -> None:
        self._sandboxes = sandboxes
        self.create = _response.to_raw_response_wrapper(sandboxes.create)
        self.list = _response.to_raw_response_wrapper(sandboxes.list)
        self.get = _response.to_raw_response_wrapper(sandboxes.get)
        self.delete = _response.to_raw_response_wrapper(sandboxes.delete)
        self.delete_all = _response.to_raw_response_wrapper(sandboxes.delete_all)
        self.execute = _response.to_raw_response_wrapper(sandboxes.execute)
        self.upload = _response.to_raw_response_wrapper(sandboxes.upload)
        self.download = _response.to_custom_raw_response_wrapper(sandboxes.download, _response.BinaryAPIResponse)


class SandboxesResourceWithStreamingResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, sandboxes: SandboxesResource) -> None:
        self._sandboxes = sandboxes
        self.create = _response.to_streamed_response_wrapper(sandboxes.create)
        self.list = _response.to_streamed_response_wrapper(sandboxes.list)
        self.get = _response.to_streamed_response_wrapper(sandboxes.get)
        self.delete = _response.to_streamed_response_wrapper(sandboxes.delete)
        self.delete_all = _response.to_streamed_response_wrapper(sandboxes.delete_all)
        self.execute = _response.to_streamed_response_wrapper(sandboxes.execute)
        self.upload = _response.to_streamed_response_wrapper(sandboxes.upload)
        self.download = _response.to_custom_streamed_response_wrapper(
            sandboxes.download, _response.StreamedBinaryAPIResponse
        )


class AsyncSandboxesResourceWithRawResponse:
    """The operations, with answers as they came: ``AsyncAPIResponse``."""

    def __init__(self, sandboxes: AsyncSandboxesResource) -> None:
        self._sandboxes = sandboxes
        self.create = _response.async_to_raw_response_wrapper(sandboxes.create)
        self.list = _response.async_to_raw_response_wrapper(sandboxes.list)
        self.get = _response.async_to_raw_response_wrapper(sandboxes.get)
        self.delete = _response.async_to_raw_response_wrapper(sandboxes.delete)
        self.delete_all = _response.async_to_raw_response_wrapper(sandboxes.delete_all)
        self.execute = _response.async_to_raw_response_wrapper(sandboxes.execute)
        self.upload = _response.async_to_raw_response_wrapper(sandboxes.upload)
        self.download = _response.async_to_custom_raw_response_wrapper(
            sandboxes.download, _response.AsyncBinaryAPIResponse
        )


class AsyncSandboxesResourceWithStreamingResponse:
    """The operations, as blocks in which the answer is read while it comes."""

    def __init__(self, sandboxes: AsyncSandboxesResource) -> None:
        self._sandboxes = sandboxes
        self.create = _response.async_to_streamed_response_wrapper(sandboxes.create)
        self.list = _response.async_to_streamed_response_wrapper(sandboxes.list)
        self.get = _response.async_to_streamed_response_wrapper(sandboxes.get)
        self.delete = _response.async_to_streamed_response_wrapper(sandboxes.delete)
        self.delete_all = _response.async_to_streamed_response_wrapper(sandboxes.delete_all)
        self.execute = _response.async_to_streamed_response_wrapper(sandboxes.execute)
        self.upload = _response.async_to_streamed_response_wrapper(sandboxes.upload)
        self.download = _response.async_to_custom_streamed_response_wrapper(
            sandboxes.download, _response.AsyncStreamedBinaryAPIResponse
        )
