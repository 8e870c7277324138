"""Asynchronous generators that no event loop attends to."""

from __future__ import annotations

import sys

from ._wraps import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from typing import Any, Callable, TypeVar

    from typing_extensions import ParamSpec

    P = ParamSpec("P")
    T = TypeVar("T")

__all__ = ["Unattended", "unattended"]


class Unattended:
    """What a generator gives. One that is left before its end is closed when it is dropped, there and then.

    A loop that knows of a generator would do that later, in a task, and trio warns of each. That is for those who have
    to wait when they are closed: ours let a connection go, and wait for nothing.
    """

    __slots__ = ("_generator", "_is_begun")

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator
        self._is_begun = False

    def __aiter__(self) -> Unattended:
        return self

    def __anext__(self) -> Any:
        if self._is_begun:
            return self._generator.__anext__()
        self._is_begun = True
        return self._away_from_the_loop(self._generator.__anext__)

    def asend(self, value: Any) -> Any:
        """As that of a generator."""
        self._is_begun = True
        return self._away_from_the_loop(self._generator.asend, value)

    def athrow(self, *error: Any) -> Any:
        """As that of a generator."""
        self._is_begun = True
        return self._away_from_the_loop(self._generator.athrow, *error)

    def aclose(self) -> Any:
        """Ends it before its end."""
        self._is_begun = True
        return self._away_from_the_loop(self._generator.aclose)

    def _away_from_the_loop(self, begin: Callable[..., Any], *arguments: Any) -> Any:
        # A generator is announced to the loop when it is first asked for something.
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        try:
            return begin(*arguments)
        finally:
            sys.set_asyncgen_hooks(*hooks)


def unattended(function: Callable[P, AsyncIterator[T]]) -> Callable[P, AsyncIterator[T]]:
    """Makes what an ``async def`` with ``yield`` returns such an iterator. It must not wait when it is closed."""

    @wraps(function)
    def iterate(*arguments: P.args, **named: P.kwargs) -> AsyncIterator[T]:
        return Unattended(function(*arguments, **named))  # type: ignore[arg-type, return-value]

    return iterate
