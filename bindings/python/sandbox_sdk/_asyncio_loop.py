"""The event loops of asyncio, uvloop's among them."""

from __future__ import annotations

from asyncio import get_running_loop
from asyncio.events import _get_running_loop
from contextlib import nullcontext, suppress

from ._loops import WatchingLoop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Iterable
    from typing import Any

    from ._loops import Loops


class AsyncioLoop(WatchingLoop):
    """The loop that runs in this thread."""

    __slots__ = ("descriptor", "loop", "resting")

    library = "asyncio"

    def __init__(self, loops: Loops) -> None:
        super().__init__(loops)
        self.loop = get_running_loop()
        self.new_waiter = self.loop.create_future
        self.descriptor = -1
        self.resting = False

    def is_running_here(self) -> bool:
        return _get_running_loop() is self.loop

    def settle(self, waiter: Future[Any], outcome: Any) -> None:
        # Exceptions too: a future that has one and is not asked for it, since its task is cancelled, logs it.
        if not waiter.done():
            waiter.set_result(outcome)

    def settle_from_elsewhere(self, waiter: Future[Any], outcome: Any) -> None:
        with suppress(RuntimeError):  # it was closed
            self.loop.call_soon_threadsafe(self.settle, waiter, outcome)

    def watch(self, descriptor: int) -> None:
        self.loop.add_reader(descriptor, self.drive)
        self.descriptor = descriptor
        self.watching = True

    def rest(self) -> None:
        # A coroutine that makes one call after the other begins the next before this comes.
        if self.watching and not self.resting and not self.loop.is_closed():
            self.resting = True
            self.loop.call_soon(self.end_rest)

    def end_rest(self) -> None:
        """The end of a rest: nobody has called meanwhile, or there is work again."""
        self.resting = False
        if self.watching and not self.waiting:
            self.unwatch()

    def unwatch(self, _handle: Any = None) -> None:
        """Ends the watch."""
        self.watching = False
        if not self.loop.is_closed():
            self.loop.remove_reader(self.descriptor)

    def leave(self, handle: Any) -> None:
        if self.is_running_here() or not self.loop.is_running():
            self.unwatch()
            return
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.unwatch, handle)

    def shield(self) -> Any:
        return nullcontext()  # a task is cancelled once, and goes on after that

    async def beside(self, waited: Awaitable[Any], coroutines: Iterable[Any]) -> Any:
        from asyncio import wait

        tasks = [self.loop.create_task(coroutine) for coroutine in coroutines]
        try:
            return await waited
        finally:
            running = [task for task in tasks if not task.done()]
            for task in running:
                task.cancel()
            if running:
                await wait(running)
