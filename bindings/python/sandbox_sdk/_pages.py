"""All pages of a list."""

from __future__ import annotations

from . import _native
from ._lazy import load_module
from ._types import NotGiven, Omit
from ._unattended import unattended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any

    from ._caller import Caller
    from ._operation import Operation


def begin_pages(handle: Any, operation: Operation, arguments: dict[str, Any], options: dict[str, Any]) -> Any:
    """The native handle of all pages of an operation. Nothing is sent yet."""
    given = {name: value for name, value in arguments.items() if not isinstance(value, (Omit, NotGiven))}
    return _native.client_pages(handle, operation.handle or operation.load(), given, options)


def item_model(module_name: str, class_name: str) -> Any:
    """The class of a list's items."""
    return getattr(load_module("sandbox_sdk.types." + module_name), class_name)


def each(pages: Any, model: Any) -> Iterator[Any]:
    """Every item."""
    while True:
        item = _native.pages_next(pages)
        if item is None:
            return
        yield model._from_json(item)


@unattended
async def async_each(
    caller: Caller, operation: Operation, arguments: dict[str, Any], options: dict[str, Any], model: Any
) -> AsyncIterator[Any]:
    """Every item, for coroutines."""
    from ._session_loops import started

    way = caller.ready_way()
    pages = begin_pages(way.handle, operation, arguments, options)

    def fetch(token: int) -> Any:
        return _native.pages_fetch(pages, token)

    await started(way.loops, fetch)
    while True:
        item = _native.pages_next(pages)
        if item is None:
            return
        if item is False:
            await started(way.loops, fetch)
        else:
            yield model._from_json(item)
