"""What is opened by ``await``, or at the beginning of an ``async with`` block, which closes it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator
    from types import TracebackType
    from typing import Any, Callable, Generic, Protocol, TypeVar

    class Closeable(Protocol):
        async def close(self) -> None: ...

    _T = TypeVar("_T", bound=Closeable)
    _Base = Generic[_T]
else:
    _Base = object


class Opening(_Base):
    """One opening."""

    def __init__(self, opens: Callable[[], Awaitable[_T]]) -> None:
        self._opens = opens
        self._opened: Any = None

    @classmethod
    def of(cls, there: Any) -> Opening[Any]:
        """The opening of something that is there already."""

        async def give() -> Any:
            return there

        return cls(give)

    def __await__(self) -> Generator[Any, Any, _T]:
        return self._opens().__await__()

    async def __aenter__(self) -> _T:
        self._opened = await self._opens()
        return self._opened

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        opened, self._opened = self._opened, None
        await opened.close()
