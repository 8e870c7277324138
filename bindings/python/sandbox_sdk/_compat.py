"""The names by which programs written for more than one version of pydantic reach what a model can do."""

from __future__ import annotations

from ._models import GenericModel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")

__all__ = ["PYDANTIC_V1", "GenericModel", "model_copy", "model_dump", "model_json", "model_parse", "parse_obj"]

PYDANTIC_V1 = False
"""Models have the methods of pydantic's second version, whether that is installed or not."""


def parse_obj(model: type[T], value: object) -> T:
    """A model of a mapping, each field checked."""
    return model.model_validate(value)  # type: ignore[attr-defined,no-any-return]


model_parse = parse_obj


def model_copy(model: T, *, deep: bool = False) -> T:
    """A copy of a model."""
    return model.model_copy(deep=deep)  # type: ignore[attr-defined,no-any-return]


def model_json(model: Any, *, indent: int | None = None) -> str:
    """A model as JSON text."""
    return model.model_dump_json(indent=indent)  # type: ignore[no-any-return]


def model_dump(
    model: Any,
    *,
    exclude: Any = None,
    exclude_unset: bool = False,
    exclude_defaults: bool = False,
    warnings: bool = True,
    mode: str = "python",
) -> dict[str, Any]:
    """A model as a dict."""
    return model.model_dump(  # type: ignore[no-any-return]
        mode=mode,
        exclude=exclude,
        exclude_unset=exclude_unset,
        exclude_defaults=exclude_defaults,
        warnings=warnings,
    )
