"""What ``client.volumes`` has beside the operations of the API: all pages of the list."""

from __future__ import annotations

from ._types import NotGiven, not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ._timeout import Timeout
    from ._types import Omit
    from .types.volume_list_item import VolumeListItem

__all__ = ["VolumesComfort"]


class VolumesComfort:
    """A part of the resource."""

    __slots__ = ()

    _caller: Any

    def each(
        self,
        *,
        page: int | Omit = omit,
        page_size: int | Omit = omit,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> Iterator[VolumeListItem]:
        """Goes through all pages of the list, volumes and snapshots.

        None comes twice, and one that is there all the time comes, also when others are created and deleted meanwhile.

        Args:
          page: The page to begin with.

          page_size: How many a page has.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.
        """
        from ._pages import begin_pages, each, item_model
        from ._session_options import call_options, client_handle
        from .resources.volumes import _LIST

        arguments = {"page": page, "page_size": page_size}
        pages = begin_pages(client_handle(self._caller), _LIST, arguments, call_options(self._caller, timeout))
        return each(pages, item_model("volume_list_item", "VolumeListItem"))
