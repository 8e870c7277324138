"""trio's event loop."""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context

import trio
from sniffio import thread_local

from ._loops import WatchingLoop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator, Iterable
    from typing import Any

    from ._loops import Loops


class TrioWaiter:
    """What one task waits for."""

    __slots__ = ("is_over", "outcome", "task")

    def __init__(self) -> None:
        self.task: Any = None
        self.outcome: Any = None
        self.is_over = False

    def __await__(self) -> Generator[Any, Any, Any]:
        if self.is_over:
            yield from trio.lowlevel.checkpoint().__await__()
        else:
            self.task = trio.lowlevel.current_task()
            yield from trio.lowlevel.wait_task_rescheduled(self.abort).__await__()
        return self.outcome

    def abort(self, _raise_cancel: Any) -> Any:
        """The task is cancelled: it waits no more."""
        self.task = None
        return trio.lowlevel.Abort.SUCCEEDED

    def end(self, outcome: Any) -> None:
        """Ends the wait."""
        if not self.is_over:
            self.is_over, self.outcome = True, outcome
            if self.task is not None:
                trio.lowlevel.reschedule(self.task)


class TrioLoop(WatchingLoop):
    """The run of trio in this thread."""

    __slots__ = ("scope", "token")

    library = "trio"

    def __init__(self, loops: Loops) -> None:
        super().__init__(loops)
        self.new_waiter = TrioWaiter
        self.token = trio.lowlevel.current_trio_token()
        self.scope: Any = None

    def is_running_here(self) -> bool:
        return is_trio() and trio.lowlevel.current_trio_token() is self.token

    def settle(self, waiter: TrioWaiter, outcome: Any) -> None:
        waiter.end(outcome)

    def settle_from_elsewhere(self, waiter: TrioWaiter, outcome: Any) -> None:
        with suppress(trio.RunFinishedError):
            self.token.run_sync_soon(waiter.end, outcome)

    def watch(self, descriptor: int) -> None:
        self.scope = trio.CancelScope()
        trio.lowlevel.spawn_system_task(_watch, self, self.scope, descriptor)
        self.watching = True

    def rest(self) -> None:
        # A task that makes one call after the other begins the next before this comes.
        if self.watching:
            with suppress(trio.RunFinishedError):
                self.token.run_sync_soon(self.end_rest, idempotent=True)

    def end_rest(self) -> None:
        """The end of a rest: nobody has called meanwhile, or there is work again."""
        if self.watching and not self.waiting:
            self.unwatch()

    def unwatch(self, _handle: Any = None) -> None:
        """Ends the watch."""
        self.watching = False
        self.scope.cancel()

    def leave(self, handle: Any) -> None:
        if self.is_running_here():
            self.unwatch()
            return
        with suppress(trio.RunFinishedError):
            self.token.run_sync_soon(self.unwatch, handle)

    def shield(self) -> Any:
        return trio.CancelScope(shield=True)

    async def beside(self, waited: Awaitable[Any], coroutines: Iterable[Any]) -> Any:
        running = [_Beside(coroutine) for coroutine in coroutines]
        try:
            return await waited
        finally:
            for task in running:
                await task.end()


class _Beside:
    """A coroutine that runs in a task of its own, outside of the caller's nurseries: what it raises is its own."""

    def __init__(self, coroutine: Any) -> None:
        self.scope = trio.CancelScope()
        self.over = trio.Event()
        trio.lowlevel.spawn_system_task(self.run, coroutine, context=copy_context())

    async def run(self, coroutine: Any) -> None:
        with self.scope:
            await coroutine
        self.over.set()

    async def end(self) -> None:
        self.scope.cancel()
        with trio.CancelScope(shield=True):
            await self.over.wait()


async def _watch(loop: TrioLoop, scope: Any, descriptor: int) -> None:
    # It may have been cancelled before it began, and another watches by now: two cannot.
    with scope:
        while not scope.cancel_called:
            await trio.lowlevel.wait_readable(descriptor)
            loop.drive()


def is_trio() -> bool:
    """Whether trio's is the loop that runs here."""
    return thread_local.name == "trio"
