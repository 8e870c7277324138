"""The names of ``typing`` that the generated models are annotated with, without loading it.

The annotations are texts, which nothing but ``typing.get_type_hints`` and its like evaluates: only then each name
becomes what it stands for. Loading ``typing`` would cost a program more than all the rest of a call.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Dict", "List", "Literal", "Optional"]


class _Name:
    """One name of ``typing`` that takes types in brackets."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, types: Any) -> Any:
        import typing

        return getattr(typing, self.name)[types]

    def __repr__(self) -> str:
        return "typing." + self.name


Dict: Any = _Name("Dict")
List: Any = _Name("List")
Literal: Any = _Name("Literal")
Optional: Any = _Name("Optional")
