"""The event loops of asyncio, uvloop's among them."""

from __future__ import annotations

from asyncio import get_running_loop
from asyncio.events import _get_running_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future, Task
    from collections.abc import Coroutine
    from typing import Any


class AsyncioLoop:
    """The loop that runs in this thread; see ``_loops.Loop``."""

    __slots__ = ("descriptor", "loop", "tasks", "waiter")

    library = "asyncio"

    def __init__(self) -> None:
        self.loop = get_running_loop()
        self.waiter = self.loop.create_future
        self.descriptor = -1
        self.tasks: set[Task[None]] = set()

    def is_running_here(self) -> bool:
        return _get_running_loop() is self.loop

    def settle(self, waiter: Future[Any], result: Any, exception: BaseException | None) -> None:
        if waiter.done():
            return
        if exception is None:
            waiter.set_result(result)
        else:
            waiter.set_exception(exception)

    def settle_from_elsewhere(self, waiter: Future[Any], result: Any, exception: BaseException | None) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.settle, waiter, result, exception)

    def watch(self, descriptor: int, drive: Any) -> None:
        self.descriptor = descriptor
        self.loop.add_reader(descriptor, drive)

    def unwatch(self) -> None:
        if not self.loop.is_closed():
            self.loop.remove_reader(self.descriptor)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> Task[None]:
        task = self.loop.create_task(coroutine)
        # A loop holds its tasks weakly.
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task
