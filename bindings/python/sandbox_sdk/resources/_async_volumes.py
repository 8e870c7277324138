# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""The storage of sandboxes, and snapshots of it."""

from __future__ import annotations

from .._async_resource import AsyncAPIResource
from .._async_volumes_comfort import AsyncVolumesComfort
from .._operation import Operation
from .._resource import path_argument
from .._types import not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._types import Body, Headers, NotGiven, Omit, Query, Timeout
    from ..types.volume import Volume
    from ..types.volume_create_snapshot_response import VolumeCreateSnapshotResponse
    from ..types.volume_delete_response import VolumeDeleteResponse
    from ..types.volume_list_response import VolumeListResponse
    from ._volumes_responses import AsyncVolumesResourceWithRawResponse, AsyncVolumesResourceWithStreamingResponse

__all__ = ["AsyncVolumesResource"]

_CREATE = Operation("volumes.create", "volume", "Volume")
_LIST = Operation("volumes.list", "volume_list_response", "VolumeListResponse")
_DELETE = Operation("volumes.delete", "volume_delete_response", "VolumeDeleteResponse")
_CREATE_SNAPSHOT = Operation(
    "volumes.create_snapshot", "volume_create_snapshot_response", "VolumeCreateSnapshotResponse"
)


class AsyncVolumesResource(AsyncVolumesComfort, AsyncAPIResource):
    """The storage of sandboxes, and snapshots of it."""

    __slots__ = ()

    @property
    def with_raw_response(self) -> AsyncVolumesResourceWithRawResponse:
        """The operations, with answers as they came: ``AsyncAPIResponse``."""
        from ._volumes_responses import AsyncVolumesResourceWithRawResponse

        return AsyncVolumesResourceWithRawResponse(self)

    @property
    def with_streaming_response(self) -> AsyncVolumesResourceWithStreamingResponse:
        """The operations, as blocks in which the answer is read while it comes."""
        from ._volumes_responses import AsyncVolumesResourceWithStreamingResponse

        return AsyncVolumesResourceWithStreamingResponse(self)

    async def create(
        self,
        *,
        name: str | Omit | None = omit,
        size: str | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> Volume:
        """Creates a volume.

        Args:
          name: Name of the volume.

          size: Size with its unit, such as ``10Gi`` or ``100Mi``.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          The new volume.
        """
        return await self._call(
            _CREATE,
            {
                "name": name,
                "size": size,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    async def list(
        self,
        *,
        page: float | Omit = omit,
        page_size: float | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> VolumeListResponse:
        """Lists the volumes and snapshots, one page at a time.

        Args:
          page: Which page, counted from 1. At least 1.

          page_size: How many items a page has. At least 1.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          One page of volumes and snapshots.
        """
        return await self._call(
            _LIST,
            {
                "page": page,
                "page_size": page_size,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    async def delete(
        self,
        id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> VolumeDeleteResponse:
        """Deletes a volume or a snapshot.

        Args:
          id: The identifier of the volume or snapshot.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          What was deleted.
        """
        return await self._call(
            _DELETE,
            {
                "id": path_argument("id", id),
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    async def create_snapshot(
        self,
        id: str,
        *,
        name: str,
        quick: bool | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> VolumeCreateSnapshotResponse:
        """Takes a snapshot of a volume.

        Args:
          id: The identifier of the volume.

          name: Name of the snapshot.

          quick: Whether the file system is only frozen, which leaves the snapshot crash-consistent. Otherwise it is
              synced in full and frozen, which makes it application-consistent.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          The new snapshot.
        """
        return await self._call(
            _CREATE_SNAPSHOT,
            {
                "id": path_argument("id", id),
                "name": name,
                "quick": quick,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )
