# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""Where a page stands among all pages."""

from __future__ import annotations

from .._models import BaseModel

__all__ = [
    "Pagination",
]


class Pagination(BaseModel):
    """Where a page stands among all pages."""

    page: float
    """Number of this page, counted from 1."""

    page_size: float
    """How many items a page has."""

    total_items: float
    """How many items there are on all pages."""

    total_pages: float
    """How many pages there are."""
