"""Calls of sessions and pages that coroutines make: several requests each, driven by the event loop that runs."""

from __future__ import annotations

from contextlib import suppress

from ._native import call_cancel, call_resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._loops import Loops, WatchingLoop


class Ending:
    """What a loop settles in the place of what is waited for. A task may be cancelled at the very moment that its call
    ends: then nobody waits any more, and what was told is here."""

    __slots__ = ("is_over", "outcome", "waiter")

    def __init__(self, waiter: Any) -> None:
        self.waiter = waiter
        self.is_over = False
        self.outcome: Any = None

    def done(self) -> bool:
        """As asyncio's loop asks."""
        return self.is_over

    def set_result(self, outcome: Any) -> None:
        """As asyncio's loop tells."""
        self.is_over, self.outcome = True, outcome
        if not self.waiter.done():
            self.waiter.set_result(outcome)

    def end(self, outcome: Any) -> None:
        """As trio's loop tells."""
        self.is_over, self.outcome = True, outcome
        self.waiter.end(outcome)


async def started(
    loops: Loops,
    start: Callable[[int], Any],
    *,
    options: dict[str, Any] | None = None,
    tidies: bool = False,
    undo: Callable[[Any], Callable[[int], Any]] | None = None,
) -> Any:
    """Makes a call and gives its result.

    Args:
      loops: Of the client.

      start: Starts the call, which is known by the token that it is given.

      options: Of the call, where it may have callables and files that coroutines read.

      tidies: Whether the call takes back what it has done where it is cancelled. It is driven to its end then, which
        comes within 10 s.

      undo: Gives what starts the call that takes a result back, for one that comes at the moment of a cancellation.
    """
    from ._loops import feeds, prepare_callables

    loop, token = loops.here(), loops.new_token()
    sources = prepare_callables({}, options)
    # Before the call is there: another thread may drive it to its end at any time.
    waiter = loop.new_waiter()
    ending = loop.waiting[token] = Ending(waiter)
    call = None
    try:
        call = start(token)
        if not loop.watching:
            loop.watch(loops.descriptor())
        outcome = await (loop.beside(waiter, feeds(sources, loop, call_resume, call)) if sources else waiter)
    except BaseException:
        if call is not None:
            call_cancel(call)
            if tidies:
                await _tidied(loops, loop, ending, undo)
        raise
    finally:
        del loop.waiting[token]
        if not loop.waiting:
            loop.rest()
        for source in sources:
            source.end()
        # The traceback of an exception must keep neither the call nor, through what it waits for, itself alive.
        call = waiter = None
        del ending
    if isinstance(outcome, BaseException):
        try:
            raise outcome
        finally:
            del outcome
    return outcome


async def _tidied(
    loops: Loops, loop: WatchingLoop, ending: Ending, undo: Callable[[Any], Callable[[int], Any]] | None
) -> None:
    """Waits for the end of a call that was cancelled; where it has succeeded nevertheless it is undone."""
    with suppress(Exception), loop.shield():
        if not ending.is_over:
            ending.waiter = loop.new_waiter()
            await ending.waiter
        if undo is not None and not isinstance(ending.outcome, BaseException):
            await started(loops, undo(ending.outcome))


async def shielded(loops: Loops, start: Callable[[int], Any], options: dict[str, Any]) -> Any:
    """Makes a call that is to come to its end although its task was cancelled: the one that ends a block."""
    with loops.here().shield():
        return await started(loops, start, options=options)
