# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""One page of volumes and snapshots."""

from __future__ import annotations

from .._models import BaseModel
from .pagination import Pagination
from .volume_list_item import VolumeListItem

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import List
else:
    from typing import List

__all__ = [
    "VolumeListResponse",
]


class VolumeListResponse(BaseModel):
    """One page of volumes and snapshots."""

    data: List[VolumeListItem]
    """The volumes and snapshots on this page."""

    pagination: Pagination
    """Where this page stands among all pages."""
