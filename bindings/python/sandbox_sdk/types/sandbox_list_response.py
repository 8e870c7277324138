# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""One page of sandboxes."""

from __future__ import annotations

from .._models import BaseModel
from .pagination import Pagination
from .sandbox import Sandbox

TYPE_CHECKING = False
if not TYPE_CHECKING:
    from .._typing_names import List
else:
    from typing import List

__all__ = [
    "SandboxListResponse",
]


class SandboxListResponse(BaseModel):
    """One page of sandboxes."""

    data: List[Sandbox]
    """The sandboxes on this page."""

    pagination: Pagination
    """Where this page stands among all pages."""
